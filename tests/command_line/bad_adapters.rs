//! Adapters that cannot be used: what is wrong, in the names of PEFT’s files, and what would be right.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tinyai::formats::safetensors::{self, SaveDtype, TensorSource};

use super::adapters::{adapter, golden, shown};
use super::{empty_folder, text, tinyai};

/// Name, shape and values.
type Tensor = (String, Vec<usize>, Vec<f32>);

/// An adapter of PEFT’s, to be spoilt.
struct Files {
    config: Value,
    tensors: Vec<Tensor>,
    /// Bytes of the weights that are written.
    kept: Option<usize>,
}

impl Files {
    fn of(case: &str) -> Self {
        let folder = golden(case).join("adapter");
        let [config, weights] = ["adapter_config.json", "adapter_model.safetensors"].map(|name| fs::read(folder.join(name)).unwrap());
        let file = safetensors::read(&weights).unwrap();
        let tensors = file.tensors.values().map(|tensor| (tensor.name.clone(), tensor.shape.clone(), tensor.to_f32().unwrap()));
        Self { config: serde_json::from_slice(&config).unwrap(), tensors: tensors.collect(), kept: None }
    }

    /// With other fields.
    fn with(mut self, fields: Value) -> Self {
        fields.as_object().unwrap().iter().for_each(|(field, value)| self.config[field] = value.clone());
        self
    }

    /// With pairs of another rank, or tokens of another number, in some tensors.
    fn with_rank(mut self, rank: usize, end: &str) -> Self {
        for (name, shape, values) in self.tensors.iter_mut().filter(|(name, ..)| name.contains(end)) {
            let at = usize::from(name.contains("lora_B"));
            shape[at] = rank;
            *values = vec![0.25; shape.iter().product()];
        }
        self
    }

    fn write(&self, folder: &Path) {
        let sources: Vec<_> = self.tensors.iter().map(|(name, shape, data)| TensorSource { name, shape, data }).collect();
        let bytes = safetensors::write(&sources, SaveDtype::F32, &safetensors::hf_metadata());
        fs::write(folder.join("adapter_config.json"), self.config.to_string()).unwrap();
        fs::write(folder.join("adapter_model.safetensors"), &bytes[..self.kept.unwrap_or(bytes.len())]).unwrap();
    }
}

/// What it is, the adapter, which of the two files is named, and what the message says: what is wrong, and what would be right.
type Case = (&'static str, Files, &'static str, &'static [&'static str]);

const CONFIG: &str = "adapter_config.json";
const MODEL: &str = "adapter_model.safetensors";

fn of_settings() -> Vec<Case> {
    let lora = || Files::of("lora-qv");
    vec![
        ("rank 0", lora().with(json!({ "r": 0 })), CONFIG, &["r = 0", "1 ..= 65536"]),
        (
            "a rank above the layer",
            lora().with(json!({ "r": 25 })).with_rank(25, ""),
            CONFIG,
            &["r is 25", "24 × 48", "1 to 24", "target_modules"],
        ),
        (
            "a rank of a pattern above the layer",
            lora().with(json!({ "rank_pattern": { "v_proj": 30 } })).with_rank(30, "v_proj"),
            CONFIG,
            &["rank_pattern is 30", "24 × 48", "1 to 24"],
        ),
        (
            "alpha 0 with rsLoRA",
            lora().with(json!({ "lora_alpha": 0, "use_rslora": true })),
            CONFIG,
            &["lora_alpha is 0", "a value above 0", "model.layers.0.self_attn.q_proj"],
        ),
        (
            "alpha 0 of a pattern",
            lora().with(json!({ "alpha_pattern": { "v_proj": 0 } })),
            CONFIG,
            &["alpha_pattern is 0", "a value above 0", "v_proj"],
        ),
        ("an alpha below 0", lora().with(json!({ "lora_alpha": -8 })), CONFIG, &["lora_alpha = -8", ">= 0"]),
        (
            "aLoRA",
            lora().with(json!({ "alora_invocation_tokens": [1, 2] })),
            CONFIG,
            &["alora_invocation_tokens = [1,2]", "accepted: null"],
        ),
        (
            "CorDA",
            lora().with(json!({ "corda_config": { "verbose": true } })),
            CONFIG,
            &["corda_config = {\"verbose\":true}", "accepted: null"],
        ),
        ("a field of the future", lora().with(json!({ "new_in_2031": 0.5 })), CONFIG, &["new_in_2031 = 0.5", "remove the field"]),
        ("a method that is none", lora().with(json!({ "peft_type": "LOHA" })), CONFIG, &["peft_type = \"LOHA\"", "\"LORA\", \"ADALORA\""]),
        (
            "a random start",
            lora().with(json!({ "init_lora_weights": "pissa_niter_4" })),
            CONFIG,
            &["init_lora_weights", "path_initial_model_for_weight_conversion"],
        ),
        (
            "a prompt longer than the context",
            Files::of("prompt-tuning").with(json!({ "num_virtual_tokens": 127 })).with_rank(127, ""),
            CONFIG,
            &["num_virtual_tokens is 127", "128 tokens at once", "1 to 126"],
        ),
        (
            "a prefix longer than the context",
            Files::of("prefix-tuning").with(json!({ "num_virtual_tokens": 200 })).with_rank(200, ""),
            CONFIG,
            &["num_virtual_tokens is 200", "1 to 126"],
        ),
        (
            "another number of layers",
            Files::of("prefix-tuning").with(json!({ "num_layers": 4, "token_dim": 12 })),
            MODEL,
            &["num_layers = 4; this one has 2"],
        ),
    ]
}

fn of_weights() -> Vec<Case> {
    let lora = || Files::of("lora-qv");
    let changed = |change: &dyn Fn(&mut Vec<Tensor>)| {
        let mut files = lora();
        change(&mut files.tensors);
        files
    };
    let mut renamed = lora().with(json!({ "target_modules": ["c_attn"] }));
    renamed.tensors.retain(|(name, ..)| name.contains("q_proj"));
    renamed.tensors.iter_mut().for_each(|(name, ..)| *name = name.replace("self_attn.q_proj", "attn.c_attn"));
    let pair = |module: &str| {
        let name = |part: &str| format!("base_model.model.model.layers.0.{module}.{part}.weight");
        [(name("lora_A"), vec![4, 48], vec![0.5; 192]), (name("lora_B"), vec![48, 4], vec![0.5; 192])]
    };
    vec![
        ("a module that the base lacks", renamed, CONFIG, &["target_modules, c_attn,", "q_proj, k_proj, v_proj"]),
        (
            "a module that the weights lack",
            lora().with(json!({ "target_modules": ["c_attn"] })),
            MODEL,
            &["q_proj.lora_A.weight", "c_attn"],
        ),
        (
            "no weights of a module",
            lora().with(json!({ "target_modules": ["q_proj", "v_proj", "o_proj"] })),
            MODEL,
            &["no tensor base_model.model.model.layers.0.self_attn.o_proj.lora_A.weight", "layers_to_transform"],
        ),
        (
            "tensors left over",
            changed(&|tensors| tensors.extend(pair("self_attn.o_proj"))),
            MODEL,
            &["o_proj.lora_A.weight", "(v_proj, q_proj)"],
        ),
        ("a tensor without its partner", changed(&|tensors| drop(tensors.remove(1))), MODEL, &["q_proj.lora_B.weight", "is missing"]),
        ("no tensors", changed(&Vec::clear), MODEL, &["no weights of v_proj, q_proj", "export it again"]),
        ("another rank than its configuration's", lora().with(json!({ "r": 8 })), MODEL, &["lora_A.weight", "is of rank 4", "rank 8"]),
        ("NaN", changed(&|tensors| tensors[2].2[49] = f32::NAN), MODEL, &["v_proj.lora_A.weight", "[1, 1]: NaN", "xport the file again"]),
        ("infinity", changed(&|tensors| tensors[2].2[49] = f32::NEG_INFINITY), MODEL, &["[1, 1]: -inf"]),
        ("a file that is cut off", Files { kept: Some(3000), ..lora() }, MODEL, &["cut off"]),
        ("the beginning of one", Files { kept: Some(5), ..lora() }, MODEL, &["not a safetensors file", "5 bytes"]),
        (
            "a base of another width",
            changed(&|tensors| (tensors[0].1, tensors[0].2) = (vec![4, 64], vec![0.5; 256])),
            MODEL,
            &["[4, 64]", "[4, 48]"],
        ),
        (
            "more layers than the base",
            changed(&|tensors| {
                tensors.extend(pair("self_attn.q_proj").map(|(name, shape, data)| (name.replace("layers.0", "layers.7"), shape, data)))
            }),
            MODEL,
            &["model.layers.7.self_attn.q_proj", "its 2 layers have q_proj, k_proj"],
        ),
    ]
}

#[test]
fn what_is_wrong_with_an_adapter_is_told_in_the_names_of_its_files() {
    for (what, files, named, parts) in of_settings().into_iter().chain(of_weights()) {
        let folder = empty_folder("bad-adapter");
        files.write(&folder);
        // Every golden case has the same base.
        let base = shown(&golden("lora-qv"));
        let en = adapter(&["info", &shown(&folder), "--base", &base]);
        assert_eq!(en.status.code(), Some(2), "{what}: {}", text(&en.stdout));
        let message = text(&en.stderr);
        assert!(message.starts_with(&format!("✗ The file {named} cannot be used. ")), "{what}: {message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{what}: {parts:?}: {message}");
        let zh = tinyai(&["adapter", "info", &shown(&folder), "--base", &base, "--lang", "zh"], b"");
        assert!(text(&zh.stderr).starts_with(&format!("✗ 文件 {named} 无法使用。")), "{what}: {}", text(&zh.stderr));
        for message in [message, text(&zh.stderr)] {
            assert!(!message.contains("fine_tuning") && !message.contains("lora.rank"), "{what} speaks of the form: {message}");
        }
        // Whatever needs the base refuses it, too, and writes nothing.
        let out = empty_folder("bad-adapter-merged");
        let merged = adapter(&["merge", &shown(&folder), "--base", &base, "--out", &shown(&out)]);
        assert_eq!((merged.status.code(), text(&merged.stderr)), (Some(2), message), "{what}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "{what}");
    }
}

/// AdaLoRA, of which PEFT’s fields have other names than the form.
#[test]
fn settings_of_adalora_are_those_of_its_file() {
    let adalora = |fields: Value| {
        let mut files = Files::of("lora-qv");
        files.config = json!({
            "peft_type": "ADALORA", "task_type": "CAUSAL_LM", "init_r": 4, "target_r": 2, "tinit": 1, "tfinal": 1, "deltaT": 1,
            "total_step": 10, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"],
        });
        let values = (0..2).flat_map(|layer| ["q_proj", "v_proj"].map(|role| format!("model.layers.{layer}.self_attn.{role}.lora_E")));
        files.tensors.extend(values.map(|name| (name, vec![4, 1], vec![0.5; 4])));
        files.with(fields)
    };
    for (what, files, parts) in [
        ("initial", adalora(json!({ "init_r": 30 })).with_rank(30, "lora_"), ["init_r is 30", "1 to 24"]),
        ("target", adalora(json!({ "target_r": 9 })), ["target_r is 9", "init_r, which is 4. Choose 1 to 4"]),
        ("steps", adalora(json!({ "tinit": 6, "tfinal": 4 })), ["tinit (6) and tfinal (4)", "10 total_step"]),
    ] {
        let folder = empty_folder("bad-adalora");
        files.write(&folder);
        let refused = adapter(&["info", &shown(&folder), "--base", &shown(&golden("lora-qv"))]);
        assert_eq!(refused.status.code(), Some(2), "{what}: {}", text(&refused.stdout));
        assert!(parts.iter().all(|part| text(&refused.stderr).contains(part)), "{what}: {}", text(&refused.stderr));
    }
}

/// Shapes alike but another name: it may be right, so it is told and used.
#[test]
fn an_adapter_of_a_base_of_another_name_is_used_with_a_warning() {
    let folder = empty_folder("other-base");
    Files::of("lora-qv").with(json!({ "base_model_name_or_path": "someone/another-model" })).write(&folder);
    let (adapter_folder, base) = (shown(&folder), shown(&golden("lora-qv")));
    let arguments = ["logits", &adapter_folder, "--base", &base, "--ids", "1,2"];
    let logits = adapter(&arguments);
    assert_eq!(logits.status.code(), Some(0), "{}", text(&logits.stderr));
    let warning = text(&logits.stderr);
    assert!(warning.starts_with("! It says it belongs to the base someone/another-model, and is used with"), "{warning}");
    let renamed = Files::of("lora-qv").with(json!({ "base_model_name_or_path": "any/Lora-QV/" }));
    renamed.write(&folder);
    let logits = adapter(&arguments);
    assert!(logits.status.code() == Some(0) && logits.stderr.is_empty(), "{}", text(&logits.stderr));
}
