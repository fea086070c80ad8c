//! What the actions of a schedule cost: measured or estimated.

use serde::Serialize;
use thiserror::Error;

use super::Schedule;

/// The cost of one micro-batch on one virtual stage, on a rank of speed 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct StageCost {
    /// Seconds of a forward.
    pub forward: f64,
    /// Seconds of the gradients of the inputs; a whole backward takes this and `backward_weight`.
    pub backward_input: f64,
    /// Seconds of the gradients of the weights.
    pub backward_weight: f64,
    /// Seconds of what tensor ranks exchange in a forward, whatever their speed.
    pub forward_transfer: f64,
    /// Seconds of what they exchange in a backward: with the gradients of the inputs.
    pub backward_transfer: f64,
    /// Bytes kept from the forward to the end of the backward.
    pub activation_bytes: u64,
    /// Those of them that `backward_weight` still needs when `backward_input` is done.
    pub weight_activation_bytes: u64,
    /// Bytes of the output, and of its gradient: of a message to the next virtual stage, and back.
    pub output_bytes: u64,
}

/// A connection between ranks. Messages do not slow each other down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Link {
    /// Seconds that a message takes whatever its size.
    pub latency: f64,
    /// Bytes per second; `None`: size does not matter.
    pub bandwidth: Option<f64>,
}

impl Link {
    /// Seconds from the sending of a message to its arrival.
    pub fn seconds(self, bytes: u64) -> f64 {
        self.latency + self.bandwidth.map_or(0.0, |bandwidth| bytes as f64 / bandwidth)
    }
}

/// The costs of a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Costs {
    /// Of each virtual stage.
    pub stages: Vec<StageCost>,
    /// How fast each rank computes: its seconds are those of a stage divided by this.
    pub speeds: Vec<f64>,
    /// Between any two ranks.
    pub link: Link,
    /// Seconds of the reduction of gradients at the end of the step.
    pub reduce_gradients: f64,
    /// Seconds of the optimizer step, on a rank of speed 1.
    pub optimizer_step: f64,
}

/// Costs that no schedule can have.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CostError {
    /// Not as many values as there are virtual stages or ranks.
    #[error("costs.{field} has {given} entries; the schedule needs {needed}")]
    Count {
        /// The list.
        field: &'static str,
        /// Its entries.
        given: usize,
        /// The entries it should have.
        needed: usize,
    },
    /// Not a time, or not a speed.
    #[error("{field} = {value}; it has to be finite and {least}", least = if *zero { "not negative" } else { "more than 0" })]
    Value {
        /// The cost.
        field: &'static str,
        /// Its value.
        value: f64,
        /// Whether 0 would do.
        zero: bool,
    },
    /// More is kept for the second part of a backward than for both.
    #[error("weight_activation_bytes = {weight} of virtual stage {virtual_stage} are more than its activation_bytes = {all}")]
    Activations {
        /// The virtual stage.
        virtual_stage: usize,
        /// Bytes for the second part.
        weight: u64,
        /// Bytes for both.
        all: u64,
    },
    /// Times that do not add up to a number.
    #[error("the costs add up to more seconds than a number can hold")]
    TooLong,
}

impl Costs {
    /// Costs for `schedule` where every virtual stage costs `stage`, ranks are equally fast, and messages and the end of the step
    /// are free. A schedule from a file has to be [validated](Schedule::validate) before.
    pub fn uniform(schedule: &Schedule, stage: StageCost) -> Self {
        Self { stages: vec![stage; schedule.virtual_stages()], speeds: vec![1.0; schedule.stages], ..Self::default() }
    }

    /// Checks that the costs are those of a schedule of this size.
    pub(super) fn check(&self, schedule: &Schedule) -> Result<(), CostError> {
        let counts = [("stages", self.stages.len(), schedule.virtual_stages()), ("speeds", self.speeds.len(), schedule.stages)];
        if let Some(&(field, given, needed)) = counts.iter().find(|(_, given, needed)| given != needed) {
            return Err(CostError::Count { field, given, needed });
        }
        let step = [("latency", self.link.latency), ("reduce_gradients", self.reduce_gradients), ("optimizer_step", self.optimizer_step)];
        let stages = self.stages.iter().flat_map(|stage| {
            [
                ("forward", stage.forward),
                ("backward_input", stage.backward_input),
                ("backward_weight", stage.backward_weight),
                ("forward_transfer", stage.forward_transfer),
                ("backward_transfer", stage.backward_transfer),
            ]
        });
        if let Some((field, value)) = step.into_iter().chain(stages).find(|(_, value)| !(value.is_finite() && *value >= 0.0)) {
            return Err(CostError::Value { field, value, zero: true });
        }
        let rates = self.speeds.iter().map(|&speed| ("speeds", speed)).chain(self.link.bandwidth.map(|bandwidth| ("bandwidth", bandwidth)));
        if let Some((field, value)) = rates.into_iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
            return Err(CostError::Value { field, value, zero: false });
        }
        match self.stages.iter().position(|stage| stage.weight_activation_bytes > stage.activation_bytes) {
            Some(virtual_stage) => {
                let StageCost { activation_bytes: all, weight_activation_bytes: weight, .. } = self.stages[virtual_stage];
                Err(CostError::Activations { virtual_stage, weight, all })
            }
            None => Ok(()),
        }
    }
}
