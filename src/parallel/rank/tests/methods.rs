//! Every fine-tuning method gives on every mesh the losses that it has on one rank.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::finetune::Sharing;
use crate::finetune::adalora::AdaLoraConfig;
use crate::finetune::bitfit::BitFit;
use crate::finetune::bottleneck::{BottleneckConfig, Placement};
use crate::finetune::ia3::Ia3Config;
use crate::finetune::last_layers::LastLayers;
use crate::finetune::prefix::PrefixConfig;
use crate::finetune::prefix_mlp::PrefixMlpConfig;
use crate::finetune::prompt::{PromptConfig, virtual_ids};

const VIRTUAL: usize = 3;

fn modules(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// DoRA on the layers whose rows are whole on every mesh.
fn dora() -> Box<dyn Method> {
    let target_modules = modules(&["q_proj", "v_proj", "up_proj"]);
    Box::new(lora::LoraConfig { rank: 4, dora: true, dropout: 0.1, target_modules, ..lora::LoraConfig::default() })
}

/// Each method.
fn methods() -> [(&'static str, MakeMethod); 14] {
    [
        ("lora, orthogonal start, biases", || {
            let init = lora::LoraInit::Orthogonal;
            Box::new(lora::LoraConfig { rank: 4, init, bias: lora::LoraBias::All, learning_rate_ratio: 4.0, ..lora::LoraConfig::default() })
        }),
        ("lora, embedding and head", || {
            let target_modules = modules(&["embed_tokens", "lm_head", "o_proj"]);
            Box::new(lora::LoraConfig { rank: 4, target_modules, ..lora::LoraConfig::default() })
        }),
        ("pissa", || Box::new(lora::LoraConfig { rank: 4, init: lora::LoraInit::Pissa, ..lora::LoraConfig::default() })),
        ("adalora", || {
            let target_modules = modules(&["q_proj", "o_proj", "down_proj"]);
            let (initial_rank, target_rank, total_steps) = (4, 2, 6);
            Box::new(AdaLoraConfig { initial_rank, target_rank, total_steps, dropout: 0.1, target_modules, ..AdaLoraConfig::default() })
        }),
        ("prefix tuning, reparametrised", || Box::new(PrefixMlpConfig { virtual_tokens: VIRTUAL, hidden: 5 })),
        ("lora, rank-stabilised", || {
            Box::new(lora::LoraConfig { scaling: lora::LoraScaling::RankStabilised, ..lora::LoraConfig::default() })
        }),
        ("dora", dora),
        ("ia3", || {
            // Outputs and inputs of layers that are shared out either way.
            let target_modules = modules(&["q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj"]);
            Box::new(Ia3Config { target_modules, feedforward_modules: modules(&["q_proj", "down_proj"]) })
        }),
        ("adapter", || Box::new(BottleneckConfig { size: 6, placement: Placement::Sequential })),
        ("parallel adapter", || Box::new(BottleneckConfig { size: 6, placement: Placement::Parallel })),
        ("prompt tuning", || Box::new(PromptConfig { virtual_tokens: VIRTUAL, init_std: 0.1 })),
        ("prefix tuning", || Box::new(PrefixConfig { virtual_tokens: VIRTUAL, init_std: 0.1 })),
        ("bitfit", || Box::new(BitFit)),
        ("last layers", || Box::new(LastLayers { layers: 2 })),
    ]
}

fn trained(config: &ModelConfig, settings: Settings, method: MakeMethod, keep: Keep) -> Vec<f64> {
    let virtual_tokens = method().virtual_tokens();
    let plan = plan_of(settings, config).with_virtual_tokens(virtual_tokens);
    let results = run(plan.mesh.ranks(), |transport| {
        let plan = Rc::new(plan.clone());
        async move {
            let mut rank = rank_of(&Comm::new(transport), &plan, config, &Ledger::new(None), method).expect("built");
            rank.set_policy(Box::new(move |_| keep));
            let mut losses = Vec::new();
            for step in 0..6 {
                let (inputs, targets) = batch(step);
                let inputs: Vec<i32> =
                    inputs.chunks(CONTEXT).flat_map(|ids| virtual_ids(virtual_tokens).chain(ids.iter().copied())).collect();
                let nothing = || std::iter::repeat_n(-1, virtual_tokens);
                let targets: Vec<i32> = targets.chunks(CONTEXT).flat_map(|ids| nothing().chain(ids.iter().copied())).collect();
                losses.push(rank.step(Batch { inputs: &inputs, targets: &targets, dropout: masks(step) }, UPDATE).await?.loss);
            }
            Ok::<_, RankError>(losses)
        }
    });
    results.into_iter().map(|rank| rank.expect("no panic").unwrap()).next().expect("a rank")
}

#[test]
fn every_method_has_the_losses_of_one_rank_on_every_mesh() {
    let by_rows = Settings { sequence_parallel: true, ..settings(1, 1, 2, 2) };
    let meshes = [
        ("4 micro-batches", settings(1, 1, 1, 4)),
        ("dp2", settings(2, 1, 1, 1)),
        ("tp2", settings(1, 1, 2, 1)),
        ("tp2, rows shared out", by_rows),
        ("pp2", settings(1, 2, 1, 2)),
        ("dp2 tp2 pp2", settings(2, 2, 2, 2)),
        ("ZeRO 2, dp2", Settings { zero: ZeroStage::Gradients, ..settings(2, 1, 1, 2) }),
        ("ZeRO 3, dp2", Settings { zero: ZeroStage::Parameters, ..settings(2, 1, 1, 2) }),
    ];
    let mut meshes_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for config in [llama(), gpt()] {
        for (name, method) in methods() {
            let expected = trained(&config, settings(1, 1, 1, 1), method, Keep::Tape);
            assert!(expected[4] < expected[0], "{name} learns: {expected:?}");
            assert_eq!(trained(&config, settings(1, 1, 1, 1), method, Keep::Input), expected, "{name}, run forward again");
            for (mesh, settings) in &meshes {
                if !goes_together(&*method(), &Blueprint::new(&config), settings) {
                    continue;
                }
                meshes_of.entry(name).or_default().insert(*mesh);
                let worst = worst_difference(&expected, &trained(&config, settings.clone(), method, Keep::Tape));
                assert!(worst <= 1e-5, "{name}, {mesh}: {worst:e}");
            }
        }
    }
    // Those that do not run on all.
    let of = |name: &str| meshes_of[name].iter().copied().collect::<Vec<_>>();
    assert_eq!(of("adalora"), ["4 micro-batches", "dp2"]);
    assert_eq!(of("pissa"), ["4 micro-batches", "ZeRO 2, dp2", "dp2", "pp2"]);
    let with_stages = ["dp2 tp2 pp2", "pp2"];
    assert!(
        of("prefix tuning, reparametrised").len() == meshes.len() - 2
            && !with_stages.iter().any(|mesh| of("prefix tuning, reparametrised").contains(mesh))
    );
    assert_eq!(of("dora").len(), meshes.len() - 1, "not with weights that are away");
    let everywhere = meshes_of.values().filter(|on| on.len() == meshes.len()).count();
    assert_eq!(everywhere, methods().len() - 4, "{meshes_of:?}");
}

fn goes_together(method: &dyn Method, blueprint: &Blueprint, settings: &Settings) -> bool {
    let sharing = Sharing {
        tensor: settings.tensor,
        pipeline: settings.pipeline,
        updates_shared: settings.zero != ZeroStage::None,
        weights_away: settings.zero == ZeroStage::Parameters,
    };
    method.check_sharing(blueprint, sharing).is_ok()
}
