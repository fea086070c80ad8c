//! A walk over a JSON value beside its schema. It finds what is wrong, in no language; `messages` puts it into words.
//!
//! It knows the keywords that our own schema uses; a test fails when the schema comes to use another.

use serde_json::{Map, Value};

/// Something wrong at one place of the value.
pub(super) struct Finding<'s> {
    /// Field names and list indices from the root to the place.
    pub path: Vec<String>,
    /// The value there; absent where a field is missing.
    pub value: Option<Value>,
    pub kind: Kind<'s>,
}

/// What is wrong; `schema` is that of the place.
pub(super) enum Kind<'s> {
    /// The last name of the path is no field of `parent`, an object schema.
    UnknownField {
        parent: &'s Value,
    },
    Missing {
        schema: &'s Value,
    },
    WrongType {
        schema: &'s Value,
    },
    OutOfRange {
        schema: &'s Value,
    },
    NotAllowed {
        schema: &'s Value,
    },
    /// An item that the list already has.
    Repeated,
}

/// Whether `null` stands for "the default" (in a merge patch) or for nothing that a field accepts.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Whole,
    Patch,
}

/// Walks over `value`, which should satisfy `schema`.
///
/// Whole numbers written with a fraction (`2e2`, `200.0`: the same number to JSON Schema, not to a type of integers) become integers.
pub(super) fn walk<'s>(value: &mut Value, schema: &'s Value) -> Vec<Finding<'s>> {
    let mut walker = Walker { root: schema, path: Vec::new(), findings: Vec::new() };
    walker.visit(value, schema, Mode::Whole);
    walker.findings
}

struct Walker<'s> {
    root: &'s Value,
    path: Vec<String>,
    findings: Vec<Finding<'s>>,
}

impl<'s> Walker<'s> {
    fn visit(&mut self, value: &mut Value, schema: &'s Value, mode: Mode) {
        if mode == Mode::Patch && value.is_null() {
            return; // RFC 7386: the field is removed, that is, it gets its default.
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            return self.choice(value, schema, choices);
        }
        match (schema["type"].as_str(), &mut *value) {
            (Some("object"), Value::Object(fields)) => match schema["x-patch-of"].as_str() {
                Some(property) => {
                    let patched = &self.root["properties"][property];
                    self.object(fields, patched, Mode::Patch);
                }
                None => self.object(fields, schema, mode),
            },
            (Some("array"), Value::Array(items)) => self.array(items, schema),
            (Some("string"), Value::String(text)) => {
                let length = text.chars().count() as f64;
                self.range(value, schema, length, "minLength", "maxLength");
            }
            (Some("number"), Value::Number(number)) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                self.range(value, schema, number, "minimum", "maximum");
            }
            (Some("integer"), Value::Number(_)) => self.integer(value, schema),
            (Some("boolean"), Value::Bool(_)) => {}
            _ => self.find(Some(value), Kind::WrongType { schema }),
        }
    }

    fn object(&mut self, fields: &mut Map<String, Value>, schema: &'s Value, mode: Mode) {
        for (name, value) in fields.iter_mut() {
            self.path.push(name.clone());
            // A map has one schema for all its values.
            let of_map = schema.get("additionalProperties").filter(|values| values.is_object());
            match schema["properties"].get(name).or(of_map) {
                Some(property) => self.visit(value, property, mode),
                None => self.find(Some(value), Kind::UnknownField { parent: schema }),
            }
            self.path.pop();
        }
        if mode == Mode::Patch {
            return;
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                self.path.push(name.to_owned());
                self.find(None, Kind::Missing { schema: &schema["properties"][name] });
                self.path.pop();
            }
        }
    }

    /// Items are walked as wholes even in a patch: a merge patch replaces lists, it does not merge them.
    fn array(&mut self, items: &mut [Value], schema: &'s Value) {
        let (min, max) = limits(schema, "minItems", "maxItems");
        if !(min..=max).contains(&(items.len() as f64)) {
            let whole = Value::Array(items.to_vec());
            self.find(Some(&whole), Kind::OutOfRange { schema });
        }
        for index in 0..items.len() {
            self.path.push(index.to_string());
            self.visit(&mut items[index], &schema["items"], Mode::Whole);
            if schema["uniqueItems"] == true && items[..index].contains(&items[index]) {
                self.find(Some(&items[index]), Kind::Repeated);
            }
            self.path.pop();
        }
    }

    fn integer(&mut self, value: &mut Value, schema: &'s Value) {
        let number = value.as_f64().unwrap_or(f64::NAN);
        if number.fract() != 0.0 {
            return self.find(Some(value), Kind::WrongType { schema });
        }
        // Beyond 2^53 a float is not exactly the number that was written; no field reaches so far anyway.
        if value.is_f64() && number.abs() <= 9_007_199_254_740_992.0 {
            *value = Value::from(number as i64);
        }
        self.range(value, schema, number, "minimum", "maximum");
    }

    fn choice(&mut self, value: &Value, schema: &'s Value, choices: &[Value]) {
        if !value.is_string() {
            self.find(Some(value), Kind::WrongType { schema });
        } else if !choices.iter().any(|choice| choice["const"] == *value) {
            self.find(Some(value), Kind::NotAllowed { schema });
        }
    }

    fn range(&mut self, value: &Value, schema: &'s Value, measure: f64, min: &str, max: &str) {
        let (min, max) = limits(schema, min, max);
        if !(min..=max).contains(&measure) {
            self.find(Some(value), Kind::OutOfRange { schema });
        }
    }

    fn find(&mut self, value: Option<&Value>, kind: Kind<'s>) {
        self.findings.push(Finding { path: self.path.clone(), value: value.cloned(), kind });
    }
}

/// The two limits of a schema; infinite where it states none.
pub(super) fn limits(schema: &Value, min: &str, max: &str) -> (f64, f64) {
    let limit = |name: &str| schema[name].as_f64();
    (limit(min).unwrap_or(f64::NEG_INFINITY), limit(max).unwrap_or(f64::INFINITY))
}

/// Keywords that the walk obeys, or that its messages tell.
#[cfg(all(test, feature = "native"))]
pub(in crate::lab) const CHECKED: &[&str] = &[
    "type",
    "properties",
    "additionalProperties",
    "required",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "oneOf",
    "const",
    "x-patch-of",
    "x-unit",
    "x-visible-if",
];

#[cfg(all(test, feature = "native"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lab::schema::schema;

    /// Keywords that ask nothing of a value.
    const SILENT: &[&str] = &["$schema", "title", "description", "default", "format"];

    fn assert_known(schema: &Value) {
        for (keyword, value) in schema.as_object().expect("a schema is an object") {
            let extension = keyword.starts_with("x-");
            let known = CHECKED.contains(&&**keyword) || SILENT.contains(&&**keyword) || extension;
            assert!(known, "the walk does not know the keyword {keyword}: {schema}");
            match (&**keyword, value) {
                ("properties", Value::Object(properties)) => properties.values().for_each(assert_known),
                ("items", items) => assert_known(items),
                ("oneOf", Value::Array(choices)) => choices.iter().for_each(assert_known),
                // The walk takes every object for closed, except a patch, which is closed by what it patches.
                ("additionalProperties", Value::Object(_)) => {
                    assert_known(value);
                    assert!(schema.get("properties").is_none(), "a map has no fields of its own: {schema}");
                }
                ("additionalProperties", open) => {
                    assert_eq!(*open == true, schema["x-patch-of"].is_string())
                }
                _ => {}
            }
        }
    }

    #[test]
    fn walk_knows_every_keyword_of_the_schema() {
        assert_known(&schema());
    }

    #[test]
    fn the_values_of_a_map_are_walked() {
        let lora = |patterns: Value| json!({ "runs": [{ "name": "a", "patch": { "fine_tuning": { "lora": patterns } } }] });
        let found =
            |patterns: Value| walk(&mut lora(patterns), &schema()).into_iter().map(|finding| finding.path.join("/")).collect::<Vec<_>>();
        assert!(found(json!({ "rank_pattern": { "layers.0.self_attn.q_proj": 2 }, "alpha_pattern": { "v_proj": 0.5 } })).is_empty());
        assert_eq!(found(json!({ "rank_pattern": { "q_proj": 0 } })), ["runs/0/patch/fine_tuning/lora/rank_pattern/q_proj"]);
    }

    #[test]
    fn integers_written_with_a_fraction_become_integers() {
        let mut value = json!({ "runs": [{ "name": "a" }], "base": { "training": { "steps": 2e2 } } });
        assert!(walk(&mut value, &schema()).is_empty());
        assert_eq!(value["base"]["training"]["steps"], json!(200));
    }
}
