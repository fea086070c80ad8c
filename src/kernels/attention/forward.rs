//! Forward pass.

use super::span::check_ascending;
use super::workspace::{Head, cols_from, room, room_right, rows_from, with_buffers};
use super::{AttentionShape, BLOCK_ROWS, Sight, Span, fill_gaps};
use crate::kernels::gemm::block::{multiply, tile_cols};
use crate::kernels::gemm::tile::{Scaling, Window};
use crate::kernels::pool::{self, SharedOut};
use crate::kernels::simd::math::exp;
use crate::kernels::simd::{Backend, Simd, dispatch, inlined, row};
use std::ops::Range;

/// `out = softmax(scale * q·kᵀ, causal) · v` of each span. `q`, `out`: `[query_rows, n_heads * d_head]`; `k`, `v`:
/// `[key_rows, n_kv_heads * d_head]`; `lse`: `[query_rows, n_heads]`, the log-sum-exp of the scaled scores.
#[allow(clippy::too_many_arguments)]
pub fn attention_forward(s: AttentionShape, spans: &[Span], q: &[f32], k: &[f32], v: &[f32], out: &mut [f32], lse: &mut [f32]) {
    s.check(spans, &[q, out], &[k, v], lse);
    fill_gaps(spans.iter().map(|span| span.queries.clone()), s.q_stride(), out);
    fill_gaps(spans.iter().map(|span| span.queries.clone()), s.n_heads, lse);
    let call = Call { s, q, out: SharedOut::new(out), lse: Some(SharedOut::new(lse)) };
    dispatch!(Backend::current(), |isa| {
        let lens = buffer_lens(isa, s, spans.iter().map(|span| span.sight(s)));
        pool::run(spans.len() * s.n_kv_heads, s.worth_threads(spans.iter().map(|span| span.sight(s))), |job| {
            let (span, kv_head) = (&spans[job / s.n_kv_heads], job % s.n_kv_heads);
            if span.queries.is_empty() {
                return;
            }
            let (unseen, sight) = span.sight(s).trimmed();
            let keys_and_values = [k, v].map(|x| Head::of_keys(s, x, kv_head).skip(span.keys.start + unseen));
            with_buffers(lens, |buffers| {
                // SAFETY: a job writes its own rows and heads of `out` and `lse` only.
                unsafe { forward_heads(isa, call, kv_head, span.queries.start, sight, keys_and_values, buffers) };
            });
        });
    });
}

impl AttentionShape {
    /// Asserts that spans are within the tensors, which have one length of rows each.
    pub(super) fn check(&self, spans: &[Span], like_q: &[&[f32]], like_k: &[&[f32]], lse: &[f32]) {
        let (query_rows, key_rows) = (self.query_rows(like_q), self.key_rows(like_k));
        assert!(lse.len() == query_rows * self.n_heads, "attention: {} log-sum-exps of {query_rows} rows of {self:?}", lse.len());
        check_ascending("queries", spans.iter().map(|span| span.queries.clone()), query_rows);
        check_ascending("keys", spans.iter().map(|span| span.keys.clone()), key_rows);
    }
}

/// What the jobs of a call share.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub s: AttentionShape,
    pub q: &'a [f32],
    pub out: SharedOut,
    /// Where the log-sum-exp goes, if it is wanted.
    pub lse: Option<SharedOut>,
}

/// Keys, values, a packed left operand, and the scores of one block, for the longest sequence.
pub(super) fn buffer_lens<S: Simd>(_: S, s: AttentionShape, sights: impl Iterator<Item = Sight>) -> [usize; 4] {
    let seen = sights.map(|sight| sight.trimmed().1);
    let (n_keys, width) = seen.fold((0, 0), |(n_keys, width), sight| (n_keys.max(sight.n_keys), width.max(sight.width(tile_cols::<S>()))));
    let left = room::<S>(BLOCK_ROWS, width.max(s.d_head));
    [room::<S>(n_keys, s.d_head), room_right::<S>(s, n_keys), left, BLOCK_ROWS * width]
}

/// One sequence, whose queries start at row `first_row`, and one key/value head with all its query heads. Each of the keys and
/// values is seen by some query.
///
/// Not inlined: it is the greater part of two kernels.
///
/// # Safety
/// No other thread touches these rows and heads of the call's outputs, which have them; the buffers have the lengths of [`buffer_lens`].
#[inline(never)]
pub(super) unsafe fn forward_heads<S: Simd>(
    isa: S,
    call: Call,
    kv_head: usize,
    first_row: usize,
    sight: Sight,
    keys_and_values: [Head; 2],
    buffers: [&mut [f32]; 4],
) {
    // SAFETY: promised by the caller.
    isa.vectorize(inlined!(|| unsafe { heads(isa, call, kv_head, first_row, sight, keys_and_values, buffers) }));
}

/// As [`forward_heads`].
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn heads<S: Simd>(
    isa: S,
    Call { s, q, out, lse }: Call,
    kv_head: usize,
    first_row: usize,
    sight: Sight,
    [keys, values]: [Head; 2],
    [k_t, v, left, scores]: [&mut [f32]; 4],
) {
    let k_t = keys.pack_right_transposed(isa, 0..sight.n_keys, k_t);
    let v = values.pack_right(isa, 0..sight.n_keys, v);
    let width = sight.width(tile_cols::<S>());
    for head in s.heads_of(kv_head) {
        let queries = Head::of_queries(s, q, head).skip(first_row);
        for (rows, keys) in sight.blocks(tile_cols::<S>()) {
            let q = queries.pack_left(isa, rows.clone(), left);
            let window = Window { origin: scores.as_mut_ptr(), row_stride: width };
            let scaled = Scaling { alpha: s.scale, beta: 0.0 };
            // SAFETY: `scores` has BLOCK_ROWS rows of `width`, of which this is the first part.
            unsafe { multiply(isa, q, cols_from(k_t, keys.start), scaled, window, (rows.len(), keys.len())) };
            for (t, scores) in rows.clone().zip(scores.chunks_exact_mut(width)) {
                let seen = sight.of_row(t);
                let row_lse = softmax(isa, &mut scores[..keys.len()], seen.start - keys.start..seen.end - keys.start);
                if let Some(lse) = lse {
                    // SAFETY: the log-sum-exp of a row and head of this job.
                    unsafe { *lse.at((first_row + t) * s.n_heads + head) = row_lse };
                }
            }
            let weights = Head { data: &*scores, stride: width, width: keys.len() };
            let p = weights.pack_left(isa, 0..rows.len(), left);
            // SAFETY: the rows of this job in `out`.
            unsafe {
                let origin = out.at((first_row + rows.start) * s.q_stride() + head * s.d_head);
                let window = Window { origin, row_stride: s.q_stride() };
                let whole = Scaling { alpha: 1.0, beta: 0.0 };
                multiply(isa, p, rows_from::<S>(v, keys.start), whole, window, (rows.len(), s.d_head));
            }
        }
    }
}

/// Replaces the scores of the keys that are `seen` by their softmax and the others by 0; returns the log-sum-exp.
///
/// Not inlined: within a large function its loops find too few registers.
#[inline(never)]
fn softmax<S: Simd>(isa: S, scores: &mut [f32], seen: Range<usize>) -> f32 {
    hide(scores, &seen);
    let scores = &mut scores[seen];
    isa.vectorize(inlined!(|| {
        let max = row::max(isa, scores);
        row::map(isa, [], [&mut *scores], inlined!(|[], [x]| [exp(isa, isa.sub(x, isa.splat(max)))]));
        let sum = row::sum(isa, [&*scores], inlined!(|[x]| x));
        let factor = isa.splat(1.0 / sum);
        row::map(isa, [], [scores], inlined!(|[], [x]| [isa.mul(x, factor)]));
        // In f64: logarithms of two libraries that differ in the last of its bits all but never round to different f32.
        (f64::from(max) + f64::from(sum).ln()) as f32
    }))
}

/// Sets what is not `seen` to 0.
#[inline(always)]
pub(super) fn hide(x: &mut [f32], seen: &Range<usize>) {
    // Without a window, as nearly always: no call to fill nothing.
    if seen.start > 0 {
        x[..seen.start].fill(0.0);
    }
    x[seen.end..].fill(0.0);
}
