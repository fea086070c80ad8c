use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::lab::check::{parse, resolve};
use crate::lab::spec::{RunSpec, default_spec};
use crate::optim::LrScheduleKind;

fn runs(spec: &Value) -> Vec<RunSpec> {
    parse(spec).and_then(|spec| resolve(&spec)).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn the_default_of_version_1_is_still_that_of_the_fine_tuning_lab() {
    let migrated = link(Lab::FineTuning, json!({}));
    assert_eq!(runs(&migrated), runs(&serde_json::to_value(default_spec()).unwrap()));
}

#[test]
fn accumulated_forward_passes_are_micro_batches_of_one_batch() {
    let sizes = |json: Value| -> Vec<(u32, u32)> {
        runs(&link(Lab::FineTuning, json)).iter().map(|run| (run.training.batch_size, run.training.micro_batches)).collect()
    };
    let run = |training: Value| json!({ "name": "a", "patch": { "training": training } });
    assert_eq!(sizes(json!({ "base": { "training": { "gradient_accumulation": 3 } } })), [(12, 3), (12, 3)]);
    assert_eq!(
        sizes(json!({ "base": { "training": { "batch_size": 2 } }, "runs": [run(json!({ "gradient_accumulation": 4 }))] })),
        [(8, 4)]
    );
    assert_eq!(
        sizes(json!({ "base": { "training": { "gradient_accumulation": 4 } }, "runs": [run(json!({ "batch_size": 8 }))] })),
        [(32, 4)]
    );
    let both = json!({ "base": { "training": { "gradient_accumulation": 4 } }, "runs": [run(json!({ "batch_size": 1, "gradient_accumulation": 1 }))] });
    assert_eq!(sizes(both), [(1, 1)]);
    assert_eq!(sizes(json!({ "runs": [run(json!({ "batch_size": null, "steps": 30 }))] })), [(4, 1)]);
}

#[test]
fn a_training_on_ranks_becomes_a_run_beside_one_rank() {
    let migrated = link(
        Lab::Parallel,
        json!({ "mesh": { "data": 2, "micro_batches": 2 }, "ranks": { "memory_limit": 64 }, "training": { "steps": 7 } }),
    );
    let runs = runs(&migrated);
    let [alone, mesh] = &runs[..] else { panic!("two runs") };
    assert_eq!((alone.ranks(), mesh.ranks()), (1, 4));
    assert_eq!((mesh.training.batch_size, mesh.training.micro_batches, mesh.training.steps), (8, 2, 7));
    assert_eq!((mesh.training.schedule, mesh.training.warmup_steps), (LrScheduleKind::Constant, 0));
    assert_eq!((mesh.training.beta1, mesh.training.beta2, mesh.training.epsilon), (0.9, 0.999, 1e-8));
    assert_eq!((mesh.resources.memory_limit, mesh.evaluation.sample_tokens, alone.training.micro_batches), (64, 0, 1));
}

#[test]
fn whole_specs_of_version_1_and_those_of_today() {
    let migrated = spec(json!({ "version": 1, "base": { "training": { "gradient_accumulation": 2 } }, "runs": [{ "name": "a" }] }));
    assert_eq!(runs(&migrated)[0].training.batch_size, 8);
    assert_eq!(runs(&spec(json!({ "version": 1, "mesh": { "pipeline": 3 }, "training": { "batch_size": 6, "steps": 2 } })))[1].ranks(), 3);
    let today = json!({ "version": 2, "runs": [] });
    assert_eq!(spec(today.clone()), today);
    assert_eq!(link(Lab::FineTuning, today.clone()), today);
}

/// A link may hold anything.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z]{0,4}".prop_map(Value::from)
    ];
    let name = prop::sample::select(vec![
        "version",
        "base",
        "runs",
        "patch",
        "training",
        "mesh",
        "ranks",
        "data",
        "batch_size",
        "gradient_accumulation",
        "micro_batches",
        "steps",
    ]);
    leaf.prop_recursive(5, 48, 6, move |inner| {
        let object = prop::collection::vec((name.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_string(), value))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_a_link_holds_is_migrated_or_left_to_the_check(json in any_json()) {
        for lab in [Lab::FineTuning, Lab::Parallel] {
            let _ = parse(&link(lab, json.clone()));
        }
        let _ = parse(&spec(json));
    }
}
