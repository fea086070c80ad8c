//! What a run forgets of a second text.

mod common;

use common::{experiment, finished, shipped_assets};
use serde_json::{Value, json};
use tinyai::lab::problem::ProblemCode;
use tinyai::lab::result::{RunResult, RunStatus};

fn spec(runs: Value) -> Value {
    let base = json!({
        "data": { "corpus": "song-ci", "context": 32 },
        "training": { "steps": 4, "batch_size": 2, "warmup_steps": 0, "learning_rate": 0.003 },
        "evaluation": { "every": 4, "tokens": 320, "sample_tokens": 0, "base_corpus": "tang-poems" },
    });
    json!({ "base": base, "runs": runs })
}

fn points<'a>(run: &'a RunResult, series: &str) -> &'a [(u32, f64)] {
    assert_eq!(run.status, RunStatus::Finished, "{}: {:?}", run.name, run.problem);
    &run.series[series]
}

#[test]
fn the_loss_on_a_second_text_is_that_of_a_run_on_it() {
    let result = finished(&spec(json!([
        { "name": "both" },
        { "name": "on the second", "patch": { "data": { "corpus": "tang-poems" } } },
        { "name": "none", "patch": { "evaluation": { "base_corpus": "" } } },
    ])));
    let [both, second, none] = &result.runs[..] else { panic!("three runs") };
    let base = points(both, "base_text_loss");
    assert_eq!(base.iter().map(|point| point.0).collect::<Vec<_>>(), [0, 4]);
    // Before the first step all have the same model; a text that is trained on has the same validation part where it is the second.
    assert_eq!(base[0], points(second, "validation_loss")[0]);
    assert_eq!(points(second, "base_text_loss"), points(second, "validation_loss"));
    assert_eq!(both.metrics["base_text_loss"].value, base[1].1);
    assert_eq!((both.metrics["forgetting"].value, both.metrics["forgetting"].unit.as_str()), (base[1].1 - base[0].1, "nats/token"));
    assert!(both.metrics["forgetting"].value > 0.0, "{:?}", both.metrics);
    // It changes nothing else, and its tokens are counted.
    assert_eq!(points(both, "loss"), points(none, "loss"));
    assert!(!none.series.contains_key("base_text_loss") && !none.metrics.contains_key("forgetting"));
    assert!(both.memory["data"].peak_bytes > none.memory["data"].peak_bytes);
}

#[test]
fn every_mesh_forgets_alike() {
    let result = finished(&spec(json!([
        { "name": "one" }, { "name": "data", "patch": { "mesh": { "data": 2 } } }, { "name": "pipeline", "patch": { "mesh": { "pipeline": 2 } } },
        { "name": "tensor", "patch": { "mesh": { "tensor": 2 } } },
    ])));
    for run in &result.runs {
        for (here, alone) in points(run, "base_text_loss").iter().zip(points(&result.runs[0], "base_text_loss")) {
            assert!(here.0 == alone.0 && (here.1 - alone.1).abs() <= 2e-5 * alone.1, "{}: {here:?} {alone:?}", run.name);
        }
        assert!(run.metrics.contains_key("forgetting"), "{}", run.name);
    }
}

#[test]
fn a_fork_forgets_from_where_it_begins() {
    let result = finished(&spec(json!([{ "name": "a" }, { "name": "b", "fork": { "run": "a", "step": 2 } }])));
    let [whole, fork] = &result.runs[..] else { panic!("two runs") };
    let (of_fork, of_whole) = (points(fork, "base_text_loss"), points(whole, "base_text_loss"));
    assert_eq!(of_fork.iter().map(|point| point.0).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(of_fork[1], of_whole[1]);
}

#[test]
fn a_run_that_goes_on_measures_neither_end_twice() {
    let spec = spec(json!([{ "name": "a" }]));
    let assets = shipped_assets(&spec);
    let mut first = experiment(&spec, assets.clone());
    let saved = loop {
        assert!(!first.finished());
        first.advance();
        if let Some(saved) = first.saved(0).filter(|saved| saved.state.as_ref().is_some_and(|state| state.step == 2)) {
            break saved;
        }
    };
    let mut second = experiment(&spec, assets);
    second.resume(0, saved);
    while !second.finished() {
        second.advance();
    }
    assert_eq!(second.result().runs[0].series["base_text_loss"], finished(&spec).runs[0].series["base_text_loss"]);
}

#[test]
fn a_second_text_that_cannot_be_used_is_refused_by_its_field() {
    let refused = |bytes: &[u8]| {
        let spec = spec(json!([{ "name": "a", "patch": { "evaluation": { "base_corpus": "file:mine.txt" } } }]));
        let mut assets = shipped_assets(&spec);
        assets.insert("file:mine.txt", bytes.to_vec());
        let mut experiment = experiment(&spec, assets);
        while !experiment.finished() {
            experiment.advance();
        }
        let problem = experiment.result().runs.remove(0).problem.expect("it is refused");
        assert_eq!(problem.field.as_deref(), Some("evaluation.base_corpus"));
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(text.contains("mine.txt") && text.contains("{evaluation.base_corpus}"), "{text}");
        }
        problem.code
    };
    assert_eq!([refused(b""), refused(&[0xE6, 0x98, 0xA5, 0xFF]), refused("春眠不觉晓".as_bytes())], [ProblemCode::BadFile; 3]);
    assert_eq!(refused("Shall I compare thee to a summer's day?\n\n".repeat(60).as_bytes()), ProblemCode::Conflict);
}
