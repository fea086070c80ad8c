//! Rotary position embedding in Hugging Face's `rotate_half` layout.

use super::parallel::row_grain;
use super::pool::{self, Rows};
use super::simd::{Backend, Simd, dispatch, inlined, row};

/// Rotates `x` `[batch, seq, heads, d_head]` in place: element `i` of the first half of a head pairs with element
/// `i` of the second half; position `t` uses row `t` of `cos`, `sin` `[positions, d_head / 2]`. `inverse` rotates
/// back, which is also the backward pass.
pub fn rope(seq_len: usize, heads: usize, d_head: usize, cos: &[f32], sin: &[f32], x: &mut [f32], inverse: bool) {
    let (width, half) = (heads * d_head, d_head / 2);
    if x.is_empty() {
        return;
    }
    assert!(d_head.is_multiple_of(2), "rope: d_head = {d_head} is odd");
    assert!(x.len().is_multiple_of(seq_len * width), "rope: {} floats are no [_, {seq_len}, {heads}, {d_head}]", x.len());
    assert!(cos.len() >= seq_len * half && sin.len() >= seq_len * half, "rope: tables shorter than {seq_len}");
    let sign = if inverse { -1.0 } else { 1.0 };
    dispatch!(Backend::current(), |isa| {
        pool::split(x.len() / width, row_grain(width), Rows { data: x, width }, |rows, x| {
            isa.vectorize(inlined!(|| {
                for (row, x) in rows.zip(x.data.chunks_exact_mut(width)) {
                    let at = row % seq_len * half;
                    rotate_row(isa, &cos[at..at + half], &sin[at..at + half], sign, x);
                }
            }));
        });
    });
}

/// Rotates all heads of one position by the angles of that position, times `sign`.
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

/// Fills the tables `cos`, `sin` `[positions, d_head / 2]` of the angles `t * frequencies[i]`, computed in f64.
pub fn fill_rope_tables(frequencies: &[f64], cos: &mut [f32], sin: &mut [f32]) {
    let half = frequencies.len();
    for (t, (cos, sin)) in cos.chunks_exact_mut(half).zip(sin.chunks_exact_mut(half)).enumerate() {
        for ((cos, sin), frequency) in cos.iter_mut().zip(sin).zip(frequencies) {
            let (s, c) = (t as f64 * frequency).sin_cos();
            (*cos, *sin) = (c as f32, s as f32);
        }
    }
}

#[cfg(test)]
mod tests;
