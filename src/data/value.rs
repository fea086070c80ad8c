//! From a [`Value`] to a type. `serde_json::from_value` also reads a struct from an array of its fields in their order, which nobody
//! writes, and which doubles the code of every struct in the file that a visitor waits for; here a struct is an object.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// Reads a `T`.
///
/// # Errors
/// What does not fit, as serde says it.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Plain(value))
}

struct Plain(Value);

impl Plain {
    fn unexpected(&self) -> Unexpected<'_> {
        match &self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(_) => Unexpected::Other("a number"),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

macro_rules! deserialize_number {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0 {
                Value::Number(number) => number.deserialize_any(visitor),
                _ => Err(Error::invalid_type(self.unexpected(), &visitor)),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Plain {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => number.deserialize_any(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    deserialize_number! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(values) => {
                let mut elements = SeqDeserializer::new(values.into_iter().map(Plain));
                let value = visitor.visit_seq(&mut elements)?;
                elements.end().map(|()| value)
            }
            _ => Err(Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _name: &'static str, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut fields = MapDeserializer::new(fields.into_iter().map(|(name, value)| (name, Plain(value))));
                let value = visitor.visit_map(&mut fields)?;
                fields.end().map(|()| value)
            }
            _ => Err(Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(variant) => visitor.visit_enum(Variant { variant, content: None }),
            Value::Object(fields) if fields.len() == 1 => {
                let (variant, content) = fields.into_iter().next().expect("one field");
                visitor.visit_enum(Variant { variant, content: Some(content) })
            }
            _ => Err(Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct }
}

impl IntoDeserializer<'_, Error> for Plain {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// An externally tagged variant: a string, or an object with one field.
struct Variant {
    variant: String,
    content: Option<Value>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Content;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Content), Error> {
        Ok((seed.deserialize(Plain(Value::String(self.variant)))?, Content(self.content)))
    }
}

struct Content(Option<Value>);

impl Content {
    fn value(self) -> Result<Plain, Error> {
        self.0.map(Plain).ok_or_else(|| Error::invalid_type(Unexpected::UnitVariant, &"a variant with content"))
    }
}

impl<'de> VariantAccess<'de> for Content {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.0 {
            None | Some(Value::Null) => Ok(()),
            Some(content) => Err(Error::invalid_type(Plain(content).unexpected(), &"a variant without content")),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.value()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.value()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.value()?.deserialize_map(visitor)
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
    #[serde(default)]
    struct Everything {
        flag: bool,
        small: u8,
        large: u64,
        negative: i64,
        single: f32,
        double: f64,
        text: String,
        option: Option<u32>,
        list: Vec<Kind>,
        pair: (u32, f32),
        wrapped: Wrapped,
        names: BTreeMap<String, Inner>,
        any: Value,
    }

    #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
    struct Wrapped(Option<String>);

    #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        x: u32,
    }

    #[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        One(u32),
        Two(u32, u32),
        Named { x: u32 },
    }

    fn everything() -> Everything {
        Everything {
            flag: true,
            small: 255,
            large: u64::MAX,
            negative: i64::MIN,
            single: 0.1,
            double: 0.1,
            text: "字".into(),
            option: Some(3),
            list: vec![Kind::Plain, Kind::One(1), Kind::Two(2, 3), Kind::Named { x: 4 }],
            pair: (1, 2.5),
            wrapped: Wrapped(Some("w".into())),
            names: [("a".to_owned(), Inner { x: 1 })].into(),
            any: json!([{ "deep": null }, 1]),
        }
    }

    #[test]
    fn reads_what_was_written() {
        for value in [everything(), Everything::default()] {
            let json = serde_json::to_value(&value).unwrap();
            assert_eq!(from_value::<Everything>(json).unwrap(), value);
        }
    }

    /// Where it refuses, so does `serde_json`, with the same words about types; it refuses more only where a struct is an array.
    #[test]
    fn refuses_what_serde_json_refuses() {
        let wrong = [
            json!({ "flag": 1 }),
            json!({ "small": 256 }),
            json!({ "small": -1 }),
            json!({ "small": 1.5 }),
            json!({ "single": "1" }),
            json!({ "text": 1 }),
            json!({ "option": "x" }),
            json!({ "list": {} }),
            json!({ "list": ["unknown"] }),
            json!({ "list": ["one"] }),
            json!({ "list": [{ "plain": 1 }] }),
            json!({ "list": [{ "one": 1, "two": [2, 3] }] }),
            json!({ "list": [{ "two": [2, 3, 4] }] }),
            json!({ "pair": [1] }),
            json!({ "pair": [1, 2, 3] }),
            json!({ "names": { "a": { "x": 1, "y": 2 } } }),
            json!({ "names": { "a": {} } }),
            json!("x"),
            json!(null),
        ];
        for json in wrong {
            assert!(serde_json::from_value::<Everything>(json.clone()).is_err(), "{json}");
            assert!(from_value::<Everything>(json.clone()).is_err(), "{json}");
        }
        let message = |json: Value| from_value::<Everything>(json).unwrap_err().to_string();
        assert_eq!(message(json!({ "flag": [] })), "invalid type: sequence, expected a boolean");
        assert_eq!(message(json!({ "names": { "a": {} } })), "missing field `x`");
    }

    #[test]
    fn a_struct_is_an_object() {
        assert_eq!(serde_json::from_value::<Inner>(json!([1])).unwrap(), Inner { x: 1 });
        assert!(from_value::<Inner>(json!([1])).is_err());
        assert!(from_value::<Kind>(json!({ "named": [1] })).is_err());
    }
}
