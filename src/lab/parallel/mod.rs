//! What is particular to runs on several ranks: their plan, the prediction, and what they measure.

pub mod nearest;
pub mod phase;
pub mod planned;
pub mod predict;
pub mod report;
pub mod setup;
pub mod shares;
pub mod subject;
pub mod waiting;

/// A run that is spread over two ranks, for tests.
#[cfg(all(test, feature = "native"))]
pub(in crate::lab) fn spread_run() -> super::spec::RunSpec {
    let mut run = super::spec::RunSpec::default();
    (run.model.base, run.data.corpus, run.data.context) = (super::spec::NEW_MODEL.into(), "shakespeare-plays".into(), 128);
    (run.mesh.pipeline, run.training.batch_size, run.training.micro_batches) = (2, 8, 4);
    (run.training.steps, run.training.learning_rate, run.training.warmup_steps) = (20, 2e-4, 0);
    run
}
