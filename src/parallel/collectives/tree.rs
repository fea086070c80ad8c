//! Collectives along a binomial tree (Thakur et al. 2005): node `v`'s parent is `v` without its lowest set bit, and its children are
//! `v` with one lower bit set. With `n` nodes no path is longer than log2(n), rounded up.

use std::ops::Range;

use super::super::transport::Lost;
use super::{Call, Reduce, bytes, pieces};

/// A node's parent; `None` for the root, 0.
pub fn parent(node: usize) -> Option<usize> {
    (node > 0).then(|| node & (node - 1))
}

/// A node's children in a tree of `n`, nearest (the smallest subtree) first.
pub fn children(node: usize, n: usize) -> impl DoubleEndedIterator<Item = usize> {
    let levels = if node == 0 { usize::BITS } else { node.trailing_zeros() };
    let below = n.saturating_sub(1).checked_ilog2().map_or(0, |log| log + 1).min(levels);
    (0..below).map(move |level| node + (1 << level)).filter(move |&child| child < n)
}

/// The nodes of a node's subtree, in a tree of `n`: consecutive ones, itself first.
pub fn subtree(node: usize, n: usize) -> Range<usize> {
    let size = if node == 0 { n } else { 1 << node.trailing_zeros() };
    node..n.min(node + size)
}

/// Up the tree: each member adds what its children send, nearest first, to its own. Member 0 has the result, the others parts of it.
async fn reduce_to_first(call: &Call<'_>, data: &mut [f32], reduce: Reduce) -> Result<(), Lost> {
    for piece in pieces(0..data.len(), size_of::<f32>()) {
        let data = &mut data[piece];
        for child in children(call.me, call.len()) {
            let message = call.recv(child, size_of_val(data)).await?;
            reduce.apply(data, message.elements());
        }
        if let Some(parent) = parent(call.me) {
            call.send(parent, bytemuck::cast_slice(data))?;
        }
    }
    Ok(())
}

/// Up the tree to member 0, and down again.
pub(in crate::parallel) async fn all_reduce(call: &Call<'_>, data: &mut [f32], reduce: Reduce) -> Result<(), Lost> {
    reduce_to_first(call, data, reduce).await?;
    broadcast(call, bytemuck::cast_slice_mut(data), 0).await
}

/// Down the tree whose root is member `root`: nodes are counted from it.
pub(in crate::parallel) async fn broadcast(call: &Call<'_>, data: &mut [u8], root: usize) -> Result<(), Lost> {
    let n = call.len();
    let (node, member) = ((call.me + n - root) % n, |node| (node + root) % n);
    for piece in pieces(0..data.len(), 1) {
        let data = &mut data[piece];
        if let Some(parent) = parent(node) {
            data.copy_from_slice(call.recv(member(parent), data.len()).await?.bytes());
        }
        // The largest subtree first: it has the longest way to go.
        children(node, n).rev().try_for_each(|child| call.send(member(child), data))?;
    }
    Ok(())
}

/// Up the tree to member 0; then down, each member getting the shards of its subtree.
pub(in crate::parallel) async fn reduce_scatter(
    call: &Call<'_>,
    data: &mut [f32],
    shards: &[Range<usize>],
    reduce: Reduce,
) -> Result<(), Lost> {
    reduce_to_first(call, data, reduce).await?;
    let data: &mut [u8] = bytemuck::cast_slice_mut(data);
    let block = |node| bytes(&joined(&shards[subtree(node, call.len())]));
    if let Some(parent) = parent(call.me) {
        call.recv_block(parent, &mut data[block(call.me)]).await?;
    }
    children(call.me, call.len()).rev().try_for_each(|child| call.send_block(child, &data[block(child)]))
}

/// Up the tree, each member sending the shards of its subtree; then all of them down.
pub(in crate::parallel) async fn all_gather(call: &Call<'_>, data: &mut [u8], shards: &[Range<usize>]) -> Result<(), Lost> {
    let block = |node| joined(&shards[subtree(node, call.len())]);
    for child in children(call.me, call.len()) {
        call.recv_block(child, &mut data[block(child)]).await?;
    }
    if let Some(parent) = parent(call.me) {
        call.send_block(parent, &data[block(call.me)])?;
    }
    broadcast(call, data, 0).await
}

/// From the start of the first shard to the end of the last.
fn joined(shards: &[Range<usize>]) -> Range<usize> {
    match shards {
        [first, .., last] => first.start..last.end,
        [only] => only.clone(),
        [] => 0..0,
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn every_node_hangs_below_its_parent() {
        for n in 1..40 {
            for node in 0..n {
                let below = children(node, n).flat_map(|child| subtree(child, n));
                assert!(std::iter::once(node).chain(below).eq(subtree(node, n)), "node {node} of {n}");
                assert!(children(node, n).all(|child| parent(child) == Some(node)));
            }
        }
    }
}
