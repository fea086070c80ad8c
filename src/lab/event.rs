//! What happens while an experiment runs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::parallel::report::{Pilot, Planned, Prediction, RankStep};
use super::problem::Problem;
use super::result::{ForkReport, MemoryUse, Metric, SampleStage};
use super::search::{Budget, SearchReport};

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum RunPhase {
    /// Its files are read and its ranks started.
    Opening,
    /// Ranks measure how fast they and their connections are, or how long a step takes.
    Measuring,
    /// The model is built.
    Preparing,
    /// Learning rates are tried.
    Searching,
    /// What another run did is done again, up to where this one begins.
    Recomputing,
    /// The validation loss is measured.
    Evaluating,
    /// A sample is written.
    Sampling,
    /// It trains.
    Training,
}

/// One event of an experiment; `run` is the index of the run in the spec.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The run's model is loaded and its method attached.
    Started {
        /// Index of the run.
        run: usize,
        /// Optimizer steps it will take.
        steps: u32,
        /// Scalars that learn.
        #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
        trainable_parameters: u64,
        /// All scalars of the model, those of the method included.
        #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
        total_parameters: u64,
    },
    /// An optimizer step is done.
    Progress {
        /// Index of the run.
        run: usize,
        /// Optimizer steps done.
        step: u32,
        /// Optimizer steps in all.
        steps: u32,
        /// Time spent on this run so far, in seconds.
        elapsed_seconds: f64,
        /// Time this experiment still needs, all runs together, in seconds.
        remaining_seconds: f64,
        /// Time of the last optimizer step, in milliseconds.
        step_milliseconds: f64,
        /// Trained tokens per second, median of the last steps.
        tokens_per_second: f64,
    },
    /// A point of a series: `loss`, `validation_loss`, `learning_rate`, `gradient_norm`, `step_milliseconds`, `bubble_fraction`.
    Metric {
        /// Index of the run.
        run: usize,
        /// Name of the series.
        series: String,
        /// Optimizer steps done when it was taken.
        step: u32,
        /// The value.
        value: f64,
    },
    /// Memory of the run now, by category.
    Memory {
        /// Index of the run.
        run: usize,
        /// By category; `total` is the sum.
        memory: BTreeMap<String, MemoryUse>,
    },
    /// A sample of text; it grows: each event replaces the sample of the same stage.
    Sample {
        /// Index of the run.
        run: usize,
        /// When it is taken.
        stage: SampleStage,
        /// Optimizer steps done by then.
        step: u32,
        /// The prompt.
        prompt: String,
        /// The continuation so far.
        text: String,
        /// Whether it is whole.
        done: bool,
    },
    /// What the run does now.
    Phase {
        /// Index of the run.
        run: usize,
        /// That.
        phase: RunPhase,
    },
    /// A figure that is known from now on.
    Figure {
        /// Index of the run.
        run: usize,
        /// Its name among the metrics.
        name: String,
        /// The figure.
        figure: Metric,
    },
    /// A run on several ranks is planned; again, once it is measured, where that divides the layers otherwise.
    Planned {
        /// Index of the run.
        run: usize,
        /// What each rank is and does.
        planned: Box<Planned>,
    },
    /// Ranks have measured how fast they are.
    Predicted {
        /// Index of the run.
        run: usize,
        /// What messages go through: `shared`, `ports`, or natively `threads`.
        transport: String,
        /// What each rank measured.
        pilots: Vec<Pilot>,
        /// What is to be expected of each step: modelled.
        prediction: Box<Prediction>,
    },
    /// What the ranks of a run measured in a step.
    Ranks {
        /// Index of the run.
        run: usize,
        /// Each of them.
        ranks: Vec<RankStep>,
    },
    /// A rank is gone; the run can go on from its last state.
    Lost {
        /// Index of the run.
        run: usize,
        /// What happened.
        problem: Problem,
        /// Optimizer steps done by then.
        step: u32,
        /// Optimizer steps of the state that the run can go on from.
        from: u32,
    },
    /// A fork differs from the run that it is a fork of, or does not after the first step.
    Forked {
        /// Index of the run.
        run: usize,
        /// Where, and by how much.
        report: ForkReport,
    },
    /// A learning rate was tried, or chosen.
    Searched {
        /// Index of the run.
        run: usize,
        /// How far the search is.
        report: SearchReport,
    },
    /// The run knows how many optimizer steps fit into its training time.
    Budgeted {
        /// Index of the run.
        run: usize,
        /// How many, and why.
        report: Budget,
    },
    /// The run is complete.
    Finished {
        /// Index of the run.
        run: usize,
    },
    /// The run was cancelled; what it measured so far is kept.
    Cancelled {
        /// Index of the run.
        run: usize,
    },
    /// The run failed; the others go on.
    Failed {
        /// Index of the run.
        run: usize,
        /// What is wrong and what to change.
        problem: Problem,
    },
}
