//! Every kind of bad spec gives a problem that names the field, the value and what would be accepted, in both languages.

use serde_json::{Value, json};

use super::{parse, parse_str, resolve};
use crate::lab::problem::{Problem, ProblemCode, without_form};
use crate::lab::spec::default_spec;

/// The default spec with `base` patched and, as run "b", `patch`.
fn spec(base: Value, patch: Value) -> Value {
    json!({ "base": base, "runs": [{ "name": "a" }, { "name": "b", "patch": patch }] })
}

/// What [`parse`] and [`resolve`] find wrong.
fn problems(json: &Value) -> Vec<Problem> {
    match parse(json) {
        Err(problems) => problems,
        Ok(spec) => resolve(&spec).err().unwrap_or_default(),
    }
}

#[track_caller]
fn only_problem(json: &Value) -> Problem {
    let mut problems = problems(json);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

struct Case {
    json: Value,
    code: ProblemCode,
    run: Option<&'static str>,
    field: &'static str,
    value: Option<&'static str>,
    /// What both messages must say.
    says: &'static [&'static str],
}

fn cases() -> Vec<Case> {
    use ProblemCode::*;
    let case = |json, code, run, field, value, says| Case { json, code, run, field, value, says };
    let in_base = |base| spec(base, json!({}));
    let in_run = |patch| spec(json!({}), patch);
    vec![
        case(in_base(json!({ "training": { "step": 5 } })), UnknownField, None, "training.step", Some("5"), &["steps?", "batch_size"]),
        case(in_run(json!({ "fine_tunning": {} })), UnknownField, Some("b"), "fine_tunning", Some("{}"), &["fine_tuning?"]),
        case(in_run(json!({ "rank": 8 })), UnknownField, Some("b"), "rank", Some("8"), &["fine_tuning.lora.rank?"]),
        case(json!({ "runs": [{ "name": "a" }], "bsae": 1 }), UnknownField, None, "bsae", Some("1"), &["base?"]),
        case(in_base(json!({ "training": { "steps": 0 } })), OutOfRange, None, "training.steps", Some("0"), &[" 1 ", "100000"]),
        case(in_run(json!({ "training": { "steps": -3 } })), OutOfRange, Some("b"), "training.steps", Some("-3"), &[" 1 ", "100000"]),
        case(
            in_run(json!({ "training": { "learning_rate": 1e300 } })),
            OutOfRange,
            Some("b"),
            "training.learning_rate",
            Some("1e+300"),
            &["1e+300", "0"],
        ),
        case(
            in_run(json!({ "training": { "search": { "candidates": 3, "lowest": 0.5, "highest": 0.25 } } })),
            Conflict,
            Some("b"),
            "training.search.lowest",
            Some("0.5"),
            &["0.5", "0.25", "training.search.highest"],
        ),
        case(
            in_run(json!({ "training": { "search": { "candidates": 2, "lowest": 0.5, "highest": 0.5 } } })),
            Conflict,
            Some("b"),
            "training.search.lowest",
            Some("0.5"),
            &["0.5", "training.search.highest"],
        ),
        case(
            in_base(json!({ "training": { "search": { "candidates": 17 } } })),
            OutOfRange,
            None,
            "training.search.candidates",
            Some("17"),
            &["16"],
        ),
        case(
            in_base(json!({ "training": { "search": { "candidates": 3, "lowest": 0 } } })),
            OutOfRange,
            None,
            "training.search.lowest",
            Some("0"),
            &["0"],
        ),
        case(in_base(json!({ "training": { "seconds": -1 } })), OutOfRange, None, "training.seconds", Some("-1"), &["36000"]),
        case(in_run(json!({ "training": { "steps": 1.5 } })), WrongType, Some("b"), "training.steps", Some("1.5"), &["100000"]),
        case(in_run(json!({ "training": { "steps": "200" } })), WrongType, Some("b"), "training.steps", Some("\"200\""), &["100000"]),
        case(in_base(json!({ "training": null })), WrongType, None, "training", Some("null"), &["learning_rate"]),
        case(in_run(json!({ "training": 7 })), WrongType, Some("b"), "training", Some("7"), &["learning_rate"]),
        case(
            in_run(json!({ "fine_tuning": { "method": "Lora " } })),
            NotAllowed,
            Some("b"),
            "fine_tuning.method",
            Some("\"Lora \""),
            &["\"full\"", "\"lora\"", "\"lora\"?"],
        ),
        case(in_run(json!({ "fine_tuning": { "method": true } })), WrongType, Some("b"), "fine_tuning.method", Some("true"), &["\"full\""]),
        case(
            in_run(json!({ "fine_tuning": { "method": "lora", "lora": { "target_modules": [] } } })),
            OutOfRange,
            Some("b"),
            "fine_tuning.lora.target_modules",
            None,
            &[],
        ),
        case(
            in_run(json!({ "fine_tuning": { "method": "ia3", "ia3": { "target_modules": [] } } })),
            OutOfRange,
            Some("b"),
            "fine_tuning.ia3.target_modules",
            None,
            &[],
        ),
        case(in_base(json!({ "ranks": { "unequal": vec![json!({}); 65] } })), OutOfRange, None, "ranks.unequal", None, &["65", "64"]),
        case(
            json!({ "runs": (0..17).map(|run| json!({ "name": run.to_string() })).collect::<Vec<_>>() }),
            OutOfRange,
            None,
            "runs",
            None,
            &["17", "16"],
        ),
        case(
            in_run(json!({ "fine_tuning": { "lora": { "target_modules": ["q_proj", "q"] } } })),
            NotAllowed,
            Some("b"),
            "fine_tuning.lora.target_modules.1",
            Some("\"q\""),
            &["k_proj"],
        ),
        case(
            in_run(json!({ "fine_tuning": { "lora": { "target_modules": ["q_proj", "q_proj"] } } })),
            NotAllowed,
            Some("b"),
            "fine_tuning.lora.target_modules.1",
            Some("\"q_proj\""),
            &["q_proj"],
        ),
        case(in_base(json!({ "model": { "base": "" } })), OutOfRange, None, "model.base", Some("\"\""), &["1", "200"]),
        case(in_base(json!({ "evaluation": { "prompt": "x".repeat(401) } })), OutOfRange, None, "evaluation.prompt", None, &["400", "…"]),
        case(json!({}), Missing, None, "runs", None, &["runs", "1", "16"]),
        case(json!({ "runs": [] }), OutOfRange, None, "runs", None, &["1", "16"]),
        case(json!({ "runs": [{}] }), Missing, None, "runs.0.name", None, &["40"]),
        case(json!({ "runs": [{ "name": "" }] }), OutOfRange, None, "runs.0.name", Some("\"\""), &["1", "40"]),
        case(json!({ "runs": [{ "name": " " }] }), NotAllowed, None, "runs.0.name", Some("\" \""), &["1", "40"]),
        case(json!({ "runs": [{ "name": "a" }, { "name": "a " }] }), NotAllowed, Some("a"), "runs.1.name", Some("\"a\""), &["1"]),
        case(json!({ "runs": [{ "name": "a", "patch": null }] }), WrongType, Some("a"), "runs.0.patch", Some("null"), &["base"]),
        case(json!({ "version": 3, "runs": [{ "name": "a" }] }), OutOfRange, None, "version", Some("3"), &["2"]),
        case(
            in_run(json!({ "training": { "steps": 5 } })),
            Conflict,
            Some("b"),
            "training.warmup_steps",
            Some("10"),
            &["training.steps", "5"],
        ),
        case(
            in_run(json!({ "training": { "steps": 10 } })),
            Conflict,
            Some("b"),
            "training.warmup_steps",
            Some("10"),
            &["training.steps", " 9"],
        ),
        case(
            in_run(json!({ "training": { "steps": 1, "warmup_steps": 1 } })),
            Conflict,
            Some("b"),
            "training.warmup_steps",
            Some("1"),
            &["training.steps", " 0"],
        ),
        case(
            in_run(json!({ "data": { "corpus": "shakespeare-sonnets" } })),
            Conflict,
            Some("b"),
            "data.corpus",
            Some("shakespeare-sonnets"),
            &["97.7", "tang-poems", "data.allow_unknown_percent"],
        ),
        case(
            in_run(json!({ "model": { "base": "new", "d_model": 96, "n_heads": 5, "family": "llama" } })),
            Conflict,
            Some("b"),
            "model.n_heads",
            Some("5"),
            &["96", "model.n_heads = 4", "model.d_model = 100"],
        ),
        case(
            in_run(json!({ "evaluation": { "tokens": 16 } })),
            Conflict,
            Some("b"),
            "evaluation.tokens",
            Some("16"),
            &["data.context", "64"],
        ),
    ]
}

#[test]
fn each_bad_spec_names_the_field_the_value_and_what_would_be_accepted() {
    for case in cases() {
        let problem = only_problem(&case.json);
        let found = (problem.code, problem.run.as_deref(), problem.field.as_deref());
        assert_eq!(found, (case.code, case.run, Some(case.field)), "{problem:#?}");
        if let Some(value) = case.value {
            assert_eq!(problem.value.as_deref(), Some(value), "{problem:#?}");
        }
        for text in [without_form(&problem.message.en), without_form(&problem.message.zh)] {
            assert!(text.contains(case.field), "{text}");
            // An unknown field is wrong whatever its value: its message tells the name, `value` the value.
            if case.code != ProblemCode::UnknownField {
                assert!(case.value.is_none_or(|value| text.contains(value)), "{text}");
            }
            for part in case.says {
                // Chinese asks with its own question mark.
                let asked = text.replace('？', "?");
                assert!(asked.contains(part), "{part:?} is not in: {text}");
            }
        }
        assert!(problem.message.zh.ends_with(['。', '？']), "{}", problem.message.zh);
    }
}

/// Of a list that is chosen from, the form shows the choices beside the message.
#[test]
fn a_list_with_nothing_in_it_is_said_to_be_empty() {
    let problem = only_problem(&spec(json!({ "fine_tuning": { "method": "lora", "lora": { "target_modules": [] } } }), json!({})));
    assert_eq!(problem.message.en, "{fine_tuning.lora.target_modules} is empty. Choose at least one.");
    assert_eq!(problem.message.zh, "{fine_tuning.lora.target_modules}一项也没有选。请至少选择一项。");
    assert_eq!(problem.value.as_deref(), Some("[]"));
}

/// A warm-up that is over before the last step, and none at all.
#[test]
fn a_peak_that_is_reached_passes() {
    for training in [json!({ "steps": 11 }), json!({ "steps": 1, "warmup_steps": 0 }), json!({ "steps": 2, "warmup_steps": 1 })] {
        assert!(problems(&spec(json!({}), json!({ "training": training }))).is_empty(), "{training}");
    }
    let allowed = json!({ "data": { "corpus": "shakespeare-plays", "allow_unknown_percent": 100 } });
    assert!(problems(&spec(json!({}), allowed)).is_empty());
}

#[test]
fn all_problems_are_told_together() {
    let json = spec(json!({ "training": { "steps": 0 }, "nonsense": 1 }), json!({ "data": { "context": "x" } }));
    assert_eq!(problems(&json).len(), 3);
}

#[test]
fn a_spec_that_is_no_object_is_one_problem() {
    for json in [json!(null), json!(3), json!([]), json!("spec")] {
        let problem = only_problem(&json);
        assert_eq!((problem.code, problem.field), (ProblemCode::WrongType, None));
        assert!(problem.message.en.contains("runs"));
    }
}

#[test]
fn broken_json_tells_line_and_column() {
    let problem = &parse_str("{\n  \"runs\": [,]\n}").unwrap_err()[0];
    assert_eq!((problem.code, problem.value.as_deref()), (ProblemCode::BadFile, Some("\"runs\": [,]")));
    assert!(problem.message.en.contains("line 2, column 12"), "{}", problem.message.en);
    assert!(problem.message.zh.contains("第 2 行第 12 列"), "{}", problem.message.zh);
}

#[test]
fn keys_that_stand_twice_are_told_with_run_field_and_both_values() {
    let text = r#"{
        "base": { "training": { "steps": 100, "batch_size": 2, "steps": 300 } },
        "runs": [{ "name": "a" }, { "name": "b", "patch": { "fine_tuning": { "lora": { "rank": 4, "rank": 8 } }, "data": {}, "data": { "context": 32 } } }]
    }"#;
    let problems = parse_str(text).unwrap_err();
    let found: Vec<_> = problems.iter().map(|problem| (problem.run.as_deref(), problem.field.as_deref().unwrap())).collect();
    assert_eq!(found, [(None, "training.steps"), (Some("b"), "fine_tuning.lora.rank"), (Some("b"), "data")]);
    for text in [&problems[0].message.en, &problems[0].message.zh] {
        assert!(text.contains("training.steps") && text.contains("100") && text.contains("300"), "{text}");
    }
    let twice = parse_str(r#"{"runs": [{"name": "a", "name": "b"}], "runs": [{"name": "c"}]}"#).unwrap_err();
    assert_eq!(twice.iter().filter_map(|problem| problem.field.as_deref()).collect::<Vec<_>>(), ["runs.0.name", "runs"]);
}

#[test]
fn json_cut_anywhere_is_a_problem_that_says_so() {
    let text = serde_json::to_string(&default_spec()).unwrap();
    for end in 0..text.len() {
        let problem = &parse_str(&text[..end]).unwrap_err()[0];
        assert!(problem.message.en.contains("ends too early"), "{}", problem.message.en);
    }
    assert_eq!(parse_str(&text).unwrap(), default_spec());
    assert_eq!(parse_str(&format!("\u{feff}{text}")).unwrap(), default_spec());
}
