//! Backward pass.

use super::workspace::{Head, room, with_buffers};
use super::{AttentionShape, BLOCK_ROWS};
use crate::kernels::gemm::block::multiply;
use crate::kernels::gemm::tile::{Scaling, Window};
use crate::kernels::pool::{self, SharedOut};
use crate::kernels::simd::math::exp;
use crate::kernels::simd::{Backend, Simd, dispatch, inlined, row};

/// What the forward pass read and wrote, and the gradient of its output.
#[derive(Clone, Copy)]
struct Saved<'a> {
    q: &'a [f32],
    k: &'a [f32],
    v: &'a [f32],
    out: &'a [f32],
    lse: &'a [f32],
    d_out: &'a [f32],
}

/// The gradients that one job writes its heads of.
#[derive(Clone, Copy)]
struct Gradients {
    q: SharedOut,
    k: SharedOut,
    v: SharedOut,
}

/// The gradients of [`attention_forward`](super::attention_forward); overwrites `d_q`, `d_k`, `d_v`.
///
/// With `p` the weights and `δ = Σ d_out out` of a row: `d_s = p (d_out·vᵀ - δ)`, `d_q = scale d_s·k`,
/// `d_k = scale d_sᵀ·q`, `d_v = pᵀ·d_out`.
#[allow(clippy::too_many_arguments)]
pub fn attention_backward(
    s: AttentionShape,
    scale: f32,
    q: &[f32],
    k: &[f32],
    v: &[f32],
    out: &[f32],
    lse: &[f32],
    d_out: &[f32],
    d_q: &mut [f32],
    d_k: &mut [f32],
    d_v: &mut [f32],
) {
    s.check(&[q, out, d_out, d_q], &[k, v, d_k, d_v], lse);
    let saved = Saved { q, k, v, out, lse, d_out };
    let d = Gradients { q: SharedOut::new(d_q), k: SharedOut::new(d_k), v: SharedOut::new(d_v) };
    dispatch!(Backend::current(), |isa| {
        let lens = buffer_lens(isa, s);
        pool::run(s.jobs(), s.worth_threads(), |job| {
            with_buffers(lens, |buffers| {
                isa.vectorize(
                    // SAFETY: a job writes its own heads of the gradients only.
                    inlined!(|| unsafe { backward_job(isa, s, job, scale, saved, d, buffers) }),
                );
            });
        });
    });
}

/// Keys twice and values packed, a left and a right operand, weights and score gradients of one block.
fn buffer_lens<S: Simd>(_: S, s: AttentionShape) -> [usize; 7] {
    let (seq, d_head) = (s.seq_len, s.d_head);
    let (across, along) = (room::<S>(seq, d_head), room::<S>(d_head, seq));
    let left = room::<S>(BLOCK_ROWS, seq.max(d_head)).max(room::<S>(seq, BLOCK_ROWS));
    [across, across, along, left, room::<S>(d_head, BLOCK_ROWS), BLOCK_ROWS * seq, BLOCK_ROWS * seq]
}

/// One sequence and one key/value head with all its query heads, whose shares of `d_k` and `d_v` add up in order.
///
/// # Safety
/// No other thread touches these heads of the gradients, which have the lengths that `s` demands.
#[inline(always)]
unsafe fn backward_job<S: Simd>(
    isa: S,
    s: AttentionShape,
    job: usize,
    scale: f32,
    saved: Saved,
    d: Gradients,
    [k_t, v_t, k, left, right, p, d_s]: [&mut [f32]; 7],
) {
    let (seq, d_head) = (s.seq_len, s.d_head);
    let keys = Head { data: &saved.k[s.kv_start(job)..], stride: s.kv_stride(), width: d_head };
    let values = Head { data: &saved.v[s.kv_start(job)..], ..keys };
    // SAFETY: where the job's heads start.
    let (d_k, d_v) = unsafe {
        let window = |out: SharedOut| Window { origin: out.at(s.kv_start(job)), row_stride: s.kv_stride() };
        (window(d.k), window(d.v))
    };
    let k_t = keys.pack_right_transposed(isa, 0..seq, k_t);
    let v_t = values.pack_right_transposed(isa, 0..seq, v_t);
    let k = keys.pack_right(isa, 0..seq, k);
    for t in 0..seq {
        // SAFETY: row `t` of the job's heads.
        unsafe {
            d_k.at(t, 0).origin.write_bytes(0, d_head);
            d_v.at(t, 0).origin.write_bytes(0, d_head);
        }
    }
    for (q_start, lse_start) in s.q_starts(job) {
        let queries = Head { data: &saved.q[q_start..], stride: s.q_stride(), width: d_head };
        let d_outs = Head { data: &saved.d_out[q_start..], ..queries };
        let outs = Head { data: &saved.out[q_start..], ..queries };
        for rows in s.blocks() {
            let (n_rows, n_keys) = (rows.len(), rows.end);
            let whole = Scaling { alpha: 1.0, beta: 0.0 };
            let scaled = Scaling { alpha: scale, beta: 0.0 };
            let add = Scaling { alpha: 1.0, beta: 1.0 };
            let add_scaled = Scaling { alpha: scale, beta: 1.0 };
            // SAFETY: `p` and `d_s` have BLOCK_ROWS rows of `seq`; the windows of the gradients are the job's.
            unsafe {
                let window = Window { origin: p.as_mut_ptr(), row_stride: seq };
                let q = queries.pack_left(isa, rows.clone(), left);
                multiply(isa, q, k_t, scaled, window, (n_rows, n_keys));
                let window = Window { origin: d_s.as_mut_ptr(), row_stride: seq };
                let d_out = d_outs.pack_left(isa, rows.clone(), left);
                multiply(isa, d_out, v_t, whole, window, (n_rows, n_keys));
            }
            for (t, (p, d_s)) in rows.clone().zip(p.chunks_exact_mut(seq).zip(d_s.chunks_exact_mut(seq))) {
                let delta = row::sum(isa, [d_outs.row(t), outs.row(t)], inlined!(|[a, b]| isa.mul(a, b)));
                score_gradient(isa, saved.lse[lse_start + t], delta, t + 1, &mut p[..n_keys], &mut d_s[..n_keys]);
            }
            let weights = Head { data: &*p, stride: seq, width: n_keys };
            let d_scores = Head { data: &*d_s, stride: seq, width: n_keys };
            // SAFETY: as above.
            unsafe {
                let p_t = weights.pack_left_transposed(isa, 0..n_rows, left);
                let d_out = d_outs.pack_right(isa, rows.clone(), right);
                multiply(isa, p_t, d_out, add, d_v, (n_keys, d_head));
                let d_s_t = d_scores.pack_left_transposed(isa, 0..n_rows, left);
                let q = queries.pack_right(isa, rows.clone(), right);
                multiply(isa, d_s_t, q, add_scaled, d_k, (n_keys, d_head));
                let d_s = d_scores.pack_left(isa, 0..n_rows, left);
                let origin = d.q.at(q_start + rows.start * s.q_stride());
                let d_q = Window { origin, row_stride: s.q_stride() };
                multiply(isa, d_s, k, scaled, d_q, (n_rows, d_head));
            }
        }
    }
}

/// Turns scores into weights and the weights' gradient into the scores'; what is not `visible` becomes 0.
#[inline(always)]
fn score_gradient<S: Simd>(isa: S, lse: f32, delta: f32, visible: usize, p: &mut [f32], d_s: &mut [f32]) {
    let (p, p_hidden) = p.split_at_mut(visible);
    let (d_s, d_s_hidden) = d_s.split_at_mut(visible);
    p_hidden.fill(0.0);
    d_s_hidden.fill(0.0);
    row::map(
        isa,
        [],
        [p, d_s],
        inlined!(|[], [score, d_p]| {
            let p = exp(isa, isa.sub(score, isa.splat(lse)));
            [p, isa.drop_tiny(isa.mul(p, isa.sub(d_p, isa.splat(delta))))]
        }),
    );
}
