//! From JSON to a type: what serde's `Deserialize` does, in a quarter of the code, for a visitor waits for all of it. Serde compiles a loop
//! over the fields for each struct; here what a struct has of its own is a list of calls. A struct is an object, never an array of its
//! fields; an enum is externally tagged; an integer is not written as a float.

mod error;
mod fields;
mod types;
mod variant;

use serde_json::Value;
/// Reads a struct or an enum by its `#[serde(…)]` attributes.
pub use tinyai_derive::FromJson;

pub use error::Error;
pub use fields::Fields;
pub use variant::{Variant, unit_variant};

/// What can be read from JSON.
pub trait FromJson: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// What does not fit, and in which field.
    fn from_json(value: Value) -> Result<Self, Error>;

    /// What a field of this type is that is not there; `None`: it has to be there.
    fn absent() -> Option<Self> {
        None
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
