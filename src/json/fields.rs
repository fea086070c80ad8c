//! The fields of an object.

use serde_json::{Map, Value};

use super::{Error, FromJson};

/// Those that were not read yet. A field has a name, and others by which it is read as well.
pub struct Fields {
    left: Map<String, Value>,
    /// Of the first that did not fit, where that is told in the end: code that leaves off after each field is larger.
    error: Option<Error>,
}

impl Fields {
    /// Those of an object.
    ///
    /// # Errors
    /// If it is none.
    pub fn of(value: Value) -> Result<Self, Error> {
        match value {
            Value::Object(left) => Ok(Self { left, error: None }),
            other => Err(Error::wrong_type(&other, "an object")),
        }
    }

    /// Reads a field into `slot`; one that is not there leaves what is there. What does not fit is told by [`Fields::done`].
    #[inline(never)]
    pub fn read<T: FromJson>(&mut self, names: &[&str], slot: &mut T) {
        match self.take(names).map(T::from_json) {
            Some(Ok(value)) => *slot = value,
            Some(Err(error)) => {
                self.error.get_or_insert(error.within(names[0]));
            }
            None => {}
        }
    }

    /// Reads a field that has to be there, unless its type says what it is if it is not.
    ///
    /// # Errors
    /// If it is missing; what does not fit.
    #[inline(never)]
    pub fn get<T: FromJson>(&mut self, names: &[&str]) -> Result<T, Error> {
        match self.take(names) {
            Some(value) => T::from_json(value).map_err(|error| error.within(names[0])),
            None => T::absent().ok_or_else(|| missing(names)),
        }
    }

    /// Reads a field that is `default` if it is not there.
    ///
    /// # Errors
    /// What does not fit.
    pub fn get_or<T: FromJson>(&mut self, names: &[&str], default: fn() -> T) -> Result<T, Error> {
        self.take(names).map_or_else(|| Ok(default()), |value| T::from_json(value).map_err(|error| error.within(names[0])))
    }

    /// Reads a field that has to be there, by a function.
    ///
    /// # Errors
    /// If it is missing; what does not fit.
    pub fn get_by<T>(&mut self, names: &[&str], read: fn(Value) -> Result<T, Error>) -> Result<T, Error> {
        read(self.take(names).ok_or_else(|| missing(names))?).map_err(|error| error.within(names[0]))
    }

    /// All that matter have been read.
    ///
    /// # Errors
    /// If one of them did not fit.
    pub fn done(self) -> Result<(), Error> {
        self.error.map_or(Ok(()), Err)
    }

    /// All have been read.
    ///
    /// # Errors
    /// If one of them did not fit, or there are more.
    pub fn end(self) -> Result<(), Error> {
        let unknown = self.left.keys().next().map(|name| Error::new("there is no such field").within(name));
        self.error.or(unknown).map_or(Ok(()), Err)
    }

    #[inline(never)]
    fn take(&mut self, names: &[&str]) -> Option<Value> {
        let (at, value) = names.iter().enumerate().find_map(|(at, name)| Some((at, self.left.remove(*name)?)))?;
        if let Some(twice) = names[at + 1..].iter().find(|name| self.left.contains_key(**name)) {
            self.error.get_or_insert(Error::new(format!("it is there twice, as {twice} too")).within(names[at]));
        }
        Some(value)
    }
}

fn missing(names: &[&str]) -> Error {
    Error::new("it is missing").within(names[0])
}
