//! ZeRO trains like one rank.

mod memory;

use super::*;
use crate::nn::BuildError;
use crate::parallel::zero::ZeroStage;
use crate::tensor::MemoryReport;

fn zero(zero: ZeroStage, settings: Settings) -> Settings {
    Settings { zero, ..settings }
}

/// What a rank saw.
struct Seen {
    losses: Vec<f64>,
    /// After building.
    built: MemoryReport,
    /// At the end.
    memory: MemoryReport,
}

/// Trains for some steps on ranks that may each use `limit` bytes.
fn watch(config: &ModelConfig, settings: Settings, method: MakeMethod, limit: Option<usize>, steps: usize) -> Vec<Result<Seen>> {
    let plan = plan_of(settings, config);
    let results = run(plan.mesh.ranks(), |transport| {
        let plan = Rc::new(plan.clone());
        async move {
            let (comm, ledger) = (Comm::new(transport), Ledger::new(limit));
            let mut rank = match rank_of(&comm, &plan, config, &ledger, method) {
                Ok(rank) => rank,
                Err(StartError::Attach(MethodError::Build(BuildError::Memory(error)))) => return Err(RankError::Memory(error)),
                Err(error) => panic!("{error}"),
            };
            let (built, mut losses) = (ledger.report(), Vec::new());
            for step in 0..steps {
                let (inputs, targets) = batch(step);
                losses.push(rank.step(Batch { inputs: &inputs, targets: &targets, dropout: masks(step) }, UPDATE).await?.loss);
            }
            Ok(Seen { losses, built, memory: ledger.report() })
        }
    });
    results.into_iter().map(|rank| rank.expect("no panic")).collect()
}

#[test]
fn every_stage_over_one_two_and_four_replicas() {
    for stage in ZeroStage::ALL {
        check(&format!("ZeRO {}, one rank", stage.number()), &zero(stage, settings(1, 1, 1, 2)));
        check(&format!("ZeRO {}, dp2", stage.number()), &zero(stage, settings(2, 1, 1, 1)));
        check(&format!("ZeRO {}, dp4, 2 micro-batches", stage.number()), &zero(stage, settings(4, 1, 1, 2)));
    }
}

#[test]
fn optimizer_shards_with_tensor_and_pipeline_ranks() {
    check("ZeRO 1, dp2 tp2", &zero(ZeroStage::Optimizer, settings(2, 1, 2, 1)));
    check("ZeRO 1, dp2 pp2", &zero(ZeroStage::Optimizer, settings(2, 2, 1, 2)));
    check("ZeRO 1, dp2 tp2 pp2", &zero(ZeroStage::Optimizer, settings(2, 2, 2, 2)));
}

#[test]
fn gradient_and_parameter_shards_with_tensor_ranks() {
    check("ZeRO 2, dp2 tp2", &zero(ZeroStage::Gradients, settings(2, 1, 2, 2)));
    check("ZeRO 3, dp2 tp2", &zero(ZeroStage::Parameters, settings(2, 1, 2, 1)));
    check("ZeRO 3, dp4 tp2", &zero(ZeroStage::Parameters, settings(4, 1, 2, 1)));
    let by_rows = Settings { sequence_parallel: true, ..settings(2, 1, 2, 2) };
    check("ZeRO 3, dp2 tp2, rows shared out", &zero(ZeroStage::Parameters, by_rows));
}

/// One rank of a pipeline has no use for a backward in two parts, but may be told to.
#[test]
fn every_schedule_and_algorithm() {
    for schedule in [ScheduleKind::Gpipe, ScheduleKind::ZeroBubbleH1, ScheduleKind::Interleaved] {
        let chunks_per_stage = if schedule == ScheduleKind::Interleaved { 2 } else { 1 };
        let settings = Settings { schedule, chunks_per_stage, ..settings(2, 1, 1, 2) };
        check(&format!("ZeRO 2, {}", schedule.name()), &zero(ZeroStage::Gradients, settings.clone()));
        check(&format!("ZeRO 3, {}", schedule.name()), &zero(ZeroStage::Parameters, settings));
    }
    for (stage, algorithm) in ZeroStage::ALL.into_iter().flat_map(|stage| Algorithm::ALL.map(|algorithm| (stage, algorithm))) {
        let settings = Settings { algorithm, ..settings(4, 1, 1, 2) };
        check(&format!("ZeRO {}, {}", stage.number(), algorithm.name()), &zero(stage, settings));
    }
}

/// Shards of a unit of which a part learns have frozen and learning pieces.
#[test]
fn biases_and_norms_alone() {
    let only_vectors: MakeMethod = || Box::new(Only(|_, param| !param.is_matrix()));
    let expected = alone(&gpt(), only_vectors);
    for stage in ZeroStage::ALL {
        let ranks = spread(&gpt(), zero(stage, settings(4, 1, 1, 2)), only_vectors);
        let worst = worst_difference(&expected, &ranks[0]);
        assert!(worst <= 1e-5, "ZeRO {}: {worst:e}", stage.number());
    }
}
