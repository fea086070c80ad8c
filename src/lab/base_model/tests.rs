use super::*;

const LLAMA: &str = include_str!("../../../tests/goldens/llama-tiny/config.json");

fn with(field: &str, value: serde_json::Value) -> Result<ModelConfig, Unsupported> {
    let mut config: serde_json::Value = serde_json::from_str(LLAMA).unwrap();
    config["rope_parameters"] = serde_json::Value::Null;
    config[field] = value;
    model_config(&HfConfig::from_json(config.to_string().as_bytes()).unwrap())
}

/// Nothing that a configuration can say and the engine does not compute passes.
#[test]
fn what_the_engine_does_not_compute_is_refused_by_name() {
    use serde_json::json;
    assert_eq!(with("attention_bias", json!(false)).unwrap().d_head, 16);
    for (field, value, part) in [
        ("attention_bias", json!(true), "q_proj.bias, k_proj.bias, v_proj.bias, o_proj.bias"),
        ("mlp_bias", json!(true), "mlp_bias = true"),
        ("hidden_act", json!("gelu_pytorch_tanh"), "hidden_act = \"gelu_pytorch_tanh\""),
        ("rope_scaling", json!({ "type": "linear", "factor": 4.0 }), "rope_type = \"linear\" (factor = 4)"),
    ] {
        let refused = with(field, value).unwrap_err();
        assert!(refused.to_string().contains(part), "{refused}");
        let text = reasons::unsupported(&refused);
        assert!(text.en.contains(part.split(',').next().unwrap()) && text.zh.contains(part.split(',').next().unwrap()), "{text:?}");
    }
    let other = |text: &str| model_config(&HfConfig::from_json(text.as_bytes()).unwrap()).unwrap_err().features;
    assert!(other(include_str!("../../../tests/goldens/qwen2-tiny/config.json")).contains(&"q_proj.bias".to_owned()));
    let gemma = other(include_str!("../../../tests/goldens/gemma3-tiny/config.json"));
    for feature in ["model_type = \"gemma3_text\"", "sliding_window = 4", "query_pre_attn_scalar = 24", "rope_local_base_freq = 10000"] {
        assert!(gemma.contains(&feature.to_owned()), "{gemma:?}");
    }
    assert_eq!(other(include_str!("../../../tests/goldens/kvcache-sliding/config.json")), ["sliding_window = 5"]);
}

#[test]
fn dynamic_rope_is_computed_up_to_its_original_length() {
    let scaling = serde_json::json!({ "rope_type": "dynamic", "factor": 2.0, "original_max_position_embeddings": 32 });
    assert_eq!(with("rope_scaling", scaling).unwrap().max_positions, 32);
}
