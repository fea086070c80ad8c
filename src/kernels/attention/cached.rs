//! Attention over kept keys and values: for generating text, and for reading it in chunks.

use super::block::{KvBlock, Side, in_one_piece, parts, rows};
use super::decode::decode_heads;
use super::forward::{self, Call, forward_heads};
use super::span::check_ascending;
use super::workspace::with_buffers;
use super::{AttentionShape, Sight, fill_gaps};
use crate::kernels::pool::{self, SharedOut};
use crate::kernels::simd::{Backend, Simd, dispatch, inlined};
use std::ops::Range;

/// One sequence of a call, whose queries are the last positions of its keys, as in [`Span`](super::Span).
#[derive(Clone, Debug)]
pub struct CachedSequence<'a> {
    /// Rows of the queries.
    pub queries: Range<usize>,
    /// The keys and values of its positions in order; the last block may have room for more.
    pub blocks: &'a [KvBlock<'a>],
    /// Keys that are kept, those of the queries included.
    pub n_keys: usize,
}

impl CachedSequence<'_> {
    fn sight(&self, s: AttentionShape) -> Sight {
        Sight::new(s, self.queries.len(), self.n_keys)
    }

    fn check(&self, s: AttentionShape) {
        let room: usize = self.blocks.iter().map(|block| block.positions(s)).sum();
        assert!(self.n_keys <= room, "attention: {} keys in blocks of {room} positions", self.n_keys);
    }
}

/// `out = softmax(scale * q·kᵀ, causal) · v` of each sequence. `q`, `out`: `[query_rows, n_heads * d_head]`.
///
/// Sequences have queries in the order of their rows, and any number of them: one when a token is generated, more when a text is
/// read in chunks or proposed tokens are verified. A row of no sequence gets zeros.
pub fn attention_cached(s: AttentionShape, sequences: &[CachedSequence], q: &[f32], out: &mut [f32]) {
    let rows = s.query_rows(&[q, out]);
    check_ascending("queries", sequences.iter().map(|sequence| sequence.queries.clone()), rows);
    sequences.iter().for_each(|sequence| sequence.check(s));
    fill_gaps(sequences.iter().map(|sequence| sequence.queries.clone()), s.q_stride(), out);
    let call = Call { s, q, out: SharedOut::new(out), lse: None };
    let parallel = s.worth_threads(sequences.iter().map(|sequence| sequence.sight(s)));
    dispatch!(Backend::current(), |isa| {
        let lens = buffer_lens(isa, s, sequences);
        pool::run(sequences.len() * s.n_kv_heads, parallel, |job| {
            let (sequence, kv_head) = (&sequences[job / s.n_kv_heads], job % s.n_kv_heads);
            match sequence.queries.len() {
                0 => {}
                // SAFETY: a job writes its own row and heads of `out` only.
                1 => unsafe { row_job(isa, call, sequence, kv_head) },
                // SAFETY: likewise its own rows and heads.
                _ => unsafe { chunk_job(isa, call, sequence, kv_head, lens) },
            }
        });
    });
}

/// A sequence with one query, and one key/value head with all its query heads.
///
/// # Safety
/// No other thread touches this row and these heads of the output, which has them.
unsafe fn row_job<S: Simd>(isa: S, Call { s, q, out, .. }: Call, sequence: &CachedSequence, kv_head: usize) {
    let (sight, heads) = (sequence.sight(s), s.heads_of(kv_head));
    let start = sequence.queries.start * s.q_stride() + heads.start * s.d_head;
    let q = &q[start..][..heads.len() * s.d_head];
    // SAFETY: the heads in the row of this job.
    let out = unsafe { std::slice::from_raw_parts_mut(out.at(start), q.len()) };
    with_buffers([heads.len() * sight.of_row(0).len()], |[scores]| {
        isa.vectorize(inlined!(|| decode_heads(isa, s, kv_head, (sequence.blocks, sight), q, scores, out)));
    });
}

/// As those of the forward pass, and room for copies of the keys and of the values.
fn buffer_lens<S: Simd>(isa: S, s: AttentionShape, sequences: &[CachedSequence]) -> [usize; 6] {
    let chunks = || sequences.iter().filter(|sequence| sequence.queries.len() > 1);
    let [k_t, v, left, scores] = forward::buffer_lens(isa, s, chunks().map(|sequence| sequence.sight(s)));
    let copied = chunks().filter(|sequence| !in_one_piece(sequence.blocks));
    let copy = copied.map(|sequence| sequence.sight(s).trimmed().1.n_keys * s.d_head).max().unwrap_or(0);
    [k_t, v, left, scores, copy, copy]
}

/// A sequence with several queries, and one key/value head with all its query heads.
///
/// # Safety
/// No other thread touches these rows and heads of the output, which has them.
unsafe fn chunk_job<S: Simd>(isa: S, call: Call, sequence: &CachedSequence, kv_head: usize, lens: [usize; 6]) {
    let s = call.s;
    let (unseen, sight) = sequence.sight(s).trimmed();
    let seen = parts(s, sequence.blocks, unseen..sequence.n_keys);
    with_buffers(lens, |[k_t, v, left, scores, keys, values]| {
        let keys = rows(seen.clone(), s, kv_head, Side::Keys, keys);
        let values = rows(seen, s, kv_head, Side::Values, values);
        // SAFETY: the rows and heads of this job; buffers of that many floats at least.
        unsafe { forward_heads(isa, call, kv_head, sequence.queries.start, sight, [keys, values], [k_t, v, left, scores]) };
    });
}
