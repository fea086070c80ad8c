//! What happens while an experiment runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::result::{MemoryUse, SampleStage};

/// One event of an experiment; `run` is the index of the run in the spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The run's model is loaded and its method attached.
    Started {
        /// Index of the run.
        run: usize,
        /// Optimizer steps it will take.
        steps: u32,
        /// Scalars that learn.
        #[cfg_attr(test, ts(type = "number"))]
        trainable_parameters: u64,
        /// All scalars of the model, those of the method included.
        #[cfg_attr(test, ts(type = "number"))]
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
    /// A point of a series: `loss`, `validation_loss`, `learning_rate`, `gradient_norm`.
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
        /// Before or after training.
        stage: SampleStage,
        /// The prompt.
        prompt: String,
        /// The continuation so far.
        text: String,
        /// Whether it is whole.
        done: bool,
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
