//! Which weights learn, and how.

use schemars::JsonSchema;
use serde::Serialize;

use super::adalora::AdaLoraSpec;
use super::lora::LoraSpec;
use super::target_module::TargetModule;
use crate::json::FromJson;

/// Which weights learn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct FineTuningSpec {
    /// Full fine-tuning trains every weight; all other methods freeze most of them, and train a few, or something small beside them.
    pub method: Method,
    /// How the matrices that do not learn are kept. QLoRA is LoRA on a base in NF4 (Dettmers et al. 2023, arXiv:2305.14314).
    pub quantization: Quantization,
    /// Settings of LoRA, of DoRA and, some of them, of AdaLoRA.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": ["lora", "dora", "adalora"]}))]
    pub lora: LoraSpec,
    /// Settings of AdaLoRA.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": "adalora"}))]
    pub adalora: AdaLoraSpec,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
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
    /// LoRA whose ranks go to the layers that need them most (Zhang et al. 2023, arXiv:2303.10512).
    #[serde(rename = "adalora")]
    AdaLora,
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

/// How matrices that do not learn are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Quantization {
    /// In float32: 4 bytes a weight.
    #[default]
    None,
    /// In 8 bits, with a scale for each row.
    Int8,
    /// In 4 bits, with a scale for each 64 and each row: 0.54 bytes a weight.
    Nf4,
}

impl Quantization {
    /// Its name in the spec, which is that of the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Int8 => "int8",
            Self::Nf4 => "nf4",
        }
    }
}

/// Settings of IA³: `y = l * (W x)`, of down_proj `y = W (l * x)`; only the vectors l learn.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum AdapterPlacement {
    /// After attention and after the feed-forward block.
    Sequential,
    /// Beside them (He et al. 2021, arXiv:2110.04366).
    Parallel,
}

/// Settings of prompt tuning and of prefix tuning.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct PromptSpec {
    /// Virtual tokens before each text, which take up part of what the model reads at once.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1))]
    pub virtual_tokens: u32,
    /// Standard deviation of what is learned, at its start.
    #[schemars(range(min = 0, max = 10), extend("x-step" = 0.1, "x-visible-if" = {"fine_tuning.prompt.reparametrised": false}))]
    pub init_std: f64,
    /// Whether a small network makes the keys and values out of learned numbers, which steadies the training of a prefix.
    #[schemars(extend("x-visible-if" = {"fine_tuning.method": "prefix_tuning"}))]
    pub reparametrised: bool,
    /// Hidden units of that network.
    #[schemars(
        range(min = 1, max = 4096),
        extend("x-step" = 16, "x-visible-if" = {"fine_tuning.method": "prefix_tuning", "fine_tuning.prompt.reparametrised": true})
    )]
    pub hidden: u32,
}

impl Default for PromptSpec {
    fn default() -> Self {
        Self { virtual_tokens: 8, init_std: 0.1, reparametrised: false, hidden: 64 }
    }
}

/// Settings of training the last layers.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
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
