//! The shipped files, and experiments small enough for a test.

#[allow(dead_code, reason = "each test file is a crate of its own")]
pub mod counting;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tinyai::lab::assets::Assets;
use tinyai::lab::check::parse;
use tinyai::lab::experiment::Experiment;
use tinyai::lab::result::Environment;

/// The files that a spec needs, from `www/public`.
pub fn shipped_assets(spec: &Value) -> Assets {
    let spec = parse(spec).expect("a spec of ours");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public");
    let mut assets = Assets::default();
    for name in Experiment::required_assets(&spec).expect("shipped files") {
        if let Ok(bytes) = fs::read(folder.join(&name)) {
            assets.insert(name, bytes);
        }
    }
    assets
}

/// An experiment on those files.
#[allow(dead_code, reason = "each test file is a crate of its own")]
pub fn experiment(spec: &Value, assets: Assets) -> Experiment {
    let spec = parse(spec).expect("a spec of ours");
    Experiment::new(spec, assets, Environment::default()).expect("an experiment that can start")
}

/// Full fine-tuning and LoRA of the poems' model, a few steps of each.
#[allow(dead_code, reason = "each test file is a crate of its own")]
pub fn short_spec(steps: u32) -> Value {
    json!({
        "base": {
            "training": {"steps": steps, "warmup_steps": 2.min(steps - 1), "batch_size": 2},
            "data": {"context": 48},
            "evaluation": {"every": steps, "tokens": 960, "sample_tokens": 6},
        },
        "runs": [
            {"name": "full"},
            {"name": "lora", "patch": {"fine_tuning": {"method": "lora", "lora": {"dropout": 0.1}}, "training": {"learning_rate": 0.003}}},
        ],
    })
}

/// What an experiment measures, run to its end with its ranks as threads.
#[allow(dead_code, reason = "each test file is a crate of its own")]
#[cfg(not(target_arch = "wasm32"))]
pub fn finished(spec: &Value) -> tinyai::lab::result::ExperimentResult {
    let assets = shipped_assets(spec);
    let mut experiment = experiment(spec, assets.clone());
    tinyai::lab::threads::Threads::new(assets).run(&mut experiment, |_| {});
    experiment.result()
}

/// The series of a run that do not depend on how fast it is, bit by bit.
#[allow(dead_code, reason = "each test file is a crate of its own")]
pub fn bits(run: &tinyai::lab::result::RunResult, from: u32) -> Vec<(String, u32, u64)> {
    // Times, and shares of time.
    let timed = |name: &str| name == "step_milliseconds" || name.ends_with("_fraction");
    let series = run.series.iter().filter(|(name, _)| !timed(name));
    let points = series.flat_map(|(name, points)| points.iter().map(move |point| (name.clone(), point.0, point.1.to_bits())));
    points.filter(|point| point.1 > from).collect()
}
