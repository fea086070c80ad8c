//! What is measured along the way.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// What is measured along the way.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct EvaluationSpec {
    /// Steps between two measurements of the validation loss (also taken before the first and after the last step).
    #[schemars(range(min = 1, max = 100000), extend("x-unit" = "steps", "x-step" = 5))]
    pub every: u32,
    /// Validation tokens read for one measurement, at most.
    #[schemars(range(min = 16, max = 1000000), extend("x-unit" = "tokens", "x-step" = 256))]
    pub tokens: u32,
    /// A second text whose loss is measured before the first and after the last step, to see what is forgotten of it: one that ships with the
    /// site, or `file:NAME` for one of your own; empty: none. Its validation part is cut off as that of the text that is trained on.
    #[schemars(length(max = 200), extend("x-suggestions" = ["song-ci", "shakespeare-sonnets", "tang-poems", "shakespeare-plays"]))]
    pub base_corpus: String,
    /// Text that the samples continue; empty: the model begins by itself.
    #[schemars(length(max = 400))]
    pub prompt: String,
    /// Steps between two samples during training; 0: only before the first and after the last step.
    #[schemars(range(min = 0, max = 100000), extend("x-unit" = "steps", "x-step" = 5))]
    pub sample_every: u32,
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
        Self {
            every: 20,
            tokens: 2048,
            base_corpus: String::new(),
            prompt: String::new(),
            sample_every: 0,
            sample_tokens: 64,
            temperature: 0.8,
            top_k: 40,
        }
    }
}
