use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const MODULE: &str = "model.layers.0.self_attn.q_proj";

fn config() -> Value {
    json!({
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 2, "lora_alpha": 8, "lora_dropout": 0.05,
        "target_modules": ["q_proj", "mlp.up_proj"], "init_lora_weights": "gaussian", "base_model_name_or_path": "someone/small-llama",
    })
}

fn with(field: &str, value: Value) -> Vec<u8> {
    let mut fields = config();
    fields[field] = value;
    fields.to_string().into_bytes()
}

fn lora(config: &PeftConfig) -> &PeftLora {
    let PeftMethod::Lora(lora) = &config.method else { panic!("{:?}", config.method) };
    lora
}

/// A file of tensors that all hold the same, by names and shapes.
fn file(tensors: &[(&str, &[usize])]) -> Vec<u8> {
    let data: Vec<f32> = (0..1000).map(|i| i as f32 * 0.25 - 3.0).collect();
    let sources: Vec<_> =
        tensors.iter().map(|(name, shape)| safetensors::TensorSource { name, shape, data: &data[..shape.iter().product()] }).collect();
    safetensors::write(&sources, SaveDtype::F32, &BTreeMap::new())
}

fn pair(module: &str, a: &[usize], b: &[usize]) -> Vec<u8> {
    file(&[(&format!("base_model.model.{module}.lora_A.weight"), a), (&format!("base_model.model.{module}.lora_B.weight"), b)])
}

fn refused(config: &[u8], weights: &[u8]) -> String {
    PeftAdapter::read(config, weights).unwrap_err().to_string()
}

/// The adapters that PEFT itself has written, by the golden cases.
const GOLDENS: [(&str, &[u8], &[u8]); 6] = {
    macro_rules! golden {
        ($name:literal) => {
            (
                $name,
                include_bytes!(concat!("../../../tests/goldens/", $name, "/adapter/adapter_config.json")) as &[u8],
                include_bytes!(concat!("../../../tests/goldens/", $name, "/adapter/adapter_model.safetensors")) as &[u8],
            )
        };
    }
    [golden!("lora-qv"), golden!("lora-rslora"), golden!("lora-dora"), golden!("ia3"), golden!("prompt-tuning"), golden!("prefix-tuning")]
};

/// Every field of the configuration, known or not, and every tensor come back, bit by bit and under the same name.
#[test]
fn what_peft_wrote_round_trips() {
    for (name, config, weights) in GOLDENS {
        let adapter = PeftAdapter::read(config, weights).unwrap();
        let written = write_model(&adapter.config.method, &adapter.to_f32().unwrap(), SaveDtype::F32);
        let [ours, theirs] = [&written[..], weights].map(|file| safetensors::read(file).unwrap().tensors);
        assert_eq!(ours, theirs, "{name}");
        let text = adapter.config.to_json();
        let [ours, theirs] = [text.as_bytes(), config].map(|text| serde_json::from_slice::<Value>(text).unwrap());
        assert_eq!(ours, theirs, "{name}");
        assert_eq!(PeftConfig::from_json(text.as_bytes()).unwrap(), adapter.config, "{name}");
    }
}

#[test]
fn rank_alpha_and_scaling_follow_the_module() {
    let mut fields = config();
    fields["rank_pattern"] = json!({ "^model\\.layers\\.1\\.mlp\\.up_proj$": 16, "up_proj": 4 });
    fields["alpha_pattern"] = json!({ "self_attn.q_proj": 6 });
    let config = PeftConfig::from_json(fields.to_string().as_bytes()).unwrap();
    let lora = lora(&config);
    let (q, up) = (MODULE, ["model.layers.0.mlp.up_proj", "model.layers.1.mlp.up_proj"]);
    assert_eq!((lora.rank_of(q), up.map(|up| lora.rank_of(up))), (2, [4, 16]));
    assert_eq!((lora.scaling_of(q), up.map(|up| lora.scaling_of(up))), (3.0, [2.0, 0.5]));
    assert_eq!(PeftLora { use_rslora: true, ..lora.clone() }.scaling_of(up[1]), 2.0);
    assert_eq!(PeftConfig::from_json(config.to_json().as_bytes()).unwrap(), config);
}

#[test]
fn targets_are_those_of_peft() {
    let of = |change: &[(&str, Value)]| {
        let mut fields = config();
        change.iter().for_each(|(field, value)| fields[*field] = value.clone());
        lora(&PeftConfig::from_json(fields.to_string().as_bytes()).unwrap()).targets.clone()
    };
    let plain = of(&[]);
    assert!(plain.include(MODULE) && plain.include("model.layers.3.mlp.up_proj"));
    assert!(!plain.include("model.layers.0.self_attn.k_proj") && !plain.include("model.layers.0.xq_proj"));
    let all = of(&[("target_modules", json!("all-linear"))]);
    assert!(all.include("model.layers.0.mlp.down_proj") && !all.include("lm_head") && !all.include("model.embed_tokens"));
    let layers = of(&[("layers_to_transform", json!([1, 3]))]);
    assert!(layers.include("model.layers.1.self_attn.q_proj") && !layers.include(MODULE));
    assert!(!of(&[("layers_to_transform", json!(1))]).include(MODULE));
    let excluded = of(&[("exclude_modules", json!(["layers.0.self_attn.q_proj"]))]);
    assert!(!excluded.include(MODULE) && excluded.include("model.layers.1.self_attn.q_proj"));
    // A whole path stands for itself, whatever the layers.
    let whole = of(&[("target_modules", json!(["lm_head", MODULE])), ("layers_to_transform", json!([5]))]);
    assert!(whole.include(MODULE) && whole.include("lm_head"));
}

#[test]
fn what_is_not_supported_is_named() {
    let cases = [
        ("peft_type", json!("LOHA"), "peft_type = \"LOHA\" is not supported; accepted: \"LORA\", \"ADALORA\", \"IA3\""),
        ("peft_type", Value::Null, "field `peft_type` is missing"),
        ("r", json!(0), "r = 0 is not supported; accepted: 1 ..= 65536"),
        ("r", json!("8"), "r = \"8\""),
        ("lora_alpha", json!("high"), "lora_alpha = \"high\""),
        ("lora_dropout", json!(1.0), "lora_dropout = 1.0 is not supported; accepted: 0 <= lora_dropout < 1"),
        ("bias", json!("some"), "bias = \"some\" is not supported; accepted: \"none\", \"all\", \"lora_only\""),
        ("task_type", json!("SEQ_CLS"), "task_type = \"SEQ_CLS\""),
        ("rank_pattern", json!({ ".*q_proj": 4 }), "rank_pattern[\".*q_proj\"] = 4 is not supported"),
        ("rank_pattern", json!({ "^q_proj": 4 }), "rank_pattern[\"^q_proj\"] = 4"),
        (
            "rank_pattern",
            json!({ "q_proj": 0 }),
            "rank_pattern[\"q_proj\"] = 0 is not supported; accepted: {\"END OF A MODULE'S PATH\": 1 ..=",
        ),
        ("alpha_pattern", json!({ "(q|k)_proj": 4 }), "alpha_pattern[\"(q|k)_proj\"]"),
        ("init_lora_weights", json!("corda"), "init_lora_weights = \"corda\""),
        ("target_modules", json!(".*q_proj"), "target_modules = \".*q_proj\" is not supported; accepted: \"all-linear\""),
        ("target_modules", json!([]), "target_modules = []"),
        ("exclude_modules", json!(".*"), "exclude_modules = \".*\""),
        ("layers_to_transform", json!([-1]), "layers_to_transform = [-1]"),
        ("layers_pattern", json!("blocks"), "layers_pattern = \"blocks\" is not supported; accepted: \"\", \"layers\""),
        ("alora_invocation_tokens", json!([1]), "alora_invocation_tokens = [1] is not supported; accepted: null"),
        ("corda_config", json!({ "verbose": true }), "corda_config"),
        ("eva_config", json!({ "rho": 2.0 }), "eva_config"),
        ("loftq_config", json!({ "loftq_bits": 4 }), "loftq_config"),
        ("megatron_config", json!({ "a": 1 }), "megatron_config"),
        ("layer_replication", json!([[0, 4]]), "layer_replication = [[0,4]] is not supported; accepted: null"),
        ("target_parameters", json!(["experts"]), "target_parameters"),
        ("trainable_token_indices", json!([5]), "trainable_token_indices"),
        ("modules_to_save", json!(["lm_head"]), "modules_to_save = [\"lm_head\"] is not supported; accepted: null"),
        ("use_qalora", json!(true), "use_qalora = true is not supported; accepted: false"),
        ("lora_bias", json!(true), "lora_bias = true"),
        ("fan_in_fan_out", json!(true), "fan_in_fan_out = true"),
        ("ensure_weight_tying", json!(true), "ensure_weight_tying = true"),
        ("new_in_2031", json!(0.5), "new_in_2031 = 0.5 is not known here, and may change what is computed"),
    ];
    for (field, value, part) in cases {
        let message = PeftConfig::from_json(&with(field, value)).unwrap_err().to_string();
        assert!(message.starts_with("adapter_config.json: ") && message.contains(part), "{field}: {message}");
    }
    let mut all = config();
    (all["target_modules"], all["layers_to_transform"]) = (json!("all-linear"), json!([0]));
    let message = PeftConfig::from_json(all.to_string().as_bytes()).unwrap_err().to_string();
    assert!(message.contains("layers_to_transform = [0] contradicts target_modules = \"all-linear\""), "{message}");
    let prompt = json!({ "peft_type": "PROMPT_TUNING", "num_virtual_tokens": 2, "num_transformer_submodules": 2 });
    let message = PeftConfig::from_json(prompt.to_string().as_bytes()).unwrap_err().to_string();
    assert!(message.contains("num_transformer_submodules = 2 is not supported; accepted: 1"), "{message}");
}

#[test]
fn fields_that_change_nothing_are_kept() {
    let mut fields = config();
    for (field, value) in [
        ("revision", json!("main")),
        ("peft_version", json!("0.21.2")),
        ("megatron_core", json!("megatron.core")),
        ("qalora_group_size", json!(16)),
        ("runtime_config", json!({ "ephemeral_gpu_offload": false })),
        ("inference_mode", json!(false)),
        ("use_bdlora", Value::Null),
        ("new_in_2031", json!(false)),
        ("new_in_2032", json!([])),
    ] {
        fields[field] = value;
    }
    let config = PeftConfig::from_json(fields.to_string().as_bytes()).unwrap();
    let written: Value = serde_json::from_str(&config.to_json()).unwrap();
    for (field, value) in fields.as_object().unwrap() {
        assert_eq!(written.get(field), Some(value), "{field}");
    }
}

#[test]
fn names_of_every_version_mean_the_same() {
    let [a, b] = [Part::LoraA, Part::LoraB].map(|part| TensorName::new(MODULE, part));
    for name in ["lora_A.weight", "lora_A.default.weight", "lora_A.my-adapter.weight", "lora_A", "lora_A.default"] {
        for prefix in ["base_model.model.", ""] {
            assert_eq!(TensorName::parse(&format!("{prefix}{MODULE}.{name}")), Some(a.clone()), "{prefix}{name}");
        }
    }
    for (name, part) in [
        ("lora_magnitude_vector", Part::Magnitude),
        ("lora_magnitude_vector.default", Part::Magnitude),
        ("lora_magnitude_vector.default.weight", Part::Magnitude),
        ("lora_magnitude_vector.weight", Part::Magnitude),
        ("ia3_l.default", Part::Ia3),
        ("base_layer.bias", Part::BaseBias),
        ("bias", Part::Bias),
        ("base_layer.weight", Part::BaseWeight),
        ("lora_embedding_B.default", Part::EmbeddingB),
    ] {
        assert_eq!(TensorName::parse(&format!("base_model.model.{MODULE}.{name}")), Some(TensorName::new(MODULE, part)), "{name}");
    }
    for name in ["lora_A.a.b.weight", "lora_B.bias", "lora_C.x", "lora_A..weight", ""] {
        assert_eq!(TensorName::parse(&format!("base_model.model.{MODULE}.{name}")), None, "{name}");
    }
    assert_eq!(TensorName::parse("lora_A.weight"), None, "of no module");

    let old = file(&[(&format!("{MODULE}.lora_A.default.weight"), &[2, 3]), (&format!("{MODULE}.lora_B.default.weight"), &[1, 2])]);
    let config = config().to_string();
    let adapter = PeftAdapter::read(config.as_bytes(), &old).unwrap();
    let written = write_model(&adapter.config.method, &adapter.to_f32().unwrap(), SaveDtype::F32);
    assert_eq!(written, pair_with_metadata(), "the same bytes as under the names of today");
    assert_eq!((adapter.tensor(&a).unwrap().shape.clone(), adapter.tensor(&b).unwrap().shape.clone()), (vec![2, 3], vec![1, 2]));
}

fn pair_with_metadata() -> Vec<u8> {
    let pair = pair(MODULE, &[2, 3], &[1, 2]);
    let file = safetensors::read(&pair).unwrap();
    let values: Vec<(String, Vec<usize>, Vec<f32>)> =
        file.tensors.values().map(|tensor| (tensor.name.clone(), tensor.shape.clone(), tensor.to_f32().unwrap())).collect();
    let sources: Vec<_> = values.iter().map(|(name, shape, data)| safetensors::TensorSource { name, shape, data }).collect();
    safetensors::write(&sources, SaveDtype::F32, &safetensors::hf_metadata())
}

#[test]
fn weights_that_do_not_fit_the_configuration_are_named() {
    let config = config().to_string().into_bytes();
    let [a, b] = ["lora_A", "lora_B"].map(|part| format!("base_model.model.{MODULE}.{part}.weight"));
    let other = "base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight";
    for (weights, parts) in [
        (file(&[]), ["the adapter holds no weights of q_proj, mlp.up_proj", "export it again"]),
        (file(&[(&a, &[2, 3])]), ["q_proj.lora_B.weight` is missing", "holds 1 tensors"]),
        (pair(MODULE, &[4, 3], &[5, 4]), ["q_proj.lora_A.weight` is of rank 4", "gives model.layers.0.self_attn.q_proj rank 2"]),
        (pair(MODULE, &[2, 3], &[5, 4]), ["q_proj.lora_B.weight` is of rank 4", "rank 2"]),
        (pair(MODULE, &[6], &[5, 2]), ["has shape [6], expected [2, 0]", ""]),
        (file(&[(other, &[2, 3])]), [other, "(q_proj, mlp.up_proj)"]),
        (file(&[(&format!("base_model.model.{MODULE}.ia3_l"), &[2, 1])]), ["q_proj.ia3_l` is not expected here", "lora_A.weight"]),
        (file(&[(&format!("base_model.model.{MODULE}.lora_magnitude_vector"), &[5])]), ["lora_magnitude_vector` is not expected", ""]),
        (file(&[(&a, &[2, 3]), (&b, &[5, 2]), (&format!("base_model.model.{MODULE}.bias"), &[5])]), ["q_proj.bias", "not expected"]),
        (file(&[(&a, &[2, 3]), (&format!("{MODULE}.lora_A.weight"), &[2, 3])]), ["two spellings of one weight", &a]),
        (file(&[("nonsense", &[2, 3])]), ["`nonsense` is not expected here", ""]),
        (pair(MODULE, &[2, 3], &[5, 2])[..200].to_vec(), ["cut off", ""]),
    ] {
        let message = refused(&config, &weights);
        assert!(parts.iter().all(|part| message.contains(part)), "{parts:?}: {message}");
    }
    let dora = with("use_dora", json!(true));
    assert!(refused(&dora, &pair(MODULE, &[2, 3], &[5, 2])).contains("q_proj.lora_magnitude_vector` is missing"));
    let prompt = json!({ "peft_type": "PROMPT_TUNING", "num_virtual_tokens": 2, "token_dim": 4 }).to_string();
    let message = refused(prompt.as_bytes(), &file(&[("prompt_embeddings", &[3, 4])]));
    assert!(message.contains("has shape [3, 4], expected [2, 4]"), "{message}");
}

#[test]
fn an_adapter_with_a_value_that_is_no_number_is_refused() {
    let weights = pair(MODULE, &[2, 3], &[1, 2]);
    let config = config().to_string();
    let adapter = PeftAdapter::read(config.as_bytes(), &weights).unwrap();
    let mut tensors = adapter.to_f32().unwrap();
    for bad in [f32::NAN, f32::INFINITY] {
        tensors[1].data[1] = bad;
        let message = refused(config.as_bytes(), &write_model(&adapter.config.method, &tensors, SaveDtype::F32));
        assert!(message.contains("q_proj.lora_B.weight") && message.contains(&format!("index [0, 1]: {bad}")), "{message}");
    }
}

/// What PEFT's AdaLoRA writes: fewer singular values than at the start, and which they were.
#[test]
fn pruned_ranks_are_read_and_written() {
    let lora_e = format!("{MODULE}.lora_E");
    let config = json!({
        "peft_type": "ADALORA", "init_r": 4, "target_r": 2, "tinit": 1, "tfinal": 1, "deltaT": 2, "total_step": 10, "lora_alpha": 8,
        "r": 8, "target_modules": ["q_proj"], "rank_pattern": { lora_e.clone(): [true, false, false, true] },
    });
    let names = ["lora_A", "lora_B", "lora_E"].map(|part| format!("base_model.model.{MODULE}.{part}"));
    let weights = file(&[(&names[0], &[2, 3]), (&names[1], &[5, 2]), (&names[2], &[2, 1])]);
    let adapter = PeftAdapter::read(config.to_string().as_bytes(), &weights).unwrap();
    let written: Value = serde_json::from_str(&adapter.config.to_json()).unwrap();
    assert_eq!((&written["rank_pattern"], &written["r"]), (&config["rank_pattern"], &json!(8)));
    let again = write_model(&adapter.config.method, &adapter.to_f32().unwrap(), SaveDtype::F32);
    assert!(safetensors::read(&again).unwrap().tensors.keys().eq(names.iter()));
    let mut whole = config;
    whole["rank_pattern"] = Value::Null;
    assert!(refused(whole.to_string().as_bytes(), &weights).contains("is of rank 2"));
    whole["rank_pattern"] = json!({ lora_e: [true] });
    assert!(refused(whole.to_string().as_bytes(), &weights).contains("with 4 values each"));
}

proptest! {
    #[test]
    fn flipped_bits_never_panic(
        golden in 0..GOLDENS.len(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8), 1..6),
    ) {
        let (_, config, weights) = GOLDENS[golden];
        let (mut config, mut weights) = (config.to_vec(), weights.to_vec());
        // Half of them hit the configuration or the header, where they tell.
        let header = weights.len().min(2000);
        for (index, bit) in flips {
            let index = index.index(config.len() + header);
            let byte = if index < config.len() { &mut config[index] } else { &mut weights[index - config.len()] };
            *byte ^= 1 << bit;
        }
        if let Ok(adapter) = PeftAdapter::read(&config, &weights) {
            let tensors = adapter.to_f32().unwrap();
            let model = write_model(&adapter.config.method, &tensors, SaveDtype::F32);
            let text = adapter.config.to_json();
            let again = PeftAdapter::read(text.as_bytes(), &model);
            prop_assert!(again.is_ok(), "what was read can be written and read again: {again:?}");
            prop_assert_eq!(again.unwrap().config, adapter.config);
        }
    }

    #[test]
    fn any_name_is_read_or_refused(name in "[a-z_AB.]{0,40}") {
        if let Some(meaning) = TensorName::parse(&name) {
            let lora = PeftMethod::Lora(PeftLora::of(Targets::of(&["q_proj"])));
            prop_assert_eq!(TensorName::parse(&meaning.written(&lora)).map(|again| again.part == meaning.part), Some(true));
        }
    }
}
