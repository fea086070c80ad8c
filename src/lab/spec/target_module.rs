//! The projections that a spec may name: the linear layers of a block, as the blueprint has them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use crate::json::{Error, FromJson, unit_variant};
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

/// What LoRA can be put at: a projection of a block, the token embedding or the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct LoraTarget(&'static str);

/// The embedding and the head.
const ENDS: [&str; 2] = ["embed_tokens", "lm_head"];

impl LoraTarget {
    /// All there are.
    fn all() -> Vec<&'static str> {
        linear_roles().into_iter().chain(ENDS).collect()
    }

    /// Its name as the spec and Hugging Face write it.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl From<TargetModule> for LoraTarget {
    fn from(module: TargetModule) -> Self {
        Self(module.0)
    }
}

/// The one of `names` that is written there.
fn one_of(value: Value, names: &[&'static str]) -> Result<&'static str, Error> {
    unit_variant(value, names).map(|index| names[index])
}

fn choices(description: &str, names: Vec<&'static str>) -> Schema {
    let choices: Vec<Schema> = names.into_iter().map(|role| json_schema!({ "type": "string", "const": role })).collect();
    json_schema!({ "description": description, "oneOf": choices })
}

impl FromJson for TargetModule {
    fn from_json(value: Value) -> Result<Self, Error> {
        one_of(value, &linear_roles()).map(Self)
    }
}

impl FromJson for LoraTarget {
    fn from_json(value: Value) -> Result<Self, Error> {
        one_of(value, &Self::all()).map(Self)
    }
}

impl JsonSchema for TargetModule {
    fn schema_name() -> Cow<'static, str> {
        "TargetModule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        choices("A projection of a transformer block, by its Hugging Face name.", linear_roles())
    }
}

impl JsonSchema for LoraTarget {
    fn schema_name() -> Cow<'static, str> {
        "LoraTarget".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        choices("A projection of a transformer block, the token embedding or the head, by its Hugging Face name.", Self::all())
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn the_typescript_twins_name_the_same() {
        let twin = |names: Vec<&str>| {
            let choices: Vec<String> = names.into_iter().map(|role| format!("'{role}'")).collect();
            format!("target_modules: Array<{}>", choices.join(" | "))
        };
        let config = ts_rs::Config::from_env();
        let lora = <super::super::LoraSpec as ts_rs::TS>::decl(&config);
        assert!(lora.contains(&twin(LoraTarget::all())), "{lora}");
        let ia3 = <super::super::Ia3Spec as ts_rs::TS>::decl(&config);
        assert!(ia3.contains(&twin(linear_roles())), "{ia3}");
    }
}
