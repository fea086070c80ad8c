use proptest::prelude::*;

use super::*;
use crate::nn::RopeScaling;

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
        family: Family::Llama,
        vocab_size: 128_256,
        hidden_size: 96,
        intermediate_size: 256,
        num_hidden_layers: 3,
        num_attention_heads: 6,
        num_key_value_heads: 2,
        head_dim: 16,
        max_position_embeddings: 131_072,
        rms_norm_eps: 1e-5,
        hidden_act: Activation::Silu,
        bias: Biases::default(),
        layer_types: vec![],
        sliding_window: None,
        query_scale: None,
        rope: Rope { theta: 500_000.0, scaling: RopeScaling::Default },
        local_rope: None,
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
    assert_eq!((config.rms_norm_eps, config.rope.theta, config.tie_word_embeddings), (1e-6, 10_000.0, false));
    assert_eq!((config.bos_token_id, config.eos_token_id.as_slice()), (None, [2].as_slice()));
}

#[test]
fn a_byte_order_mark_is_read_over_and_other_encodings_are_named() {
    let marked = format!("\u{feff}{PUBLISHED}");
    assert_eq!(HfConfig::from_json(marked.as_bytes()), HfConfig::from_json(PUBLISHED.as_bytes()));
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let message = HfConfig::from_json(&utf16).unwrap_err().to_string();
    assert_eq!(message, "config.json cannot be read: it is text in UTF-16 BE, not in UTF-8; save it as UTF-8");
}

#[test]
fn keys_that_stand_twice_are_named() {
    let twice = PUBLISHED.replace("\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2, \"factor\": 4}");
    let message = HfConfig::from_json(twice.as_bytes()).unwrap_err().to_string();
    assert_eq!(message, "config.json: the key rope_scaling.factor stands twice, with 2 and with 4; keep the one that is right");
}

/// The published file as one of another family.
fn of(model_type: &str, architecture: &str, fields: Value) -> Value {
    let mut config: Value = serde_json::from_str(PUBLISHED).unwrap();
    config["model_type"] = json!(model_type);
    config["architectures"] = json!([architecture]);
    config["attention_bias"] = Value::Null;
    config["hidden_act"] = Value::Null;
    config["rope_theta"] = Value::Null;
    for (field, value) in fields.as_object().unwrap() {
        config[field] = value.clone();
    }
    config
}

fn read(config: &Value) -> Result<HfConfig, FormatError> {
    HfConfig::from_json(config.to_string().as_bytes())
}

fn refusal(config: &Value) -> String {
    read(config).unwrap_err().to_string()
}

#[test]
fn biases_are_read_as_each_family_has_them() {
    let config = HfConfig::from_json(&with("attention_bias", json!(true))).unwrap();
    assert_eq!(config.bias, Biases { q: true, k: true, v: true, o: true, mlp: false });
    let config = HfConfig::from_json(&with("mlp_bias", json!(true))).unwrap();
    assert_eq!(config.bias, Biases { mlp: true, ..Biases::default() });
    let qwen = of("qwen2", "Qwen2ForCausalLM", json!({}));
    assert_eq!(read(&qwen).unwrap().bias, Biases { q: true, k: true, v: true, o: false, mlp: false });
    let told = refusal(&of("qwen2", "Qwen2ForCausalLM", json!({ "attention_bias": true })));
    assert!(told.contains("attention_bias = true is not supported"), "{told}");
    let told = refusal(&of("mistral", "MistralForCausalLM", json!({ "attention_bias": true })));
    assert!(told.contains("attention_bias = true is not supported; accepted: false"), "{told}");
}

#[test]
fn the_golden_configurations_are_read() {
    use LayerKind::{Full, Sliding};
    let read = |text: &str| HfConfig::from_json(text.as_bytes()).unwrap();
    let gemma = read(include_str!("../../../tests/goldens/gemma3-tiny/config.json"));
    assert_eq!((gemma.family, gemma.head_dim, gemma.query_scale), (Family::Gemma3, 16, Some(24.0)));
    assert_eq!(gemma.layer_types, [Sliding, Sliding, Full, Sliding]);
    assert_eq!((gemma.sliding_window, gemma.hidden_act, gemma.tie_word_embeddings), (Some(4), Activation::GeluTanh, true));
    let plain = |theta| Rope { theta, scaling: RopeScaling::Default };
    assert_eq!((gemma.rope, gemma.local_rope), (plain(1e6), Some(plain(1e4))));
    let qwen = read(include_str!("../../../tests/goldens/qwen2-tiny/config.json"));
    assert_eq!((qwen.family, qwen.bias, qwen.rope, qwen.local_rope), (Family::Qwen2, Biases::QKV, plain(1e6), None));
    assert_eq!((qwen.layer_types.as_slice(), qwen.sliding_window), ([].as_slice(), None));
    let mistral = read(include_str!("../../../tests/goldens/kvcache-sliding/config.json"));
    assert_eq!((mistral.family, mistral.head_dim, mistral.sliding_window), (Family::Llama, 12, Some(5)));
    assert_eq!(mistral.layer_types, [Sliding; 3]);
    for config in [gemma, qwen, mistral] {
        assert_eq!(read(&config.to_json()), config);
    }
}

/// What transformers 4 wrote for Gemma 3: no `layer_types`, no `rope_parameters`.
#[test]
fn the_first_files_of_gemma_3_are_read() {
    let config = of(
        "gemma3_text",
        "Gemma3ForCausalLM",
        json!({
            "num_hidden_layers": 13, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 168,
            "rope_theta": 1000000, "rope_local_base_freq": 10000, "rope_scaling": { "factor": 8.0, "rope_type": "linear" },
            "sliding_window": 1024, "sliding_window_pattern": 6, "tie_word_embeddings": null,
        }),
    );
    let config = read(&config).unwrap();
    let full: Vec<usize> = (0..13).filter(|layer| config.layer_types[*layer] == LayerKind::Full).collect();
    assert_eq!(full, [5, 11]);
    assert_eq!(config.rope, Rope { theta: 1e6, scaling: RopeScaling::Linear { factor: 8.0 } });
    assert_eq!(config.local_rope, Some(Rope { theta: 1e4, scaling: RopeScaling::Default }));
    assert!(config.tie_word_embeddings);
    assert_eq!(HfConfig::from_json(config.to_json().as_bytes()).unwrap(), config);
}

#[test]
fn windows_that_leave_open_which_layers_slide_are_refused() {
    let qwen = |fields| of("qwen2", "Qwen2ForCausalLM", fields);
    let told = refusal(&qwen(json!({ "use_sliding_window": true, "sliding_window": 64, "max_window_layers": 1 })));
    assert!(told.contains("use_sliding_window = true is not supported"), "{told}");
    // No layer slides, whatever the window.
    for fields in [json!({ "use_sliding_window": true, "sliding_window": 64, "max_window_layers": 28 }), json!({ "sliding_window": 64 })] {
        let config = read(&qwen(fields)).unwrap();
        assert_eq!((config.sliding_window, config.layer_types.len()), (None, 0));
    }
    let kinds = ["full_attention", "sliding_attention", "full_attention"];
    let config = read(&qwen(json!({ "use_sliding_window": true, "sliding_window": 64, "layer_types": kinds }))).unwrap();
    assert_eq!((config.sliding_window, config.layer_types[1]), (Some(64), LayerKind::Sliding));
    for fields in [
        json!({ "layer_types": kinds }),
        json!({ "layer_types": kinds, "use_sliding_window": true }),
        json!({ "layer_types": &kinds[..2] }),
        json!({ "layer_types": ["full_attention", "chunked_attention", "full_attention"] }),
    ] {
        let told = refusal(&qwen(fields));
        assert!(told.contains("layer_types") || told.contains("sliding_window"), "{told}");
    }
    let gemma = json!({ "head_dim": 16, "sliding_window_pattern": 2, "layer_types": (["sliding_attention"; 3]) });
    assert!(refusal(&of("gemma3_text", "Gemma3ForCausalLM", gemma)).contains("sliding_window_pattern = 2"));
}

/// For Mistral, absent and `null` are not the same.
#[test]
fn an_absent_window_of_mistral_is_its_default_and_null_is_none() {
    let mut config = of("mistral", "MistralForCausalLM", json!({ "sliding_window": null }));
    assert_eq!(read(&config).unwrap().sliding_window, None);
    config.as_object_mut().unwrap().remove("sliding_window");
    assert_eq!(read(&config).unwrap().sliding_window, Some(4096));
}

#[test]
fn what_is_not_supported_is_named() {
    let cases = [
        ("model_type", json!("gpt2"), "model_type = \"gpt2\" is not supported; accepted: \"llama\", \"mistral\""),
        ("model_type", json!("gemma3"), "model_type = \"gemma3\" is not supported"),
        ("architectures", json!(["LlamaForSequenceClassification"]), "accepted: [\"LlamaForCausalLM\"]"),
        ("hidden_act", json!("gelu"), "hidden_act = \"gelu\" is not supported; accepted: \"silu\""),
        ("hidden_activation", json!("gelu_pytorch_tanh"), "hidden_activation = \"gelu_pytorch_tanh\""),
        ("attention_bias", json!("yes"), "attention_bias = \"yes\" is not supported; accepted: true, false"),
        ("attention_dropout", json!(0.1), "attention_dropout = 0.1 is not supported"),
        ("final_logit_softcapping", json!(30.0), "final_logit_softcapping = 30.0 is not supported; accepted: null"),
        ("query_pre_attn_scalar", json!(24), "query_pre_attn_scalar = 24 is not supported"),
        ("layer_types", json!(vec!["sliding_attention"; 3]), "layer_types"),
        ("sliding_window", json!(4096), "sliding_window = 4096 is not supported; accepted: null"),
        ("num_key_value_heads", json!(4), "accepted: 1, 2, 3, 6 (num_attention_heads = 6)"),
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

fn scaling() -> impl Strategy<Value = RopeScaling> {
    let factor = (8..800u32).prop_map(|eighths| f64::from(eighths) / 8.0);
    let length = 1usize..5000;
    let llama3 = (factor.clone(), 1..50u32, 1..50u32, length.clone()).prop_map(|(factor, low, more, original)| RopeScaling::Llama3 {
        factor,
        low_freq_factor: f64::from(low) / 7.0,
        high_freq_factor: f64::from(low + more) / 7.0,
        original_max_position_embeddings: original,
    });
    prop_oneof![
        Just(RopeScaling::Default),
        factor.clone().prop_map(|factor| RopeScaling::Linear { factor }),
        llama3,
        (factor, length)
            .prop_map(|(factor, original_max_position_embeddings)| RopeScaling::Dynamic { factor, original_max_position_embeddings }),
    ]
}

fn rope() -> impl Strategy<Value = Rope> {
    ((1..1u32 << 30).prop_map(f64::from), scaling()).prop_map(|(theta, scaling)| Rope { theta, scaling })
}

/// A family with the biases and layers that its files can say.
fn kind() -> impl Strategy<Value = (Family, Biases, Vec<LayerKind>, Option<usize>)> {
    let layers = prop::collection::vec(prop::sample::select(vec![LayerKind::Full, LayerKind::Sliding]), 3);
    (0..5usize, any::<bool>(), any::<bool>(), layers, 1usize..100).prop_map(|(which, attention, mlp, layers, window)| {
        let biases = if attention { Biases::ATTENTION } else { Biases::default() };
        let slide = layers.contains(&LayerKind::Sliding);
        let (layers, window) = if slide { (layers, Some(window)) } else { (vec![], None) };
        match which {
            0 => (Family::Llama, Biases { mlp, ..biases }, vec![], None),
            1 => (Family::Llama, Biases::default(), vec![LayerKind::Sliding; 3], window.or(Some(7))),
            2 => (Family::Qwen2, Biases::QKV, layers, window),
            _ => (Family::Gemma3, biases, layers, window),
        }
    })
}

proptest! {
    #[test]
    fn any_configuration_round_trips(
        heads in 1usize..5, group in 1usize..4, half_head in 1usize..9, sizes in prop::array::uniform4(1usize..5000),
        eps in prop::sample::select(vec![0.0, 1e-8, 1e-6, 1e-5]), ropes in [rope(), rope()], tied: bool, bos: Option<u32>,
        eos in prop::collection::vec(any::<u32>(), 0..3), kind in kind(), gelu: bool, query in 1..100u32,
    ) {
        let (family, bias, layer_types, sliding_window) = kind;
        // What a file cannot say otherwise: dynamic scaling from beyond the longest sequence.
        let [rope, local] = ropes.map(|rope| match rope.scaling {
            RopeScaling::Dynamic { factor, original_max_position_embeddings: length } => {
                let length = length.min(sizes[3]);
                Rope { scaling: RopeScaling::Dynamic { factor, original_max_position_embeddings: length }, ..rope }
            }
            _ => rope,
        });
        // transformers 4 has no scaling beside rope_local_base_freq, transformers 5 has.
        let local_rope = (family == Family::Gemma3 || (sliding_window.is_some() && tied)).then_some(local);
        let config = HfConfig {
            family,
            vocab_size: sizes[0],
            hidden_size: sizes[1],
            intermediate_size: sizes[2],
            num_hidden_layers: 3,
            num_attention_heads: heads * group,
            num_key_value_heads: heads,
            head_dim: 2 * half_head,
            max_position_embeddings: sizes[3],
            rms_norm_eps: eps,
            hidden_act: if gelu { Activation::GeluTanh } else { Activation::Silu },
            bias,
            layer_types,
            sliding_window,
            query_scale: (family == Family::Gemma3).then_some(f64::from(query)),
            rope,
            local_rope,
            tie_word_embeddings: tied,
            bos_token_id: bos,
            eos_token_id: eos,
        };
        prop_assert_eq!(HfConfig::from_json(config.to_json().as_bytes()).unwrap(), config);
    }
}
