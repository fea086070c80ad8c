//! A sequence with a single query: keys and values are read where they lie.

use super::block::{KvBlock, parts};
use super::{AttentionShape, Sight};
use crate::kernels::simd::math::exp;
use crate::kernels::simd::{Simd, inlined, row};

/// `out = softmax(scale * q·kᵀ) · v` of one query, for all query heads of a key/value head: `q`, `out` `[heads, d_head]`; `scores`:
/// as many for each head as there are keys that the query sees, of any content.
#[inline(always)]
pub(super) fn decode_heads<S: Simd>(
    isa: S,
    s: AttentionShape,
    kv_head: usize,
    (blocks, sight): (&[KvBlock], Sight),
    q: &[f32],
    scores: &mut [f32],
    out: &mut [f32],
) {
    let seen = sight.of_row(0);
    let parts = parts(s, blocks, seen.clone());
    let mut first = 0;
    for part in parts.clone() {
        let keys = first..first + part.len();
        for (q, scores) in q.chunks_exact(s.d_head).zip(scores.chunks_exact_mut(seen.len())) {
            part.scores(isa, s, kv_head, q, &mut scores[keys.clone()]);
        }
        first = keys.end;
    }
    for scores in scores.chunks_exact_mut(seen.len()) {
        softmax(isa, s.scale, scores);
    }
    out.fill(0.0);
    let mut first = 0;
    for part in parts {
        let keys = first..first + part.len();
        for (weights, out) in scores.chunks_exact(seen.len()).zip(out.chunks_exact_mut(s.d_head)) {
            part.add_weighted(isa, s, kv_head, &weights[keys.clone()], out);
        }
        first = keys.end;
    }
}

/// Replaces scores by the softmax of `scale` times them.
#[inline(always)]
fn softmax<S: Simd>(isa: S, scale: f32, scores: &mut [f32]) {
    let scale = isa.splat(scale);
    row::map(isa, [], [&mut *scores], inlined!(|[], [x]| [isa.mul(scale, x)]));
    let max = isa.splat(row::max(isa, scores));
    row::map(isa, [], [&mut *scores], inlined!(|[], [x]| [exp(isa, isa.sub(x, max))]));
    let total = row::sum(isa, [&*scores], inlined!(|[x]| x));
    let total = isa.splat(total);
    row::map(isa, [], [scores], inlined!(|[], [x]| [isa.div(x, total)]));
}
