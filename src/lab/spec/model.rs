//! The model of a run: one that is trained already, or a new one.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// The model that is trained.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct ModelSpec {
    /// A model of these sizes that knows nothing yet (`new`), one that ships with the site, or `file:NAME` for one of your own.
    #[schemars(length(min = 1, max = 200), extend("x-suggestions" = ["new", "tang-poems", "shakespeare-plays"]))]
    pub base: String,
    /// What a new model takes as one token.
    #[schemars(extend("x-visible-if" = {"model.base": "new"}))]
    pub tokenizer: TokenizerSpec,
    /// Which kind a new model is.
    #[schemars(extend("x-visible-if" = {"model.base": "new"}))]
    pub family: FamilySpec,
    /// Blocks of attention and feed-forward.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1, "x-visible-if" = {"model.base": "new"}))]
    pub n_layers: u32,
    /// Width of the hidden states.
    #[schemars(range(min = 8, max = 2048), extend("x-step" = 32, "x-visible-if" = {"model.base": "new"}))]
    pub d_model: u32,
    /// Attention heads; each is d_model / n_heads wide.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1, "x-visible-if" = {"model.base": "new"}))]
    pub n_heads: u32,
    /// Width inside the feed-forward block.
    #[schemars(range(min = 8, max = 8192), extend("x-step" = 64, "x-visible-if" = {"model.base": "new"}))]
    pub d_ff: u32,
}

impl Default for ModelSpec {
    fn default() -> Self {
        Self {
            base: "tang-poems".into(),
            tokenizer: TokenizerSpec::Bytes,
            family: FamilySpec::Gpt,
            n_layers: 6,
            d_model: 256,
            n_heads: 8,
            d_ff: 1024,
        }
    }
}

/// [`ModelSpec::base`] of a model that knows nothing yet.
pub const NEW_MODEL: &str = "new";

/// What is one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum TokenizerSpec {
    /// A byte of the text in UTF-8: 257 tokens, whatever the language.
    Bytes,
    /// A character: those of the training text, the most frequent 8,190 of them.
    Characters,
}

/// A kind of decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum FamilySpec {
    /// LayerNorm, GELU, learned positions.
    Gpt,
    /// RMSNorm, SwiGLU, rotary positions, embedding and head share their weight.
    Llama,
}
