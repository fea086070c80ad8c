//! A step that is looked at while it runs: before each action, whoever watches sees what the rank holds, and lets it go on.

use std::pin::Pin;

use serde::Serialize;

use super::{Place, Rank, Step};
use crate::parallel::schedule::Action;
use crate::tensor::{Category, Tensor};

/// What a tensor that a rank holds between two actions is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum HeldKind {
    /// Hidden states that a virtual stage takes.
    Input,
    /// The gradient of what a virtual stage gave.
    OutputGradient,
    /// What a forward pass keeps for its backward.
    Activations,
    /// What is kept for the gradients of weights, which come later.
    WeightGradients,
}

/// A tensor, or what belongs together, that a rank holds between two actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Held {
    /// What it is.
    pub kind: HeldKind,
    /// Whose it is.
    pub micro_batch: usize,
    /// The part of the model that it belongs to.
    pub virtual_stage: usize,
    /// Its size.
    pub bytes: usize,
}

/// Lets a rank go on, action by action.
pub trait Gate {
    /// Called before each action, with what the rank holds; the rank goes on when the future is ready.
    fn pass(&self, action: Action, held: Vec<Held>) -> Pin<Box<dyn Future<Output = ()>>>;
}

impl Rank {
    /// Every action from now on waits at `gate`; `None`: at none.
    pub fn set_gate(&mut self, gate: Option<Box<dyn Gate>>) {
        self.gate = gate;
    }

    /// Bytes of activations, and of what backward passes hand on: not of buffers that wait for the next pass.
    pub(super) fn activation_bytes(&self) -> usize {
        self.peers.ledger.report().of(Category::Activations).live - self.peers.ledger.spare_bytes()
    }
}

impl Step {
    /// What is held now, in the order of kinds, micro-batches and stages.
    pub(super) fn held(&self) -> Vec<Held> {
        let of = |kind, &(micro_batch, virtual_stage): &Place, bytes| Held { kind, micro_batch, virtual_stage, bytes };
        let inputs = self.inputs.iter().map(|(place, tensor)| of(HeldKind::Input, place, bytes(tensor)));
        let gradients = self.d_outputs.iter().map(|(place, tensor)| of(HeldKind::OutputGradient, place, bytes(tensor)));
        let flights = self.flights.keys().map(|place| of(HeldKind::Activations, place, self.kept_at(place)));
        let later = self.weight_grads.keys().map(|place| of(HeldKind::WeightGradients, place, self.kept_at(place)));
        let mut held: Vec<Held> = inputs.chain(gradients).chain(flights).chain(later).collect();
        held.sort_by_key(|held| (held.kind as usize, held.micro_batch, held.virtual_stage));
        held
    }

    fn kept_at(&self, place: &Place) -> usize {
        self.kept.get(place).copied().unwrap_or_default()
    }

    /// Bytes of hidden states and gradients between virtual stages.
    pub(super) fn boundary_bytes(&self) -> usize {
        self.inputs.values().chain(self.d_outputs.values()).map(bytes).sum()
    }

    /// Notes what is kept at the place of an action. A tape does not know its bytes: all that the action added is what it and the
    /// boundaries hold.
    pub(super) fn keep(&mut self, action: Action, added: isize, boundary: isize) {
        let Some(place) = action.place() else { return };
        match action {
            Action::Forward { .. } | Action::BackwardInput { .. } => {
                let kept = self.kept_at(&place) as isize + added - boundary;
                self.kept.insert(place, kept.max(0) as usize);
            }
            Action::Backward { .. } | Action::BackwardWeight { .. } => drop(self.kept.remove(&place)),
            _ => {}
        }
    }
}

fn bytes(tensor: &Tensor) -> usize {
    size_of_val(tensor.data())
}
