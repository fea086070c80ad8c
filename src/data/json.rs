//! JSON as people write it: read strictly. A key that stands twice in one object is an error, where `serde_json` keeps the last one;
//! a byte order mark at the beginning is none.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};
use thiserror::Error;

use super::text::{TextError, utf8, without_mark};

/// Why a text is not JSON that can be used.
#[derive(Debug, Error)]
pub enum JsonError {
    /// Bytes that are no text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Text that is not JSON.
    #[error(transparent)]
    Syntax(#[from] serde_json::Error),
    /// Keys that stand twice.
    #[error("{}", .0.first().map(ToString::to_string).unwrap_or_default())]
    Repeated(Vec<RepeatedKey>),
}

/// A key that stands twice in one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatedKey {
    /// Keys and list indices from the root to it, itself included.
    pub path: Vec<String>,
    /// The value that stands first, as JSON.
    pub first: String,
    /// The value that stands last, as JSON.
    pub second: String,
}

impl RepeatedKey {
    /// The path, joined by dots.
    pub fn field(&self) -> String {
        self.path.join(".")
    }
}

impl fmt::Display for RepeatedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {} stands twice, with {} and with {}; keep one", self.field(), self.first, self.second)
    }
}

/// Reads the bytes of a JSON file.
///
/// # Errors
/// If they are no text, no JSON, or a key stands twice.
pub fn read(bytes: &[u8]) -> Result<Value, JsonError> {
    parse(utf8(bytes)?)
}

/// Reads a JSON text.
///
/// # Errors
/// If it is not JSON, or a key stands twice; then all such keys are named.
pub fn parse(text: &str) -> Result<Value, JsonError> {
    let walk = RefCell::new(Walk::default());
    let mut reader = serde_json::Deserializer::from_str(without_mark(text));
    let value = Node(&walk).deserialize(&mut reader)?;
    reader.end()?;
    let repeated = walk.into_inner().repeated;
    if repeated.is_empty() { Ok(value) } else { Err(JsonError::Repeated(repeated)) }
}

/// A value as JSON, cut to what fits in a message.
pub fn shown(value: &Value) -> String {
    const MOST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[derive(Default)]
struct Walk {
    path: Vec<String>,
    repeated: Vec<RepeatedKey>,
}

/// Reads the value at the walk's place.
#[derive(Clone, Copy)]
struct Node<'w>(&'w RefCell<Walk>);

impl Node<'_> {
    /// Calls `read` one step further down.
    fn at<T>(self, step: String, read: impl FnOnce(Self) -> T) -> T {
        self.0.borrow_mut().path.push(step);
        let value = read(self);
        self.0.borrow_mut().path.pop();
        value
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = self.at(list.len().to_string(), |node| items.next_element_seed(node))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = self.at(key.clone(), |node| entries.next_value_seed(node))?;
            match object.entry(key) {
                Entry::Vacant(slot) => drop(slot.insert(value)),
                Entry::Occupied(mut slot) => {
                    let Walk { path, repeated } = &mut *self.0.borrow_mut();
                    let path = path.iter().chain([slot.key()]).cloned().collect();
                    repeated.push(RepeatedKey { path, first: shown(slot.get()), second: shown(&value) });
                    slot.insert(value);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn repeated(text: &str) -> Vec<RepeatedKey> {
        match parse(text) {
            Err(JsonError::Repeated(keys)) => keys,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_that_stand_twice_are_named_at_any_depth() {
        let keys = repeated(r#"{"a": {"b": [0, {"c": 1, "d": 2, "c": [3]}]}, "e": null, "e": null}"#);
        assert_eq!(keys.iter().map(RepeatedKey::field).collect::<Vec<_>>(), ["a.b.1.c", "e"]);
        assert_eq!(keys[0].to_string(), "the key a.b.1.c stands twice, with 1 and with [3]; keep one");
    }

    /// JSON compares keys after their escapes are read.
    #[test]
    fn keys_written_in_two_ways_are_one_key() {
        assert_eq!(repeated(r#"{"a": 1, "\u0061": 2}"#)[0].field(), "a");
        assert_eq!(repeated("{\"\": 1, \"\": 1}")[0].path, [""]);
        assert_eq!(repeated(r#"{"x": 1, "x": 2, "x": 3}"#).len(), 2);
    }

    #[test]
    fn the_same_key_in_two_objects_is_no_repetition() {
        assert!(parse(r#"[{"a": 1}, {"a": {"a": 2}}]"#).is_ok());
    }

    #[test]
    fn a_mark_at_the_beginning_is_dropped_and_what_follows_is_not() {
        assert_eq!(read("\u{feff}[1]".as_bytes()).unwrap(), serde_json::json!([1]));
        assert!(matches!(parse("[1] x"), Err(JsonError::Syntax(_))));
        assert!(matches!(read(&[0xFE, 0xFF, 0, b'[']), Err(JsonError::Text(TextError::Encoding { encoding: "UTF-16 BE" }))));
    }

    #[test]
    fn long_values_are_cut_in_the_message() {
        let text = format!("{{\"a\": \"{}\", \"a\": 1}}", "春".repeat(1000));
        assert_eq!(repeated(&text)[0].first.chars().count(), 81);
    }

    #[test]
    fn depth_is_limited_as_in_serde_json() {
        assert!(matches!(parse(&"[".repeat(100_000)), Err(JsonError::Syntax(_))));
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(".{0,4}", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn without_repetition_it_reads_what_serde_json_reads(value in value()) {
            let text = value.to_string();
            prop_assert_eq!(parse(&text).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
        }
    }
}
