//! The optimizer and its schedule.

use schemars::JsonSchema;
use serde::Serialize;

use super::search::SearchSpec;
use crate::json::FromJson;
use crate::optim::LrScheduleKind;

/// The optimizer (AdamW) and its schedule.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct TrainingSpec {
    /// Optimizer steps. A run that is given a training time takes another number, and only its search for a learning rate goes by this one.
    #[schemars(range(min = 1, max = 100000), extend("x-unit" = "steps", "x-step" = 10))]
    pub steps: u32,
    /// Sequences of one optimizer step, over all replicas and micro-batches.
    #[schemars(range(min = 1, max = 262144), extend("x-unit" = "sequences", "x-step" = 1))]
    pub batch_size: u32,
    /// Parts that each replica's sequences of a step are cut into; their gradients are accumulated.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1))]
    pub micro_batches: u32,
    /// Training time that a run gets: it takes as many steps as fit into it, by the time of a step that it measures first. 0: its number of
    /// steps is given.
    #[schemars(range(min = 0.0, max = 36000.0), extend("x-unit" = "s", "x-step" = 10))]
    pub seconds: f64,
    /// Peak learning rate.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-step" = 0.0001, "x-visible-if" = {"training.search.candidates": 0}))]
    pub learning_rate: f64,
    /// A search for the learning rate.
    pub search: SearchSpec,
    /// How the learning rate moves after the warm-up.
    pub schedule: LrScheduleKind,
    /// Steps over which the learning rate rises from zero.
    #[schemars(range(min = 0, max = 10000), extend("x-unit" = "steps", "x-step" = 1))]
    pub warmup_steps: u32,
    /// Decoupled weight decay, of weight matrices only.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-step" = 0.01))]
    pub weight_decay: f64,
    /// AdamW's beta 1: memory of the gradient's mean.
    #[schemars(range(min = 0.0, max = 0.9999), extend("x-step" = 0.01, "x-advanced" = true))]
    pub beta1: f64,
    /// AdamW's beta 2: memory of the gradient's square.
    #[schemars(range(min = 0.0, max = 0.99999), extend("x-step" = 0.001, "x-advanced" = true))]
    pub beta2: f64,
    /// AdamW's epsilon, in the denominator.
    #[schemars(range(min = 1e-12, max = 0.1), extend("x-advanced" = true))]
    pub epsilon: f64,
    /// Largest L2 norm of the whole gradient; larger ones are scaled down to it. 0 switches clipping off.
    #[schemars(range(min = 0.0, max = 1000.0), extend("x-step" = 0.1))]
    pub gradient_clip: f64,
    /// Seed of new weights, of the data order, of dropout, of LoRA's A and of sampling.
    #[schemars(range(min = 0, max = 4294967295u64), extend("x-step" = 1))]
    pub seed: u32,
}

impl TrainingSpec {
    /// Whether a run has to train a little before it knows how to train.
    pub fn has_preliminaries(&self) -> bool {
        self.search.is_on() || self.seconds > 0.0
    }
}

impl Default for TrainingSpec {
    fn default() -> Self {
        Self {
            steps: 200,
            batch_size: 4,
            micro_batches: 1,
            seconds: 0.0,
            learning_rate: 5e-4,
            search: SearchSpec::default(),
            schedule: LrScheduleKind::Cosine,
            warmup_steps: 10,
            weight_decay: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            gradient_clip: 1.0,
            seed: 42,
        }
    }
}
