//! Causal attention with grouped heads, by blocks of query rows: no matrix of seq × seq is ever held, and backward
//! recomputes the weights from the saved log-sum-exp (Dao et al., "FlashAttention", 2022).

mod backward;
mod decode;
mod forward;
mod workspace;

pub use backward::attention_backward;
pub use decode::attention_decode;
pub use forward::attention_forward;

use super::pool;

/// Query rows of one block; a multiple of every backend's tile.
const BLOCK_ROWS: usize = 24;
/// Multiplications below which threads do not pay.
const PARALLEL_FROM: usize = 1 << 17;

/// Sizes of one attention call; query head `h` reads key/value head `h / (n_heads / n_kv_heads)`.
#[derive(Clone, Copy, Debug)]
pub struct AttentionShape {
    /// Independent sequences.
    pub batch_size: usize,
    /// Positions per sequence.
    pub seq_len: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key/value heads; divides `n_heads`.
    pub n_kv_heads: usize,
    /// Width of a head.
    pub d_head: usize,
}

impl AttentionShape {
    /// Asserts the lengths of tensors like the queries, of tensors like the keys, and of the log-sum-exp.
    fn check(&self, like_q: &[&[f32]], like_k: &[&[f32]], lse: &[f32]) {
        let Self { batch_size, seq_len, n_heads, n_kv_heads, d_head } = *self;
        let rows = batch_size * seq_len;
        assert!(
            n_kv_heads > 0 && n_heads.is_multiple_of(n_kv_heads),
            "attention: n_heads = {n_heads} is no multiple of n_kv_heads = {n_kv_heads}"
        );
        assert!(
            like_q.iter().all(|x| x.len() == rows * n_heads * d_head)
                && like_k.iter().all(|x| x.len() == rows * n_kv_heads * d_head)
                && lse.len() == rows * n_heads,
            "attention: tensors do not have {self:?}"
        );
    }

    /// Independent jobs: one for each sequence and key/value head.
    fn jobs(&self) -> usize {
        if self.seq_len * self.d_head == 0 { 0 } else { self.batch_size * self.n_kv_heads }
    }

    fn worth_threads(&self) -> bool {
        let Self { batch_size, seq_len, n_heads, d_head, .. } = *self;
        pool::work([batch_size, n_heads, seq_len, seq_len, d_head]) >= PARALLEL_FROM
    }

    /// Distance between positions in a tensor like the queries.
    fn q_stride(&self) -> usize {
        self.n_heads * self.d_head
    }

    /// Distance between positions in a tensor like the keys.
    fn kv_stride(&self) -> usize {
        self.n_kv_heads * self.d_head
    }

    /// Where the job's keys start.
    fn kv_start(&self, job: usize) -> usize {
        let (batch, kv_head) = (job / self.n_kv_heads, job % self.n_kv_heads);
        batch * self.seq_len * self.kv_stride() + kv_head * self.d_head
    }

    /// For each query head of the job, where its queries and its log-sum-exp start.
    fn q_starts(&self, job: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let Self { seq_len, n_heads, n_kv_heads, d_head, .. } = *self;
        let (batch, kv_head, group) = (job / n_kv_heads, job % n_kv_heads, n_heads / n_kv_heads);
        (kv_head * group..(kv_head + 1) * group)
            .map(move |head| ((batch * seq_len * n_heads + head) * d_head, (batch * n_heads + head) * seq_len))
    }

    /// The blocks of query rows.
    fn blocks(&self) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let seq_len = self.seq_len;
        (0..seq_len).step_by(BLOCK_ROWS).map(move |start| start..(start + BLOCK_ROWS).min(seq_len))
    }
}

#[cfg(test)]
mod tests;
