//! GPipe (Huang et al. 2019, "GPipe: Efficient Training of Giant Neural Networks using Pipeline Parallelism", section 2.3).

use super::Action;
use super::order::{Sizes, one_forward_one_backward};

/// All forwards, then all backwards: the simplest pipeline, but the activations of all micro-batches are held at once.
///
/// The backwards run in the order of the forwards, as in the other schedules, so that all add up a weight's gradients in the same
/// order and get bitwise the same sum. (The paper's figure 2 runs them in reverse; the bubble is the same.)
pub(super) fn compute(rank: usize, Sizes { micro_batches, .. }: Sizes) -> Vec<Action> {
    let forwards = (0..micro_batches).map(|micro_batch| Action::Forward { micro_batch, virtual_stage: rank });
    let backwards = (0..micro_batches).map(|micro_batch| Action::Backward { micro_batch, virtual_stage: rank });
    one_forward_one_backward(micro_batches, forwards, backwards)
}
