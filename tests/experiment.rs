//! Whole experiments on the shipped models, as the command line and the page run them.

mod common;

use common::{bits, experiment, shipped_assets, short_spec};
use serde_json::{Value, json};
use tinyai::lab::event::Event;
use tinyai::lab::problem::{Problem, ProblemCode};
use tinyai::lab::result::{ExperimentResult, RunStatus};

fn finish(spec: &Value) -> ExperimentResult {
    finish_with(spec, |_| {})
}

fn finish_with(spec: &Value, change: impl FnOnce(&mut tinyai::lab::assets::Assets)) -> ExperimentResult {
    let mut assets = shipped_assets(spec);
    change(&mut assets);
    let mut experiment = experiment(spec, assets);
    while !experiment.finished() {
        experiment.advance();
    }
    experiment.result()
}

fn problem_of(result: &ExperimentResult, run: usize) -> &Problem {
    assert_eq!(result.runs[run].status, RunStatus::Failed);
    result.runs[run].problem.as_ref().expect("a failed run says why")
}

/// The message of a problem has to name these, in both languages.
fn assert_names(problem: &Problem, needles: &[&str]) {
    for text in [&problem.message.en, &problem.message.zh] {
        for needle in needles {
            assert!(text.contains(needle), "{text:?} does not name {needle:?}");
        }
    }
}

#[test]
fn both_runs_learn_the_new_style_and_lora_trains_a_fraction() {
    let result = finish(&short_spec(30));
    let metric = |run: usize, name: &str| result.runs[run].metrics[name].value;
    for run in 0..2 {
        assert_eq!(result.runs[run].status, RunStatus::Finished);
        assert!(metric(run, "validation_loss") < metric(run, "base_validation_loss") - 0.1, "{:?}", result.runs[run].metrics);
        assert_eq!(result.runs[run].samples.len(), 2);
        assert_eq!(result.runs[run].series["loss"].len(), 30);
    }
    assert!(metric(1, "trainable_share") < 0.05);
    assert!(result.runs[1].memory["optimizer"].peak_bytes * 10 < result.runs[0].memory["optimizer"].peak_bytes);
    let at_peak: u64 = result.runs[0].memory.iter().filter(|(name, _)| *name != "total").map(|(_, used)| used.at_peak_bytes).sum();
    assert_eq!(at_peak, result.runs[0].memory["total"].peak_bytes);
    assert_eq!(result.runs[1].diff[0].field, "fine_tuning.method");
}

#[test]
fn the_same_seed_gives_bitwise_the_same_losses_with_any_number_of_threads() {
    let losses = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let result = pool.install(|| finish(&short_spec(6)));
        result.runs.iter().map(|run| bits(run, 0)).collect::<Vec<_>>()
    };
    let one = losses(1);
    assert_eq!(one, losses(2));
    assert_eq!(one, losses(3));
}

#[test]
fn another_seed_gives_another_order() {
    let mut spec = short_spec(3);
    let first = finish(&spec);
    spec["base"]["training"]["seed"] = json!(7);
    assert_ne!(first.runs[0].series["loss"], finish(&spec).runs[0].series["loss"]);
}

#[test]
fn accumulated_micro_batches_give_the_loss_of_the_whole_batch() {
    let mut spec = short_spec(3);
    let lora = json!({"method": "lora", "lora": {"dropout": 0.3}});
    spec["runs"] = json!([
        {"name": "whole", "patch": {"training": {"batch_size": 4}}},
        {"name": "parts", "patch": {"training": {"batch_size": 4, "micro_batches": 2}}},
        {"name": "whole, dropout", "patch": {"fine_tuning": lora, "training": {"batch_size": 4}}},
        {"name": "parts, dropout", "patch": {"fine_tuning": lora, "training": {"batch_size": 4, "micro_batches": 2}}},
    ]);
    let result = finish(&spec);
    let losses = |run: usize| result.runs[run].series["loss"].iter().map(|p| p.1);
    // The same sequences in the same order, summed in another.
    for (whole, parts) in [(0, 1), (2, 3)] {
        assert!(losses(whole).zip(losses(parts)).all(|(a, b)| (a - b).abs() < 1e-4 * a));
    }
    assert!(result.runs[1].memory["activations"].peak_bytes < result.runs[0].memory["activations"].peak_bytes);
}

#[test]
fn a_run_over_its_memory_limit_names_what_grew_and_the_other_goes_on() {
    let mut spec = short_spec(3);
    // The modelled lower bound of full fine-tuning is about 37 MB; its real need is about 45 MB.
    spec["runs"][0]["patch"] = json!({"resources": {"memory_limit": 40}, "training": {"batch_size": 4}});
    let result = finish(&spec);
    let problem = problem_of(&result, 0);
    assert_eq!(problem.code, ProblemCode::OutOfMemory);
    assert_names(problem, &["40", "batch_size"]);
    assert_eq!(result.runs[1].status, RunStatus::Finished);
}

#[test]
fn a_batch_that_cannot_fit_is_refused_before_it_starts() {
    let mut spec = short_spec(3);
    spec["base"]["training"]["batch_size"] = json!(1024);
    spec["base"]["resources"] = json!({"memory_limit": 64});
    let problem = problem_of(&finish(&spec), 0).clone();
    assert_names(&problem, &["1024", "batch_size"]);
}

#[test]
fn files_that_are_broken_say_what_is_wrong_with_them() {
    let spec = short_spec(2);
    let model = "models/tang-poems/model.safetensors";
    let cut = finish_with(&spec, |assets| {
        let bytes = assets.get(model).expect("shipped").to_vec();
        assets.insert(model, bytes[..bytes.len() / 2].to_vec());
    });
    assert_eq!(problem_of(&cut, 0).code, ProblemCode::BadFile);
    assert_names(problem_of(&cut, 0), &[model]);

    let mut own_text = spec.clone();
    own_text["base"]["data"]["corpus"] = json!("file:mine.txt");
    let text = |bytes: &[u8]| problem_of(&finish_with(&own_text, |assets| assets.insert("file:mine.txt", bytes.to_vec())), 0).clone();
    assert_names(&text(b""), &["mine.txt", "0"]);
    assert_names(&text(&[0xE6, 0x98, 0xA5, 0xFF]), &["mine.txt", "UTF-8", "0xFF", "3"]);
    assert_names(&text("春眠不觉晓".as_bytes()), &["mine.txt", "48"]);
}

/// The shipped model with one of its weights changed, as one of the visitor's own.
fn with_weight(name: &str, change: impl FnOnce(&mut [f32])) -> ExperimentResult {
    use tinyai::formats::safetensors;
    let mut spec = short_spec(2);
    spec["base"]["model"] = json!({ "base": "file:mine/model.safetensors" });
    finish_with(&spec, |assets| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/models/tang-poems");
        for file in ["config.json", "tokenizer.json"] {
            assets.insert(format!("file:mine/{file}"), std::fs::read(folder.join(file)).expect("shipped"));
        }
        let bytes = std::fs::read(folder.join("model.safetensors")).expect("shipped");
        let file = safetensors::read(&bytes).expect("shipped");
        let mut tensors: Vec<_> = file.tensors.values().map(|t| (t.name.clone(), t.shape.clone(), t.to_f32().expect("floats"))).collect();
        change(&mut tensors.iter_mut().find(|tensor| tensor.0 == name).expect("a weight of that name").2);
        let sources: Vec<_> = tensors.iter().map(|(name, shape, data)| safetensors::TensorSource { name, shape, data }).collect();
        assets.insert("file:mine/model.safetensors", safetensors::write(&sources, safetensors::SaveDtype::F32, &Default::default()));
    })
}

#[test]
fn a_model_with_a_weight_that_is_not_finite_is_refused_before_training() {
    for value in [f32::NAN, f32::INFINITY] {
        let result = with_weight("model.layers.2.input_layernorm.weight", |data| data[7] = value);
        let problem = problem_of(&result, 0);
        assert_eq!(problem.code, ProblemCode::BadFile);
        assert_names(problem, &["file:mine/model.safetensors", "model.layers.2.input_layernorm.weight", "[7]", &value.to_string()]);
        assert!(result.runs[0].series.is_empty() && result.runs[0].samples.is_empty());
    }
}

#[test]
fn a_model_that_overflows_is_refused_before_training_too() {
    let result = with_weight("model.norm.weight", |data| data.fill(f32::MAX));
    let problem = problem_of(&result, 0);
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::BadFile, Some("model.base")));
    assert_names(problem, &["file:mine/model.safetensors", "model.base"]);
    assert!(!serde_json::to_string(&result.runs[0].series).expect("a result is JSON").contains("null"));
}

#[test]
fn a_model_of_one_s_own_trains_as_the_shipped_one() {
    let result = with_weight("model.norm.weight", |_| {});
    let shipped = finish(&short_spec(2));
    for run in 0..2 {
        assert_eq!(bits(&result.runs[run], 0), bits(&shipped.runs[run], 0));
    }
}

#[test]
fn a_text_that_the_model_cannot_read_is_refused_unless_the_spec_allows_it() {
    let mut spec = short_spec(2);
    spec["base"]["data"]["corpus"] = json!("file:mine.txt");
    let text = "Shall I compare thee to a summer's day?\n春眠不觉晓，处处闻啼鸟。\n\n".repeat(60);
    let run = |spec: &Value| finish_with(spec, |assets| assets.insert("file:mine.txt", text.clone().into_bytes()));
    let problem = problem_of(&run(&spec), 0).clone();
    assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Conflict, Some("data.corpus")));
    assert_names(&problem, &["file:mine.txt", "tang-poems", "data.allow_unknown_percent", "20"]);
    spec["base"]["data"]["allow_unknown_percent"] = json!(100);
    let allowed = run(&spec);
    assert_eq!(allowed.runs[0].status, RunStatus::Finished);
    let share = allowed.runs[0].metrics["unknown_share"].value;
    assert!((0.5..0.9).contains(&share), "{share}");
}

#[test]
fn a_cancelled_run_keeps_what_it_measured() {
    let spec = short_spec(50);
    let mut experiment = experiment(&spec, shipped_assets(&spec));
    let mut points = 0;
    while points < 6 {
        points += experiment.advance().iter().filter(|e| matches!(e, Event::Metric { series, .. } if series == "loss")).count();
    }
    assert!(matches!(experiment.cancel(Some(0))[..], [Event::Cancelled { run: 0 }]));
    assert!(!experiment.finished());
    experiment.cancel(None);
    let result = experiment.result();
    assert!(experiment.finished() && experiment.advance().is_empty());
    assert_eq!(result.runs[0].status, RunStatus::Cancelled);
    assert_eq!(result.runs[0].series["loss"].len(), 3);
}
