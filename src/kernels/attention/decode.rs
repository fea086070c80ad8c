//! A sequence with a single query: keys and values are read where they lie.

use super::block::{KvBlock, parts};
use super::{AttentionShape, Sight};
use crate::kernels::simd::math::exp;
use crate::kernels::simd::{Simd, inlined, row};

/// `out = softmax(scale * q·kᵀ) · v` of one query of one head: `q`, `out` `[d_head]`; `scores`: as many as there are keys that it
/// sees, of any content.
#[inline(always)]
pub(super) fn decode_head<S: Simd>(
    isa: S,
    s: AttentionShape,
    kv_head: usize,
    (blocks, sight): (&[KvBlock], Sight),
    q: &[f32],
    scores: &mut [f32],
    out: &mut [f32],
) {
    let seen = parts(s, blocks, sight.of_row(0));
    let mut rest = &mut scores[..];
    for part in seen.clone() {
        let (of_part, others) = rest.split_at_mut(part.len());
        part.scores(isa, s, kv_head, q, of_part);
        rest = others;
    }
    softmax(isa, s.scale, scores);
    out.fill(0.0);
    let mut rest = &scores[..];
    for part in seen {
        let (of_part, others) = rest.split_at(part.len());
        part.add_weighted(isa, s, kv_head, of_part, out);
        rest = others;
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
