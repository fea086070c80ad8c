//! `config.json` of a Hugging Face checkpoint, for `LlamaForCausalLM`: the fields that decide what the model computes.
//!
//! Field names and defaults are those of `transformers.LlamaConfig`. Fields without influence on the result are
//! ignored; a field that would change the result and is not supported is an error.

use serde_json::{Value, json};

use super::error::FormatError;
use super::json::Fields;

const FILE: &str = "config.json";
const MODEL_TYPE: &str = "llama";
const ARCHITECTURE: &str = "LlamaForCausalLM";
/// Largest size taken: products of two sizes stay far below what 64 bits hold.
const MAX_SIZE: usize = 1 << 24;
const MAX_LAYERS: usize = 1024;

/// The configuration of a Llama model.
#[derive(Clone, Debug, PartialEq)]
pub struct HfConfig {
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
    /// Width of a head; in the file, `null` or absent stands for `hidden_size / num_attention_heads`.
    pub head_dim: usize,
    /// Longest sequence the model was made for.
    pub max_position_embeddings: usize,
    /// Added to the mean square inside RMSNorm.
    pub rms_norm_eps: f64,
    /// Base of the rotary embedding's frequencies.
    pub rope_theta: f64,
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
    /// [`FormatError::NotJson`], [`FormatError::MissingField`] or [`FormatError::Field`].
    pub fn from_json(text: &[u8]) -> Result<Self, FormatError> {
        let fields = Fields::parse(FILE, text)?;
        check_architecture(&fields)?;
        check_features(&fields)?;
        let hidden_size = fields.required_size("hidden_size", MAX_SIZE)?;
        let num_attention_heads = fields.required_size("num_attention_heads", MAX_SIZE)?;
        let num_key_value_heads = fields.size("num_key_value_heads", MAX_SIZE)?.unwrap_or(num_attention_heads);
        if !num_attention_heads.is_multiple_of(num_key_value_heads) {
            let accepted = format!("a divisor of num_attention_heads = {num_attention_heads}");
            return Err(fields.unsupported("num_key_value_heads", accepted));
        }
        Ok(Self {
            vocab_size: fields.required_size("vocab_size", MAX_SIZE)?,
            hidden_size,
            intermediate_size: fields.required_size("intermediate_size", MAX_SIZE)?,
            num_hidden_layers: fields.required_size("num_hidden_layers", MAX_LAYERS)?,
            num_attention_heads,
            num_key_value_heads,
            head_dim: head_dim(&fields, hidden_size, num_attention_heads)?,
            max_position_embeddings: fields.size("max_position_embeddings", MAX_SIZE)?.unwrap_or(2048),
            rms_norm_eps: fields.number("rms_norm_eps", |eps| eps >= 0.0, ">= 0")?.unwrap_or(1e-6),
            rope_theta: rope_theta(&fields)?,
            tie_word_embeddings: fields.boolean("tie_word_embeddings")?.unwrap_or(false),
            bos_token_id: token_ids(&fields, "bos_token_id")?.first().copied(),
            eos_token_id: token_ids(&fields, "eos_token_id")?,
        })
    }

    /// The text of a `config.json` from which `transformers` builds the same model.
    pub fn to_json(&self) -> String {
        let eos_token_id = match self.eos_token_id.as_slice() {
            [] => Value::Null,
            [id] => json!(id),
            ids => json!(ids),
        };
        let config = json!({
            "architectures": [ARCHITECTURE],
            "attention_bias": false,
            "attention_dropout": 0.0,
            "bos_token_id": self.bos_token_id,
            "dtype": "float32",
            "eos_token_id": eos_token_id,
            "head_dim": self.head_dim,
            "hidden_act": "silu",
            "hidden_size": self.hidden_size,
            "intermediate_size": self.intermediate_size,
            "max_position_embeddings": self.max_position_embeddings,
            "mlp_bias": false,
            "model_type": MODEL_TYPE,
            "num_attention_heads": self.num_attention_heads,
            "num_hidden_layers": self.num_hidden_layers,
            "num_key_value_heads": self.num_key_value_heads,
            "rms_norm_eps": self.rms_norm_eps,
            // transformers 5 reads rope_parameters, transformers 4 reads rope_theta.
            "rope_parameters": { "rope_theta": self.rope_theta, "rope_type": "default" },
            "rope_theta": self.rope_theta,
            "tie_word_embeddings": self.tie_word_embeddings,
            "vocab_size": self.vocab_size,
        });
        format!("{config:#}\n")
    }
}

fn check_architecture(fields: &Fields) -> Result<(), FormatError> {
    match fields.text("model_type")? {
        Some(MODEL_TYPE) => {}
        Some(_) => return Err(fields.unsupported("model_type", format!("\"{MODEL_TYPE}\""))),
        None => return Err(fields.missing("model_type", format!("\"{MODEL_TYPE}\""))),
    }
    fields.only("architectures", &[json!([ARCHITECTURE])])
}

/// Refuses what would make the model compute something else.
fn check_features(fields: &Fields) -> Result<(), FormatError> {
    fields.only("hidden_act", &[json!("silu")])?;
    fields.only("attention_bias", &[json!(false)])?;
    fields.only("mlp_bias", &[json!(false)])?;
    fields.only("sliding_window", &[])?;
    fields.only("quantization_config", &[])?;
    // transformers 4 wrote rope_scaling, with the key `type` at first; transformers 5 writes rope_parameters.
    for group in ["rope_parameters", "rope_scaling"] {
        for key in ["rope_type", "type"] {
            fields.only(&format!("{group}.{key}"), &[json!("default")])?;
        }
        fields.only(&format!("{group}.partial_rotary_factor"), &[json!(1.0), json!(1)])?;
    }
    fields.only("partial_rotary_factor", &[json!(1.0), json!(1)])
}

fn head_dim(fields: &Fields, hidden_size: usize, num_attention_heads: usize) -> Result<usize, FormatError> {
    if let Some(head_dim) = fields.size("head_dim", MAX_SIZE)? {
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

fn rope_theta(fields: &Fields) -> Result<f64, FormatError> {
    let positive = |field: &str| fields.number(field, |theta| theta > 0.0, "> 0");
    Ok(match positive("rope_parameters.rope_theta")? {
        Some(theta) => theta,
        None => positive("rope_theta")?.unwrap_or(10_000.0),
    })
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

#[cfg(test)]
mod tests;
