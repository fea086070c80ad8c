//! The kinds of models that are read, and what each has by itself.

use serde_json::json;

use crate::formats::error::FormatError;
use crate::formats::json::Fields;
use crate::nn::Biases;

/// What models of one design share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// RMSNorm before attention and feed-forward, no norm after. Mistral is one, with sliding layers.
    Llama,
    /// As Llama, with biases of q, k and v.
    Qwen2,
    /// Embeddings times `sqrt(hidden_size)`; RMSNorm, whose gain is `1 + weight`, before and after attention and
    /// feed-forward and on queries and keys.
    Gemma3,
}

/// Nonlinearity of the feed-forward block's gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `x * sigmoid(x)`.
    Silu,
    /// GELU in the approximation by tanh.
    GeluTanh,
}

impl Activation {
    /// Its name in a `config.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silu => "silu",
            Self::GeluTanh => "gelu_pytorch_tanh",
        }
    }

    /// The names that `transformers` has for it.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Silu => &["silu", "swish"],
            Self::GeluTanh => &["gelu_pytorch_tanh", "gelu_new"],
        }
    }
}

/// The `model_type`s that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelType {
    Llama,
    Mistral,
    Qwen2,
    Gemma3,
}

/// What stands for a field that is absent.
pub struct Defaults {
    pub max_positions: usize,
    /// `None`: as many as query heads.
    pub num_key_value_heads: Option<usize>,
    /// `None`: `hidden_size / num_attention_heads`.
    pub head_dim: Option<usize>,
    pub tie_word_embeddings: bool,
    pub rope_theta: f64,
}

impl ModelType {
    const ALL: [Self; 4] = [Self::Llama, Self::Mistral, Self::Qwen2, Self::Gemma3];

    pub fn name(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Mistral => "mistral",
            Self::Qwen2 => "qwen2",
            Self::Gemma3 => "gemma3_text",
        }
    }

    pub fn architecture(self) -> &'static str {
        match self {
            Self::Llama => "LlamaForCausalLM",
            Self::Mistral => "MistralForCausalLM",
            Self::Qwen2 => "Qwen2ForCausalLM",
            Self::Gemma3 => "Gemma3ForCausalLM",
        }
    }

    pub fn family(self) -> Family {
        match self {
            Self::Llama | Self::Mistral => Family::Llama,
            Self::Qwen2 => Family::Qwen2,
            Self::Gemma3 => Family::Gemma3,
        }
    }

    pub fn read(fields: &Fields) -> Result<Self, FormatError> {
        let accepted = || Self::ALL.map(|kind| format!("\"{}\"", kind.name())).join(", ");
        let Some(name) = fields.text("model_type")? else { return Err(fields.missing("model_type", accepted())) };
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| fields.unsupported("model_type", accepted()))?;
        fields.only("architectures", &[json!([kind.architecture()])])?;
        Ok(kind)
    }

    pub fn defaults(self) -> Defaults {
        let llama =
            Defaults { max_positions: 2048, num_key_value_heads: None, head_dim: None, tie_word_embeddings: false, rope_theta: 10_000.0 };
        match self {
            Self::Llama => llama,
            Self::Mistral => Defaults { max_positions: 131_072, num_key_value_heads: Some(8), ..llama },
            Self::Qwen2 => Defaults { max_positions: 32_768, num_key_value_heads: Some(32), ..llama },
            Self::Gemma3 => Defaults {
                max_positions: 131_072,
                num_key_value_heads: Some(4),
                head_dim: Some(256),
                tie_word_embeddings: true,
                rope_theta: 1_000_000.0,
            },
        }
    }

    /// The field that names the activation, and the one of other families.
    pub fn activation_fields(self) -> (&'static str, &'static str) {
        match self {
            Self::Gemma3 => ("hidden_activation", "hidden_act"),
            _ => ("hidden_act", "hidden_activation"),
        }
    }

    pub fn activation(self, fields: &Fields) -> Result<Activation, FormatError> {
        let (own, other) = self.activation_fields();
        let known = [Activation::Silu, Activation::GeluTanh];
        let activation = match fields.text(own)? {
            None if self == Self::Gemma3 => Activation::GeluTanh,
            None => Activation::Silu,
            Some(name) => {
                let found = known.into_iter().find(|activation| activation.names().contains(&name));
                found.ok_or_else(|| fields.unsupported(own, known.map(|known| format!("\"{}\"", known.name())).join(", ")))?
            }
        };
        fields.only(other, &activation.names().iter().map(|name| json!(name)).collect::<Vec<_>>())?;
        Ok(activation)
    }

    pub fn biases(self, fields: &Fields) -> Result<Biases, FormatError> {
        let no_attention = Biases::default();
        let attention = match self {
            Self::Llama | Self::Gemma3 => match fields.boolean("attention_bias")? {
                Some(true) => Biases::ATTENTION,
                _ => no_attention,
            },
            Self::Mistral => {
                fields.only("attention_bias", &[json!(false)])?;
                no_attention
            }
            // The family has them; whether o_proj has one, too, such a field would leave open.
            Self::Qwen2 => {
                fields.only("attention_bias", &[])?;
                fields.only("qkv_bias", &[json!(true)])?;
                Biases::QKV
            }
        };
        if self == Self::Llama {
            return Ok(Biases { mlp: fields.boolean("mlp_bias")?.unwrap_or(false), ..attention });
        }
        fields.only("mlp_bias", &[json!(false)])?;
        Ok(attention)
    }
}
