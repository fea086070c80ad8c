//! Which settings a run uses, by the conditions that the schema states for them (`x-visible-if`).
//!
//! Those of a method that a run does not train with, of a search that it does not make, and the like, change nothing of it. They are kept
//! as they are written, and come into question where a run comes to use them.

use std::sync::LazyLock;

use serde_json::Value;

use super::walk::{Finding, Kind};
use crate::lab::spec::RunSpec;

static DEFAULT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(RunSpec::default()).unwrap_or_default());

/// What is written of a setting.
enum Written<'a> {
    /// Nothing: what the patch is on counts.
    Nothing,
    /// `null`, by which a patch gives the default back.
    Default,
    Value(&'a Value),
}

/// Whether a finding is of a value that is out of its range where no run uses it, and that a spec can hold.
pub(super) fn is_idle(finding: &Finding, json: &Value, schema: &Value) -> bool {
    let Kind::OutOfRange { schema: of_value } = &finding.kind else { return false };
    let holds =
        of_value["type"] != "integer" || finding.value.as_ref().and_then(Value::as_u64).is_some_and(|value| u32::try_from(value).is_ok());
    let spec = Settings { json, schema: &schema["properties"]["base"] };
    let path: Vec<&str> = finding.path.iter().map(String::as_str).collect();
    holds
        && match path.as_slice() {
            ["base", field @ ..] => spec.runs() > 0 && !(0..spec.runs()).any(|run| spec.uses(run, field)),
            ["runs", index, "patch", field @ ..] => {
                let Ok(index) = index.parse::<usize>() else { return false };
                !(0..spec.runs()).any(|run| spec.lineage(run).any(|of| of == index) && spec.uses(run, field))
            }
            _ => false,
        }
}

struct Settings<'a> {
    /// The whole spec as it is written.
    json: &'a Value,
    /// The schema of a run's configuration.
    schema: &'a Value,
}

impl<'a> Settings<'a> {
    fn runs(&self) -> usize {
        self.json["runs"].as_array().map_or(0, Vec::len)
    }

    /// A run, the run that it is a fork of, and so on.
    fn lineage(&self, run: usize) -> impl Iterator<Item = usize> {
        let name = |run: usize| self.json["runs"][run]["name"].as_str().map(str::trim);
        let parent = move |run: &usize| {
            let of = self.json["runs"][*run]["fork"]["run"].as_str()?.trim();
            (0..self.runs()).find(|other| name(*other) == Some(of))
        };
        // A circle is refused elsewhere.
        std::iter::successors(Some(run), parent).take(self.runs())
    }

    /// Whether all conditions hold on which a field, or a section that it lies in, matters to a run.
    fn uses(&self, run: usize, field: &[&str]) -> bool {
        let mut at = self.schema;
        field.iter().all(|name| {
            at = &at["properties"][*name];
            let conditions = at["x-visible-if"].as_object();
            conditions.into_iter().flatten().all(|(path, wanted)| {
                let value = self.value(run, &path.split('.').collect::<Vec<_>>());
                wanted.as_array().map_or(value == wanted, |wanted| wanted.contains(value))
            })
        })
    }

    /// What counts of a field in a run: where the run does not use it, its default.
    fn value(&self, run: usize, field: &[&str]) -> &'a Value {
        let default = || at(&DEFAULT, field);
        if !self.uses(run, field) {
            return default();
        }
        let patches = self.lineage(run).map(|run| &self.json["runs"][run]["patch"]);
        for written in patches.chain([&self.json["base"]]) {
            match written_at(written, field) {
                Written::Nothing => {}
                Written::Default => return default(),
                Written::Value(value) => return value,
            }
        }
        default()
    }
}

fn at<'a>(value: &'a Value, field: &[&str]) -> &'a Value {
    field.iter().fold(value, |value, name| &value[*name])
}

fn written_at<'a>(patch: &'a Value, field: &[&str]) -> Written<'a> {
    let mut value = patch;
    for name in field {
        match value.get(name) {
            None => return Written::Nothing,
            Some(Value::Null) => return Written::Default,
            Some(inner) => value = inner,
        }
    }
    Written::Value(value)
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use serde_json::{Value, json};

    use crate::lab::check::{parse, resolve};
    use crate::lab::problem::Problem;

    /// What is wrong with a spec.
    fn problems(base: Value, runs: Value) -> Vec<Problem> {
        match parse(&json!({ "base": base, "runs": runs })) {
            Ok(spec) => resolve(&spec).err().unwrap_or_default(),
            Err(problems) => problems,
        }
    }

    fn fields(base: Value, runs: Value) -> Vec<String> {
        problems(base, runs).into_iter().filter_map(|problem| problem.field).collect()
    }

    /// A bad value of each section, and what has a run use it.
    fn cases() -> Vec<(&'static str, Value, Value)> {
        let of = |bad: Value, user: Value| (json!({ "fine_tuning": bad }), json!({ "fine_tuning": user }));
        let with = |field, (bad, user): (Value, Value)| (field, bad, user);
        vec![
            with("fine_tuning.adapter.size", of(json!({ "adapter": { "size": 0 } }), json!({ "method": "adapter" }))),
            with("fine_tuning.lora.rank", of(json!({ "lora": { "rank": 5000 } }), json!({ "method": "dora" }))),
            with("fine_tuning.lora.alpha", of(json!({ "lora": { "alpha": 0 } }), json!({ "method": "adalora" }))),
            with("fine_tuning.lora.target_modules", of(json!({ "lora": { "target_modules": [] } }), json!({ "method": "lora" }))),
            with(
                "fine_tuning.lora.rank_pattern.q_proj",
                of(json!({ "lora": { "rank_pattern": { "q_proj": 0 } } }), json!({ "method": "lora" })),
            ),
            with("fine_tuning.adalora.target_rank", of(json!({ "adalora": { "target_rank": 0 } }), json!({ "method": "adalora" }))),
            with("fine_tuning.ia3.target_modules", of(json!({ "ia3": { "target_modules": [] } }), json!({ "method": "ia3" }))),
            with(
                "fine_tuning.prompt.virtual_tokens",
                of(json!({ "prompt": { "virtual_tokens": 0 } }), json!({ "method": "prompt_tuning" })),
            ),
            with(
                "fine_tuning.prompt.hidden",
                of(json!({ "prompt": { "hidden": 0 } }), json!({ "method": "prefix_tuning", "prompt": { "reparametrised": true } })),
            ),
            with("fine_tuning.last_layers.layers", of(json!({ "last_layers": { "layers": 0 } }), json!({ "method": "last_layers" }))),
            ("model.d_model", json!({ "model": { "d_model": 1 } }), json!({ "model": { "base": "new" } })),
            (
                "training.search.highest",
                json!({ "training": { "search": { "highest": 0 } } }),
                json!({ "training": { "search": { "candidates": 3 } } }),
            ),
            (
                "communication.top_k_percent",
                json!({ "communication": { "top_k_percent": 0 } }),
                json!({ "communication": { "compression": "top_k" } }),
            ),
        ]
    }

    #[test]
    fn a_setting_that_no_run_uses_is_kept_as_it_is_written_and_refused_once_one_does() {
        for (field, bad, user) in cases() {
            let pointer = format!("/base/{}", field.replace('.', "/"));
            let spec = parse(&json!({ "base": bad, "runs": [{ "name": "a" }] })).unwrap_or_else(|problems| panic!("{field}: {problems:?}"));
            let kept = serde_json::to_value(&spec).unwrap();
            let written = json!({ "base": bad });
            // 0 and 0.0 are one number.
            let number = |json: &Value| json.pointer(&pointer).map(|value| value.as_f64().map_or(value.clone(), Value::from));
            assert_eq!(number(&kept), number(&written), "{field} is not what was written");
            assert_eq!(resolve(&spec), Ok(vec![spec.base.clone()]), "{field}");
            // In the base, whichever run uses it; in a run, that run.
            assert_eq!(fields(bad.clone(), json!([{ "name": "a" }, { "name": "b", "patch": user }])), [field]);
            assert_eq!(fields(user.clone(), json!([{ "name": "a", "patch": bad }])), [field]);
            assert_eq!(fields(json!({}), json!([{ "name": "a", "patch": bad }, { "name": "b", "patch": user }])), [""; 0], "{field}");
            // A fork has what the run has that it is a fork of.
            let fork = json!({ "name": "b", "patch": user, "fork": { "run": "a", "step": 5 } });
            assert!(fields(json!({}), json!([{ "name": "a", "patch": bad }, fork])).contains(&field.to_owned()), "{field} of a fork");
        }
    }

    /// Prompt tuning has no network, whatever is left in the setting of one: it starts with `init_std`.
    #[test]
    fn a_setting_that_is_not_used_decides_about_no_other() {
        let base = |method: &str| json!({ "fine_tuning": { "method": method, "prompt": { "reparametrised": true, "init_std": 99, "hidden": 0 } } });
        let runs = json!([{ "name": "a" }]);
        assert_eq!(fields(base("prompt_tuning"), runs.clone()), ["fine_tuning.prompt.init_std"]);
        assert_eq!(fields(base("prefix_tuning"), runs.clone()), ["fine_tuning.prompt.hidden"]);
        assert_eq!(fields(base("lora"), runs), [""; 0]);
    }

    #[test]
    fn null_gives_the_default_back_and_the_setting_with_it_out_of_use() {
        let base = json!({ "fine_tuning": { "method": "adapter", "adapter": { "size": 0 } } });
        assert_eq!(fields(base.clone(), json!([{ "name": "a", "patch": { "fine_tuning": { "method": null } } }])), [""; 0]);
        assert_eq!(fields(base, json!([{ "name": "a", "patch": { "fine_tuning": { "lora": null } } }])), ["fine_tuning.adapter.size"]);
    }

    /// What no spec can hold could not be kept.
    #[test]
    fn a_value_that_is_no_value_of_the_setting_is_refused_wherever_it_stands() {
        let cases = [json!(-1), json!(1.5), json!("8"), json!(1u64 << 40), json!(null)];
        for value in cases {
            let base = json!({ "fine_tuning": { "adapter": { "size": value } } });
            assert_eq!(fields(base, json!([{ "name": "a" }])), ["fine_tuning.adapter.size"], "{value}");
        }
        assert_eq!(
            fields(json!({ "fine_tuning": { "adapter": { "width": 8 } } }), json!([{ "name": "a" }])),
            ["fine_tuning.adapter.width"]
        );
    }
}
