//! One new position that attends to all kept ones.

use super::AttentionShape;
use crate::kernels::simd::math::exp;
use crate::kernels::simd::{Backend, Simd, dispatch, inlined, row};

/// `out = softmax(scale * q·kᵀ) · v` of one query position. `q`, `out`: `[n_heads, d_head]`; `k`, `v`:
/// `[seq_len, n_kv_heads, d_head]`, the query's own position included; `scores`: `[seq_len]`, of any content.
pub fn attention_decode(s: AttentionShape, scale: f32, q: &[f32], k: &[f32], v: &[f32], scores: &mut [f32], out: &mut [f32]) {
    assert!(
        s.batch_size == 1 && s.seq_len > 0 && q.len() == s.q_stride() && out.len() == q.len() && scores.len() == s.seq_len,
        "attention_decode: one position of {s:?}"
    );
    assert!(k.len() == s.seq_len * s.kv_stride() && v.len() == k.len(), "attention_decode: keys and values do not have {s:?}");
    let group = s.n_heads / s.n_kv_heads;
    dispatch!(Backend::current(), |isa| isa.vectorize(inlined!(|| {
        for (head, (q, out)) in q.chunks_exact(s.d_head).zip(out.chunks_exact_mut(s.d_head)).enumerate() {
            let rows = |x| (0..s.seq_len).map(move |t| head_row(x, s, t, head / group));
            for (score, k) in scores.iter_mut().zip(rows(k)) {
                *score = scale * dot(isa, q, k);
            }
            let total = softmax_weights(isa, scores);
            out.fill(0.0);
            for (weight, v) in scores.iter().zip(rows(v)) {
                add_scaled(isa, weight / total, v, out);
            }
        }
    }),));
}

/// The part of position `t` that belongs to a key/value head.
#[inline(always)]
fn head_row(x: &[f32], s: AttentionShape, t: usize, kv_head: usize) -> &[f32] {
    &x[t * s.kv_stride() + kv_head * s.d_head..][..s.d_head]
}

#[inline(always)]
fn dot<S: Simd>(isa: S, a: &[f32], b: &[f32]) -> f32 {
    row::sum(isa, [a, b], inlined!(|[a, b]| isa.mul(a, b)))
}

/// Replaces scores by `e^(score - max)`; gives their sum.
#[inline(always)]
fn softmax_weights<S: Simd>(isa: S, scores: &mut [f32]) -> f32 {
    let max = row::max(isa, scores);
    row::map(isa, [], [&mut *scores], inlined!(|[], [x]| [exp(isa, isa.sub(x, isa.splat(max)))]));
    row::sum(isa, [scores], inlined!(|[x]| x))
}

#[inline(always)]
fn add_scaled<S: Simd>(isa: S, weight: f32, x: &[f32], out: &mut [f32]) {
    row::map(isa, [x], [out], inlined!(|[x], [out]| [isa.mul_add(isa.splat(weight), x, out)]));
}
