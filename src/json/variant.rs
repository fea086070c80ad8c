//! Enums: the name of a variant, or an object with that name and the variant's content.

use serde_json::Value;

use super::{Error, Fields, FromJson};

/// A variant and its content.
pub struct Variant {
    index: usize,
    name: String,
    content: Option<Value>,
}

impl Variant {
    /// One of those in `names`.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn of(value: Value, names: &[&str]) -> Result<Self, Error> {
        let (name, content) = match value {
            Value::String(name) => (name, None),
            Value::Object(fields) if fields.len() == 1 => {
                let (name, content) = fields.into_iter().next().expect("one field");
                (name, Some(content))
            }
            other => return Err(Error::wrong_type(&other, "a name, nor an object with one field")),
        };
        Ok(Self { index: index(&name, names)?, name, content })
    }

    /// Its place in the names.
    pub fn index(&self) -> usize {
        self.index
    }

    /// It has no content.
    ///
    /// # Errors
    /// If it has.
    pub fn unit(self) -> Result<(), Error> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(content) => Err(Error::wrong_type(&content, "null").within(&self.name)),
        }
    }

    /// Its content is of a type.
    ///
    /// # Errors
    /// What does not fit.
    pub fn content<T: FromJson>(self) -> Result<T, Error> {
        let Self { name, content, .. } = self;
        let content = content.ok_or_else(|| Error::new("it has no content").within(&name))?;
        T::from_json(content).map_err(|error| error.within(&name))
    }

    /// Its content has fields.
    ///
    /// # Errors
    /// If it is no object.
    pub fn fields(self) -> Result<Fields, Error> {
        let Self { name, content, .. } = self;
        Fields::of(content.unwrap_or(Value::Null)).map_err(|error| error.within(&name))
    }
}

/// The place in `names` of the variant, in an enum of which none has content.
///
/// # Errors
/// If it is none of them.
pub fn unit_variant(value: Value, names: &[&str]) -> Result<usize, Error> {
    let Variant { index, name, content } = Variant::of(value, names)?;
    Variant { index, name, content }.unit().map(|()| index)
}

fn index(name: &str, names: &[&str]) -> Result<usize, Error> {
    let found = names.iter().position(|known| *known == name);
    found.ok_or_else(|| Error::new(format!("{name:?} is none of {}", names.join(", "))))
}
