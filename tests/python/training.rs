//! Trains an adapter that PEFT has saved, on batches that PEFT has had: the engine's half of `adapters.py`.
//!
//! `adapter_training FOLDER`: the folder holds `base/` (a model), `adapter/` (where training starts), `batches.safetensors` (`batches`,
//! `[steps, batch_size, length]`) and `training.json` (AdamW's settings). Prints the losses as JSON, and writes `adapter_final/`.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tinyai::finetune::Update;
use tinyai::finetune::prompt::virtual_ids;
use tinyai::formats::peft::{ADAPTER_CONFIG, ADAPTER_MODEL};
use tinyai::formats::safetensors::{self, SaveDtype};
use tinyai::lab::adapter;
use tinyai::lab::base_model::ModelFile;
use tinyai::lab::problem::Problem;
use tinyai::nn::Tokens;
use tinyai::optim::{AdamW, AdamWConfig, Decay};
use tinyai::tensor::Ledger;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("a folder is missing")?;
    let folder = Path::new(&folder);
    let file = |path: &str| fs::read(folder.join(path)).map_err(|error| format!("{path}: {error}"));
    let told = |problem: Problem| problem.message.en;

    let (config, weights) = (file("base/config.json")?, file("base/model.safetensors")?);
    let base = ModelFile::read(("config.json", &config), ("model.safetensors", &weights)).map_err(told)?;
    let mut model = base.build("model.safetensors", &Ledger::new(None)).map_err(told)?;
    let (config, weights) = (file(&format!("adapter/{ADAPTER_CONFIG}"))?, file(&format!("adapter/{ADAPTER_MODEL}"))?);
    let start = adapter::read(&config, &weights).map_err(told)?;
    let mut loaded = adapter::load(&start, &mut model).map_err(told)?;

    let settings: Value = serde_json::from_slice(&file("training.json")?)?;
    let number = |field: &str| settings[field].as_f64().ok_or_else(|| format!("training.json: {field}"));
    let (beta1, beta2, eps, weight_decay) = (number("beta1")?, number("beta2")?, number("eps")?, number("weight_decay")?);
    let mut optimizer = AdamW::new(AdamWConfig { beta1, beta2, eps, weight_decay, decay: Decay::All });
    let bytes = file("batches.safetensors")?;
    let batches = safetensors::read(&bytes)?;
    let tensor = batches.tensor("batches")?;
    let [_, batch_size, length] = tensor.shape[..] else { return Err("batches have three dimensions".into()) };
    let ids = tensor.to_i64()?;

    let mut losses = Vec::new();
    for (step, batch) in (1..).zip(ids.chunks(batch_size * length)) {
        let sequence = |ids: &[i64]| virtual_ids(loaded.virtual_tokens).chain(ids.iter().map(|id| *id as i32)).collect::<Vec<_>>();
        let sequences: Vec<Vec<i32>> = batch.chunks(length).map(sequence).collect();
        // What follows each token; nothing follows the last, and virtual tokens are no targets.
        let targets: Vec<i32> = sequences.iter().flat_map(|ids| ids[1..].iter().copied().chain([-1])).collect();
        let tokens = Tokens::new(batch_size, loaded.virtual_tokens + length, sequences.concat());
        model.params.zero_grads();
        let penalty: f64 = loaded.attached.penalties(&mut model.params)?.iter().map(|(_, penalty)| penalty).sum();
        let count = targets.iter().filter(|target| **target >= 0).count();
        let loss = model.forward_backward(&tokens, &targets, 1.0 / count as f32, None)?;
        optimizer.step(&mut model.params, number("lr")?, 1.0)?;
        loaded.attached.after_step(&mut model, Update { step, grad_scale: 1.0 })?;
        losses.push(loss + penalty);
    }

    let files = adapter::files(&start.config, &adapter::tensors(&model, &start.config.method), SaveDtype::F32);
    fs::create_dir_all(folder.join("adapter_final"))?;
    fs::write(folder.join("adapter_final").join(ADAPTER_CONFIG), files.config)?;
    fs::write(folder.join("adapter_final").join(ADAPTER_MODEL), files.weights)?;
    println!("{}", serde_json::to_string(&losses)?);
    Ok(())
}
