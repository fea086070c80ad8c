//! An [`HfConfig`] as the text of a `config.json`.

use serde_json::{Value, json};

use super::family::ModelType;
use super::layers::LayerKind;
use super::{Family, HfConfig};
use crate::nn::Biases;

impl HfConfig {
    /// The text of a `config.json` from which `transformers` builds the same model, and [`HfConfig::from_json`] reads the same
    /// configuration.
    ///
    /// # Panics
    /// If no file says this configuration: one that was not read and that none of the families has, such as a Llama with a
    /// bias of `o_proj` alone.
    pub fn to_json(&self) -> String {
        let text = format!("{:#}\n", self.value());
        let read = Self::from_json(text.as_bytes());
        assert!(read.as_ref() == Ok(self), "no config.json says {self:?}: {read:?}");
        text
    }

    fn value(&self) -> Value {
        let model_type = self.model_type();
        let eos_token_id = match self.eos_token_id.as_slice() {
            [] => Value::Null,
            [id] => json!(id),
            ids => json!(ids),
        };
        let mut config = json!({
            "architectures": [model_type.architecture()],
            "attention_dropout": 0.0,
            "bos_token_id": self.bos_token_id,
            "dtype": "float32",
            "eos_token_id": eos_token_id,
            "head_dim": self.head_dim,
            "hidden_size": self.hidden_size,
            "intermediate_size": self.intermediate_size,
            "max_position_embeddings": self.max_position_embeddings,
            "model_type": model_type.name(),
            "num_attention_heads": self.num_attention_heads,
            "num_hidden_layers": self.num_hidden_layers,
            "num_key_value_heads": self.num_key_value_heads,
            "rms_norm_eps": self.rms_norm_eps,
            // transformers 5 reads rope_parameters, transformers 4 rope_theta and rope_scaling.
            "rope_parameters": self.rope_parameters(),
            "rope_scaling": self.rope.scaling.to_json(),
            "rope_theta": self.rope.theta,
            "tie_word_embeddings": self.tie_word_embeddings,
            "vocab_size": self.vocab_size,
        });
        config[model_type.activation_fields().0] = json!(self.hidden_act.name());
        match model_type {
            ModelType::Llama => {
                config["attention_bias"] = json!(self.bias.o);
                config["mlp_bias"] = json!(self.bias.mlp);
            }
            ModelType::Mistral => config["sliding_window"] = json!(self.sliding_window),
            ModelType::Qwen2 => {
                config["use_sliding_window"] = json!(self.sliding_window.is_some());
                config["sliding_window"] = json!(self.sliding_window);
                config["layer_types"] = self.layer_types();
            }
            ModelType::Gemma3 => {
                config["attention_bias"] = json!(self.bias.o);
                config["sliding_window"] = json!(self.sliding_window);
                config["layer_types"] = self.layer_types();
                config["query_pre_attn_scalar"] = json!(self.query_scale);
                config["rope_local_base_freq"] = json!(self.local_rope.map(|rope| rope.theta));
            }
        }
        sorted(config)
    }

    fn model_type(&self) -> ModelType {
        match self.family {
            Family::Llama if self.sliding_window.is_some() && self.bias == Biases::default() => ModelType::Mistral,
            Family::Llama => ModelType::Llama,
            Family::Qwen2 => ModelType::Qwen2,
            Family::Gemma3 => ModelType::Gemma3,
        }
    }

    fn layer_types(&self) -> Value {
        match self.layer_types.as_slice() {
            [] => json!(vec![LayerKind::Full.name(); self.num_hidden_layers]),
            kinds => json!(kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>()),
        }
    }

    fn rope_parameters(&self) -> Value {
        match &self.local_rope {
            None => self.rope.parameters(),
            Some(local) => {
                json!({ LayerKind::Full.name(): self.rope.parameters(), LayerKind::Sliding.name(): local.parameters() })
            }
        }
    }
}

/// An object with its keys in the order of the alphabet, as `transformers` writes them.
fn sorted(mut object: Value) -> Value {
    if let Value::Object(map) = &mut object {
        map.sort_keys();
    }
    object
}
