//! Rotary position embedding in Hugging Face's `rotate_half` layout.

use super::parallel::row_grain;
use super::pool::{self, Rows};
use super::simd::{Backend, Simd, dispatch, inlined, row};

/// Rotates `x` `[rows, heads, d_head]` in place: element `i` of the first half of a head pairs with element `i` of the second
/// half; a row at position `t` uses row `t` of `cos`, `sin` `[max_positions, d_head / 2]`. `positions`: that of each row.
/// `inverse` rotates back, which is also the backward pass.
pub fn rope(positions: &[u32], heads: usize, d_head: usize, cos: &[f32], sin: &[f32], x: &mut [f32], inverse: bool) {
    let (width, half) = (heads * d_head, d_head / 2);
    assert!(x.len() == positions.len() * width, "rope: {} floats are no [{}, {heads}, {d_head}]", x.len(), positions.len());
    if x.is_empty() {
        return;
    }
    assert!(d_head.is_multiple_of(2), "rope: d_head = {d_head} is odd");
    let angles = |position: u32| position as usize * half..(position as usize + 1) * half;
    let last = positions.iter().copied().max().map_or(0, |last| angles(last).end);
    assert!(cos.len() >= last && sin.len() >= last, "rope: tables of {} positions end before {}", cos.len() / half, last / half - 1);
    let sign = if inverse { -1.0 } else { 1.0 };
    dispatch!(Backend::current(), |isa| {
        pool::split(positions.len(), row_grain(width), Rows { data: x, width }, |rows, x| {
            isa.vectorize(inlined!(|| {
                for (position, x) in positions[rows].iter().zip(x.data.chunks_exact_mut(width)) {
                    let at = angles(*position);
                    rotate_row(isa, &cos[at.clone()], &sin[at], sign, x);
                }
            }));
        });
    });
}

/// Rotates all heads of one row by the angles of its position, times `sign`.
#[inline(always)]
fn rotate_row<S: Simd>(isa: S, cos: &[f32], sin: &[f32], sign: f32, x: &mut [f32]) {
    let half = cos.len();
    for head in x.chunks_exact_mut(2 * half) {
        let (lo, hi) = head.split_at_mut(half);
        row::map(
            isa,
            [cos, sin],
            [lo, hi],
            inlined!(|[cos, sin], [lo, hi]| {
                let sin = isa.mul(sin, isa.splat(sign));
                let new_lo = isa.sub(isa.mul(lo, cos), isa.mul(hi, sin));
                [new_lo, isa.mul_add(hi, cos, isa.mul(lo, sin))]
            }),
        );
    }
}

/// Fills the tables `cos`, `sin` `[positions, d_head / 2]` of the angles `t * frequencies[i]`, in radians, computed in f64.
///
/// `frequencies`: one for each pair of elements, `theta^(-2i / d_head)` where the embedding is not scaled. `scale`: what cosines
/// and sines are multiplied by, 1 where the method has no factor for them (as that of YaRN, Peng et al. 2023, arXiv:2309.00071).
pub fn fill_rope_tables(frequencies: &[f64], scale: f64, cos: &mut [f32], sin: &mut [f32]) {
    let half = frequencies.len();
    assert!(cos.len() == sin.len() && half > 0 && cos.len().is_multiple_of(half), "rope: no tables for {half} frequencies");
    for (t, (cos, sin)) in cos.chunks_exact_mut(half).zip(sin.chunks_exact_mut(half)).enumerate() {
        for ((cos, sin), frequency) in cos.iter_mut().zip(sin).zip(frequencies) {
            let (s, c) = (t as f64 * frequency).sin_cos();
            (*cos, *sin) = ((c * scale) as f32, (s * scale) as f32);
        }
    }
}

#[cfg(test)]
mod tests;
