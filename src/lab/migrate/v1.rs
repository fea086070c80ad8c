//! Version 1: two kinds of spec, in which a batch had two meanings.
//!
//! The fine-tuning lab's `batch_size` was that of one forward pass, of which a step had `gradient_accumulation`; the parallel lab's was that
//! of a step, cut into `mesh.micro_batches`. The latter had no schedule, no warm-up, AdamW's usual betas, a validation text of a tenth that
//! nobody measured, and one rank beside it.

use serde_json::{Map, Value, json};

use super::Lab;
use crate::lab::check::merge;

const FINE_TUNING: &str = include_str!("v1_fine_tuning.json");
const PARALLEL: &str = include_str!("v1_parallel.json");

/// The spec that a link held a patch to.
pub fn of_link(lab: Lab, patch: &Value) -> Value {
    let default = match lab {
        Lab::FineTuning => FINE_TUNING,
        Lab::Parallel => PARALLEL,
    };
    let mut spec: Value = serde_json::from_str(default).expect("a default of ours is JSON");
    match (&mut spec, patch) {
        (Value::Object(spec), Value::Object(patch)) => merge(spec, patch),
        // No spec at all: the check says so.
        _ => return patch.clone(),
    }
    spec
}

/// Puts a field where a section is an object or missing; what a section cannot be is left for the check to find.
fn put_in(section: &mut Value, name: &str, value: impl Into<Value>) {
    if section.is_object() || section.is_null() {
        section[name] = value.into();
    }
}

/// The fine-tuning lab's.
pub fn fine_tuning(spec: &Value) -> Value {
    let mut spec = spec.clone();
    put_in(&mut spec, "experiment", "train");
    put_in(&mut spec, "version", 2);
    let before = batch(&spec["base"], DEFAULT_BATCH);
    if let Some(training) = spec.pointer_mut("/base/training").and_then(Value::as_object_mut) {
        put(training, before, DEFAULT_BATCH);
    }
    for run in spec.get_mut("runs").and_then(Value::as_array_mut).into_iter().flatten() {
        let of_run = batch(&run["patch"], before);
        if let Some(training) = run.pointer_mut("/patch/training").and_then(Value::as_object_mut) {
            put(training, of_run, before);
        }
    }
    spec
}

/// Sequences of a forward pass, and forward passes of a step.
type Batch = (u64, u64);

const DEFAULT_BATCH: Batch = (4, 1);

/// That of a part of a spec, where what is left out is `otherwise`.
fn batch(part: &Value, (batch_size, accumulation): Batch) -> Batch {
    let field = |name: &str, otherwise: u64, default: u64| match part["training"].get(name) {
        None => otherwise,
        Some(Value::Null) => default,
        Some(value) => value.as_u64().unwrap_or(otherwise),
    };
    (field("batch_size", batch_size, DEFAULT_BATCH.0), field("gradient_accumulation", accumulation, DEFAULT_BATCH.1))
}

/// Writes a batch in today's words, where it is another than `otherwise` or was written.
fn put(training: &mut Map<String, Value>, batch: Batch, otherwise: Batch) {
    let accumulates = training.shift_remove("gradient_accumulation").is_some();
    if training.contains_key("batch_size") || accumulates || batch != otherwise {
        training.insert("batch_size".into(), batch.0.saturating_mul(batch.1).into());
    }
    if batch.1 != otherwise.1 || accumulates {
        training.insert("micro_batches".into(), batch.1.into());
    }
}

/// The parallel lab's: one rank beside the mesh.
pub fn parallel(spec: &Value) -> Value {
    if !spec.is_object() {
        return spec.clone();
    }
    let part = |name: &str| spec[name].clone();
    let (mut mesh, mut training, mut ranks, mut data) = (part("mesh"), part("training"), part("ranks"), part("data"));
    let taken =
        |from: &mut Value, name: &str, default: Value| from.as_object_mut().and_then(|part| part.shift_remove(name)).unwrap_or(default);
    let micro_batches = taken(&mut mesh, "micro_batches", 4.into());
    let memory_limit = taken(&mut ranks, "memory_limit", 1024.into());
    put_in(&mut data, "validation_percent", 10);
    put_in(&mut training, "micro_batches", micro_batches);
    put_in(&mut training, "schedule", "constant");
    put_in(&mut training, "warmup_steps", 0);
    let steps = training["steps"].clone();
    let alone = json!({
        "mesh": {
            "data": 1, "pipeline": 1, "tensor": 1, "schedule": "1f1b", "chunks_per_stage": 1, "partition": "even", "zero": "none",
            "sequence_parallel": false,
        },
        "training": { "micro_batches": 1 },
        "communication": { "compression": "none" },
        "ranks": { "unequal": [] },
    });
    json!({
        "experiment": "train",
        "version": 2,
        "base": {
            "model": spec["model"], "data": data, "fine_tuning": spec["fine_tuning"], "training": training, "mesh": mesh,
            "communication": spec["communication"], "ranks": ranks,
            "evaluation": { "every": steps, "sample_tokens": 0 },
            "resources": { "memory_limit": memory_limit },
        },
        "runs": [{ "name": "1", "patch": alone }, { "name": "mesh", "patch": {} }],
    })
}
