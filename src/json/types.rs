//! What types without fields of their own are in JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Error, FromJson};

impl FromJson for Value {
    fn from_json(value: Value) -> Result<Self, Error> {
        Ok(value)
    }
}

impl FromJson for bool {
    fn from_json(value: Value) -> Result<Self, Error> {
        value.as_bool().ok_or_else(|| Error::wrong_type(&value, "true or false"))
    }
}

impl FromJson for String {
    fn from_json(value: Value) -> Result<Self, Error> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(Error::wrong_type(&other, "a text")),
        }
    }
}

impl FromJson for f64 {
    fn from_json(value: Value) -> Result<Self, Error> {
        value.as_f64().ok_or_else(|| Error::wrong_type(&value, "a number"))
    }
}

impl FromJson for f32 {
    fn from_json(value: Value) -> Result<Self, Error> {
        f64::from_json(value).map(|number| number as f32)
    }
}

impl FromJson for u64 {
    fn from_json(value: Value) -> Result<Self, Error> {
        value.as_u64().ok_or_else(|| Error::wrong_type(&value, "an integer of at most 64 bits that is not negative"))
    }
}

macro_rules! smaller_integers {
    ($($type:ty: $expected:literal),*) => {
        $(impl FromJson for $type {
            fn from_json(value: Value) -> Result<Self, Error> {
                let fitting = value.as_i64().and_then(|number| number.try_into().ok());
                fitting.ok_or_else(|| Error::wrong_type(&value, $expected))
            }
        })*
    };
}

smaller_integers! {
    u8: "an integer from 0 to 255",
    u32: "an integer of at most 32 bits that is not negative",
    i32: "an integer of at most 32 bits"
}

impl FromJson for usize {
    fn from_json(value: Value) -> Result<Self, Error> {
        let fitting = value.as_u64().and_then(|number| number.try_into().ok());
        fitting.ok_or_else(|| Error::wrong_type(&value, "an integer that is not negative and that this machine can count to"))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Value) -> Result<Self, Error> {
        if value.is_null() { Ok(None) } else { T::from_json(value).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(value: Value) -> Result<Self, Error> {
        T::from_json(value).map(Self::new)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value) -> Result<Self, Error> {
        let values = list(value)?;
        let mut read = Self::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            read.push(T::from_json(value).map_err(|error| error.within(&index.to_string()))?);
        }
        Ok(read)
    }
}

impl<A: FromJson, B: FromJson> FromJson for (A, B) {
    fn from_json(value: Value) -> Result<Self, Error> {
        let pair: Result<[Value; 2], Vec<Value>> = list(value)?.try_into();
        let [first, second] = pair.map_err(|other| Error::wrong_type(&Value::Array(other), "a list of two"))?;
        Ok((A::from_json(first).map_err(|error| error.within("0"))?, B::from_json(second).map_err(|error| error.within("1"))?))
    }
}

impl FromJson for Map<String, Value> {
    fn from_json(value: Value) -> Result<Self, Error> {
        match value {
            Value::Object(fields) => Ok(fields),
            other => Err(Error::wrong_type(&other, "an object")),
        }
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(value: Value) -> Result<Self, Error> {
        let mut read = Self::new();
        for (name, value) in Map::from_json(value)? {
            let value = T::from_json(value).map_err(|error| error.within(&name))?;
            read.insert(name, value);
        }
        Ok(read)
    }
}

fn list(value: Value) -> Result<Vec<Value>, Error> {
    match value {
        Value::Array(values) => Ok(values),
        other => Err(Error::wrong_type(&other, "a list")),
    }
}
