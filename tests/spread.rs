//! Runs on several ranks, as columns beside a run on one.

mod common;

use common::finished;
use serde_json::{Value, json};
use tinyai::lab::result::{ExperimentResult, MetricKind, RunStatus};

/// A small new model on one rank, and on these meshes.
fn beside_one_rank(base: Value, meshes: &[(&str, Value)]) -> ExperimentResult {
    let mut runs = vec![json!({ "name": "one rank" })];
    runs.extend(meshes.iter().map(|(name, patch)| json!({ "name": name, "patch": patch })));
    finished(&json!({ "base": base, "runs": runs }))
}

fn small() -> Value {
    json!({
        "model": { "base": "new", "n_layers": 4, "d_model": 32, "n_heads": 4, "d_ff": 48, "family": "llama" },
        "data": { "corpus": "shakespeare-sonnets", "context": 24 },
        "training": { "steps": 6, "batch_size": 8, "micro_batches": 2, "warmup_steps": 2, "learning_rate": 0.003 },
        "evaluation": { "every": 3, "tokens": 300, "sample_every": 4, "sample_tokens": 30, "temperature": 0 },
    })
}

fn assert_agree(result: &ExperimentResult) {
    let one = &result.runs[0];
    for run in &result.runs {
        assert_eq!(run.status, RunStatus::Finished, "{}: {:?}", run.name, run.problem);
        for series in ["loss", "validation_loss", "gradient_norm"] {
            assert_eq!(run.series[series].len(), one.series[series].len(), "{}: {series}", run.name);
            for ((step, here), (there, alone)) in run.series[series].iter().zip(&one.series[series]) {
                assert_eq!(step, there);
                assert!((here - alone).abs() <= 2e-5 * alone.abs(), "{}: {series} after {step}: {here}, alone {alone}", run.name);
            }
        }
        let texts =
            |run: &tinyai::lab::result::RunResult| run.samples.iter().map(|sample| (sample.step, sample.text.clone())).collect::<Vec<_>>();
        assert_eq!(texts(run), texts(one), "{}", run.name);
        assert_eq!(run.metrics["trainable_parameters"], one.metrics["trainable_parameters"], "{}", run.name);
    }
    assert_eq!(one.samples.iter().map(|sample| sample.step).collect::<Vec<_>>(), [0, 4, 6]);
}

#[test]
fn every_mesh_has_the_losses_and_the_samples_of_one_rank() {
    let meshes = [
        ("pipeline", json!({ "mesh": { "pipeline": 2 } })),
        ("interleaved", json!({ "mesh": { "pipeline": 2, "schedule": "interleaved_1f1b", "chunks_per_stage": 2 } })),
        ("tensor", json!({ "mesh": { "tensor": 2 } })),
        ("rows", json!({ "mesh": { "tensor": 4, "sequence_parallel": true } })),
        ("zero", json!({ "mesh": { "data": 2, "zero": "parameters" } })),
        ("all three", json!({ "mesh": { "data": 2, "pipeline": 2, "tensor": 2 } })),
    ];
    assert_agree(&beside_one_rank(small(), &meshes));
}

#[test]
fn a_base_model_with_lora_on_four_ranks_is_a_column_beside_one() {
    let base = json!({
        "data": { "context": 32 },
        "fine_tuning": { "method": "lora", "lora": { "dropout": 0.1 } },
        "training": { "steps": 3, "batch_size": 4, "warmup_steps": 1 },
        "evaluation": { "every": 3, "tokens": 200, "sample_every": 0, "sample_tokens": 8, "temperature": 0 },
    });
    let result = finished(
        &json!({ "base": base, "runs": [{ "name": "one" }, { "name": "2x1x2", "patch": { "mesh": { "data": 2, "tensor": 2 } } }] }),
    );
    let [one, four] = &result.runs[..] else { panic!("two runs") };
    for (here, alone) in four.series["loss"].iter().zip(&one.series["loss"]) {
        assert!((here.1 - alone.1).abs() <= 1e-6 * alone.1, "{here:?} {alone:?}");
    }
    assert_eq!(four.samples, one.samples);
    let report = four.reports.parallel.as_ref().expect("a run on ranks has a report of them");
    assert_eq!((report.planned.ranks.len(), report.last.len(), report.transport.as_str()), (4, 4, "threads"));
    let (sent, foretold) = (&four.metrics["bytes_sent"], &four.metrics["predicted_bytes_sent"]);
    assert_eq!((sent.kind, foretold.kind), (MetricKind::Measured, MetricKind::Modelled));
    assert_eq!(sent.value, foretold.value);
    assert!(one.reports.parallel.is_none());
    // The comparison has both as columns of one table.
    let row = |name: &str| result.comparison.iter().find(|row| row.metric == name).expect("a row");
    assert!(row("step_time").values.iter().all(Option::is_some));
    assert_eq!(row("bytes_sent").values[0], None);
}

#[test]
fn a_new_model_of_characters_is_compared_with_what_knows_only_frequencies() {
    let base = json!({
        "model": { "base": "new", "tokenizer": "characters", "n_layers": 1, "d_model": 32, "n_heads": 2, "d_ff": 64, "family": "llama" },
        "data": { "corpus": "shakespeare-sonnets", "context": 32 },
        "training": { "steps": 150, "batch_size": 8, "learning_rate": 0.01 },
        "evaluation": { "every": 50, "tokens": 640, "sample_every": 1, "sample_tokens": 1 },
    });
    let result = finished(&json!({ "base": base, "runs": [{ "name": "a" }] }));
    let run = &result.runs[0];
    assert_eq!(run.status, RunStatus::Finished, "{:?}", run.problem);
    let figure = |name: &str| run.metrics[name].value;
    assert!(figure("validation_loss") < figure("unigram_loss"), "{:?}", run.metrics);
    assert!(figure("bigram_loss") < figure("unigram_loss"));
    assert!(run.samples.len() <= 66 && run.samples.first().unwrap().step == 0 && run.samples.last().unwrap().step == 150);
}

#[test]
fn a_run_whose_rank_has_too_little_memory_fails_and_the_others_go_on() {
    let mut base = small();
    base["model"]["d_model"] = json!(256);
    base["model"]["d_ff"] = json!(1024);
    base["training"]["steps"] = json!(2);
    base["training"]["warmup_steps"] = json!(1);
    base["evaluation"]["every"] = json!(2);
    let result = beside_one_rank(base, &[("tight", json!({ "mesh": { "pipeline": 2 }, "resources": { "memory_limit": 24 } }))]);
    assert_eq!(result.runs[0].status, RunStatus::Finished);
    let problem = result.runs[1].problem.as_ref().expect("it does not fit");
    assert_eq!((result.runs[1].status, problem.field.as_deref()), (RunStatus::Failed, Some("resources.memory_limit")), "{problem:?}");
}
