//! The projections that a spec may name: the linear layers of a block, as the blueprint has them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::nn::blueprint::linear_roles;

/// A projection of a transformer block, by its Hugging Face name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct TargetModule(&'static str);

impl TargetModule {
    /// All there are, in the order of a block.
    pub fn all() -> Vec<Self> {
        linear_roles().into_iter().map(Self).collect()
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|module| module.0 == name)
    }

    /// Its name as the spec and Hugging Face write it.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for TargetModule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom(format!("{name} is none of {}", linear_roles().join(", "))))
    }
}

impl JsonSchema for TargetModule {
    fn schema_name() -> Cow<'static, str> {
        "TargetModule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let choices: Vec<Schema> = linear_roles().into_iter().map(|role| json_schema!({ "type": "string", "const": role })).collect();
        json_schema!({ "description": "A projection of a transformer block, by its Hugging Face name.", "oneOf": choices })
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn the_typescript_twin_names_the_same() {
        let choices: Vec<String> = linear_roles().into_iter().map(|role| format!("'{role}'")).collect();
        let twin = <super::super::LoraSpec as ts_rs::TS>::decl(&ts_rs::Config::from_env());
        assert!(twin.contains(&format!("target_modules: Array<{}>", choices.join(" | "))), "{twin}");
    }
}
