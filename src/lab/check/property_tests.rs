//! Whatever JSON comes, the checks return; and what they let through deserialises and round-trips.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{parse, resolve};
use crate::json::FromJson;
use crate::lab::problem::ProblemCode;
use crate::lab::spec::{RunSpec, default_spec};

/// Names and texts of the spec, so that arbitrary values often come close to it.
const WORDS: &[&str] = &[
    "version",
    "base",
    "runs",
    "name",
    "patch",
    "model",
    "data",
    "fine_tuning",
    "training",
    "evaluation",
    "corpus",
    "context",
    "method",
    "lora",
    "rank",
    "alpha",
    "target_modules",
    "q_proj",
    "steps",
    "tokens",
    "seed",
    "full",
    "prompt",
    "",
    " ",
    "词",
    "fork",
    "mesh",
    "nonsense",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<String>()]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (0..300i64).prop_map(Value::from),
        (0..300i64).prop_map(|number| Value::from(number as f64)),
        any::<f64>().prop_map(Value::from),
        (0.0..1.0).prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// All places of a value, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| places(value, &format!("{at}/{i}"), found)),
        _ => {}
    }
}

/// The default spec, its base repeated as a patch of the second run, with up to three places replaced by anything.
fn nearly_a_spec() -> impl Strategy<Value = Value> {
    prop::collection::vec((any::<prop::sample::Index>(), any_json()), 0..4).prop_map(|changes| {
        let mut json = serde_json::to_value(default_spec()).unwrap();
        json["runs"][1]["patch"] = json["base"].clone();
        for (index, value) in changes {
            let mut found = Vec::new();
            places(&json, "", &mut found);
            if let Some(place) = json.pointer_mut(&found[index.index(found.len())]) {
                *place = value;
            }
        }
        json
    })
}

/// What must hold of any JSON.
fn holds(json: &Value) -> Result<(), TestCaseError> {
    let problems = match parse(json) {
        Ok(spec) => {
            let again = parse(&serde_json::to_value(&spec).unwrap());
            prop_assert_eq!(again.as_ref(), Ok(&spec));
            match resolve(&spec) {
                Ok(runs) => {
                    prop_assert_eq!(runs.len(), spec.runs.len());
                    for run in &runs {
                        let json = serde_json::to_value(run).unwrap();
                        prop_assert_eq!(&RunSpec::from_json(json).unwrap(), run);
                    }
                    vec![]
                }
                Err(problems) => problems,
            }
        }
        Err(problems) => problems,
    };
    for problem in problems {
        prop_assert!(problem.code != ProblemCode::Internal, "{:?}", problem);
        prop_assert!(!problem.message.en.is_empty() && !problem.message.zh.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_checked_without_panic(json in any_json()) {
        holds(&json)?;
    }

    #[test]
    fn nearly_a_spec_is_checked_without_panic(json in nearly_a_spec()) {
        holds(&json)?;
    }

    #[test]
    fn any_patch_is_checked_without_panic(patch in any_json()) {
        holds(&json!({ "runs": [{ "name": "a", "patch": patch }] }))?;
    }
}
