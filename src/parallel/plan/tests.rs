use super::*;
use crate::nn::ModelConfig;
use crate::parallel::compress::Compression;

fn plan(settings: Settings) -> Result<Plan, PlanError> {
    let blueprint = Blueprint::new(&ModelConfig { n_heads: 6, n_kv_heads: 6, ..ModelConfig::default() });
    Plan::new(settings, &blueprint, (8, 16), 8)
}

fn message(settings: Settings) -> String {
    plan(settings).unwrap_err().to_string()
}

#[test]
fn a_plan_that_cannot_be_names_the_nearest_that_can() {
    let heads = message(Settings { tensor: 4, ..Settings::default() });
    assert!(heads.contains("4 ranks") && heads.contains("try 3"), "{heads}");
    let stages = message(Settings { pipeline: 5, ..Settings::default() });
    assert!(stages.contains("5 stages") && stages.contains("try 4"), "{stages}");
    let ranks = message(Settings { data: 16, ..Settings::default() });
    assert!(ranks.contains("16 ranks") && ranks.contains("more than 8"), "{ranks}");
    let batch = message(Settings { data: 2, micro_batches: 3, ..Settings::default() });
    assert!(batch.contains("a batch of 8") && batch.contains("try a batch of 6"), "{batch}");
    for zero in [ZeroStage::Gradients, ZeroStage::Parameters] {
        let pipeline = message(Settings { zero, data: 2, pipeline: 2, ..Settings::default() });
        let nearest = format!("stage 1 (optimizer) with pipeline = 2, and stage {} with pipeline = 1", zero.number());
        assert!(pipeline.contains("a pipeline of 2 stages") && pipeline.contains(&nearest), "{pipeline}");
    }
    let compressed = message(Settings { zero: ZeroStage::Optimizer, compression: Compression::Int8, ..Settings::default() });
    assert!(compressed.contains("compression none with ZeRO stage 1, and int8 with ZeRO stage 0 (none)"), "{compressed}");
}

#[test]
fn the_ranks_hold_each_segment_once_and_read_each_sequence_once() {
    let settings = Settings { data: 2, pipeline: 2, tensor: 2, micro_batches: 2, ..Settings::default() };
    let plan = plan(settings).unwrap();
    let mut sequences: Vec<usize> =
        (0..2).flat_map(|data| (0..2).flat_map(move |micro| [(data, micro)])).flat_map(|(d, m)| plan.sequences(d, m)).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (0..8).collect::<Vec<_>>());
    let mut held: Vec<usize> = Vec::new();
    for rank in (0..plan.mesh.ranks()).filter(|&rank| [0, 3].map(|axis| plan.mesh.coordinates(rank)[axis]) == [0, 0]) {
        held.extend(plan.part(rank).chunks.into_iter().flatten());
    }
    assert_eq!(held, (0..10).collect::<Vec<_>>());
}
