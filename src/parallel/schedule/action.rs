//! What a rank of a pipeline does, one action after the other.

use std::fmt;

use serde::Serialize;

use crate::json::FromJson;

/// One entry of a rank's list.
///
/// `virtual_stage` counts the parts of the model from its input to its output, over all ranks; on a pipeline of `stages` ranks,
/// virtual stage `v` is model chunk `v / stages` of rank `v % stages`. In a message it is the virtual stage on *this* rank that gives
/// or takes the tensor; `peer` is the rank at the other end.
///
/// A send is buffered and never waits; a receive waits until its message is here. Neighbouring virtual stages on one rank hand over
/// their tensors without a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(tag = "type", try_from = "Flat", rename_all = "snake_case")]
pub enum Action {
    /// Runs a micro-batch forward, and keeps what its backward needs.
    Forward {
        /// Index of the micro-batch.
        micro_batch: usize,
        /// The part of the model.
        virtual_stage: usize,
    },
    /// Runs a micro-batch backward: gradients of the inputs and of the weights.
    Backward {
        /// Index of the micro-batch.
        micro_batch: usize,
        /// The part of the model.
        virtual_stage: usize,
    },
    /// The first part of a split backward: gradients of the inputs, which the stage before waits for.
    BackwardInput {
        /// Index of the micro-batch.
        micro_batch: usize,
        /// The part of the model.
        virtual_stage: usize,
    },
    /// The second part of a split backward: gradients of the weights, which nobody waits for until the end of the step.
    BackwardWeight {
        /// Index of the micro-batch.
        micro_batch: usize,
        /// The part of the model.
        virtual_stage: usize,
    },
    /// Sends the output of `virtual_stage` to the next one.
    SendActivation {
        /// Index of the micro-batch.
        micro_batch: usize,
        /// The virtual stage that gave the output.
        virtual_stage: usize,
        /// The rank that takes it.
        peer: usize,
    },
    /// Waits for the input of `virtual_stage` from the one before.
    RecvActivation {
        /// Index of the micro-batch.
        micro_batch: usize,
        /// The virtual stage that takes the input.
        virtual_stage: usize,
        /// The rank that sends it.
        peer: usize,
    },
    /// Sends the gradient of the input of `virtual_stage` to the one before.
    SendGradient {
        /// Index of the micro-batch.
        micro_batch: usize,
        /// The virtual stage that gave the gradient.
        virtual_stage: usize,
        /// The rank that takes it.
        peer: usize,
    },
    /// Waits for the gradient of the output of `virtual_stage` from the next one.
    RecvGradient {
        /// Index of the micro-batch.
        micro_batch: usize,
        /// The virtual stage that takes the gradient.
        virtual_stage: usize,
        /// The rank that sends it.
        peer: usize,
    },
    /// Adds up weight gradients with the ranks that hold the same weights: the data-parallel all-reduce, and that of tied weights.
    ReduceGradients,
    /// Updates the weights.
    OptimizerStep,
}

/// An action as it is written, its fields side by side.
#[derive(FromJson)]
struct Flat {
    #[serde(rename = "type")]
    kind: String,
    micro_batch: Option<usize>,
    virtual_stage: Option<usize>,
    peer: Option<usize>,
}

impl TryFrom<Flat> for Action {
    type Error = String;

    fn try_from(Flat { kind, micro_batch, virtual_stage, peer }: Flat) -> Result<Self, String> {
        let place = || micro_batch.zip(virtual_stage).ok_or_else(|| format!("{kind} without micro_batch or virtual_stage"));
        let message = || Ok::<_, String>((place()?, peer.ok_or_else(|| format!("{kind} without peer"))?));
        Ok(match kind.as_str() {
            "forward" => place().map(|(micro_batch, virtual_stage)| Action::Forward { micro_batch, virtual_stage })?,
            "backward" => place().map(|(micro_batch, virtual_stage)| Action::Backward { micro_batch, virtual_stage })?,
            "backward_input" => place().map(|(micro_batch, virtual_stage)| Action::BackwardInput { micro_batch, virtual_stage })?,
            "backward_weight" => place().map(|(micro_batch, virtual_stage)| Action::BackwardWeight { micro_batch, virtual_stage })?,
            "send_activation" => {
                message().map(|((micro_batch, virtual_stage), peer)| Action::SendActivation { micro_batch, virtual_stage, peer })?
            }
            "recv_activation" => {
                message().map(|((micro_batch, virtual_stage), peer)| Action::RecvActivation { micro_batch, virtual_stage, peer })?
            }
            "send_gradient" => {
                message().map(|((micro_batch, virtual_stage), peer)| Action::SendGradient { micro_batch, virtual_stage, peer })?
            }
            "recv_gradient" => {
                message().map(|((micro_batch, virtual_stage), peer)| Action::RecvGradient { micro_batch, virtual_stage, peer })?
            }
            "reduce_gradients" => Action::ReduceGradients,
            "optimizer_step" => Action::OptimizerStep,
            _ => return Err(format!("there is no action {kind}")),
        })
    }
}

/// What is sent from one virtual stage to a neighbour: the same value at both ends, and sent once a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Message {
    /// Index of the micro-batch.
    pub micro_batch: usize,
    /// The virtual stage that gives the tensor.
    pub from: usize,
    /// The virtual stage that takes it: the next one for an activation, the one before for a gradient.
    pub to: usize,
}

/// Which end of a message an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The action sends.
    Send,
    /// The action receives.
    Receive,
}

impl Action {
    /// The message that the action sends or receives, and its rank at the other end; `None`: it is no message, or one that would
    /// come from before the first virtual stage or go there.
    pub fn message(self) -> Option<(End, Message, usize)> {
        let message = |micro_batch, from, to| Message { micro_batch, from, to };
        match self {
            Action::SendActivation { micro_batch, virtual_stage, peer } => {
                Some((End::Send, message(micro_batch, virtual_stage, virtual_stage.checked_add(1)?), peer))
            }
            Action::RecvActivation { micro_batch, virtual_stage, peer } => {
                Some((End::Receive, message(micro_batch, virtual_stage.checked_sub(1)?, virtual_stage), peer))
            }
            Action::SendGradient { micro_batch, virtual_stage, peer } => {
                Some((End::Send, message(micro_batch, virtual_stage, virtual_stage.checked_sub(1)?), peer))
            }
            Action::RecvGradient { micro_batch, virtual_stage, peer } => {
                Some((End::Receive, message(micro_batch, virtual_stage.checked_add(1)?, virtual_stage), peer))
            }
            _ => None,
        }
    }

    /// The micro-batch and the virtual stage that the action is about; `None` for those at the end of the step.
    pub fn place(self) -> Option<(usize, usize)> {
        match self {
            Action::Forward { micro_batch, virtual_stage }
            | Action::Backward { micro_batch, virtual_stage }
            | Action::BackwardInput { micro_batch, virtual_stage }
            | Action::BackwardWeight { micro_batch, virtual_stage }
            | Action::SendActivation { micro_batch, virtual_stage, .. }
            | Action::RecvActivation { micro_batch, virtual_stage, .. }
            | Action::SendGradient { micro_batch, virtual_stage, .. }
            | Action::RecvGradient { micro_batch, virtual_stage, .. } => Some((micro_batch, virtual_stage)),
            Action::ReduceGradients | Action::OptimizerStep => None,
        }
    }

    /// What the action does, without where.
    fn verb(self) -> &'static str {
        match self {
            Action::Forward { .. } => "forward",
            Action::Backward { .. } => "backward",
            Action::BackwardInput { .. } => "backward_input",
            Action::BackwardWeight { .. } => "backward_weight",
            Action::SendActivation { .. } => "send_activation",
            Action::RecvActivation { .. } => "recv_activation",
            Action::SendGradient { .. } => "send_gradient",
            Action::RecvGradient { .. } => "recv_gradient",
            Action::ReduceGradients => "reduce_gradients",
            Action::OptimizerStep => "optimizer_step",
        }
    }
}

/// For errors: `recv_activation of micro-batch 3 on virtual stage 1 from rank 0`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb())?;
        if let Some((micro_batch, virtual_stage)) = self.place() {
            write!(f, " of micro-batch {micro_batch} on virtual stage {virtual_stage}")?;
        }
        match self {
            Action::SendActivation { peer, .. } | Action::SendGradient { peer, .. } => write!(f, " to rank {peer}"),
            Action::RecvActivation { peer, .. } | Action::RecvGradient { peer, .. } => write!(f, " from rank {peer}"),
            _ => Ok(()),
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_action_is_read_as_it_is_written() {
        let (micro_batch, virtual_stage, peer) = (3, 2, 1);
        for action in [
            Action::Forward { micro_batch, virtual_stage },
            Action::Backward { micro_batch, virtual_stage },
            Action::BackwardInput { micro_batch, virtual_stage },
            Action::BackwardWeight { micro_batch, virtual_stage },
            Action::SendActivation { micro_batch, virtual_stage, peer },
            Action::RecvActivation { micro_batch, virtual_stage, peer },
            Action::SendGradient { micro_batch, virtual_stage, peer },
            Action::RecvGradient { micro_batch, virtual_stage, peer },
            Action::ReduceGradients,
            Action::OptimizerStep,
        ] {
            let written = serde_json::to_value(action).unwrap();
            assert_eq!(Action::from_json(written.clone()).unwrap(), action, "{written}");
        }
        assert!(Action::from_json(json!({ "type": "forward", "micro_batch": 1 })).is_err());
    }
}
