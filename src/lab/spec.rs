//! What a person asks for: the only input of a run, everywhere.
//!
//! A [`Spec`] has a `base` and a list of `runs`; each run is a name and a JSON merge patch (RFC 7386) on the base,
//! so that the difference between runs is known by construction. The doc comment of each field is its English
//! explanation in the form; `x-group`, `x-unit`, `x-step` and `x-visible-if` in the JSON Schema shape the form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target_module::TargetModule;
use crate::optim::LrScheduleKind;

/// One experiment: a base configuration and the runs that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Version of this format.
    #[serde(default = "version")]
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// The configuration that every run starts from.
    #[serde(default)]
    pub base: RunSpec,
    /// The runs: what each changes of the base.
    #[schemars(length(min = 1, max = 8))]
    pub runs: Vec<RunPatch>,
}

fn version() -> u32 {
    1
}

/// One run: a name and what it changes of the base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields)]
pub struct RunPatch {
    /// The name shown above the run's column; unique within the spec.
    #[schemars(length(min = 1, max = 40))]
    pub name: String,
    /// JSON merge patch (RFC 7386) on the base; its fields are those of the base.
    #[serde(default)]
    #[schemars(extend("x-patch-of" = "base"))]
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub patch: serde_json::Map<String, serde_json::Value>,
}

/// The whole configuration of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct RunSpec {
    /// The model that is fine-tuned.
    pub model: ModelSpec,
    /// The text it is fine-tuned on.
    pub data: DataSpec,
    /// Which weights learn, and how.
    pub fine_tuning: FineTuningSpec,
    /// The optimizer and its schedule.
    pub training: TrainingSpec,
    /// What is measured along the way.
    pub evaluation: EvaluationSpec,
    /// What the run may use of this machine.
    pub resources: ResourceSpec,
}

/// The model that is fine-tuned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct ModelSpec {
    /// The base model: one that ships with the site, or `file:NAME` for one of your own.
    #[schemars(length(min = 1, max = 200), extend("x-suggestions" = ["tang-poems", "shakespeare-plays"]))]
    pub base: String,
}

impl Default for ModelSpec {
    fn default() -> Self {
        Self { base: "tang-poems".into() }
    }
}

/// The text a run trains on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct DataSpec {
    /// The text to fine-tune on: one that ships with the site, or `file:NAME` for one of your own.
    #[schemars(length(min = 1, max = 200), extend("x-suggestions" = ["song-ci", "shakespeare-sonnets", "tang-poems", "shakespeare-plays"]))]
    pub corpus: String,
    /// Length of one training sequence.
    #[schemars(range(min = 8, max = 1024), extend("x-unit" = "tokens", "x-step" = 8))]
    pub context: u32,
    /// Share of the text kept for validation, never trained on.
    #[schemars(range(min = 1, max = 50), extend("x-unit" = "%", "x-step" = 1))]
    pub validation_percent: f64,
    /// Share of the text's characters that the model's vocabulary may lack; a text that has more is refused.
    #[schemars(range(min = 0, max = 100), extend("x-unit" = "%", "x-step" = 1, "x-advanced" = true))]
    pub allow_unknown_percent: f64,
}

impl Default for DataSpec {
    fn default() -> Self {
        Self { corpus: "song-ci".into(), context: 64, validation_percent: 10.0, allow_unknown_percent: 20.0 }
    }
}

/// Which weights learn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
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
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
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
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
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
    #[cfg_attr(test, ts(type = "Array<'q_proj' | 'k_proj' | 'v_proj' | 'o_proj' | 'gate_proj' | 'up_proj' | 'down_proj'>"))]
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
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LoraInit {
    /// Uniform in ±1/sqrt(in_features), PEFT's default.
    KaimingUniform,
    /// Normal with standard deviation 1/rank, PEFT's "gaussian".
    Gaussian,
}

/// The optimizer (AdamW) and its schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct TrainingSpec {
    /// Optimizer steps.
    #[schemars(range(min = 1, max = 100000), extend("x-unit" = "steps", "x-step" = 10))]
    pub steps: u32,
    /// Sequences in one forward pass.
    #[schemars(range(min = 1, max = 1024), extend("x-unit" = "sequences", "x-step" = 1))]
    pub batch_size: u32,
    /// Forward and backward passes whose gradients are averaged into one step.
    #[schemars(range(min = 1, max = 256), extend("x-step" = 1))]
    pub gradient_accumulation: u32,
    /// Peak learning rate.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-step" = 0.0001))]
    pub learning_rate: f64,
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
    /// Seed of the data order, of dropout, of LoRA's A and of sampling.
    #[schemars(range(min = 0, max = 4294967295u64), extend("x-step" = 1))]
    pub seed: u32,
}

impl Default for TrainingSpec {
    fn default() -> Self {
        Self {
            steps: 200,
            batch_size: 4,
            gradient_accumulation: 1,
            learning_rate: 5e-4,
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

/// What is measured along the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct EvaluationSpec {
    /// Steps between two measurements of the validation loss (also taken before the first and after the last step).
    #[schemars(range(min = 1, max = 100000), extend("x-unit" = "steps", "x-step" = 5))]
    pub every: u32,
    /// Validation tokens read for one measurement, at most.
    #[schemars(range(min = 16, max = 1000000), extend("x-unit" = "tokens", "x-step" = 256))]
    pub tokens: u32,
    /// Text that the samples continue; empty: the model begins by itself.
    #[schemars(length(max = 400))]
    pub prompt: String,
    /// Length of each sample.
    #[schemars(range(min = 0, max = 512), extend("x-unit" = "tokens", "x-step" = 8))]
    pub sample_tokens: u32,
    /// Temperature of sampling; 0 always takes the likeliest token.
    #[schemars(range(min = 0.0, max = 5.0), extend("x-step" = 0.1))]
    pub temperature: f64,
    /// Sampling only among the K likeliest tokens; 0: among all.
    #[schemars(range(min = 0, max = 100000), extend("x-step" = 10))]
    pub top_k: u32,
}

impl Default for EvaluationSpec {
    fn default() -> Self {
        Self { every: 20, tokens: 2048, prompt: String::new(), sample_tokens: 64, temperature: 0.8, top_k: 40 }
    }
}

/// What a run may use of this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct ResourceSpec {
    /// The run fails, with a message, when its memory would exceed this.
    #[schemars(range(min = 1, max = 4096), extend("x-unit" = "MiB", "x-step" = 64, "x-advanced" = true))]
    pub memory_limit: u32,
}

impl Default for ResourceSpec {
    fn default() -> Self {
        Self { memory_limit: 1024 }
    }
}
