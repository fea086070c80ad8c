//! Settings of AdaLoRA.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// Settings of AdaLoRA: `y = W x + alpha / rank * B E A x`; of its triplets the least important are taken away.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct AdaLoraSpec {
    /// Rank that every module starts with.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1))]
    pub initial_rank: u32,
    /// Rank that modules have in the end, on average.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1))]
    pub target_rank: u32,
    /// Steps before ranks begin to be taken away.
    #[schemars(range(min = 0, max = 100000), extend("x-unit" = "steps", "x-step" = 5, "x-advanced" = true))]
    pub first_steps: u32,
    /// Steps at the end in which ranks stay as they are.
    #[schemars(range(min = 0, max = 100000), extend("x-unit" = "steps", "x-step" = 5, "x-advanced" = true))]
    pub last_steps: u32,
    /// Steps from one time that ranks are taken away to the next.
    #[schemars(range(min = 1, max = 10000), extend("x-unit" = "steps", "x-step" = 1, "x-advanced" = true))]
    pub interval: u32,
    /// Memory of a triplet's importance.
    #[schemars(range(min = 0, max = 0.999), extend("x-step" = 0.05, "x-advanced" = true))]
    pub beta1: f64,
    /// Memory of the uncertainty of its importance.
    #[schemars(range(min = 0, max = 0.999), extend("x-step" = 0.05, "x-advanced" = true))]
    pub beta2: f64,
    /// Weight of the penalty that keeps the rows of A and the columns of B orthogonal.
    #[schemars(range(min = 0, max = 100), extend("x-step" = 0.1, "x-advanced" = true))]
    pub orthogonality: f64,
}

impl Default for AdaLoraSpec {
    fn default() -> Self {
        Self { initial_rank: 6, target_rank: 4, first_steps: 10, last_steps: 20, interval: 5, beta1: 0.85, beta2: 0.85, orthogonality: 0.5 }
    }
}
