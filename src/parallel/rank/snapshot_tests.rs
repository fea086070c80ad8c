//! A run that goes on from snapshots has the losses of one that was never interrupted.

use std::ops::Range;

use super::tests::{MakeMethod, UPDATE, batch, full, llama, masks, plan_of, rank_of, settings, with_lora};
use super::*;
use crate::finetune::adalora::AdaLoraConfig;
use crate::finetune::lora::{LoraConfig, LoraInit};
use crate::parallel::compress::Compression;
use crate::parallel::plan::Settings;
use crate::parallel::transport::thread::run;
use crate::parallel::zero::ZeroStage;

const STEPS: usize = 3;

/// These steps from each rank's snapshot, or from the beginning: the losses, and each rank's next snapshot.
fn train(settings: &Settings, method: MakeMethod, steps: Range<usize>, snapshots: Option<&[Vec<u8>]>) -> (Vec<f64>, Vec<Vec<u8>>) {
    let config = llama();
    let plan = plan_of(settings.clone(), &config);
    let (config, plan) = (&config, &plan);
    let results = run(plan.mesh.ranks(), |transport| {
        let (plan, steps) = (Rc::new(plan.clone()), steps.clone());
        async move {
            let comm = Comm::new(transport);
            let mut rank = rank_of(&comm, &plan, config, &Ledger::new(None), method).expect("built");
            if let Some(snapshots) = snapshots {
                rank.restore(&snapshots[comm.transport().rank()], steps.start as u32).expect("its own snapshot");
            }
            let mut losses = Vec::new();
            for step in steps {
                let (inputs, targets) = batch(step);
                losses.push(rank.step(Batch { inputs: &inputs, targets: &targets, dropout: masks(step) }, UPDATE).await?.loss);
            }
            Ok::<_, RankError>((losses, rank.snapshot()))
        }
    });
    let mut ranks: Vec<_> = results.into_iter().map(|rank| rank.expect("no panic").unwrap()).collect();
    (ranks[0].0.clone(), ranks.iter_mut().map(|rank| std::mem::take(&mut rank.1)).collect())
}

#[test]
fn a_run_goes_on_as_if_nothing_had_happened() {
    let compressed = |compression| Settings { compression, ..settings(2, 1, 1, 1) };
    let zero = |zero| Settings { zero, ..settings(2, 1, 1, 2) };
    let cases = [
        ("dp2 tp2 pp2", settings(2, 2, 2, 2)),
        ("int8", compressed(Compression::Int8)),
        ("top_k", compressed(Compression::TopK { keep: 0.1 })),
        ("ZeRO 1", zero(ZeroStage::Optimizer)),
        ("ZeRO 3", zero(ZeroStage::Parameters)),
    ];
    for (name, settings) in cases {
        [full as MakeMethod, with_lora].into_iter().for_each(|method| goes_on(name, &settings, method));
    }
}

fn goes_on(name: &str, settings: &Settings, method: MakeMethod) {
    let (uninterrupted, at_the_end) = train(settings, method, 0..2 * STEPS, None);
    let (_, half_way) = train(settings, method, 0..STEPS, None);
    let (resumed, at_its_end) = train(settings, method, STEPS..2 * STEPS, Some(&half_way));
    assert_eq!(resumed, uninterrupted[STEPS..], "{name}");
    assert_eq!(at_its_end, at_the_end, "{name}");
}

/// One remembers earlier steps and takes ranks away before and after the interruption, the other has changed the frozen weights.
#[test]
fn a_method_that_remembers_or_has_changed_weights_goes_on_too() {
    let adalora = || -> Box<dyn Method> {
        Box::new(AdaLoraConfig {
            initial_rank: 4,
            target_rank: 2,
            total_steps: 2 * STEPS as u32,
            last_steps: 1,
            ..AdaLoraConfig::default()
        })
    };
    let pissa = || -> Box<dyn Method> { Box::new(LoraConfig { rank: 4, init: LoraInit::Pissa, ..LoraConfig::default() }) };
    for settings in [settings(1, 1, 1, 1), settings(2, 1, 1, 2)] {
        goes_on("adalora", &settings, adalora);
        goes_on("pissa", &settings, pissa);
    }
}
