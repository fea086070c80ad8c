//! From a `config.json` to the engine's configuration, and back.

use crate::formats::hf_config::{Activation, Family, HfConfig, LayerKind};
use crate::nn::{FeedForwardKind, ModelConfig, NormKind, Positions, Rope, RopeScaling, SlidingLayers};

/// The engine's configuration of a model.
pub fn model_config(hf: &HfConfig) -> ModelConfig {
    let max_positions = match hf.rope.scaling {
        // Up to this length nothing is scaled; beyond it no length is right.
        RopeScaling::Dynamic { original_max_position_embeddings, .. } => original_max_position_embeddings,
        _ => hf.max_position_embeddings,
    };
    let gemma = hf.family == Family::Gemma3;
    // A window as long as the longest sequence hides nothing; the layers' own rotary embedding counts all the same.
    let slides = |window: &usize| *window < max_positions || hf.local_rope.is_some();
    let sliding = hf.sliding_window.filter(slides).map(|window| SlidingLayers {
        window,
        layers: (0..hf.num_hidden_layers).map(|layer| hf.layer_types.get(layer) == Some(&LayerKind::Sliding)).collect(),
        rope: hf.local_rope,
    });
    ModelConfig {
        vocab_size: hf.vocab_size,
        d_model: hf.hidden_size,
        n_layers: hf.num_hidden_layers,
        n_heads: hf.num_attention_heads,
        n_kv_heads: hf.num_key_value_heads,
        d_head: hf.head_dim,
        d_ff: hf.intermediate_size,
        max_positions,
        norm: if gemma { NormKind::OffsetRmsNorm } else { NormKind::RmsNorm },
        norm_eps: hf.rms_norm_eps as f32,
        positions: Positions::Rotary(hf.rope),
        sliding: sliding.filter(|sliding| sliding.layers.contains(&true)),
        feed_forward: match hf.hidden_act {
            Activation::Silu => FeedForwardKind::SwiGlu,
            Activation::GeluTanh => FeedForwardKind::GeGlu,
        },
        bias: hf.bias,
        qk_norm: gemma,
        post_norms: gemma,
        query_pre_attn_scalar: hf.query_scale,
        embedding_scale: if gemma { (hf.hidden_size as f32).sqrt() } else { 1.0 },
        tie_embeddings: hf.tie_word_embeddings,
    }
}

/// The Hugging Face configuration of an engine's Llama, with plain rotary positions of that base.
pub fn hf_config(config: &ModelConfig, theta: f64) -> HfConfig {
    HfConfig {
        family: Family::Llama,
        vocab_size: config.vocab_size,
        hidden_size: config.d_model,
        intermediate_size: config.d_ff,
        num_hidden_layers: config.n_layers,
        num_attention_heads: config.n_heads,
        num_key_value_heads: config.n_kv_heads,
        head_dim: config.d_head,
        max_position_embeddings: config.max_positions,
        rms_norm_eps: f64::from(config.norm_eps),
        hidden_act: Activation::Silu,
        bias: config.bias,
        layer_types: Vec::new(),
        sliding_window: None,
        query_scale: None,
        rope: Rope::of(theta),
        local_rope: None,
        tie_word_embeddings: config.tie_embeddings,
        bos_token_id: None,
        eos_token_id: vec![0],
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::nn::Biases;

    fn read(text: &str) -> ModelConfig {
        model_config(&HfConfig::from_json(text.as_bytes()).unwrap())
    }

    const LLAMA: &str = include_str!("../../../tests/goldens/llama-tiny/config.json");

    fn with(field: &str, value: serde_json::Value) -> ModelConfig {
        let mut config: serde_json::Value = serde_json::from_str(LLAMA).unwrap();
        config["rope_parameters"] = serde_json::Value::Null;
        config[field] = value;
        read(&config.to_string())
    }

    /// Everything that a configuration can say and that changes the result arrives.
    #[test]
    fn what_a_configuration_asks_for_arrives() {
        use serde_json::json;
        assert_eq!(with("attention_bias", json!(false)).bias, Biases::NONE);
        assert_eq!(with("attention_bias", json!(true)).bias, Biases { mlp: false, ..Biases::ALL });
        assert!(with("mlp_bias", json!(true)).bias.mlp);
        assert_eq!(with("hidden_act", json!("gelu_pytorch_tanh")).feed_forward, FeedForwardKind::GeGlu);
        let linear = with("rope_scaling", json!({ "type": "linear", "factor": 4.0 }));
        assert_eq!(linear.rope(0), Some(Rope { theta: 10_000.0, scaling: RopeScaling::Linear { factor: 4.0 } }));
        let dynamic = json!({ "rope_type": "dynamic", "factor": 2.0, "original_max_position_embeddings": 32 });
        assert_eq!(with("rope_scaling", dynamic).max_positions, 32);
    }

    #[test]
    fn layers_may_differ() {
        let gemma = read(include_str!("../../../tests/goldens/gemma3-tiny/config.json"));
        assert_eq!([0, 1, 2, 3].map(|layer| gemma.window(layer)), [Some(4), Some(4), None, Some(4)]);
        assert_eq!([0, 2].map(|layer| gemma.rope(layer).unwrap().theta), [10_000.0, 1_000_000.0]);
        assert!(gemma.qk_norm && gemma.post_norms && gemma.norm == NormKind::OffsetRmsNorm);
        assert_eq!((gemma.query_pre_attn_scalar, gemma.embedding_scale), (Some(24.0), 48f32.sqrt()));
        let qwen = read(include_str!("../../../tests/goldens/qwen2-tiny/config.json"));
        assert_eq!((qwen.bias, qwen.sliding), (Biases { q: true, k: true, v: true, ..Biases::NONE }, None));
        let mistral = read(include_str!("../../../tests/goldens/kvcache-sliding/config.json"));
        assert!((0..mistral.n_layers).all(|layer| mistral.window(layer) == Some(5)));
    }
}
