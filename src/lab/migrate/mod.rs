//! Specs and links of earlier versions, as what they mean today.
//!
//! A link of version 1 held what it changed of the default of its lab's page; from version 2 on a link holds a spec, of which what is
//! left out has the default of the version that it names.

mod v1;

use serde_json::Value;

/// The labs that had links of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lab {
    /// Fine-tuning: a spec with runs.
    FineTuning,
    /// Parallel training: one training on ranks.
    Parallel,
}

impl Lab {
    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "fine-tuning" => Some(Self::FineTuning),
            "parallel" => Some(Self::Parallel),
            _ => None,
        }
    }
}

/// What a spec of any version means in this one. What is no spec of an earlier version is left as it is, for the check to find what is
/// wrong with it.
pub fn spec(json: Value) -> Value {
    match json["version"].as_u64() {
        Some(1) if json["mesh"].is_object() || json["runs"].is_null() => v1::parallel(&v1::of_link(Lab::Parallel, &json)),
        Some(1) => v1::fine_tuning(&json),
        _ => json,
    }
}

/// What a link of a lab's page means in this version.
pub fn link(lab: Lab, json: Value) -> Value {
    match (json["version"].as_u64(), lab) {
        (None | Some(1), Lab::FineTuning) => v1::fine_tuning(&v1::of_link(lab, &json)),
        (None | Some(1), Lab::Parallel) => v1::parallel(&v1::of_link(lab, &json)),
        _ => json,
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
