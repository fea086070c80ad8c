//! From JSON to a [`Spec`].

use std::sync::LazyLock;

use serde_json::Value;

use super::messages;
use super::used::is_idle;
use super::walk::walk;
use crate::data::json::{self, JsonError};
use crate::data::text::without_mark;
use crate::json::FromJson;
use crate::lab::migrate;
use crate::lab::problem::Problem;
use crate::lab::problems::internal;
use crate::lab::schema::schema;
use crate::lab::spec::Spec;

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

/// Reads a spec of any version from JSON text.
///
/// # Errors
/// Text that is not JSON is one problem, with its line and column; keys that stand twice are one each; otherwise as [`parse`].
pub fn parse_str(text: &str) -> Result<Spec, Vec<Problem>> {
    parse(&migrate::spec(value_of(text)?))
}

/// Reads JSON that a person wrote.
///
/// # Errors
/// Text that is not JSON, with its line and column; or every key that stands twice.
fn value_of(text: &str) -> Result<Value, Vec<Problem>> {
    // A byte order mark is no part of JSON, but some editors write one.
    let text = without_mark(text);
    json::parse(text).map_err(|error| match error {
        JsonError::Syntax(error) => vec![messages::syntax(text, &error)],
        JsonError::Repeated(keys) => {
            // The names of the runs are in the text that is refused.
            let whole = serde_json::from_str(text).unwrap_or_default();
            keys.iter().map(|key| messages::repeated_key(key, &whole)).collect()
        }
        JsonError::Text(error) => vec![internal(&error.to_string())],
    })
}

/// Reads a spec from a JSON value; fields that are left out get their defaults.
///
/// # Errors
/// Every field that is unknown, missing, of the wrong type, out of its range or none of the values allowed, in the base and
/// in the patches; and run names that are blank or not unique. Settings that no run uses may be out of their range.
pub fn parse(json: &Value) -> Result<Spec, Vec<Problem>> {
    let names = name_problems(json);
    match parse_with(json, &SCHEMA) {
        Err(problems) => Err(problems.into_iter().chain(names).collect()),
        Ok(_) if !names.is_empty() => Err(names),
        Ok(spec) => Ok(spec),
    }
}

/// Reads a value of a type from JSON, of which `schema` is the schema.
///
/// # Errors
/// Every field that is unknown, missing, of the wrong type, out of its range or none of the values allowed; of a spec, but for settings that
/// no run uses and that are out of their range.
pub fn parse_with<T: FromJson>(json: &Value, schema: &Value) -> Result<T, Vec<Problem>> {
    let mut json = json.clone();
    let findings = walk(&mut json, schema).into_iter().filter(|finding| !is_idle(finding, &json, schema));
    let problems: Vec<Problem> = findings.map(|finding| messages::finding(finding, &json)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    // The schema is made from the same type, so what satisfies it is read (`property_tests` holds us to it).
    T::from_json(json).map_err(|error| vec![internal(&error.to_string())])
}

/// Blank names and names that stand twice; spaces around a name do not tell it from another.
fn name_problems(json: &Value) -> Vec<Problem> {
    let runs = json["runs"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<Option<&str>> = runs.iter().map(|run| run["name"].as_str().map(str::trim)).collect();
    let mut problems = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let Some(name) = name else { continue };
        let written = runs[index]["name"].as_str().unwrap_or_default();
        if name.is_empty() && !written.is_empty() {
            problems.push(messages::blank_name(index, written));
        } else if let Some(first) = names[..index].iter().position(|other| *other == Some(name))
            && !name.is_empty()
        {
            problems.push(messages::repeated_name(index, first, name));
        }
    }
    problems
}
