//! `config.json` of a Hugging Face checkpoint: the fields that decide what the model computes.
//!
//! Field names and defaults are those of `transformers` (`LlamaConfig`, `MistralConfig`, `Qwen2Config`,
//! `Gemma3TextConfig`). Fields without influence on the result are ignored; a field that would change the result and is
//! not represented in [`HfConfig`] is an error.

use serde_json::{Value, json};

use super::error::FormatError;
use super::json::Fields;
use crate::nn::{Biases, Rope};
use family::ModelType;

pub use family::{Activation, Family};
pub use layers::LayerKind;

mod family;
mod layers;
mod rope;
mod write;

const FILE: &str = "config.json";
/// Largest size taken: products of two sizes stay far below what 64 bits hold.
const MAX_SIZE: usize = 1 << 24;
const MAX_LAYERS: usize = 1024;

/// The configuration of a decoder.
#[derive(Clone, Debug, PartialEq)]
pub struct HfConfig {
    /// Where norms are and what they multiply by, how embeddings are scaled.
    pub family: Family,
    /// Number of token ids.
    pub vocab_size: usize,
    /// Width of the hidden states.
    pub hidden_size: usize,
    /// Width inside the feed-forward block.
    pub intermediate_size: usize,
    /// Number of decoder layers.
    pub num_hidden_layers: usize,
    /// Number of query heads.
    pub num_attention_heads: usize,
    /// Number of key and value heads; divides `num_attention_heads`.
    pub num_key_value_heads: usize,
    /// Width of a head; even.
    pub head_dim: usize,
    /// Longest sequence the model was made for.
    pub max_position_embeddings: usize,
    /// Added to the mean square inside RMSNorm.
    pub rms_norm_eps: f64,
    /// Nonlinearity of the feed-forward block's gate.
    pub hidden_act: Activation,
    /// Which linear layers have a bias.
    pub bias: Biases,
    /// Kind of each layer; empty if all are [`LayerKind::Full`].
    pub layer_types: Vec<LayerKind>,
    /// Keys that a query of a sliding layer sees, itself included; there exactly if a layer slides.
    pub sliding_window: Option<usize>,
    /// `query_pre_attn_scalar`: queries are divided by its square root, instead of by that of `head_dim`.
    pub query_scale: Option<f64>,
    /// The rotary embedding.
    pub rope: Rope,
    /// The rotary embedding of sliding layers, where it is another.
    pub local_rope: Option<Rope>,
    /// Whether the output layer shares the embedding's weight.
    pub tie_word_embeddings: bool,
    /// Id of the token that begins a text.
    pub bos_token_id: Option<u32>,
    /// Ids of the tokens that end a text.
    pub eos_token_id: Vec<u32>,
}

impl HfConfig {
    /// Reads the text of a `config.json`.
    ///
    /// # Errors
    /// [`FormatError::NotJson`], [`FormatError::MissingField`], [`FormatError::Field`] or [`FormatError::Contradiction`].
    pub fn from_json(text: &[u8]) -> Result<Self, FormatError> {
        let fields = Fields::parse(FILE, text)?;
        let model_type = ModelType::read(&fields)?;
        let defaults = model_type.defaults();
        check_features(&fields)?;
        let hidden_size = fields.required_size("hidden_size", MAX_SIZE)?;
        let num_attention_heads = fields.required_size("num_attention_heads", MAX_SIZE)?;
        let num_hidden_layers = fields.required_size("num_hidden_layers", MAX_LAYERS)?;
        let max_position_embeddings = fields.size("max_position_embeddings", MAX_SIZE)?.unwrap_or(defaults.max_positions);
        let (layer_types, sliding_window) = layers::read(&fields, model_type, num_hidden_layers)?;
        let (rope, local_rope) = rope::read(&fields, model_type, max_position_embeddings)?;
        let local_rope = local_rope.filter(|_| model_type == ModelType::Gemma3 || sliding_window.is_some());
        Ok(Self {
            family: model_type.family(),
            vocab_size: fields.required_size("vocab_size", MAX_SIZE)?,
            hidden_size,
            intermediate_size: fields.required_size("intermediate_size", MAX_SIZE)?,
            num_hidden_layers,
            num_attention_heads,
            num_key_value_heads: num_key_value_heads(&fields, num_attention_heads, defaults.num_key_value_heads)?,
            head_dim: head_dim(&fields, hidden_size, num_attention_heads, defaults.head_dim)?,
            max_position_embeddings,
            rms_norm_eps: fields.number("rms_norm_eps", |eps| eps >= 0.0, ">= 0")?.unwrap_or(1e-6),
            hidden_act: model_type.activation(&fields)?,
            bias: model_type.biases(&fields)?,
            layer_types,
            sliding_window,
            query_scale: query_scale(&fields, model_type)?,
            rope,
            local_rope,
            tie_word_embeddings: fields.boolean("tie_word_embeddings")?.unwrap_or(defaults.tie_word_embeddings),
            bos_token_id: token_ids(&fields, "bos_token_id")?.first().copied(),
            eos_token_id: token_ids(&fields, "eos_token_id")?,
        })
    }
}

/// Refuses what would make any of the models compute something else.
fn check_features(fields: &Fields) -> Result<(), FormatError> {
    for field in ["quantization_config", "compression_config", "pruned_heads", "attn_logit_softcapping", "final_logit_softcapping"] {
        fields.only(field, &[])?;
    }
    for field in ["use_bidirectional_attention", "is_encoder_decoder", "add_cross_attention", "use_mrope"] {
        fields.only(field, &[json!(false)])?;
    }
    // Dropout of attention weights, which `transformers` applies in training.
    fields.only("attention_dropout", &[json!(0.0), json!(0)])
}

fn num_key_value_heads(fields: &Fields, num_attention_heads: usize, default: Option<usize>) -> Result<usize, FormatError> {
    const FIELD: &str = "num_key_value_heads";
    // `null` stands for as many as there are query heads; absent, for the family's default.
    let default = default.filter(|_| !fields.is_null(FIELD)).unwrap_or(num_attention_heads);
    let heads = fields.size(FIELD, MAX_SIZE)?.unwrap_or(default);
    match num_attention_heads.is_multiple_of(heads) {
        true => Ok(heads),
        false => {
            let divisors = (1..=num_attention_heads).filter(|heads| num_attention_heads.is_multiple_of(*heads));
            let divisors = divisors.map(|heads| heads.to_string()).collect::<Vec<_>>().join(", ");
            Err(fields.unsupported(FIELD, format!("{divisors} (num_attention_heads = {num_attention_heads})")))
        }
    }
}

fn head_dim(fields: &Fields, hidden_size: usize, num_attention_heads: usize, default: Option<usize>) -> Result<usize, FormatError> {
    if let Some(head_dim) = fields.size("head_dim", MAX_SIZE)?.or(default) {
        // The rotary embedding turns pairs.
        return if head_dim % 2 == 0 { Ok(head_dim) } else { Err(fields.unsupported("head_dim", "2, 4, 6, …")) };
    }
    let head_dim = hidden_size / num_attention_heads;
    if hidden_size.is_multiple_of(num_attention_heads) && head_dim.is_multiple_of(2) {
        return Ok(head_dim);
    }
    let accepted = format!("hidden_size = {hidden_size} must be an even multiple of it, or head_dim be given");
    Err(fields.unsupported("num_attention_heads", accepted))
}

fn query_scale(fields: &Fields, model_type: ModelType) -> Result<Option<f64>, FormatError> {
    const FIELD: &str = "query_pre_attn_scalar";
    if model_type != ModelType::Gemma3 {
        fields.only(FIELD, &[])?;
        return Ok(None);
    }
    Ok(Some(fields.number(FIELD, |scalar| scalar > 0.0, "> 0")?.unwrap_or(256.0)))
}

/// One id, a list of ids, or none; -1, which old files write for "none", counts as none.
fn token_ids(fields: &Fields, field: &str) -> Result<Vec<u32>, FormatError> {
    let Some(value) = fields.get(field) else {
        return Ok(Vec::new());
    };
    let ids = match value {
        Value::Array(ids) => ids.as_slice(),
        id if id.as_i64() == Some(-1) => &[],
        id => std::slice::from_ref(id),
    };
    let ids = ids.iter().map(|id| id.as_u64().and_then(|id| u32::try_from(id).ok()));
    ids.collect::<Option<_>>().ok_or_else(|| fields.unsupported(field, "0, 1, 2, … / [0, 1, …]"))
}

#[cfg(all(test, feature = "native"))]
mod tests;
