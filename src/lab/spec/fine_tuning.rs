//! Which weights learn, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target_module::TargetModule;

/// Which weights learn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct FineTuningSpec {
    /// Full fine-tuning trains every weight; LoRA freezes them and trains low-rank pairs beside them.
    pub method: Method,
    /// Settings of LoRA.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": "lora"}))]
    pub lora: LoraSpec,
}

/// A fine-tuning method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Every weight of the model is trained.
    #[default]
    Full,
    /// Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).
    Lora,
}

/// Settings of LoRA: `y = W x + (alpha / rank) B A x`, only A and B learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct LoraSpec {
    /// Rank of the update: columns of B, rows of A.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1))]
    pub rank: u32,
    /// Scale of the update: it is multiplied by alpha / rank.
    #[schemars(range(min = 0.001, max = 4096), extend("x-step" = 1))]
    pub alpha: f64,
    /// Probability of dropping an input of A while training.
    #[schemars(range(min = 0, max = 0.9), extend("x-step" = 0.05))]
    pub dropout: f64,
    /// The projections that get a low-rank pair.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    #[cfg_attr(
        all(test, feature = "native"),
        ts(type = "Array<'q_proj' | 'k_proj' | 'v_proj' | 'o_proj' | 'gate_proj' | 'up_proj' | 'down_proj'>")
    )]
    pub target_modules: Vec<TargetModule>,
    /// How A starts (B starts at zero, so that training starts at the base model).
    pub init: LoraInit,
}

impl Default for LoraSpec {
    fn default() -> Self {
        Self { rank: 4, alpha: 8.0, dropout: 0.0, target_modules: TargetModule::all(), init: LoraInit::KaimingUniform }
    }
}

/// How LoRA's A starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LoraInit {
    /// Uniform in ±1/sqrt(in_features), PEFT's default.
    KaimingUniform,
    /// Normal with standard deviation 1/rank, PEFT's "gaussian".
    Gaussian,
}
