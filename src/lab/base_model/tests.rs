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

/// A small model's tensors: the shared golden one's, which a test may change.
fn tensors() -> std::collections::BTreeMap<String, (Vec<usize>, Vec<f32>)> {
    let bytes = include_bytes!("../../../tests/goldens/llama-tiny/model.safetensors");
    let file = safetensors::read(bytes).unwrap();
    file.tensors.iter().map(|(name, tensor)| (name.clone(), (tensor.shape.clone(), tensor.to_f32().unwrap()))).collect()
}

type Tensors = std::collections::BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Opens the golden model with the tensors and the configuration changed.
fn open(change: impl FnOnce(&mut Tensors), config: &str) -> Result<ModelFacts, Problem> {
    let mut tensors = tensors();
    change(&mut tensors);
    let sources: Vec<_> = tensors.iter().map(|(name, (shape, data))| safetensors::TensorSource { name, shape, data }).collect();
    let weights = safetensors::write(&sources, safetensors::SaveDtype::F32, &Default::default());
    let mut assets = Assets::default();
    assets.insert("file:model.safetensors", weights);
    assets.insert("file:config.json", config.as_bytes().to_vec());
    assets.insert("file:tokenizer.json", Tokenizer::Bytes(crate::data::ByteTokenizer).to_json().into_bytes());
    BaseModel::open("file:model.safetensors", &assets).map(|base| base.facts())
}

#[track_caller]
fn assert_names(problem: &Problem, parts: &[&str]) {
    for text in [&problem.message.en, &problem.message.zh] {
        assert!(parts.iter().all(|part| text.contains(part)), "{parts:?} not all in: {text}");
    }
}

#[test]
fn tensors_that_nobody_asks_for_are_refused_by_name_and_harmless_ones_are_not() {
    let facts = open(|_| {}, LLAMA).unwrap();
    let whole: usize = tensors().values().map(|(_, data)| data.len()).sum();
    assert_eq!(facts.parameters, whole as u64);
    let add = |name: &str, len: usize| {
        let name = name.to_owned();
        move |tensors: &mut Tensors| drop(tensors.insert(name, (vec![len], vec![0.5; len])))
    };
    for name in ["model.layers.0.self_attn.q_proj.bias", "model.layers.1.self_attn.q_norm.weight", "model.layers.2.mlp.up_proj.weight"] {
        assert_names(&open(add(name, 16), LLAMA).unwrap_err(), &["model.safetensors", name, "1", "config.json"]);
    }
    for name in ["model.layers.1.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq"] {
        assert_eq!(open(add(name, 8), LLAMA), Ok(facts), "{name} is no parameter");
    }
}

#[test]
fn a_head_beside_a_tied_embedding_has_to_be_the_embedding() {
    let tied = LLAMA.replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
    assert_names(&open(|_| {}, &tied).unwrap_err(), &["lm_head.weight"]);
    let same = |tensors: &mut Tensors| drop(tensors.insert("lm_head.weight".into(), tensors["model.embed_tokens.weight"].clone()));
    let facts = open(same, &tied).unwrap();
    assert_eq!(facts, open(|tensors| drop(tensors.remove("lm_head.weight")), &tied).unwrap(), "the head is counted once");
}

#[test]
fn a_weight_that_is_not_finite_is_refused_by_name() {
    for (name, index, value) in [
        ("model.layers.1.input_layernorm.weight", 3, f32::NAN),
        ("model.embed_tokens.weight", 0, f32::INFINITY),
        ("lm_head.weight", 70, f32::NEG_INFINITY),
    ] {
        let problem = open(|tensors| tensors.get_mut(name).unwrap().1[index] = value, LLAMA).unwrap_err();
        assert_eq!(problem.code, crate::lab::problem::ProblemCode::BadFile);
        assert_names(&problem, &["model.safetensors", name, &value.to_string(), "1"]);
    }
    // A buffer that is not read may hold anything.
    let buffer = |tensors: &mut Tensors| drop(tensors.insert("model.rotary_emb.inv_freq".into(), (vec![1], vec![f32::NAN])));
    assert!(open(buffer, LLAMA).is_ok());
}
