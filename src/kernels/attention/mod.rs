//! Causal attention with grouped heads, by blocks of query rows: no matrix of queries × keys is ever held, and backward
//! recomputes the weights from the saved log-sum-exp (Dao et al., "FlashAttention", 2022).
//!
//! A call has the rows of several sequences. What a query gets depends on it and on the keys that it sees, bit by bit: not on
//! the other sequences, nor on how keys are cut into blocks, nor on which of its sequence's queries are in the call, but that
//! [`attention_cached`] has a way of its own, with roundings of its own, for a sequence with a single query.

mod backward;
mod block;
mod cached;
mod decode;
mod forward;
mod span;
mod workspace;

pub use backward::attention_backward;
pub use block::KvBlock;
pub use cached::{CachedSequence, attention_cached};
pub use forward::attention_forward;
pub use span::Span;

use crate::kernels::pool;
use span::{Sight, fill_gaps};
use std::ops::Range;

/// Query rows of one block; a multiple of every backend's tile.
const BLOCK_ROWS: usize = 24;
/// Multiplications below which threads do not pay.
const PARALLEL_FROM: usize = 1 << 17;

/// Sizes and rule of one attention call; query head `h` reads key/value head `h / (n_heads / n_kv_heads)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionShape {
    /// Query heads.
    pub n_heads: usize,
    /// Key/value heads; divides `n_heads`.
    pub n_kv_heads: usize,
    /// Width of a head.
    pub d_head: usize,
    /// What scores are multiplied by before their softmax.
    pub scale: f32,
    /// How many keys a query sees at most, its own position's and those before it; `None`: all up to its own.
    pub window: Option<usize>,
}

impl AttentionShape {
    /// Asserts the sizes; gives the rows of tensors like the queries `[rows, n_heads * d_head]`, which have one length.
    fn query_rows(&self, like_q: &[&[f32]]) -> usize {
        let Self { n_heads, n_kv_heads, d_head, window, .. } = *self;
        assert!(
            n_kv_heads > 0 && n_heads > 0 && n_heads.is_multiple_of(n_kv_heads),
            "attention: n_heads = {n_heads} is no multiple of n_kv_heads = {n_kv_heads}"
        );
        assert!(d_head > 0 && window != Some(0), "attention: nothing to see with {self:?}");
        rows_of("queries", like_q, self.q_stride())
    }

    /// Rows of tensors like the keys `[rows, n_kv_heads * d_head]`.
    fn key_rows(&self, like_k: &[&[f32]]) -> usize {
        rows_of("keys", like_k, self.kv_stride())
    }

    /// Distance between rows of a tensor like the queries.
    fn q_stride(&self) -> usize {
        self.n_heads * self.d_head
    }

    /// Distance between rows of a tensor like the keys.
    fn kv_stride(&self) -> usize {
        self.n_kv_heads * self.d_head
    }

    /// The query heads that read a key/value head.
    fn heads_of(&self, kv_head: usize) -> Range<usize> {
        let group = self.n_heads / self.n_kv_heads;
        kv_head * group..(kv_head + 1) * group
    }

    /// Whether threads pay for sequences of which queries see that much.
    fn worth_threads(&self, sights: impl Iterator<Item = Sight>) -> bool {
        let work = |sight: Sight| pool::work([self.q_stride(), sight.n_queries, sight.trimmed().1.width(1)]);
        sights.map(work).fold(0, usize::saturating_add) >= PARALLEL_FROM
    }
}

/// Rows of `stride` floats that each of the tensors has.
fn rows_of(what: &str, tensors: &[&[f32]], stride: usize) -> usize {
    let len = tensors[0].len();
    assert!(
        tensors.iter().all(|x| x.len() == len) && len.is_multiple_of(stride),
        "attention: tensors like the {what} have {:?} floats, which are no equal numbers of rows of {stride}",
        tensors.iter().map(|x| x.len()).collect::<Vec<_>>()
    );
    len / stride
}

#[cfg(test)]
mod tests;
