//! What the weights of base models take, by the allocator's own count.

mod common;

use common::counting::Counting;
use common::{experiment, shipped_assets, short_spec};
use serde_json::json;
use tinyai::formats::safetensors;
use tinyai::formats::safetensors::{SaveDtype, TensorSource, hf_metadata};
use tinyai::lab::assets::Assets;
use tinyai::lab::base_model::{BaseModel, FileWeights, model_config};
use tinyai::nn::Transformer;
use tinyai::tensor::Ledger;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const RUNS: usize = 8;

/// The file, with the embedding's weight once more as that of the head.
fn and_head(file: &[u8]) -> Vec<u8> {
    let file = safetensors::read(file).unwrap();
    let values = |name: &str| file.tensors[name].to_f32().unwrap();
    let mut tensors: Vec<_> = file.tensors.iter().map(|(name, tensor)| (name.as_str(), &tensor.shape, values(name))).collect();
    let table = "model.embed_tokens.weight";
    tensors.push(("lm_head.weight", &file.tensors[table].shape, values(table)));
    let sources: Vec<_> = tensors.iter().map(|(name, shape, data)| TensorSource { name, shape, data }).collect();
    safetensors::write(&sources, SaveDtype::F32, &hf_metadata())
}

/// One test in this file: another one's allocations would be counted with it.
#[test]
fn weights_are_in_memory_once() {
    let mut spec = short_spec(4);
    let runs = (0..RUNS)
        .map(|run| json!({"name": format!("rank {}", run + 1), "patch": {"fine_tuning": {"method": "lora", "lora": {"rank": run + 1}}}}));
    spec["runs"] = runs.collect();
    let assets = shipped_assets(&spec);
    let file = |name: &str| assets.get(&format!("models/tang-poems/{name}")).expect("a file of the base model").to_vec();
    let (file, config) = (file("model.safetensors"), file("config.json"));

    // Loading: the file is there; beyond it, the weights and next to nothing else.
    let before = Counting::live();
    Counting::restart();
    let config = model_config(&tinyai::formats::HfConfig::from_json(&config).unwrap());
    let model = Transformer::build(config, &Ledger::new(None), &mut FileWeights(&safetensors::read(&file).unwrap())).unwrap();
    let weights = 4 * model.params.counts().0;
    let peak = Counting::peak() - before;
    assert!(peak < weights + weights / 10, "loading {weights} bytes of weights took {peak}");
    drop(model);

    // Opening: a head that is saved though it is the embedding's weight is compared where it lies.
    let mut with_head = shipped_assets(&spec);
    with_head.insert("models/tang-poems/model.safetensors", and_head(&file));
    let opening = |assets: &Assets| {
        let before = Counting::live();
        Counting::restart();
        drop(BaseModel::open(&tinyai::lab::spec::RunSpec::default(), assets).unwrap());
        Counting::peak() - before
    };
    let (without, with) = (opening(&assets), opening(&with_head));
    assert!(with < without + weights / 100, "opening a file of {weights} bytes took {without}, and {with} with a head");
    drop(with_head);

    // Runs with the same frozen base: each adds its text and its pairs, none the weights.
    let mut experiment = experiment(&spec, assets);
    let mut live = Vec::new();
    while live.len() < RUNS {
        experiment.advance();
        if !experiment.result().runs[live.len()].memory.is_empty() {
            live.push(Counting::live());
        }
    }
    let result = experiment.result();
    let of_run = |run: usize, category: &str| result.runs[run].memory[category].live_bytes as usize;
    for run in 1..RUNS {
        let (more, text) = (live[run].saturating_sub(live[run - 1]), of_run(run, "data"));
        assert!(more < text + weights / 4, "run {run} took {more} bytes, its text {text}; the weights are {weights}");
        assert!(of_run(run, "parameters") > weights, "each run's ledger counts what it reads");
    }
}
