use serde_json::{Value, json};

use super::*;
use crate::lab::assets::Assets;
use crate::lab::check::{parse, resolve};
use crate::lab::parallel::spread_run;

/// A run on two ranks with these changes.
fn changed(patch: Value) -> Result<RunSpec, Problem> {
    let spec = json!({ "base": spread_run(), "runs": [{ "name": "a", "patch": patch }] });
    let resolved = parse(&spec).and_then(|spec| resolve(&spec)).map_err(|problems| problems[0].clone());
    resolved.map(|mut runs| runs.remove(0))
}

fn refused(patch: Value) -> Problem {
    let planned = changed(patch).and_then(|run| plan(&run, &Subject::new(&run, &Assets::default())?, 8, None));
    let problem = planned.expect_err("a spec that cannot be");
    assert!(!problem.message.zh.is_empty() && problem.message.en.ends_with('.'), "{problem:?}");
    problem
}

#[test]
fn what_is_wrong_is_told_at_its_field() {
    let cases = [
        (json!({ "mesh": { "sequence_parallel": 1 } }), "mesh.sequence_parallel", "true or false"),
        (json!({ "mesh": { "tensor": 3, "pipeline": 1 } }), "mesh.tensor", "try"),
        (json!({ "mesh": { "pipeline": 7 } }), "mesh.pipeline", "try 6"),
        (json!({ "mesh": { "data": 16 } }), "mesh", "more than 8"),
        (json!({ "training": { "micro_batches": 5 } }), "training.batch_size", "try a batch of"),
        (json!({ "mesh": { "zero": "parameters" } }), "mesh.zero", "pipeline"),
        (json!({ "resources": { "memory_limit": 16 } }), "resources.memory_limit", "would hold at least"),
        (json!({ "model": { "base": "tang-poems-2" } }), "model.base", "tang-poems"),
        (json!({ "model": { "n_heads": 3, "family": "llama", "d_model": 9 } }), "model.n_heads", "{model.d_model} = 12"),
        (json!({ "model": { "n_heads": 6, "d_model": 256 } }), "model.n_heads", "{model.n_heads} = 4, or {model.d_model} = 258"),
        (json!({ "model": { "base": "tang-poems" } }), "data.corpus", "97.1 %"),
    ];
    for (patch, field, part) in cases {
        let problem = refused(patch);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
        assert!(problem.message.en.contains(part), "{problem:?}");
    }
}

#[test]
fn lora_is_checked_against_the_model() {
    let lora = |change: Value| json!({ "fine_tuning": { "method": "lora", "lora": change } });
    let rank = refused(lora(json!({ "rank": 300 })));
    assert_eq!(rank.field.as_deref(), Some("fine_tuning.lora.rank"));
    // A GPT has no gate.
    let target = refused(lora(json!({ "target_modules": ["gate_proj"] })));
    assert!(target.message.en.contains("q_proj") && target.message.zh.contains("q_proj"), "{target:?}");
}

#[test]
fn an_unequal_rank_has_its_own_speed_and_the_lower_limit() {
    let unequal = json!({ "unequal": [{ "rank": 1, "speed_percent": 50, "memory_limit": 60 }] });
    let run = changed(json!({ "resources": { "memory_limit": 100 }, "ranks": unequal })).unwrap();
    assert_eq!(allowance(&run, 0), (1.0, 100 << 20));
    assert_eq!(allowance(&run, 1), (0.5, 60 << 20));
}
