//! How ranks communicate.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// How ranks communicate.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct CommunicationSpec {
    /// What messages go through.
    pub transport: TransportSpec,
    /// How sums over ranks are reached.
    pub algorithm: AlgorithmSpec,
    /// How replicas send their gradients.
    pub compression: CompressionSpec,
    /// Share of a gradient's elements that are sent, the largest.
    #[schemars(range(min = 0.01, max = 100.0), extend("x-unit" = "%", "x-step" = 1, "x-visible-if" = {"communication.compression": "top_k"}))]
    pub top_k_percent: f64,
    /// Gradients are summed over replicas in pieces of this size.
    #[schemars(range(min = 1, max = 65536), extend("x-unit" = "KiB", "x-step" = 64, "x-advanced" = true))]
    pub bucket: u32,
}

impl Default for CommunicationSpec {
    fn default() -> Self {
        Self {
            transport: TransportSpec::Auto,
            algorithm: AlgorithmSpec::Ring,
            compression: CompressionSpec::None,
            top_k_percent: 5.0,
            bucket: 1024,
        }
    }
}

/// What messages between ranks go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum TransportSpec {
    /// Shared memory where the page may use it, else ports.
    Auto,
    /// Rings in a SharedArrayBuffer.
    Shared,
    /// MessagePorts.
    Ports,
}

/// How ranks reach a common result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum AlgorithmSpec {
    /// Each rank sends to the next one only: the fewest bytes.
    Ring,
    /// Along a binomial tree: the fewest steps.
    Tree,
    /// Everyone sends to everyone.
    Naive,
}

/// Gradients in fewer bytes, with error feedback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum CompressionSpec {
    /// As they are: float32.
    None,
    /// Half the bytes.
    Float16,
    /// About a quarter of the bytes.
    Int8,
    /// Only the largest elements.
    TopK,
}
