use serde_json::json;

use super::*;

fn refused(spec: &Value) -> Problem {
    let problem = match parse(spec) {
        Err(problems) => problems[0].clone(),
        Ok(spec) => {
            let subject = Subject::new(&spec, &Assets::default());
            subject.and_then(|subject| plan(&spec, &subject, 8, None)).expect_err("a spec that cannot be")
        }
    };
    assert!(!problem.message.zh.is_empty() && problem.message.en.ends_with('.'), "{problem:?}");
    problem
}

#[test]
fn the_default_spec_and_an_empty_one_are_read_as_the_same() {
    let written = serde_json::to_value(ParallelSpec::default()).unwrap();
    assert_eq!(parse(&written).unwrap(), ParallelSpec::default());
    assert_eq!(parse(&json!({})).unwrap(), ParallelSpec::default());
    assert!(parse(&json!({ "mesh": { "sequence_parallel": true } })).unwrap().mesh.sequence_parallel);
}

#[test]
fn what_is_wrong_is_told_at_its_field() {
    let cases = [
        (json!({ "mesh": { "sequence_parallel": 1 } }), "mesh.sequence_parallel", "true or false"),
        (json!({ "mesh": { "tensor": 3, "pipeline": 1 } }), "mesh.tensor", "try"),
        (json!({ "mesh": { "pipeline": 7 } }), "mesh.pipeline", "try 6"),
        (json!({ "mesh": { "data": 16 } }), "mesh", "more than 8"),
        (json!({ "mesh": { "micro_batches": 5 } }), "training.batch_size", "try a batch of"),
        (json!({ "mesh": { "zero": "parameters" } }), "mesh.zero", "pipeline"),
        (json!({ "ranks": { "memory_limit": 16 } }), "ranks.memory_limit", "would hold at least"),
        (json!({ "model": { "base": "tang-poems-2" } }), "model.base", "tang-poems"),
        (json!({ "model": { "n_heads": 3, "family": "llama", "d_model": 9 } }), "model.n_heads", "d_model = 12"),
        (json!({ "model": { "n_heads": 6, "d_model": 256 } }), "model.n_heads", "n_heads = 4, or d_model = 258"),
        (json!({ "model": { "base": "tang-poems" } }), "data.corpus", "97.1 %"),
    ];
    for (spec, field, part) in cases {
        let problem = refused(&spec);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
        assert!(problem.message.en.contains(part), "{problem:?}");
    }
}

#[test]
fn lora_is_checked_against_the_model() {
    let lora = |change: Value| json!({ "fine_tuning": { "method": "lora", "lora": change } });
    let rank = refused(&lora(json!({ "rank": 300 })));
    assert_eq!(rank.field.as_deref(), Some("fine_tuning.lora.rank"));
    // A GPT has no gate.
    let target = refused(&lora(json!({ "target_modules": ["gate_proj"] })));
    assert!(target.message.en.contains("q_proj") && target.message.zh.contains("q_proj"), "{target:?}");
}

#[test]
fn an_unequal_rank_has_its_own_speed_and_the_lower_limit() {
    let spec =
        parse(&json!({ "ranks": { "memory_limit": 100, "unequal": [{ "rank": 1, "speed_percent": 50, "memory_limit": 60 }] } })).unwrap();
    assert_eq!(allowance(&spec, 0), (1.0, 100 << 20));
    assert_eq!(allowance(&spec, 1), (0.5, 60 << 20));
}
