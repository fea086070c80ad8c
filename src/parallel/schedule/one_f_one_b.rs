//! 1F1B, also PipeDream-Flush: each stage runs a backward as soon as it can (Narayanan et al. 2021, "Memory-Efficient
//! Pipeline-Parallel DNN Training", section 3.2; "Efficient Large-Scale Language Model Training on GPU Clusters Using Megatron-LM",
//! section 2.2.1).

use super::Action;
use super::order::{Sizes, one_forward_one_backward};

/// A warm-up of as many forwards as there are stages behind this one, then one forward and one backward in turn. The bubble is
/// GPipe's, but at most `stages - rank` micro-batches are in flight, however many there are.
pub(super) fn compute(rank: usize, Sizes { stages, micro_batches, .. }: Sizes) -> Vec<Action> {
    let forwards = (0..micro_batches).map(|micro_batch| Action::Forward { micro_batch, virtual_stage: rank });
    let backwards = (0..micro_batches).map(|micro_batch| Action::Backward { micro_batch, virtual_stage: rank });
    one_forward_one_backward(stages - 1 - rank, forwards, backwards)
}
