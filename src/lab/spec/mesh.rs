//! How a training is spread over ranks.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;
use crate::parallel::schedule::ScheduleKind;

/// How a training is spread over ranks: data × pipeline × tensor of them.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct MeshSpec {
    /// Replicas that see different sequences of a batch.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1))]
    pub data: u32,
    /// Stages that the layers are divided into.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1))]
    pub pipeline: u32,
    /// Ranks that share out each layer's weights.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1))]
    pub tensor: u32,
    /// The order of forwards and backwards in a pipeline.
    pub schedule: ScheduleKind,
    /// Parts of the model on each stage; only interleaved_1f1b has more than one.
    #[schemars(range(min = 1, max = 16), extend("x-step" = 1, "x-visible-if" = {"mesh.schedule": "interleaved_1f1b"}))]
    pub chunks_per_stage: u32,
    /// How the layers are divided among the stages.
    pub partition: PartitionSpec,
    /// What the replicas share out of what each would hold whole.
    pub zero: ZeroSpec,
    /// Whether tensor ranks share out the rows between their products, too.
    pub sequence_parallel: bool,
}

impl Default for MeshSpec {
    fn default() -> Self {
        Self {
            data: 1,
            pipeline: 1,
            tensor: 1,
            schedule: ScheduleKind::OneForwardOneBackward,
            chunks_per_stage: 1,
            partition: PartitionSpec::Even,
            zero: ZeroSpec::None,
            sequence_parallel: false,
        }
    }
}

/// How layers are divided among stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum PartitionSpec {
    /// As many layers on each.
    Even,
    /// By the speed and memory of each rank, measured before the run.
    Balanced,
}

/// ZeRO: what replicas share out (Rajbhandari et al. 2020, arXiv:1910.02054).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ZeroSpec {
    /// Nothing: plain data parallelism.
    None,
    /// Stage 1: the optimizer's state.
    Optimizer,
    /// Stage 2: gradients, too.
    Gradients,
    /// Stage 3: the weights, too.
    Parameters,
}
