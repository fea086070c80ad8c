//! LoRA on frozen weights in blocks trains on many ranks as on one.

use super::*;
use crate::nn::InFormat;
use crate::parallel::zero::ZeroError;
use crate::quant::BlockFormat;
use crate::quant::FORMATS;

/// A rank whose weights are those of [`rank_of`], in a format.
fn rank_in(
    format: &'static dyn BlockFormat,
    comm: &Rc<Comm>,
    plan: &Rc<Plan>,
    config: &ModelConfig,
    method: MakeMethod,
) -> std::result::Result<Rank, StartError> {
    let weights = &mut RandomWeights { seed: 3 };
    let of_model = &mut InFormat::all(weights, format);
    let blueprint = Rc::new(Blueprint::new(config));
    Rank::new(comm, plan, &blueprint, ADAMW, &Ledger::new(None), [of_model, &mut RandomWeights { seed: 5 }], &*method())
}

/// The losses of each rank.
fn train(format: &'static dyn BlockFormat, config: &ModelConfig, settings: Settings) -> Vec<Vec<f64>> {
    let plan = plan_of(settings, config);
    let results = run(plan.mesh.ranks(), |transport| {
        let plan = plan.clone();
        async move {
            let comm = Comm::new(transport);
            let mut rank = rank_in(format, &comm, &Rc::new(plan), config, with_lora).expect("built");
            let mut losses = Vec::new();
            for step in 0..STEPS {
                let (inputs, targets) = batch(step);
                losses.push(rank.step(Batch { inputs: &inputs, targets: &targets, dropout: masks(step) }, UPDATE).await?.loss);
            }
            Ok::<_, RankError>(losses)
        }
    });
    results.into_iter().map(|rank| rank.expect("no panic").unwrap()).collect()
}

#[test]
fn every_mesh_has_the_losses_of_one_rank() {
    let zero = |stage, settings| Settings { zero: stage, ..settings };
    let meshes = [
        ("2 micro-batches", settings(1, 1, 1, 2)),
        ("dp2", settings(2, 1, 1, 1)),
        ("tp2", settings(1, 1, 2, 1)),
        ("tp2, rows shared out", Settings { sequence_parallel: true, ..settings(1, 1, 2, 2) }),
        ("pp2", settings(1, 2, 1, 4)),
        ("dp2 tp2 pp2", settings(2, 2, 2, 2)),
        ("ZeRO 1, dp2 tp2", zero(ZeroStage::Optimizer, settings(2, 1, 2, 1))),
        ("ZeRO 2, dp2", zero(ZeroStage::Gradients, settings(2, 1, 1, 2))),
    ];
    for format in FORMATS {
        for config in [llama(), gpt()] {
            let expected = train(format, &config, settings(1, 1, 1, 1)).remove(0);
            assert!(expected[STEPS - 1] < expected[1], "it learns: {expected:?}");
            for (name, settings) in &meshes {
                let ranks = train(format, &config, settings.clone());
                assert!(ranks.iter().all(|losses| *losses == ranks[0]), "{name}: every rank reports the same");
                let worst = worst_difference(&expected, &ranks[0]);
                assert!(worst <= 1e-5, "{}, {name}: {worst:e}", format.name());
            }
        }
    }
}

#[test]
fn sharded_weights_in_blocks_are_refused_by_name() {
    let plan = plan_of(Settings { zero: ZeroStage::Parameters, ..settings(2, 1, 1, 1) }, &llama());
    let results = run(2, |transport| {
        let plan = Rc::new(plan.clone());
        async move { Ok::<_, RankError>(rank_in(FORMATS[0], &Comm::new(transport), &plan, &llama(), with_lora).err()) }
    });
    for refused in results {
        let refused = refused.expect("no panic").unwrap().expect("refused");
        let name = crate::nn::EMBEDDING_WEIGHT.to_owned();
        let expected = ZeroError::Format { stage: ZeroStage::Parameters, name, format: FORMATS[0].name() };
        assert!(matches!(&refused, StartError::Zero(error) if *error == expected), "{refused}");
        let message = refused.to_string();
        assert!(["stage 3", "model.embed_tokens.weight", "int8", "stage 2"].iter().all(|part| message.contains(part)), "{message}");
    }
}
