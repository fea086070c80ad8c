//! Settings of LoRA.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::target_module::{LoraTarget, TargetModule};
use crate::json::FromJson;

/// Settings of LoRA: `y = W x + scaling * B A x`, only A and B learn.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct LoraSpec {
    /// Rank of the update: columns of B, rows of A.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1, "x-visible-if" = {"fine_tuning.method": ["lora", "dora"]}))]
    pub rank: u32,
    /// Strength of the update: it is multiplied by alpha, and divided as the scaling says.
    #[schemars(range(min = 0.001, max = 4096), extend("x-step" = 1))]
    pub alpha: f64,
    /// What the update is multiplied by.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": ["lora", "dora"]}))]
    pub scaling: LoraScaling,
    /// Probability of dropping an input of A while training.
    #[schemars(range(min = 0, max = 0.9), extend("x-step" = 0.05))]
    pub dropout: f64,
    /// The projections that get a low-rank pair.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    #[cfg_attr(
        all(test, feature = "native"),
        ts(type = "Array<'q_proj' | 'k_proj' | 'v_proj' | 'o_proj' | 'gate_proj' | 'up_proj' | 'down_proj' | 'embed_tokens' | 'lm_head'>")
    )]
    pub target_modules: Vec<LoraTarget>,
    /// How A and B start; with every choice, training starts at the base model.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": ["lora", "dora"]}))]
    pub init: LoraInit,
    /// How many times as fast as A B learns: LoRA+ (Hayou et al. 2024, arXiv:2402.12354). 1: as fast.
    #[schemars(
        range(min = 0.01, max = 1000),
        extend("x-step" = 1, "x-advanced" = true, "x-visible-if" = {"fine_tuning.method": ["lora", "dora"]})
    )]
    pub learning_rate_ratio: f64,
    /// Which biases of the model learn, too.
    #[schemars(extend("x-advanced" = true, "x-visible-if" = {"fine_tuning.method": ["lora", "dora"]}))]
    pub bias: LoraBias,
    /// The layers whose projections get a pair, from 0; empty: all.
    #[schemars(
        inner(range(min = 0, max = 1023)),
        extend("uniqueItems" = true, "x-advanced" = true, "x-visible-if" = {"fine_tuning.method": ["lora", "dora"]})
    )]
    pub layers: Vec<u32>,
    /// Ranks of modules whose path ends so, e.g. `layers.0.self_attn.q_proj`, in the place of the rank.
    #[schemars(extend(
        "additionalProperties" = {"type": "integer", "minimum": 1, "maximum": 1024},
        "x-advanced" = true,
        "x-visible-if" = {"fine_tuning.method": ["lora", "dora"]}
    ))]
    pub rank_pattern: BTreeMap<String, u32>,
    /// Alphas of modules, likewise.
    #[schemars(extend(
        "additionalProperties" = {"type": "number", "minimum": 0.001, "maximum": 4096},
        "x-advanced" = true,
        "x-visible-if" = {"fine_tuning.method": ["lora", "dora"]}
    ))]
    pub alpha_pattern: BTreeMap<String, f64>,
}

impl Default for LoraSpec {
    fn default() -> Self {
        Self {
            rank: 4,
            alpha: 8.0,
            scaling: LoraScaling::Standard,
            dropout: 0.0,
            target_modules: TargetModule::all().into_iter().map(LoraTarget::from).collect(),
            init: LoraInit::KaimingUniform,
            learning_rate_ratio: 1.0,
            bias: LoraBias::None,
            layers: Vec::new(),
            rank_pattern: BTreeMap::new(),
            alpha_pattern: BTreeMap::new(),
        }
    }
}

/// How LoRA's pair starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LoraInit {
    /// Uniform in ±1/sqrt(in_features), PEFT's default.
    KaimingUniform,
    /// Normal with standard deviation 1/rank, PEFT's "gaussian".
    Gaussian,
    /// Both random, in subspaces that are orthogonal to each other; the rank is even.
    Orthogonal,
    /// The largest singular values of the weight, which keeps the rest (Meng et al. 2024, arXiv:2404.02948).
    Pissa,
    /// The first part of the weight's QR factorisation; the weight keeps the rest (Büyükakyüz 2024, arXiv:2406.01775).
    Olora,
}

/// Which biases of the model LoRA trains, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LoraBias {
    /// None.
    None,
    /// All there are.
    All,
    /// Those of the modules that get a pair.
    LoraOnly,
}

/// What LoRA's update is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LoraScaling {
    /// alpha / rank.
    Standard,
    /// alpha / sqrt(rank): rank-stabilised LoRA (Kalajdzievski 2023, arXiv:2312.03732).
    RankStabilised,
}
