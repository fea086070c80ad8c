//! Collectives in which each member sends to the next only (Patarasuk & Yuan 2009).

use std::ops::Range;

use super::super::transport::Lost;
use super::{Call, Reduce, pieces};

/// Shard `s` starts at member `s + 1`, goes once around the ring, each member adding its own, and ends at member `s`: the sum is
/// `((x[s+1] + x[s+2]) + …) + x[s]`. Only the own shard of `data` changes.
pub(in crate::parallel) async fn reduce_scatter(
    call: &Call<'_>,
    data: &mut [f32],
    shards: &[Range<usize>],
    reduce: Reduce,
) -> Result<(), Lost> {
    let (previous, next, n) = (call.back(1), call.ahead(1), call.len());
    call.send_block(next, bytemuck::cast_slice(&data[shards[call.back(1)].clone()]))?;
    for back in 2..=n {
        for piece in pieces(shards[call.back(back)].clone(), size_of::<f32>()) {
            let mut partial = call.recv(previous, piece.len() * size_of::<f32>()).await?;
            if back == n {
                reduce.apply(&mut data[piece], partial.elements());
            } else {
                reduce.apply(partial.elements_mut(), &data[piece]);
                call.send(next, partial.bytes())?;
            }
        }
    }
    Ok(())
}

/// Each member's shard goes around the ring, to the member before it.
pub(in crate::parallel) async fn all_gather(call: &Call<'_>, data: &mut [u8], shards: &[Range<usize>]) -> Result<(), Lost> {
    let (previous, next, n) = (call.back(1), call.ahead(1), call.len());
    call.send_block(next, &data[shards[call.me].clone()])?;
    for back in 1..n {
        for piece in pieces(shards[call.back(back)].clone(), 1) {
            let message = call.recv(previous, piece.len()).await?;
            if back < n - 1 {
                call.send(next, message.bytes())?;
            }
            data[piece].copy_from_slice(message.bytes());
        }
    }
    Ok(())
}

/// From `root` along the ring, to the member before it.
pub(in crate::parallel) async fn broadcast(call: &Call<'_>, data: &mut [u8], root: usize) -> Result<(), Lost> {
    let (previous, next) = (call.back(1), call.ahead(1));
    if call.me == root {
        return call.send_block(next, data);
    }
    for piece in pieces(0..data.len(), 1) {
        let message = call.recv(previous, piece.len()).await?;
        if next != root {
            call.send(next, message.bytes())?;
        }
        data[piece].copy_from_slice(message.bytes());
    }
    Ok(())
}
