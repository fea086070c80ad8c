use serde_json::{Value, json};

use super::*;
use crate::formats::peft::{AdapterTensor, PeftMethod, write_model};
use crate::formats::safetensors::SaveDtype;
use crate::json::FromJson;
use crate::lab::spec::{LoraInit, LoraScaling, Method as MethodName, RunSpec, TargetModule};
use crate::nn::{EMBEDDING_WEIGHT, ModelConfig, RandomWeights, Tokens};
use crate::tensor::Ledger;

fn config() -> ModelConfig {
    ModelConfig {
        vocab_size: 23,
        d_model: 16,
        n_layers: 2,
        n_heads: 4,
        n_kv_heads: 2,
        d_head: 4,
        d_ff: 24,
        tie_embeddings: false,
        ..ModelConfig::default()
    }
}

pub(super) fn model() -> Transformer {
    Transformer::build(config(), &Ledger::new(None), &mut RandomWeights { seed: 9 }).unwrap()
}

pub(super) fn logits(model: &mut Transformer, virtual_tokens: usize) -> Vec<f32> {
    let ids: Vec<i32> = crate::finetune::prompt::virtual_ids(virtual_tokens).chain([3, 1, 4, 1, 5]).collect();
    model.logits(&Tokens::new(1, ids.len(), ids)).unwrap().data().to_vec()
}

pub(super) fn run(method: MethodName, change: &dyn Fn(&mut RunSpec)) -> RunSpec {
    let mut run = RunSpec::default();
    (run.model.base, run.fine_tuning.method) = ("file:bases/small".into(), method);
    (run.fine_tuning.lora.rank, run.fine_tuning.prompt.virtual_tokens) = (3, 2);
    change(&mut run);
    run
}

/// Every method that PEFT has, too.
fn runs() -> Vec<RunSpec> {
    vec![
        run(MethodName::Lora, &|_| {}),
        run(MethodName::Lora, &|run| {
            run.fine_tuning.lora.scaling = LoraScaling::RankStabilised;
            run.fine_tuning.lora.target_modules = TargetModule::named("down_proj").map(Into::into).into_iter().collect();
            run.fine_tuning.lora.init = LoraInit::Gaussian;
        }),
        run(MethodName::Lora, &|run| {
            let lora = &mut run.fine_tuning.lora;
            lora.target_modules = FromJson::from_json(json!(["q_proj", "embed_tokens", "lm_head", "up_proj"])).unwrap();
            lora.rank_pattern = [("layers.1.self_attn.q_proj".to_owned(), 2), ("lm_head".to_owned(), 5)].into();
            lora.alpha_pattern = [("embed_tokens".to_owned(), 3.0)].into();
        }),
        run(MethodName::Lora, &|run| run.fine_tuning.lora.layers = vec![1]),
        run(MethodName::AdaLora, &|run| run.training.steps = 100),
        run(MethodName::Dora, &|_| {}),
        run(MethodName::Ia3, &|_| {}),
        run(MethodName::PromptTuning, &|_| {}),
        run(MethodName::PrefixTuning, &|_| {}),
    ]
}

/// A model with the method of a run on it, whose parameters hold something.
fn trained(run: &RunSpec) -> (Transformer, usize) {
    trained_from(run, 5)
}

/// The same, of values that a seed decides.
fn trained_from(run: &RunSpec, seed: u64) -> (Transformer, usize) {
    let mut model = model();
    let method = crate::lab::methods::method(run);
    attach(&*method, &mut model, &mut RandomWeights { seed }).unwrap();
    for (index, param) in model.params.iter_mut().filter(|param| source::place(&param.name).is_some()).enumerate() {
        let index = index + seed as usize - 5;
        param.value.data_mut().iter_mut().enumerate().for_each(|(at, x)| *x += 0.01 * ((7 * index + 3 * at) % 17) as f32 - 0.05);
    }
    (model, method.virtual_tokens())
}

/// The files of what a run has trained from a seed.
pub(super) fn trained_files(run: &RunSpec, seed: u64) -> AdapterFiles {
    save(run, &mut trained_from(run, seed).0).unwrap()
}

fn saved(run: &RunSpec) -> AdapterFiles {
    save(run, &mut trained(run).0).unwrap()
}

#[test]
fn what_a_run_trained_is_saved_and_loaded_bit_by_bit() {
    for run in runs() {
        let (mut model_of_run, virtual_tokens) = trained(&run);
        let files = save(&run, &mut model_of_run).unwrap();
        let adapter = read(files.config.as_bytes(), &files.weights).unwrap();
        assert_eq!(adapter.config.base_model_name_or_path.as_deref(), Some("bases/small"));
        let mut again = model();
        let loaded = load(&adapter, &mut again).unwrap();
        assert_eq!(loaded.virtual_tokens, virtual_tokens);
        assert_eq!(logits(&mut again, virtual_tokens), logits(&mut model_of_run, virtual_tokens), "{}", files.config);
        let written = super::files(&adapter.config, &tensors(&again, &adapter.config.method), SaveDtype::F32);
        assert_eq!(written, files);
        let info = info(&adapter, Some("/somewhere/SMALL/"));
        assert_eq!(info.parameters, again.params.counts().1 as u64, "what learns is what is saved");
        assert!(info.warnings.is_empty(), "{:?}", info.warnings);
    }
}

#[test]
fn methods_that_peft_does_not_have_are_told() {
    for method in [MethodName::Full, MethodName::Adapter, MethodName::BitFit, MethodName::LastLayers] {
        let mut run = RunSpec::default();
        run.fine_tuning.method = method;
        let reason = save(&run, &mut model()).unwrap_err();
        assert!(reason.en.contains("PEFT has no such method") && reason.zh.contains("PEFT 没有这种方法"));
    }
}

#[test]
fn merging_gives_the_same_logits_where_weights_can_take_it() {
    for run in runs() {
        let (files, mut model) = (saved(&run), model());
        let adapter = read(files.config.as_bytes(), &files.weights).unwrap();
        let loaded = load(&adapter, &mut model).unwrap();
        let before = logits(&mut model, loaded.virtual_tokens);
        match (merge(&loaded, &mut model), &adapter.config.method) {
            (Err(problem), PeftMethod::Prompt(_) | PeftMethod::Prefix(_)) => {
                assert!(problem.message.en.contains("no weight of the base can take them"), "{}", problem.message.en);
                assert!(problem.message.zh.contains("没有可以容纳它们的权重"));
            }
            (merged, _) => {
                merged.unwrap();
                let after = logits(&mut model, 0);
                assert!(before.iter().zip(&after).all(|(before, after)| (before - after).abs() < 1e-5), "{}", files.config);
            }
        }
    }
}

/// The files of the first run, changed.
fn changed(config: &[(&str, Value)], weights: impl Fn(&mut Vec<AdapterTensor>)) -> AdapterFiles {
    let files = saved(&runs()[0]);
    let mut fields: Value = serde_json::from_str(&files.config).unwrap();
    config.iter().for_each(|(field, value)| fields[*field] = value.clone());
    let adapter = read(files.config.as_bytes(), &files.weights).unwrap();
    let mut tensors = adapter.to_f32().unwrap();
    weights(&mut tensors);
    AdapterFiles { config: fields.to_string(), weights: write_model(&adapter.config.method, &tensors, SaveDtype::F32) }
}

fn refusal(files: &AdapterFiles) -> Problem {
    match read(files.config.as_bytes(), &files.weights) {
        Err(problem) => problem,
        Ok(adapter) => load(&adapter, &mut model()).unwrap_err(),
    }
}

#[test]
fn an_adapter_that_is_not_of_this_base_is_refused_with_what_the_base_has() {
    let of_layer_1 = |name: &TensorName| name.module.contains("layers.1.");
    let cases = [
        (
            "layers that it lacks",
            changed(&[], |tensors| tensors.retain(|tensor| !of_layer_1(&tensor.name))),
            vec!["model.layers.1.self_attn.q_proj.lora_A.weight", "7", "layers_to_transform"],
        ),
        (
            "layers that the base lacks",
            changed(&[], |tensors| {
                let more: Vec<_> = tensors.iter().filter(|tensor| of_layer_1(&tensor.name)).cloned().collect();
                tensors.extend(more.into_iter().map(|mut tensor| {
                    tensor.name.module = tensor.name.module.replace("layers.1", "layers.2");
                    tensor
                }));
            }),
            vec!["model.layers.2.", "2", "q_proj, k_proj"],
        ),
        (
            "another width",
            changed(&[], |tensors| {
                let a = tensors.iter_mut().find(|tensor| tensor.name.part == Part::LoraA).unwrap();
                (a.shape, a.data) = (vec![3, 17], vec![0.5; 51]);
            }),
            vec!["down_proj.lora_A.weight", "[3, 17]", "[3, 24]"],
        ),
        ("another rank", changed(&[("r", json!(4))], |_| {}), vec!["adapter_model.safetensors", "lora_A.weight", "3", "4"]),
        (
            "modules that the base lacks",
            changed(&[("target_modules", json!(["c_attn"]))], |tensors| {
                tensors.retain(|tensor| of_layer_1(&tensor.name) && tensor.name.module.ends_with("q_proj"));
                tensors.iter_mut().for_each(|tensor| tensor.name.module = "transformer.h.0.attn.c_attn".into());
            }),
            vec!["adapter_config.json", "c_attn", "q_proj, k_proj"],
        ),
        (
            "a rank that no matrix of it has",
            changed(&[("r", json!(40))], |tensors| {
                for tensor in tensors {
                    let rank_at = usize::from(tensor.name.part == Part::LoraB);
                    tensor.shape[rank_at] = 40;
                    tensor.data = vec![0.5; tensor.shape.iter().product()];
                }
            }),
            vec!["adapter_config.json", "40", "16"],
        ),
        ("no tensor at all", changed(&[], Vec::clear), vec!["adapter_model.safetensors", "q_proj"]),
    ];
    for (what, files, parts) in cases {
        let problem = refusal(&files);
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(parts.iter().all(|part| text.contains(part)), "{what}: {parts:?}: {text}");
        }
    }
    let mut run = runs().pop().unwrap();
    run.fine_tuning.prompt.virtual_tokens = 2;
    let files = saved(&run);
    let other = files.config.replace("\"token_dim\": 8", "\"token_dim\": 4").replace("\"num_layers\": 2", "\"num_layers\": 4");
    let problem = refusal(&AdapterFiles { config: other, ..files });
    assert!(problem.message.en.contains("num_layers = 4; this one has 2"), "{}", problem.message.en);
}

#[test]
fn truncated_and_infinite_files_are_refused() {
    let files = changed(&[], |_| {});
    let half = files.weights[..files.weights.len() / 2].to_vec();
    let problem = refusal(&AdapterFiles { weights: half, ..files.clone() });
    assert!(problem.message.en.contains("adapter_model.safetensors") && problem.message.en.contains("cut off"), "{problem:?}");
    let infinite = changed(&[], |tensors| tensors[3].data[1] = f32::INFINITY);
    assert!(refusal(&infinite).message.zh.contains("不是有限的数"));
    let unknown = changed(&[("new_in_2031", json!(1))], |_| {});
    let problem = refusal(&unknown);
    assert!(
        problem.message.en.starts_with("The file adapter_config.json cannot be used.") && problem.message.zh.contains("new_in_2031 = 1")
    );
}

/// PEFT's own adapters go by the ends of paths; those that are the same in every layer are what the engine has.
#[test]
fn modules_that_differ_from_layer_to_layer_are_refused() {
    let files = changed(&[("target_modules", json!(["0.self_attn.q_proj", "1.self_attn.v_proj"]))], |tensors| {
        tensors.retain(|tensor| {
            ["layers.0.self_attn.q_proj", "layers.1.self_attn.v_proj"].iter().any(|end| tensor.name.module.ends_with(end))
        });
    });
    let problem = refusal(&files);
    assert!(problem.message.en.contains("is not adapted, while the same module of other layers is"), "{}", problem.message.en);
}

#[test]
fn an_adapter_of_another_base_is_told() {
    let files = saved(&runs()[0]);
    let adapter = read(files.config.as_bytes(), &files.weights).unwrap();
    let warning = other_base(&adapter, Some("x/large")).unwrap();
    assert!(warning.en.contains("bases/small") && warning.zh.contains("x/large"));
    assert_eq!(info(&adapter, Some("x/large")).warnings, [warning]);
    assert_eq!(other_base(&adapter, Some("y\\Small")), None);
    assert_eq!(other_base(&adapter, None), None);
}

/// PEFT saves the table of an embedding that is adapted along with the adapter.
#[test]
fn a_table_of_the_base_has_to_be_the_base_s() {
    let base = model();
    let table = base.params.get(base.params.find(EMBEDDING_WEIGHT).unwrap());
    let files = saved(&runs()[0]);
    let adapter = read(files.config.as_bytes(), &files.weights).unwrap();
    let with_table = |data: &[f32]| {
        let mut tensors = adapter.to_f32().unwrap();
        let name = TensorName::new("model.embed_tokens", Part::BaseWeight);
        tensors.push(AdapterTensor { name, shape: table.shape.clone(), data: data.to_vec() });
        write_model(&adapter.config.method, &tensors, SaveDtype::F32)
    };
    let same = with_table(table.value.data());
    let read_again = read(files.config.as_bytes(), &same).unwrap();
    assert!(load(&read_again, &mut model()).is_ok());
    assert!(info(&read_again, None).warnings[0].en.contains("base_model.model.model.embed_tokens.base_layer.weight"));
    let mut other = table.value.data().to_vec();
    other[7] += 1.0;
    let problem = load(&read(files.config.as_bytes(), &with_table(&other)).unwrap(), &mut model()).unwrap_err();
    assert!(problem.message.en.contains("differs from this base's model.embed_tokens.weight"), "{}", problem.message.en);
}

/// What PiSSA and OLoRA take out of the base is in no file: what is saved is a plain pair of twice the rank for the base as it was.
#[test]
fn a_start_out_of_the_weights_is_saved_as_a_plain_pair() {
    for (init, scaling) in [(LoraInit::Pissa, LoraScaling::Standard), (LoraInit::Olora, LoraScaling::RankStabilised)] {
        let mut run = runs().remove(0);
        (run.fine_tuning.lora.init, run.fine_tuning.lora.scaling) = (init, scaling);
        let (mut model_of_run, _) = trained(&run);
        let files = save(&run, &mut model_of_run).unwrap();
        let adapter = read(files.config.as_bytes(), &files.weights).unwrap();
        let PeftMethod::Lora(lora) = &adapter.config.method else { panic!("{}", files.config) };
        assert_eq!((lora.r, lora.init_lora_weights.changes_base()), (6, false));
        let mut again = model();
        load(&adapter, &mut again).unwrap();
        let (expected, found) = (logits(&mut model_of_run, 0), logits(&mut again, 0));
        assert!(expected.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1e-4), "{}", files.config);
        run.fine_tuning.method = MethodName::Dora;
        assert!(save(&run, &mut trained(&run).0).unwrap_err().en.contains("PEFT cannot say"));
    }
}

/// Of a prefix that comes out of a network, what it gives is saved.
#[test]
fn a_network_of_a_prefix_is_saved_as_what_it_gives() {
    let mut run = runs().pop().unwrap();
    (run.fine_tuning.prompt.reparametrised, run.fine_tuning.prompt.hidden) = (true, 12);
    let (mut model_of_run, _) = trained(&run);
    let files = save(&run, &mut model_of_run).unwrap();
    let mut again = model();
    load(&read(files.config.as_bytes(), &files.weights).unwrap(), &mut again).unwrap();
    let (expected, found) = (logits(&mut model_of_run, 0), logits(&mut again, 0));
    assert!(expected.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1e-5));
    assert!(expected.iter().zip(logits(&mut model(), 0)).any(|(a, b)| (a - b).abs() > 1e-3), "the prefix does something");
}

/// Where embedding and head are one weight, an adapter of one of them cannot be put into it.
#[test]
fn an_adapter_of_a_weight_that_two_layers_share_is_not_merged() {
    let run = runs().remove(2);
    let tied = || {
        let config = ModelConfig { tie_embeddings: true, ..config() };
        Transformer::build(config, &Ledger::new(None), &mut RandomWeights { seed: 9 }).unwrap()
    };
    let mut trained = tied();
    attach(&*crate::lab::methods::method(&run), &mut trained, &mut RandomWeights { seed: 5 }).unwrap();
    let files = save(&run, &mut trained).unwrap();
    let mut model = tied();
    let loaded = load(&read(files.config.as_bytes(), &files.weights).unwrap(), &mut model).unwrap();
    let problem = merge(&loaded, &mut model).unwrap_err();
    for text in [&problem.message.en, &problem.message.zh] {
        assert!(text.contains("model.embed_tokens.weight"), "{text}");
    }
}
