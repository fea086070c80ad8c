//! The files of a case.

use std::error::Error;

use serde_json::Value;

/// Where the golden files are: a folder, or a copy inside the program. Paths are relative to the goldens' folder.
pub trait Files {
    /// The bytes of a file; `None` if there is none of that path.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// A case: its name, its `case.json`, and the way to its other files.
pub struct Case<'f> {
    files: &'f dyn Files,
    /// Name of the case, which is the name of its folder.
    pub name: String,
    /// The content of `case.json`.
    pub json: Value,
}

impl<'f> Case<'f> {
    /// Opens the case of that name.
    pub fn open(files: &'f dyn Files, name: &str) -> Result<Self, Box<dyn Error>> {
        let mut case = Self { files, name: name.to_owned(), json: Value::Null };
        case.json = serde_json::from_slice(&case.file("case.json")?)?;
        Ok(case)
    }

    /// The bytes of a file of the case.
    pub fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = format!("{}/{path}", self.name);
        self.files.read(&path).ok_or_else(|| format!("{path} is missing"))
    }

    /// The value at a dotted path of `case.json`, e.g. `hyper.constant.lr`.
    pub fn value(&self, path: &str) -> Result<&Value, String> {
        find(&self.json, path).ok_or_else(|| format!("case.json: {path} is missing"))
    }

    /// The number at a dotted path of `case.json`.
    pub fn number(&self, path: &str) -> Result<f64, String> {
        let value = self.value(path)?;
        value.as_f64().ok_or_else(|| format!("case.json: {path} = {value} is not a number"))
    }

    /// The integer at a dotted path of `case.json`.
    pub fn integer(&self, path: &str) -> Result<usize, String> {
        let value = self.value(path)?;
        let integer = value.as_u64().and_then(|integer| usize::try_from(integer).ok());
        integer.ok_or_else(|| format!("case.json: {path} = {value} is not a whole number"))
    }

    /// The numbers at a dotted path of `case.json`: those of a list, or the one that is there.
    pub fn numbers(&self, path: &str) -> Result<Vec<f64>, String> {
        let Value::Array(values) = self.value(path)? else { return Ok(vec![self.number(path)?]) };
        let numbers = values.iter().map(Value::as_f64).collect::<Option<_>>();
        numbers.ok_or_else(|| format!("case.json: {path} is not a list of numbers"))
    }
}

/// What is at a dotted path of `value`, whose keys may have dots of their own.
fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let part = |part: &str| match part.parse::<usize>() {
        Ok(index) if value.is_array() => value.get(index),
        _ => value.get(part),
    };
    part(path).or_else(|| path.match_indices('.').find_map(|(dot, _)| find(part(&path[..dot])?, &path[dot + 1..])))
}
