use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const MODULE: &str = "model.layers.0.self_attn.q_proj";

fn config() -> PeftLoraConfig {
    PeftLoraConfig {
        r: 2,
        lora_alpha: 8.0,
        lora_dropout: 0.05,
        target_modules: vec!["q_proj".to_owned(), "mlp.up_proj".to_owned()],
        use_rslora: false,
        init_lora_weights: InitLoraWeights::Gaussian,
        base_model_name_or_path: Some("someone/small-llama".to_owned()),
    }
}

fn adapter() -> PeftLora {
    let weights = LoraWeights { in_features: 3, out_features: 1, a: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], b: vec![-1.0, 0.5] };
    let modules = [MODULE, "model.layers.11.mlp.up_proj"].map(|module| (module.to_owned(), weights.clone()));
    PeftLora { config: config(), modules: modules.into() }
}

fn with(field: &str, value: Value) -> Vec<u8> {
    let mut fields: Value = serde_json::from_str(&config().to_json()).unwrap();
    fields[field] = value;
    fields.to_string().into_bytes()
}

#[test]
fn an_adapter_round_trips() {
    let adapter = adapter();
    let model = adapter.write_model(SaveDtype::F32);
    assert_eq!(PeftLora::read(adapter.config.to_json().as_bytes(), &model).unwrap(), adapter);
    let names: Vec<_> = safetensors::read(&model).unwrap().tensors.into_keys().collect();
    assert_eq!(names[0], "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight");
    assert_eq!(names.len(), 4);
}

#[test]
fn scaling_follows_the_rank() {
    let plain = PeftLoraConfig { r: 16, ..config() };
    assert_eq!(plain.scaling(), 0.5);
    assert_eq!(PeftLoraConfig { use_rslora: true, ..plain }.scaling(), 2.0);
}

#[test]
fn targets_match_by_the_end_of_the_path() {
    assert!(config().adapts(MODULE) && config().adapts("model.layers.3.mlp.up_proj"));
    assert!(!config().adapts("model.layers.0.self_attn.k_proj") && !config().adapts("model.layers.0.xq_proj"));
    let all = PeftLoraConfig::from_json(&with("target_modules", json!("all-linear"))).unwrap();
    assert_eq!(all.target_modules.len(), 7);
}

#[test]
fn what_is_not_supported_is_named() {
    let cases = [
        ("peft_type", json!("IA3"), "peft_type = \"IA3\" is not supported; accepted: \"LORA\""),
        ("peft_type", Value::Null, "field `peft_type` is missing"),
        ("r", json!(0), "r = 0 is not supported; accepted: 1 ..= 65536"),
        ("r", json!("8"), "r = \"8\""),
        ("lora_alpha", json!("high"), "lora_alpha = \"high\""),
        ("lora_dropout", json!(1.0), "lora_dropout = 1.0 is not supported; accepted: 0 <= lora_dropout < 1"),
        ("bias", json!("all"), "bias = \"all\" is not supported; accepted: \"none\""),
        ("use_dora", json!(true), "use_dora = true is not supported; accepted: false"),
        ("task_type", json!("SEQ_CLS"), "task_type = \"SEQ_CLS\""),
        ("rank_pattern", json!({"q_proj": 4}), "rank_pattern = {\"q_proj\":4} is not supported; accepted: null"),
        ("modules_to_save", json!(["lm_head"]), "modules_to_save"),
        ("init_lora_weights", json!("pissa"), "accepted: true, false, \"gaussian\""),
        ("target_modules", json!(["q_proj", "lm_head"]), "accepted: \"all-linear\", [\"q_proj\", \"k_proj\""),
        ("target_modules", json!(".*q_proj"), "target_modules = \".*q_proj\""),
        ("target_modules", json!([]), "target_modules = []"),
    ];
    for (field, value, part) in cases {
        let message = PeftLoraConfig::from_json(&with(field, value)).unwrap_err().to_string();
        assert!(message.starts_with("adapter_config.json: ") && message.contains(part), "{field}: {message}");
    }
}

#[test]
fn an_adapter_with_a_value_that_is_no_number_is_refused() {
    let mut adapter = adapter();
    adapter.modules.get_mut(MODULE).unwrap().b[1] = f32::NAN;
    let message = PeftLora::read(adapter.config.to_json().as_bytes(), &adapter.write_model(SaveDtype::F32)).unwrap_err().to_string();
    assert!(message.contains("q_proj.lora_B.weight") && message.contains("index [0, 1]: NaN"), "{message}");
}

#[test]
fn weights_that_do_not_fit_the_configuration_are_named() {
    let read = |names: &[&str], shapes: &[[usize; 2]], r: usize| {
        let data = [0.0; 64];
        let sources: Vec<_> =
            names.iter().zip(shapes).map(|(name, shape)| TensorSource { name, shape, data: &data[..shape[0] * shape[1]] }).collect();
        let model = safetensors::write(&sources, SaveDtype::F32, &BTreeMap::new());
        PeftLora::read(PeftLoraConfig { r, ..config() }.to_json().as_bytes(), &model).unwrap_err()
    };
    let (a, b) = (name_of_a(MODULE), name_of_b(MODULE));
    let missing = FormatError::MissingTensor { tensor: b.clone(), found: 1 };
    assert_eq!(read(&[&a], &[[2, 3]], 2), missing);
    let shape = FormatError::WrongShape { tensor: a.clone(), expected: vec![4, 3], found: vec![2, 3] };
    assert_eq!(read(&[&a, &b], &[[2, 3], [5, 2]], 4), shape);
    let other = "base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight";
    let message = read(&[other], &[[2, 3]], 2).to_string();
    assert!(message.contains(other) && message.contains("(q_proj|mlp.up_proj)"), "{message}");
}

proptest! {
    #[test]
    fn flipped_bits_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8), 1..6)) {
        let adapter = adapter();
        let mut config = adapter.config.to_json().into_bytes();
        let mut model = adapter.write_model(SaveDtype::F32);
        for (index, bit) in flips {
            let index = index.index(config.len() + model.len());
            let byte = if index < config.len() { &mut config[index] } else { &mut model[index - config.len()] };
            *byte ^= 1 << bit;
        }
        let _ = PeftLora::read(&config, &model);
    }
}
