//! What a run may use of this machine.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// What a run may use of this machine.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct ResourceSpec {
    /// A run fails, with a message, when its memory, or that of one of its ranks, would exceed this.
    #[schemars(range(min = 1, max = 4096), extend("x-unit" = "MiB", "x-step" = 64, "x-advanced" = true))]
    pub memory_limit: u32,
}

impl Default for ResourceSpec {
    fn default() -> Self {
        Self { memory_limit: 1024 }
    }
}
