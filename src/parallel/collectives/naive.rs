//! Collectives in one step: whoever has a value sends it straight to everyone who needs it.

use std::ops::Range;

use super::super::transport::Lost;
use super::{Call, Reduce, pieces};

/// Everyone sends all its data to everyone, and everyone adds all of it in the order of members: `((x[0] + x[1]) + x[2]) + …`.
pub(in crate::parallel) async fn all_reduce(call: &Call<'_>, data: &mut [f32], reduce: Reduce) -> Result<(), Lost> {
    for to in call.others() {
        call.send_block(to, bytemuck::cast_slice(data))?;
    }
    reduce_from_all(call, data, reduce).await
}

/// Everyone sends everyone its shard; each adds in the order of members. Only the own shard of `data` changes.
pub(in crate::parallel) async fn reduce_scatter(
    call: &Call<'_>,
    data: &mut [f32],
    shards: &[Range<usize>],
    reduce: Reduce,
) -> Result<(), Lost> {
    for to in call.others() {
        call.send_block(to, bytemuck::cast_slice(&data[shards[to].clone()]))?;
    }
    reduce_from_all(call, &mut data[shards[call.me].clone()], reduce).await
}

/// Reduces what every other member sends with the own `data`, member 0's first.
async fn reduce_from_all(call: &Call<'_>, data: &mut [f32], reduce: Reduce) -> Result<(), Lost> {
    for piece in pieces(0..data.len(), size_of::<f32>()) {
        let data = &mut data[piece];
        let bytes = size_of_val(data);
        if call.me == 0 {
            for from in 1..call.len() {
                reduce.apply(data, call.recv(from, bytes).await?.elements());
            }
            continue;
        }
        let mut sum = call.recv(0, bytes).await?;
        for from in 1..call.len() {
            if from == call.me {
                reduce.apply(sum.elements_mut(), data);
            } else {
                reduce.apply(sum.elements_mut(), call.recv(from, bytes).await?.elements());
            }
        }
        data.copy_from_slice(sum.elements());
    }
    Ok(())
}

/// Everyone sends its shard to everyone.
pub(in crate::parallel) async fn all_gather(call: &Call<'_>, data: &mut [u8], shards: &[Range<usize>]) -> Result<(), Lost> {
    for to in call.others() {
        call.send_block(to, &data[shards[call.me].clone()])?;
    }
    for from in call.others() {
        call.recv_block(from, &mut data[shards[from].clone()]).await?;
    }
    Ok(())
}

/// `root` sends to everyone.
pub(in crate::parallel) async fn broadcast(call: &Call<'_>, data: &mut [u8], root: usize) -> Result<(), Lost> {
    if call.me != root {
        return call.recv_block(root, data).await;
    }
    call.others().try_for_each(|to| call.send_block(to, data))
}
