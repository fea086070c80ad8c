//! What a parallel training says of itself: the plan, the pilot's measurements, the prediction made of them, and each step.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::json::FromJson;
use crate::lab::number;
use crate::lab::result::MemoryUse;
use crate::nn::SegmentKind;
use crate::parallel::rank::Held;
use crate::parallel::schedule::{Action, Span, Timeline};

/// What a rank is in the mesh, and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct PlannedRank {
    /// Its number.
    pub rank: usize,
    /// Its place along the data axis.
    pub data: usize,
    /// Its place along the pipeline.
    pub pipeline: usize,
    /// Its place along the tensor axis.
    pub tensor: usize,
    /// Segments of the model that it holds (a slice of each, if tensor ranks share them out): first, and one past the last, a pair for
    /// each of its virtual stages.
    pub segments: Vec<(usize, usize)>,
    /// Parameters that it holds.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub parameters: u64,
    /// Bytes that it will hold at the least, by category of the ledger: `parameters`, `gradients`, `optimizer`.
    #[cfg_attr(all(test, feature = "native"), ts(type = "Record<string, number>"))]
    pub bytes: BTreeMap<String, u64>,
}

/// What a parallel training will do: known before it begins.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Planned {
    /// Each rank.
    pub ranks: Vec<PlannedRank>,
    /// The model's segments.
    pub segments: Vec<SegmentKind>,
    /// Parameters of the whole model, those of the fine-tuning method included.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub parameters: u64,
    /// Those of them that learn.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub trainable_parameters: u64,
    /// Tokens of a step.
    pub tokens_per_step: usize,
    /// What the ranks of a pipeline do, in order.
    pub schedule: Vec<Vec<Action>>,
    /// When they would do it if a forward took 1, a backward 2, and messages nothing.
    pub timeline: Timeline,
    /// The share of time that a pipeline of these sizes loses at the least with GPipe or 1F1B: (p - 1) / (m + p - 1).
    pub ideal_bubble: f64,
}

/// Seconds of one micro-batch in one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct SegmentSeconds {
    /// Forward.
    pub forward: f64,
    /// Backward, gradients of the inputs.
    pub backward_input: f64,
    /// Backward, gradients of the weights.
    pub backward_weight: f64,
    /// Bytes of activations that wait for the backward.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub activation_bytes: u64,
}

/// What one rank measured before the run: how fast it is at this model's sizes.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Pilot {
    /// The rank.
    pub rank: usize,
    /// A tensor rank's slice of one segment of each class: segments of a class differ in their names only.
    pub segments: Vec<SegmentSeconds>,
    /// Seconds of the optimizer's update, per parameter.
    pub update_per_parameter: f64,
    /// Seconds that a message takes whatever its size (α); 0 with a single rank.
    pub latency: f64,
    /// Bytes per second that a message adds (1 / β); null with a single rank.
    pub bandwidth: Option<f64>,
}

/// What is to be expected of each step, computed from the pilot's measurements.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Prediction {
    /// Segments of each virtual stage: first, and one past the last.
    pub stages: Vec<(usize, usize)>,
    /// Of one replica's pipeline, in seconds, each rank on a core of its own.
    pub timeline: Timeline,
    /// Seconds of a step on this machine; more than the timeline's where ranks have to share cores.
    pub step_seconds: f64,
    /// Seconds that one rank on a core of its own would take for the step, by the same measurements; 0: not known.
    #[serde(default)]
    pub one_rank_seconds: f64,
    /// Share of the forward and backward phase that ranks wait, each on a core of its own.
    pub bubble_fraction: f64,
    /// What each rank sends in a step, by kind of communication.
    pub traffic: Vec<Vec<Traffic>>,
}

/// What a rank sent for one kind of communication, in one step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Traffic {
    /// `all_reduce`, `reduce_scatter`, `all_gather`, `point_to_point`, …
    pub kind: String,
    /// Bytes.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub bytes: u64,
    /// Messages.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub messages: u64,
    /// Seconds that the rank waited in them for others to come; 0 in a prediction.
    #[serde(alias = "seconds_waited")]
    pub wait_seconds: f64,
    /// Seconds of them from when all others had come; 0 in a prediction.
    #[serde(default)]
    pub transfer_seconds: f64,
}

/// What one rank measured in one step.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct RankStep {
    /// The rank.
    pub rank: usize,
    /// Steps done.
    pub step: u32,
    /// Mean negative log-likelihood of the batch before the update, in nats; the same at every rank.
    #[serde(deserialize_with = "number::or_nan")]
    pub loss: f64,
    /// L2 norm of the whole gradient before clipping; the same at every rank.
    #[serde(deserialize_with = "number::or_nan")]
    pub gradient_norm: f64,
    /// Learning rate of the update.
    pub learning_rate: f64,
    /// Seconds that it took here.
    pub seconds: f64,
    /// What it did, in seconds of a clock that all ranks share.
    pub spans: Vec<Span>,
    /// Its forwards and backwards; null if it had none.
    pub phase: Option<Phase>,
    /// What it sent.
    pub traffic: Vec<Traffic>,
    /// Its ledger, by category; `total` is the sum.
    pub memory: BTreeMap<String, MemoryUse>,
}

/// What ranks measured in a run, and what was foretold of them.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct ParallelReport {
    /// What each rank is and does, as the layers were divided in the end.
    pub planned: Planned,
    /// What messages went through: `shared`, `ports`, or natively `threads`.
    pub transport: String,
    /// What each rank measured before the run.
    pub pilots: Vec<Pilot>,
    /// What was to be expected by that: modelled, not measured.
    pub prediction: Prediction,
    /// What each rank measured in the last step.
    pub last: Vec<RankStep>,
}

/// The forwards and backwards of a step at one rank, in seconds of a clock that all ranks share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Phase {
    /// When the first of them began.
    pub start: f64,
    /// When the last of them ended.
    pub end: f64,
    /// Seconds in between that it computed.
    #[serde(alias = "computing")]
    pub compute: f64,
    /// Seconds in between that it sent, or took what others sent; the rest it waited.
    #[serde(alias = "communicating")]
    pub transfer: f64,
}

/// A rank that waits, in step-through, to do its next action.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct AtGate {
    /// The rank.
    pub rank: usize,
    /// What it will do next.
    pub action: Action,
    /// What it holds.
    pub held: Vec<Held>,
}
