use proptest::prelude::*;

use super::*;

/// What a published file looks like: fields of no concern, `null`s, the keys of transformers 4.
const PUBLISHED: &str = r#"{
  "_name_or_path": "someone/small-llama", "architectures": ["LlamaForCausalLM"], "attention_bias": false,
  "attention_dropout": 0.0, "bos_token_id": 128000, "eos_token_id": [128001, 128009], "hidden_act": "silu",
  "hidden_size": 96, "initializer_range": 0.02, "intermediate_size": 256, "max_position_embeddings": 131072,
  "mlp_bias": false, "model_type": "llama", "num_attention_heads": 6, "num_hidden_layers": 3,
  "num_key_value_heads": 2, "pad_token_id": -1, "pretraining_tp": 2, "rms_norm_eps": 1e-05, "rope_scaling": null,
  "rope_theta": 500000, "torch_dtype": "bfloat16", "transformers_version": "4.45.0", "use_cache": true,
  "vocab_size": 128256
}"#;

fn with(field: &str, value: Value) -> Vec<u8> {
    let mut config: Value = serde_json::from_str(PUBLISHED).unwrap();
    config[field] = value;
    config.to_string().into_bytes()
}

#[test]
fn a_published_file_is_read() {
    let config = HfConfig::from_json(PUBLISHED.as_bytes()).unwrap();
    let want = HfConfig {
        vocab_size: 128_256,
        hidden_size: 96,
        intermediate_size: 256,
        num_hidden_layers: 3,
        num_attention_heads: 6,
        num_key_value_heads: 2,
        head_dim: 16,
        max_position_embeddings: 131_072,
        rms_norm_eps: 1e-5,
        rope_theta: 500_000.0,
        tie_word_embeddings: false,
        bos_token_id: Some(128_000),
        eos_token_id: vec![128_001, 128_009],
    };
    assert_eq!(config, want);
    assert_eq!(HfConfig::from_json(config.to_json().as_bytes()).unwrap(), config);
}

#[test]
fn defaults_are_those_of_transformers() {
    let text = br#"{"model_type": "llama", "vocab_size": 10, "hidden_size": 8, "intermediate_size": 12,
        "num_hidden_layers": 1, "num_attention_heads": 2, "eos_token_id": 2}"#;
    let config = HfConfig::from_json(text).unwrap();
    assert_eq!((config.num_key_value_heads, config.head_dim, config.max_position_embeddings), (2, 4, 2048));
    assert_eq!((config.rms_norm_eps, config.rope_theta, config.tie_word_embeddings), (1e-6, 10_000.0, false));
    assert_eq!((config.bos_token_id, config.eos_token_id.as_slice()), (None, [2].as_slice()));
}

#[test]
fn rope_parameters_come_before_rope_theta() {
    let text = with("rope_parameters", json!({ "rope_theta": 1234.5, "rope_type": "default" }));
    assert_eq!(HfConfig::from_json(&text).unwrap().rope_theta, 1234.5);
}

#[test]
fn what_is_not_supported_is_named() {
    let cases = [
        ("model_type", json!("qwen2"), "model_type = \"qwen2\" is not supported; accepted: \"llama\""),
        ("architectures", json!(["LlamaForSequenceClassification"]), "accepted: [\"LlamaForCausalLM\"]"),
        ("hidden_act", json!("gelu"), "hidden_act = \"gelu\" is not supported; accepted: \"silu\""),
        ("attention_bias", json!(true), "attention_bias = true is not supported; accepted: false"),
        ("mlp_bias", json!(true), "mlp_bias = true is not supported; accepted: false"),
        ("sliding_window", json!(4096), "sliding_window = 4096 is not supported; accepted: null"),
        ("rope_scaling", json!({"rope_type": "llama3"}), "rope_scaling.rope_type = \"llama3\""),
        ("rope_scaling", json!({"type": "linear"}), "rope_scaling.type = \"linear\""),
        ("rope_parameters", json!({"rope_type": "yarn"}), "rope_parameters.rope_type = \"yarn\""),
        ("num_key_value_heads", json!(4), "accepted: a divisor of num_attention_heads = 6"),
        ("num_attention_heads", json!(10), "hidden_size = 96 must be an even multiple"),
        ("head_dim", json!(7), "head_dim = 7"),
        ("hidden_size", json!("large"), "hidden_size = \"large\""),
        ("vocab_size", json!(0), "vocab_size = 0 is not supported; accepted: 1 ..= 16777216"),
        ("num_hidden_layers", json!(1e9), "num_hidden_layers"),
        ("rms_norm_eps", json!(-1), "rms_norm_eps = -1"),
        ("rope_theta", json!(0), "rope_theta = 0"),
        ("eos_token_id", json!("</s>"), "eos_token_id"),
        ("vocab_size", Value::Null, "field `vocab_size` is missing"),
    ];
    for (field, value, part) in cases {
        let message = HfConfig::from_json(&with(field, value)).unwrap_err().to_string();
        assert!(message.starts_with("config.json: ") && message.contains(part), "{field}: {message}");
    }
    let message = HfConfig::from_json(b"[1]").unwrap_err().to_string();
    assert!(message.contains("config.json is not what it should be"), "{message}");
}

proptest! {
    #[test]
    fn any_configuration_round_trips(
        heads in 1usize..5, group in 1usize..4, half_head in 1usize..9, sizes in prop::array::uniform4(1usize..5000),
        eps in prop::sample::select(vec![0.0, 1e-8, 1e-6, 1e-5]), theta in (1..1u32 << 30).prop_map(f64::from), tied: bool, bos: Option<u32>,
        eos in prop::collection::vec(any::<u32>(), 0..3),
    ) {
        let config = HfConfig {
            vocab_size: sizes[0],
            hidden_size: sizes[1],
            intermediate_size: sizes[2],
            num_hidden_layers: 2,
            num_attention_heads: heads * group,
            num_key_value_heads: heads,
            head_dim: 2 * half_head,
            max_position_embeddings: sizes[3],
            rms_norm_eps: eps,
            rope_theta: theta,
            tie_word_embeddings: tied,
            bos_token_id: bos,
            eos_token_id: eos,
        };
        prop_assert_eq!(HfConfig::from_json(config.to_json().as_bytes()).unwrap(), config);
    }
}
