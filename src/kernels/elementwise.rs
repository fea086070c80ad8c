//! Sums, scalings, biases.

use super::parallel::{add_column_sums, map, row_grain};
use super::pool::{self, Rows};
use super::simd::{Backend, Simd, dispatch, inlined, row};

/// `out = a + b`.
pub fn add(a: &[f32], b: &[f32], out: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(isa, [a, b], [out], inlined!(|[a, b], _| [isa.add(a, b)])));
}

/// `a += b`.
pub fn add_assign(a: &mut [f32], b: &[f32]) {
    dispatch!(Backend::current(), |isa| map(isa, [b], [a], inlined!(|[b], [a]| [isa.add(a, b)])));
}

/// `x *= alpha`.
pub fn scale(alpha: f32, x: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(isa, [], [x], inlined!(|[], [x]| [isa.mul(isa.splat(alpha), x)])));
}

/// Adds `bias` to each row of `x` `[rows, bias.len()]`.
pub fn add_bias(bias: &[f32], x: &mut [f32]) {
    let d = bias.len();
    if x.is_empty() {
        return;
    }
    assert!(d > 0 && x.len().is_multiple_of(d), "add_bias: {} floats in rows of {d}", x.len());
    dispatch!(Backend::current(), |isa| {
        pool::split(x.len() / d, row_grain(d), Rows { data: x, width: d }, |_, x| {
            isa.vectorize(inlined!(|| {
                for x in x.data.chunks_exact_mut(d) {
                    row::map(isa, [bias], [x], inlined!(|[bias], [x]| [isa.add(x, bias)]));
                }
            }));
        });
    });
}

/// `out = x * scale`, row by row, for `x` `[rows, scale.len()]`.
pub fn scale_columns(scale: &[f32], x: &[f32], out: &mut [f32]) {
    let d = scale.len();
    if x.is_empty() {
        return;
    }
    assert!(d > 0 && x.len().is_multiple_of(d) && x.len() == out.len(), "scale_columns: {} floats in rows of {d}", x.len());
    dispatch!(Backend::current(), |isa| {
        pool::split(x.len() / d, row_grain(d), Rows { data: out, width: d }, |rows, out| {
            isa.vectorize(inlined!(|| {
                for (x, out) in x[rows.start * d..].chunks_exact(d).zip(out.data.chunks_exact_mut(d)) {
                    row::map(isa, [x, scale], [out], inlined!(|[x, scale], _| [isa.drop_tiny(isa.mul(x, scale))]));
                }
            }));
        });
    });
}

/// Adds the column sums of `x * d_y`, both `[rows, d]`, to `d_scale` `[d]`.
pub fn scale_grad(d: usize, x: &[f32], d_y: &[f32], d_scale: &mut [f32]) {
    assert_eq!(d_scale.len(), d);
    if d_y.is_empty() {
        return;
    }
    let rows = d_y.len() / d;
    dispatch!(Backend::current(), |isa| add_column_sums(isa, rows, [x, d_y], d_scale, inlined!(|_, [x, d_y]| isa.mul(x, d_y))));
}

/// Adds the column sums of `d_y` `[rows, d]` to `d_bias` `[d]`.
pub fn bias_grad(d: usize, d_y: &[f32], d_bias: &mut [f32]) {
    assert_eq!(d_bias.len(), d);
    if d_y.is_empty() {
        return;
    }
    let rows = d_y.len() / d;
    dispatch!(Backend::current(), |isa| add_column_sums(isa, rows, [d_y], d_bias, inlined!(|_, [d_y]| d_y)));
}

/// Elements whose squares one partial sum holds; fixed, so that the sum's order is.
const SQUARES: usize = 4096;

/// Σ x², in f64 over chunks of fixed size, for gradient norms.
pub fn sum_of_squares(x: &[f32]) -> f64 {
    let mut partial = vec![0.0f64; x.len().div_ceil(SQUARES)];
    dispatch!(Backend::current(), |isa| {
        pool::split(partial.len(), 4, &mut partial[..], |range, partial| {
            for (chunk, partial) in range.zip(partial) {
                let x = &x[chunk * SQUARES..];
                let x = &x[..x.len().min(SQUARES)];
                *partial = isa.vectorize(inlined!(|| chunk_of_squares(x)));
            }
        });
    });
    partial.iter().sum()
}

/// Σ x² in eight interleaved sums, which the compiler keeps in vectors.
#[inline(always)]
fn chunk_of_squares(x: &[f32]) -> f64 {
    let mut acc = [0.0f64; 8];
    let (chunks, rest) = x.as_chunks::<8>();
    for chunk in chunks {
        for (acc, x) in acc.iter_mut().zip(chunk) {
            *acc += f64::from(*x) * f64::from(*x);
        }
    }
    acc.iter().sum::<f64>() + rest.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>()
}

#[cfg(test)]
mod tests;
