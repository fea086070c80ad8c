//! What the weights of base models take, by the allocator's own count.

#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::counting::Counting;
use common::{experiment, shipped_assets, short_spec};
use serde_json::json;
use tinyai::formats::safetensors;
use tinyai::lab::base_model::{FileWeights, model_config};
use tinyai::nn::Transformer;
use tinyai::tensor::Ledger;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const RUNS: usize = 8;

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

    // Runs with the same frozen base: each adds its text and its pairs, none the weights.
    let mut experiment = experiment(&spec, assets);
    let mut live = Vec::new();
    for _ in 0..RUNS {
        experiment.advance();
        live.push(Counting::live());
    }
    let result = experiment.result();
    let of_run = |run: usize, category: &str| result.runs[run].memory[category].live_bytes as usize;
    for run in 1..RUNS {
        let (more, text) = (live[run].saturating_sub(live[run - 1]), of_run(run, "data"));
        assert!(more < text + weights / 4, "run {run} took {more} bytes, its text {text}; the weights are {weights}");
        assert!(of_run(run, "parameters") > weights, "each run's ledger counts what it reads");
    }
}
