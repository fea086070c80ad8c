//! ZB-H1, a zero-bubble schedule (Qi et al. 2023, "Zero Bubble Pipeline Parallelism", section 2.1).
//!
//! ZB-H2 of section 2.2 is not here: it moves the idle time from within a step to its ends, where only a next step that begins before
//! all ranks are done could use it (section 4, "bypassing optimizer synchronizations"). Our steps end together.

use super::Action;
use super::order::{Sizes, one_forward_one_backward};

/// 1F1B with the backward split in two. The stage before gets its gradients after the first part already, and the second part, weight
/// gradients, runs where the rank would wait: rank `r` puts it off by `r` micro-batches, which makes up for the fewer ones that are in
/// flight there, so that no rank holds more activations than the first one in 1F1B: those of `stages` micro-batches.
///
/// Where all three parts take the same time on all ranks, the bubble is a third of that of 1F1B.
pub(super) fn compute(rank: usize, Sizes { stages, micro_batches, .. }: Sizes) -> Vec<Action> {
    let forwards = (0..micro_batches).map(|micro_batch| Action::Forward { micro_batch, virtual_stage: rank });
    let input = |micro_batch| Action::BackwardInput { micro_batch, virtual_stage: rank };
    let weight = |micro_batch| Action::BackwardWeight { micro_batch, virtual_stage: rank };
    let backwards = (0..micro_batches).map(input);
    let mut actions = Vec::with_capacity(3 * micro_batches);
    for action in one_forward_one_backward(stages - 1 - rank, forwards, backwards) {
        actions.push(action);
        if let Action::BackwardInput { micro_batch, .. } = action {
            actions.extend(micro_batch.checked_sub(rank).map(weight));
        }
    }
    actions.extend((micro_batches.saturating_sub(rank)..micro_batches).map(weight));
    actions
}
