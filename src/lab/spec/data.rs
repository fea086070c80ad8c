//! The text of a run.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// The text a run trains on.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
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
