//! What is particular to ranks.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// What is particular to ranks.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct RanksSpec {
    /// Ranks that are slower, or have less memory, than the others.
    #[schemars(length(max = 64))]
    pub unequal: Vec<UnequalRank>,
    /// Steps between two snapshots, from which a run goes on after a rank is lost.
    #[schemars(range(min = 1, max = 10000), extend("x-unit" = "steps", "x-step" = 5, "x-advanced" = true))]
    pub snapshot_every: u32,
}

impl Default for RanksSpec {
    fn default() -> Self {
        Self { unequal: Vec::new(), snapshot_every: 5 }
    }
}

/// A rank that is slower, or has less memory, than the others.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct UnequalRank {
    /// Which rank, from 0 on.
    #[schemars(range(min = 0, max = 63))]
    pub rank: u32,
    /// Its speed: it really rests in between.
    #[schemars(range(min = 5, max = 100), extend("x-unit" = "%", "x-step" = 5))]
    pub speed_percent: f64,
    /// Its memory limit.
    #[schemars(range(min = 1, max = 4096), extend("x-unit" = "MiB", "x-step" = 16))]
    pub memory_limit: u32,
}

impl Default for UnequalRank {
    fn default() -> Self {
        Self { rank: 0, speed_percent: 100.0, memory_limit: 1024 }
    }
}
