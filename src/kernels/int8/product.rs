//! The product of rows of floats with a matrix of 8-bit integers, by integers.

use super::Int8Matrix;
use super::activations::{Rounding, round_row};
use crate::kernels::gemm_int8::gemm_int8;
use crate::kernels::parallel::row_grain;
use crate::kernels::pool::{self, Rows};
use crate::kernels::simd::{Backend, Simd, dispatch, inlined};
use std::cell::Cell;

/// Rows that are rounded at a time: what bounds the memory for their codes.
const CHUNK: usize = 256;

thread_local! {
    /// The codes of some rows and how they were rounded, kept from call to call.
    static ROUNDED: Cell<(Vec<u8>, Vec<Rounding>)> = const { Cell::new((Vec::new(), Vec::new())) };
}

/// `y = x Wᵀ` with `x` `[rows, columns of W]` and `y` `[rows, rows of W]`, where `x` is rounded to 7 bits: each row by a step of its own,
/// a 127th of the range from its smallest to its largest element and 0. The sums are of integers and exact, so that a row of `y` depends
/// on its row of `x` alone, bit for bit: not on the rows beside it, the number of threads, or the processor.
///
/// # Panics
/// If a length is not that of its shape, or the rows are longer than [`MAX_DEPTH`](crate::kernels::gemm_int8::MAX_DEPTH).
pub fn multiply_rounded(rows: usize, x: &[f32], w: &Int8Matrix, y: &mut [f32]) {
    let [n, k] = w.shape;
    assert!(x.len() == rows * k && y.len() == rows * n, "multiply_rounded: operands do not have [{rows}, {k}] and [{rows}, {n}]");
    if y.is_empty() || k == 0 {
        y.fill(0.0);
        return;
    }
    let (mut codes, mut roundings) = ROUNDED.take();
    let most = CHUNK.min(rows);
    codes.resize(codes.len().max(most * k), 0);
    roundings.resize(roundings.len().max(most), Rounding::default());
    for (x, y) in x.chunks(CHUNK * k).zip(y.chunks_mut(CHUNK * n)) {
        let rows = y.len() / n;
        let (codes, roundings) = (&mut codes[..rows * k], &mut roundings[..rows]);
        round(k, x, codes, roundings);
        // The sums stand where the floats will.
        gemm_int8(rows, k, n, codes, &w.codes, bytemuck::cast_slice_mut(y));
        scale(w, roundings, y);
    }
    ROUNDED.set((codes, roundings));
}

/// Rounds rows of `k`.
fn round(k: usize, x: &[f32], codes: &mut [u8], roundings: &mut [Rounding]) {
    dispatch!(Backend::current(), |isa| {
        pool::split(roundings.len(), row_grain(k), (Rows { data: codes, width: k }, roundings), |range, (codes, roundings)| {
            let rows = x[range.start * k..range.end * k].chunks_exact(k).zip(codes.data.chunks_exact_mut(k)).zip(roundings);
            rows.for_each(|((x, codes), rounding)| *rounding = round_row(isa, x, codes));
        });
    });
}

/// From the sums of products of codes, which stand in `y`, to the products.
fn scale(w: &Int8Matrix, roundings: &[Rounding], y: &mut [f32]) {
    let n = w.scales.len();
    dispatch!(Backend::current(), |isa| {
        pool::split(roundings.len(), row_grain(n), Rows { data: y, width: n }, |range, y| {
            isa.vectorize(inlined!(|| {
                for (y, rounding) in y.data.chunks_exact_mut(n).zip(&roundings[range]) {
                    for ((y, scale), codes) in y.iter_mut().zip(&w.scales).zip(&w.sums) {
                        // Each of the two may be out of the integers' range; their difference is not.
                        let sum = (y.to_bits() as i32).wrapping_sub(rounding.zero.wrapping_mul(*codes));
                        *y = sum as f32 * rounding.scale * scale;
                    }
                }
            }));
        });
    });
}
