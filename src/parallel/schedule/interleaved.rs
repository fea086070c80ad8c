//! Interleaved 1F1B: each rank holds several chunks of the model (Narayanan et al. 2021, "Efficient Large-Scale Language Model
//! Training on GPU Clusters Using Megatron-LM", section 2.2.2).

use super::Action;
use super::order::{Sizes, one_forward_one_backward};

/// 1F1B over the chunks of a rank. The pipeline fills in steps of a chunk instead of a stage, so that the bubble is
/// `chunks_per_stage` times shorter, for as many times the messages and some more activations.
///
/// Micro-batches go through the rank in groups of `stages`: a group passes the first chunk, then the second, and so on; when its
/// last micro-batch leaves a chunk on the last rank, its first one is back at the first rank, just in time for the next chunk.
/// Therefore the number of micro-batches has to be a multiple of `stages`.
pub(super) fn compute(rank: usize, sizes: Sizes) -> Vec<Action> {
    let Sizes { stages, chunks_per_stage, micro_batches } = sizes;
    let place = move |unit: usize, backward: bool| {
        let (group, within) = (unit / (stages * chunks_per_stage), unit % (stages * chunks_per_stage));
        let chunk = if backward { chunks_per_stage - 1 - within / stages } else { within / stages };
        (group * stages + within % stages, chunk * stages + rank)
    };
    let units = micro_batches * chunks_per_stage;
    let forwards =
        (0..units).map(|unit| place(unit, false)).map(|(micro_batch, virtual_stage)| Action::Forward { micro_batch, virtual_stage });
    let backwards =
        (0..units).map(|unit| place(unit, true)).map(|(micro_batch, virtual_stage)| Action::Backward { micro_batch, virtual_stage });
    one_forward_one_backward(warm_up(rank, sizes), forwards, backwards)
}

/// The first backward on this rank is that of the last chunk: before it, a whole group passes all other chunks. Two more forwards for
/// each rank behind fill the way of the last chunk's forward to the last rank and of its backward to this one.
fn warm_up(rank: usize, Sizes { stages, chunks_per_stage, .. }: Sizes) -> usize {
    let behind = stages - 1 - rank;
    match chunks_per_stage {
        // With one chunk, the schedule is 1F1B.
        1 => behind,
        _ => 2 * behind + (chunks_per_stage - 1) * stages,
    }
}
