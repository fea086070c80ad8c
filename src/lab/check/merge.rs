//! From a spec to its runs: the base with each run's patch on it.

use std::error::Error;

use serde_json::{Map, Value};

use super::conflicts::conflicts;
use super::forks;
use super::parse::parse;
use crate::json::FromJson;
use crate::lab::problem::Problem;
use crate::lab::problems::internal;
use crate::lab::result::FieldDiff;
use crate::lab::spec::{RunSpec, Spec};

/// The whole configuration of each run, in the order of the spec.
///
/// # Errors
/// As [`parse`], for specs that were made otherwise; then fields of a run that do not go together, and forks that cannot be.
pub fn resolve(spec: &Spec) -> Result<Vec<RunSpec>, Vec<Problem>> {
    let json = serde_json::to_value(spec).map_err(|error| vec![internal(&error.to_string())])?;
    let spec = parse(&json)?;
    let mut problems = forks::name_problems(&spec);
    let points = forks::fork_points(&spec);
    let Ok(order) = forks::order(&points) else { return Err(problems) };
    let mut runs: Vec<Option<RunSpec>> = vec![None; spec.runs.len()];
    for index in order {
        let run = &spec.runs[index];
        // A fork changes the run that it is a fork of.
        let other = points[index].and_then(|(other, step)| Some((runs[other].clone()?, &spec.runs[other].name, step)));
        let from = other.as_ref().map_or(&spec.base, |(other, ..)| other);
        match patched(from, &run.patch) {
            Ok(config) => {
                let mut found = conflicts(&config);
                if let Some((other, name, step)) = &other {
                    found.extend(forks::problems(&config, other, name, *step));
                }
                problems.extend(found.into_iter().map(|problem| problem.in_run(&run.name)));
                runs[index] = Some(config);
            }
            Err(error) => problems.push(internal(&error.to_string()).in_run(&run.name)),
        }
    }
    // What is wrong is told in the order of the runs.
    problems.sort_by_key(|problem| spec.runs.iter().position(|run| Some(run.name.as_str()) == problem.run.as_deref()));
    if problems.is_empty() { Ok(runs.into_iter().flatten().collect()) } else { Err(problems) }
}

fn patched(base: &RunSpec, patch: &Map<String, Value>) -> Result<RunSpec, Box<dyn Error>> {
    let mut config = serde_json::to_value(base)?;
    if let Value::Object(fields) = &mut config {
        merge(fields, patch);
    }
    Ok(RunSpec::from_json(config)?)
}

/// JSON merge patch, RFC 7386 section 2: objects merge, `null` removes, anything else replaces.
pub fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.shift_remove(name)),
            Value::Object(inner) => {
                let slot = target.entry(name).or_insert(Value::Null);
                if !slot.is_object() {
                    *slot = Value::Object(Map::new());
                }
                if let Value::Object(slot) = slot {
                    merge(slot, inner);
                }
            }
            value => drop(target.insert(name.clone(), value.clone())),
        }
    }
}

/// The fields in which `run` differs from `base`, in the order of the form; a list is one field.
pub fn diff(base: &RunSpec, run: &RunSpec) -> Vec<FieldDiff> {
    let mut differences = Vec::new();
    if let (Ok(base), Ok(run)) = (serde_json::to_value(base), serde_json::to_value(run)) {
        compare("", &base, &run, &mut differences);
    }
    differences
}

fn compare(path: &str, base: &Value, run: &Value, differences: &mut Vec<FieldDiff>) {
    if let (Value::Object(base), Value::Object(run)) = (base, run) {
        for (name, value) in run {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            compare(&path, base.get(name).unwrap_or(&Value::Null), value, differences);
        }
    } else if base != run {
        differences.push(FieldDiff { field: path.into(), base: base.clone(), value: run.clone() });
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lab::spec::{Method, default_spec};

    /// The cases of RFC 7386, appendix A, whose target and patch are objects.
    #[test]
    fn merge_does_as_the_rfc_says() {
        let cases = [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ];
        for (target, patch, expected) in cases {
            let mut merged = target.as_object().unwrap().clone();
            merge(&mut merged, patch.as_object().unwrap());
            assert_eq!(Value::Object(merged), expected, "{target} patched with {patch}");
        }
    }

    #[test]
    fn the_difference_between_the_default_runs_is_their_patch() {
        let spec = default_spec();
        let runs = resolve(&spec).unwrap();
        assert_eq!(runs[0], spec.base);
        assert_eq!(diff(&spec.base, &runs[0]), []);
        assert_eq!(runs[1].fine_tuning.method, Method::Lora);
        let expected = [
            FieldDiff { field: "fine_tuning.method".into(), base: json!("full"), value: json!("lora") },
            FieldDiff { field: "training.learning_rate".into(), base: json!(5e-4), value: json!(3e-3) },
        ];
        assert_eq!(diff(&spec.base, &runs[1]), expected);
    }

    #[test]
    fn null_in_a_patch_gives_the_default_back() {
        let spec = parse(&json!({
            "base": { "training": { "steps": 77 } },
            "runs": [{ "name": "a", "patch": { "training": { "steps": null } } }],
        }));
        assert_eq!(resolve(&spec.unwrap()).unwrap()[0].training.steps, 200);
    }
}
