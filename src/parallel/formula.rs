//! What each member of a group sends in a collective, exactly: the bytes and messages that [`Counts`](super::comm::Counts) holds
//! after it. Members are counted by their index in the group of `n`; lengths are in bytes.
//!
//! For all-reduce of S bytes by [`Algorithm::Ring`] this is 2 (n - 1) / n · S where n divides S (Patarasuk & Yuan 2009), which no
//! algorithm can undercut; by [`Algorithm::Tree`] up to (1 + log2 n) · S; by [`Algorithm::Naive`] (n - 1) · S.

pub mod step;

use std::iter::Sum;

use super::collectives::tree::{children, parent, subtree};
use super::collectives::{Algorithm, PIECE_BYTES};
use super::group::even_shards;

/// What is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes, without the transport's headers.
    pub bytes: u64,
    /// Messages.
    pub messages: u64,
}

impl Traffic {
    /// A block of this many bytes, sent once; an empty one is not sent.
    pub fn block(bytes: usize) -> Self {
        Self { bytes: bytes as u64, messages: bytes.div_ceil(PIECE_BYTES) as u64 }
    }

    fn times(self, times: usize) -> Self {
        Self { bytes: self.bytes * times as u64, messages: self.messages * times as u64 }
    }
}

impl Sum for Traffic {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self { bytes: sum.bytes + one.bytes, messages: sum.messages + one.messages })
    }
}

/// All-reduce of `len` floats.
pub fn all_reduce(algorithm: Algorithm, n: usize, me: usize, len: usize) -> Traffic {
    let whole = Traffic::block(len * size_of::<f32>());
    match algorithm {
        Algorithm::Ring => {
            let shards: Vec<usize> = even_shards(len, n).iter().map(|len| len * size_of::<f32>()).collect();
            [reduce_scatter(algorithm, me, &shards), all_gather(algorithm, me, &shards)].into_iter().sum()
        }
        Algorithm::Tree => whole.times(children(me, n).count() + usize::from(parent(me).is_some())),
        Algorithm::Naive => whole.times(n - 1),
    }
}

/// Reduce-scatter to shards of these bytes.
pub fn reduce_scatter(algorithm: Algorithm, me: usize, shards: &[usize]) -> Traffic {
    match algorithm {
        Algorithm::Ring | Algorithm::Naive => all_but(me, shards),
        Algorithm::Tree => {
            let up = Traffic::block(shards.iter().sum()).times(usize::from(parent(me).is_some()));
            children(me, shards.len()).map(|child| subtree_block(child, shards)).chain([up]).sum()
        }
    }
}

/// All-gather of shards of these bytes.
pub fn all_gather(algorithm: Algorithm, me: usize, shards: &[usize]) -> Traffic {
    let n = shards.len();
    match algorithm {
        // The next member's shard arrives last, and goes no further.
        Algorithm::Ring => all_but((me + 1) % n, shards),
        Algorithm::Tree => {
            let up = parent(me).map_or(Traffic::default(), |_| subtree_block(me, shards));
            [up, Traffic::block(shards.iter().sum()).times(children(me, n).count())].into_iter().sum()
        }
        Algorithm::Naive => Traffic::block(shards[me]).times(n - 1),
    }
}

/// Broadcast of `bytes` from `root`.
pub fn broadcast(algorithm: Algorithm, n: usize, me: usize, root: usize, bytes: usize) -> Traffic {
    let node = (me + n - root) % n;
    let times = match algorithm {
        Algorithm::Ring => usize::from(node < n - 1),
        Algorithm::Tree => children(node, n).count(),
        Algorithm::Naive => {
            if node == 0 {
                n - 1
            } else {
                0
            }
        }
    };
    Traffic::block(bytes).times(times)
}

/// All-to-all, and scatter at its root, of parts of these bytes.
pub fn all_to_all(me: usize, send: &[usize]) -> Traffic {
    all_but(me, send)
}

/// Gather of parts of these bytes to `root`.
pub fn gather(me: usize, root: usize, parts: &[usize]) -> Traffic {
    Traffic::block(parts[me]).times(usize::from(me != root))
}

/// A barrier: empty messages.
pub fn barrier(n: usize) -> Traffic {
    Traffic { bytes: 0, messages: u64::from(n.next_power_of_two().ilog2()) }
}

fn all_but(one: usize, blocks: &[usize]) -> Traffic {
    blocks.iter().enumerate().filter(|&(index, _)| index != one).map(|(_, &bytes)| Traffic::block(bytes)).sum()
}

fn subtree_block(node: usize, shards: &[usize]) -> Traffic {
    Traffic::block(shards[subtree(node, shards.len())].iter().sum())
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn the_literature_where_the_members_divide_the_length() {
        let (n, len) = (4, 1000);
        for me in 0..n {
            assert_eq!(all_reduce(Algorithm::Ring, n, me, len).bytes, 2 * 3 * 4000 / 4);
            assert_eq!(all_reduce(Algorithm::Naive, n, me, len).bytes, 3 * 4000);
        }
        let tree = (0..n).map(|me| all_reduce(Algorithm::Tree, n, me, len).bytes / 4000);
        assert!(tree.eq([2, 1, 2, 1]));
        assert_eq!(barrier(5).messages, 3);
    }

    #[test]
    fn what_is_sent_is_what_all_others_lack() {
        let (n, len) = (5, 1003);
        let sum = |of: &dyn Fn(usize) -> Traffic| (0..n).map(of).sum::<Traffic>().bytes;
        assert_eq!(sum(&|me| all_reduce(Algorithm::Ring, n, me, len)), 2 * 4 * 4012);
        assert_eq!(sum(&|me| all_reduce(Algorithm::Tree, n, me, len)), 2 * 4 * 4012);
        assert_eq!(sum(&|me| broadcast(Algorithm::Tree, n, me, 3, 999)), 4 * 999);
        assert_eq!(sum(&|me| broadcast(Algorithm::Ring, n, me, 3, 999)), 4 * 999);
    }
}
