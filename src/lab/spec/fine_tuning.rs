//! Which weights learn, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target_module::TargetModule;

/// Which weights learn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct FineTuningSpec {
    /// Full fine-tuning trains every weight; all other methods freeze most of them, and train a few, or something small beside them.
    pub method: Method,
    /// Settings of LoRA and of DoRA.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": ["lora", "dora"]}))]
    pub lora: LoraSpec,
    /// Settings of IA³.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": "ia3"}))]
    pub ia3: Ia3Spec,
    /// Settings of bottleneck adapters.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": "adapter"}))]
    pub adapter: AdapterSpec,
    /// Settings of prompt tuning and of prefix tuning.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": ["prompt_tuning", "prefix_tuning"]}))]
    pub prompt: PromptSpec,
    /// Settings of training the last layers.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": "last_layers"}))]
    pub last_layers: LastLayersSpec,
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
    /// LoRA for the direction of each weight's rows, with their lengths learned by themselves (Liu et al. 2024, arXiv:2402.09353).
    Dora,
    /// Learned vectors that scale what passes through some layers (Liu et al. 2022, arXiv:2205.05638).
    Ia3,
    /// Small networks in every layer (Houlsby et al. 2019, arXiv:1902.00751).
    Adapter,
    /// Learned embeddings of virtual tokens before each text (Lester et al. 2021, arXiv:2104.08691).
    PromptTuning,
    /// Learned keys and values before those of each text, in every layer (Li and Liang 2021, arXiv:2101.00190).
    PrefixTuning,
    /// Only the biases (Ben Zaken et al. 2021, arXiv:2106.10199).
    #[serde(rename = "bitfit")]
    BitFit,
    /// The last layers, with the final norm and the head.
    LastLayers,
}

/// Settings of LoRA: `y = W x + scaling * B A x`, only A and B learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct LoraSpec {
    /// Rank of the update: columns of B, rows of A.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1))]
    pub rank: u32,
    /// Strength of the update: it is multiplied by alpha, and divided as the scaling says.
    #[schemars(range(min = 0.001, max = 4096), extend("x-step" = 1))]
    pub alpha: f64,
    /// What the update is multiplied by.
    pub scaling: LoraScaling,
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
        Self {
            rank: 4,
            alpha: 8.0,
            scaling: LoraScaling::Standard,
            dropout: 0.0,
            target_modules: TargetModule::all(),
            init: LoraInit::KaimingUniform,
        }
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

/// What LoRA's update is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LoraScaling {
    /// alpha / rank.
    Standard,
    /// alpha / sqrt(rank): rank-stabilised LoRA (Kalajdzievski 2023, arXiv:2312.03732).
    RankStabilised,
}

/// Settings of IA³: `y = l * (W x)`, of down_proj `y = W (l * x)`; only the vectors l learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct Ia3Spec {
    /// The projections that get a vector.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    #[cfg_attr(
        all(test, feature = "native"),
        ts(type = "Array<'q_proj' | 'k_proj' | 'v_proj' | 'o_proj' | 'gate_proj' | 'up_proj' | 'down_proj'>")
    )]
    pub target_modules: Vec<TargetModule>,
}

impl Default for Ia3Spec {
    fn default() -> Self {
        Self { target_modules: ["k_proj", "v_proj", "down_proj"].into_iter().filter_map(TargetModule::named).collect() }
    }
}

/// Settings of bottleneck adapters: `adapter(h) = up(gelu(down(h)))`, only these learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct AdapterSpec {
    /// Width of the bottleneck: outputs of `down`, inputs of `up`.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 8))]
    pub size: u32,
    /// Where it is.
    pub placement: AdapterPlacement,
}

impl Default for AdapterSpec {
    fn default() -> Self {
        Self { size: 16, placement: AdapterPlacement::Sequential }
    }
}

/// Where a bottleneck adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum AdapterPlacement {
    /// After attention and after the feed-forward block.
    Sequential,
    /// Beside them (He et al. 2021, arXiv:2110.04366).
    Parallel,
}

/// Settings of prompt tuning and of prefix tuning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct PromptSpec {
    /// Virtual tokens before each text, which take up part of what the model reads at once.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1))]
    pub virtual_tokens: u32,
    /// Standard deviation of what is learned, at its start.
    #[schemars(range(min = 0, max = 10), extend("x-step" = 0.1))]
    pub init_std: f64,
}

impl Default for PromptSpec {
    fn default() -> Self {
        Self { virtual_tokens: 8, init_std: 0.1 }
    }
}

/// Settings of training the last layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct LastLayersSpec {
    /// How many layers learn; those below are frozen.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1))]
    pub layers: u32,
}

impl Default for LastLayersSpec {
    fn default() -> Self {
        Self { layers: 1 }
    }
}
