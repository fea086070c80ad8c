use super::*;

const LLAMA: &str = include_str!("../../../tests/goldens/llama-tiny/config.json");

/// A small model's tensors: the shared golden one's, which a test may change.
fn tensors() -> std::collections::BTreeMap<String, (Vec<usize>, Vec<f32>)> {
    let bytes = include_bytes!("../../../tests/goldens/llama-tiny/model.safetensors");
    let file = safetensors::read(bytes).unwrap();
    file.tensors.iter().map(|(name, tensor)| (name.clone(), (tensor.shape.clone(), tensor.to_f32().unwrap()))).collect()
}

type Tensors = std::collections::BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Opens the golden model with the tensors and the configuration changed.
fn open(change: impl FnOnce(&mut Tensors), config: &str) -> Result<usize, Problem> {
    let mut tensors = tensors();
    change(&mut tensors);
    let sources: Vec<_> = tensors.iter().map(|(name, (shape, data))| safetensors::TensorSource { name, shape, data }).collect();
    let weights = safetensors::write(&sources, safetensors::SaveDtype::F32, &Default::default());
    let mut assets = Assets::default();
    assets.insert("file:model.safetensors", weights);
    assets.insert("file:config.json", config.as_bytes().to_vec());
    assets.insert("file:tokenizer.json", Tokenizer::Bytes(crate::data::ByteTokenizer).to_json().into_bytes());
    let mut run = RunSpec::default();
    run.model.base = "file:model.safetensors".into();
    BaseModel::open(&run, &assets).map(|base| base.blueprint.params().map(|(_, param)| param.elements()).sum())
}

#[track_caller]
fn assert_names(problem: &Problem, parts: &[&str]) {
    for text in [&problem.message.en, &problem.message.zh] {
        assert!(parts.iter().all(|part| text.contains(part)), "{parts:?} not all in: {text}");
    }
}

#[test]
fn tensors_that_nobody_asks_for_are_refused_by_name_and_harmless_ones_are_not() {
    let parameters = open(|_| {}, LLAMA).unwrap();
    let whole: usize = tensors().values().map(|(_, data)| data.len()).sum();
    assert_eq!(parameters, whole);
    let add = |name: &str, len: usize| {
        let name = name.to_owned();
        move |tensors: &mut Tensors| drop(tensors.insert(name, (vec![len], vec![0.5; len])))
    };
    for name in ["model.layers.0.self_attn.q_proj.bias", "model.layers.1.self_attn.q_norm.weight", "model.layers.2.mlp.up_proj.weight"] {
        assert_names(&open(add(name, 16), LLAMA).unwrap_err(), &["model.safetensors", name, "1", "config.json"]);
    }
    for name in ["model.layers.1.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq"] {
        assert_eq!(open(add(name, 8), LLAMA), Ok(parameters), "{name} is no parameter");
    }
}

#[test]
fn a_head_beside_a_tied_embedding_has_to_be_the_embedding() {
    let tied = LLAMA.replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
    assert_names(&open(|_| {}, &tied).unwrap_err(), &["lm_head.weight"]);
    let same = |tensors: &mut Tensors| drop(tensors.insert("lm_head.weight".into(), tensors["model.embed_tokens.weight"].clone()));
    let parameters = open(same, &tied).unwrap();
    assert_eq!(parameters, open(|tensors| drop(tensors.remove("lm_head.weight")), &tied).unwrap(), "the head is counted once");
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
