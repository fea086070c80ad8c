//! Backward pass.

use super::forward::hide;
use super::workspace::{Head, cols_from, room, room_right, rows_from, with_buffers};
use super::{AttentionShape, BLOCK_ROWS, Span, fill_gaps};
use crate::kernels::gemm::block::{multiply, tile_cols};
use crate::kernels::gemm::tile::{Scaling, Window};
use crate::kernels::pool::{self, SharedOut};
use crate::kernels::simd::math::exp;
use crate::kernels::simd::{Backend, Simd, dispatch, inlined, row};
use std::ops::Range;

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

/// The gradients that one job writes its rows and heads of.
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
    spans: &[Span],
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
    s.check(spans, &[q, out, d_out, d_q], &[k, v, d_k, d_v], lse);
    fill_gaps(spans.iter().map(|span| span.queries.clone()), s.q_stride(), d_q);
    for d in [&mut *d_k, &mut *d_v] {
        fill_gaps(spans.iter().map(|span| span.keys.clone()), s.kv_stride(), d);
    }
    let saved = Saved { q, k, v, out, lse, d_out };
    let d = Gradients { q: SharedOut::new(d_q), k: SharedOut::new(d_k), v: SharedOut::new(d_v) };
    dispatch!(Backend::current(), |isa| {
        let lens = buffer_lens(isa, s, spans);
        pool::run(spans.len() * s.n_kv_heads, s.worth_threads(spans.iter().map(|span| span.sight(s))), |job| {
            let (span, kv_head) = (&spans[job / s.n_kv_heads], job % s.n_kv_heads);
            with_buffers(lens, |buffers| {
                isa.vectorize(
                    // SAFETY: a job writes its own rows and heads of the gradients only.
                    inlined!(|| unsafe { backward_job(isa, s, span, kv_head, saved, d, buffers) }),
                );
            });
        });
    });
}

/// Keys twice and values packed, a left and a right operand, weights and score gradients of one block, for the longest span.
fn buffer_lens<S: Simd>(_: S, s: AttentionShape, spans: &[Span]) -> [usize; 7] {
    let seen = |span: &Span| span.sight(s).trimmed().1;
    let n_keys = spans.iter().map(|span| seen(span).n_keys).max().unwrap_or(0);
    let width = spans.iter().map(|span| seen(span).width(tile_cols::<S>())).max().unwrap_or(0);
    let (across, along) = (room::<S>(n_keys, s.d_head), room_right::<S>(s, n_keys));
    let left = room::<S>(BLOCK_ROWS, width.max(s.d_head)).max(room::<S>(width, BLOCK_ROWS));
    [across, across, along, left, room::<S>(s.d_head, BLOCK_ROWS), BLOCK_ROWS * width, BLOCK_ROWS * width]
}

/// One span and one key/value head with all its query heads, whose shares of `d_k` and `d_v` add up in order.
///
/// # Safety
/// No other thread touches these rows and heads of the gradients, which have the lengths that `s` and the span demand.
#[inline(always)]
unsafe fn backward_job<S: Simd>(
    isa: S,
    s: AttentionShape,
    span: &Span,
    kv_head: usize,
    saved: Saved,
    d: Gradients,
    [k_t, v_t, k, left, right, p, d_s]: [&mut [f32]; 7],
) {
    // SAFETY: where the job's heads start.
    let (d_k, d_v) = unsafe {
        let start = span.keys.start * s.kv_stride() + kv_head * s.d_head;
        let window = |out: SharedOut| Window { origin: out.at(start), row_stride: s.kv_stride() };
        (window(d.k), window(d.v))
    };
    for t in 0..span.keys.len() {
        // SAFETY: row `t` of the job's heads.
        unsafe {
            d_k.at(t, 0).origin.write_bytes(0, s.d_head);
            d_v.at(t, 0).origin.write_bytes(0, s.d_head);
        }
    }
    if span.queries.is_empty() {
        return;
    }
    let (unseen, sight) = span.sight(s).trimmed();
    let (first_row, width) = (span.queries.start, sight.width(tile_cols::<S>()));
    let seen = span.keys.start + unseen..span.keys.end;
    let k_t = Head::of_keys(s, saved.k, kv_head).pack_right_transposed(isa, seen.clone(), k_t);
    let v_t = Head::of_keys(s, saved.v, kv_head).pack_right_transposed(isa, seen.clone(), v_t);
    let k = Head::of_keys(s, saved.k, kv_head).pack_right(isa, seen, k);
    for head in s.heads_of(kv_head) {
        let of_span = |x| Head::of_queries(s, x, head).skip(first_row);
        let (queries, d_outs, outs) = (of_span(saved.q), of_span(saved.d_out), of_span(saved.out));
        for (rows, keys) in sight.blocks(tile_cols::<S>()) {
            let (n_rows, n_keys) = (rows.len(), keys.len());
            let whole = Scaling { alpha: 1.0, beta: 0.0 };
            let scaled = Scaling { alpha: s.scale, beta: 0.0 };
            let add = Scaling { alpha: 1.0, beta: 1.0 };
            let add_scaled = Scaling { alpha: s.scale, beta: 1.0 };
            // SAFETY: `p` and `d_s` have BLOCK_ROWS rows of `width`.
            unsafe {
                let window = Window { origin: p.as_mut_ptr(), row_stride: width };
                let q = queries.pack_left(isa, rows.clone(), left);
                multiply(isa, q, cols_from(k_t, keys.start), scaled, window, (n_rows, n_keys));
                let window = Window { origin: d_s.as_mut_ptr(), row_stride: width };
                let d_out = d_outs.pack_left(isa, rows.clone(), left);
                multiply(isa, d_out, cols_from(v_t, keys.start), whole, window, (n_rows, n_keys));
            }
            for (t, (p, d_s)) in rows.clone().zip(p.chunks_exact_mut(width).zip(d_s.chunks_exact_mut(width))) {
                let delta = row::sum(isa, [d_outs.row(t), outs.row(t)], inlined!(|[a, b]| isa.mul(a, b)));
                let lse = saved.lse[(first_row + t) * s.n_heads + head];
                let seen = sight.of_row(t);
                let seen = seen.start - keys.start..seen.end - keys.start;
                score_gradient(isa, lse, delta, seen, &mut p[..n_keys], &mut d_s[..n_keys]);
            }
            let weights = Head { data: &*p, stride: width, width: n_keys };
            let d_scores = Head { data: &*d_s, stride: width, width: n_keys };
            // SAFETY: the job's rows and heads of the gradients.
            unsafe {
                let p_t = weights.pack_left_transposed(isa, 0..n_rows, left);
                let d_out = d_outs.pack_right(isa, rows.clone(), right);
                multiply(isa, p_t, d_out, add, d_v.at(unseen + keys.start, 0), (n_keys, s.d_head));
                let d_s_t = d_scores.pack_left_transposed(isa, 0..n_rows, left);
                let q = queries.pack_right(isa, rows.clone(), right);
                multiply(isa, d_s_t, q, add_scaled, d_k.at(unseen + keys.start, 0), (n_keys, s.d_head));
                let d_s = d_scores.pack_left(isa, 0..n_rows, left);
                let origin = d.q.at((first_row + rows.start) * s.q_stride() + head * s.d_head);
                let d_q = Window { origin, row_stride: s.q_stride() };
                multiply(isa, d_s, rows_from::<S>(k, keys.start), scaled, d_q, (n_rows, s.d_head));
            }
        }
    }
}

/// Turns scores into weights and the weights' gradient into the scores'; what is not `seen` becomes 0.
///
/// Not inlined: within a large function its loop finds too few registers.
#[inline(never)]
fn score_gradient<S: Simd>(isa: S, lse: f32, delta: f32, seen: Range<usize>, p: &mut [f32], d_s: &mut [f32]) {
    hide(p, &seen);
    hide(d_s, &seen);
    let (p, d_s) = (&mut p[seen.clone()], &mut d_s[seen]);
    isa.vectorize(inlined!(|| row::map(
        isa,
        [],
        [p, d_s],
        inlined!(|[], [score, d_p]| {
            let p = exp(isa, isa.sub(score, isa.splat(lse)));
            [p, isa.drop_tiny(isa.mul(p, isa.sub(d_p, isa.splat(delta))))]
        }),
    )));
}
