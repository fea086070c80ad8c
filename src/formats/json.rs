//! Fields of a JSON configuration, taken out one by one so that each error names field, value and what is accepted.

use serde_json::{Map, Value};

use super::error::FormatError;
use crate::data::json;

/// The object of a configuration file.
pub struct Fields {
    file: &'static str,
    map: Map<String, Value>,
}

impl Fields {
    /// Parses `text`, which must hold one JSON object, no key twice.
    pub fn parse(file: &'static str, text: &[u8]) -> Result<Self, FormatError> {
        match json::read(text).map_err(|error| FormatError::of_json(file, error))? {
            Value::Object(map) => Ok(Self { file, map }),
            other => Err(FormatError::NotJson { file, detail: format!("{} is not an object", json::shown(&other)) }),
        }
    }

    /// The field at a dotted path; `null` counts as absent.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let first = self.map.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part)).filter(|value| !value.is_null())
    }

    /// The fields that are none of `known`, as they stand.
    pub fn others<'a>(&'a self, known: &'a [&str]) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.map.iter().filter(move |(field, _)| !known.contains(&field.as_str()))
    }

    /// Whether the field is there and `null`.
    pub fn is_null(&self, field: &str) -> bool {
        self.map.get(field).is_some_and(Value::is_null)
    }

    /// The value at a dotted path as JSON.
    pub fn value(&self, path: &str) -> String {
        self.get(path).unwrap_or(&Value::Null).to_string()
    }

    /// The error for two fields that say different things.
    pub fn contradiction(&self, field: &str, other: &str) -> FormatError {
        FormatError::Contradiction {
            file: self.file,
            field: field.to_owned(),
            value: self.value(field),
            other: other.to_owned(),
            other_value: self.value(other),
        }
    }

    /// The error for a field that is absent.
    pub fn missing(&self, field: &str, accepted: impl Into<String>) -> FormatError {
        FormatError::MissingField { file: self.file, field: field.to_owned(), accepted: accepted.into() }
    }

    /// The error for a field whose value cannot be used.
    pub fn unsupported(&self, field: &str, accepted: impl Into<String>) -> FormatError {
        FormatError::Field { file: self.file, field: field.to_owned(), value: self.value(field), accepted: accepted.into() }
    }

    /// An integer of `1 ..= max`; `None` if absent.
    pub fn size(&self, field: &str, max: usize) -> Result<Option<usize>, FormatError> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        let size = value.as_u64().and_then(|size| usize::try_from(size).ok());
        match size.filter(|size| (1..=max).contains(size)) {
            Some(size) => Ok(Some(size)),
            None => Err(self.unsupported(field, format!("1 ..= {max}"))),
        }
    }

    /// An integer of `0 ..= max`; `None` if absent.
    pub fn index(&self, field: &str, max: usize) -> Result<Option<usize>, FormatError> {
        match self.get(field).map(|value| value.as_u64().and_then(|index| usize::try_from(index).ok()).filter(|index| *index <= max)) {
            Some(None) => Err(self.unsupported(field, format!("0 ..= {max}"))),
            found => Ok(found.flatten()),
        }
    }

    /// An integer of `1 ..= max` that must be there.
    pub fn required_size(&self, field: &str, max: usize) -> Result<usize, FormatError> {
        self.size(field, max)?.ok_or_else(|| self.missing(field, format!("1 ..= {max}")))
    }

    /// A finite number for which `accept` holds; `None` if absent. `accepted` says in words what `accept` checks.
    pub fn number(&self, field: &str, accept: impl Fn(f64) -> bool, accepted: &str) -> Result<Option<f64>, FormatError> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        match value.as_f64().filter(|number| number.is_finite() && accept(*number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.unsupported(field, accepted)),
        }
    }

    /// A boolean; `None` if absent.
    pub fn boolean(&self, field: &str) -> Result<Option<bool>, FormatError> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.unsupported(field, "true, false")),
        }
    }

    /// A text; `None` if absent.
    pub fn text(&self, field: &str) -> Result<Option<&str>, FormatError> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.unsupported(field, "a text")),
        }
    }

    /// A list of texts; `None` if absent.
    pub fn texts(&self, field: &str) -> Result<Option<Vec<String>>, FormatError> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let texts = value.as_array().and_then(|texts| texts.iter().map(|text| text.as_str().map(str::to_owned)).collect());
        texts.map(Some).ok_or_else(|| self.unsupported(field, "a list of texts"))
    }

    /// Fails unless the field is absent, `null`, or holds one of the `neutral` values: those under which the feature
    /// it stands for is off. An empty object or list is always neutral.
    pub fn only(&self, field: &str, neutral: &[Value]) -> Result<(), FormatError> {
        let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
        match self.get(field) {
            Some(value) if !neutral.contains(value) && !is_empty(value) => {
                let accepted = if neutral.is_empty() {
                    "null".to_owned()
                } else {
                    neutral.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
                };
                Err(self.unsupported(field, accepted))
            }
            _ => Ok(()),
        }
    }
}
