//! Forward pass.

use super::workspace::{Head, room, with_buffers};
use super::{AttentionShape, BLOCK_ROWS};
use crate::kernels::gemm::block::multiply;
use crate::kernels::gemm::tile::{Scaling, Window};
use crate::kernels::pool::{self, SharedOut};
use crate::kernels::simd::math::exp;
use crate::kernels::simd::{Backend, Simd, dispatch, inlined, row};

/// `out = softmax(scale * q·kᵀ, causal) · v`. `q`, `out`: `[batch, seq, n_heads, d_head]`; `k`, `v`:
/// `[batch, seq, n_kv_heads, d_head]`; `lse`: `[batch, n_heads, seq]`, the log-sum-exp of the scaled scores.
#[allow(clippy::too_many_arguments)]
pub fn attention_forward(s: AttentionShape, scale: f32, q: &[f32], k: &[f32], v: &[f32], out: &mut [f32], lse: &mut [f32]) {
    s.check(&[q, out], &[k, v], lse);
    let (out, lse) = (SharedOut::new(out), SharedOut::new(lse));
    dispatch!(Backend::current(), |isa| {
        let lens = buffer_lens(isa, s);
        pool::run(s.jobs(), s.worth_threads(), |job| {
            with_buffers(lens, |buffers| {
                isa.vectorize(
                    // SAFETY: a job writes its own heads of `out` and `lse` only.
                    inlined!(|| unsafe { forward_job(isa, s, job, scale, (q, k, v), out, lse, buffers) }),
                );
            });
        });
    });
}

/// Keys, values, a packed left operand, and the scores of one block.
fn buffer_lens<S: Simd>(_: S, s: AttentionShape) -> [usize; 4] {
    let (seq, d) = (s.seq_len, s.d_head);
    let left = room::<S>(BLOCK_ROWS, seq.max(d));
    [room::<S>(seq, d), room::<S>(d, seq), left, BLOCK_ROWS * seq]
}

/// One sequence and one key/value head with all its query heads.
///
/// # Safety
/// No other thread touches these heads of `out` and `lse`, which have the lengths that `s` demands.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
unsafe fn forward_job<S: Simd>(
    isa: S,
    s: AttentionShape,
    job: usize,
    scale: f32,
    (q, k, v): (&[f32], &[f32], &[f32]),
    out: SharedOut,
    lse: SharedOut,
    [k_buffer, v_buffer, left, scores]: [&mut [f32]; 4],
) {
    let (seq, d) = (s.seq_len, s.d_head);
    let keys = Head { data: &k[s.kv_start(job)..], stride: s.kv_stride(), width: d };
    let values = Head { data: &v[s.kv_start(job)..], ..keys };
    let k_t = keys.pack_right_transposed(isa, 0..seq, k_buffer);
    let v = values.pack_right(isa, 0..seq, v_buffer);
    for (q_start, lse_start) in s.q_starts(job) {
        let queries = Head { data: &q[q_start..], stride: s.q_stride(), width: d };
        for rows in s.blocks() {
            let n_keys = rows.end;
            let q = queries.pack_left(isa, rows.clone(), left);
            let window = Window { origin: scores.as_mut_ptr(), row_stride: seq };
            let scaled = Scaling { alpha: scale, beta: 0.0 };
            // SAFETY: `scores` has BLOCK_ROWS rows of `seq`, of which this is the first part.
            unsafe { multiply(isa, q, k_t, scaled, window, (rows.len(), n_keys)) };
            for (t, scores) in rows.clone().zip(scores.chunks_exact_mut(seq)) {
                let row_lse = softmax(isa, &mut scores[..n_keys], t + 1);
                // SAFETY: the log-sum-exp of a row of this job.
                unsafe { *lse.at(lse_start + t) = row_lse };
            }
            let weights = Head { data: &*scores, stride: seq, width: n_keys };
            let p = weights.pack_left(isa, 0..rows.len(), left);
            // SAFETY: the rows of this job in `out`.
            unsafe {
                let origin = out.at(q_start + rows.start * s.q_stride());
                let window = Window { origin, row_stride: s.q_stride() };
                multiply(isa, p, v, Scaling { alpha: 1.0, beta: 0.0 }, window, (rows.len(), d));
            }
        }
    }
}

/// Replaces the first `visible` scores by their softmax and the others by 0; returns the log-sum-exp.
#[inline(always)]
fn softmax<S: Simd>(isa: S, scores: &mut [f32], visible: usize) -> f32 {
    let (scores, hidden) = scores.split_at_mut(visible);
    hidden.fill(0.0);
    let max = row::max(isa, scores);
    row::map(isa, [], [&mut *scores], inlined!(|[], [x]| [exp(isa, isa.sub(x, isa.splat(max)))]));
    let sum = row::sum(isa, [scores], inlined!(|[x]| x));
    let factor = isa.splat(1.0 / sum);
    row::map(isa, [], [scores], inlined!(|[], [x]| [isa.mul(x, factor)]));
    max + sum.ln()
}
