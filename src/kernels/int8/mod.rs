//! Matrices of 8-bit integers with a scale for each row: to and from float32, and their product with rows of floats.

mod activations;
mod product;

use super::gemm::Coded;
use super::simd::{Backend, Simd, dispatch, inlined};
use std::ops::Range;

pub use product::multiply_rounded;

/// The largest magnitude of a code.
pub const MAX_CODE: f32 = 127.0;

/// A matrix `[rows, columns]` of codes: element (i, j) is `codes[i, j] * scales[i]`.
#[derive(Debug)]
pub struct Int8Matrix {
    /// `[rows, columns]`.
    pub codes: Vec<i8>,
    /// `[rows]`.
    pub scales: Vec<f32>,
    /// The sum of the codes of each row, `[rows]`.
    pub sums: Vec<i32>,
    /// Its rows and columns.
    pub shape: [usize; 2],
}

impl Coded for Int8Matrix {
    fn shape(&self) -> [usize; 2] {
        self.shape
    }

    fn decode(&self, row: usize, columns: Range<usize>, out: &mut [f32]) {
        let codes = &self.codes[row * self.shape[1]..][columns];
        decode(codes, self.scales[row], out);
    }
}

/// The scale with which the largest magnitude of `x` becomes the largest code; 0 for zeros, NaN where an element is not finite.
pub fn absmax_scale(x: &[f32]) -> f32 {
    let largest = x.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
    if is_finite(x) { largest / MAX_CODE } else { f32::NAN }
}

/// `codes = x / scale`, rounded half to even; zeros where there is no scale.
pub fn encode(x: &[f32], scale: f32, codes: &mut [i8]) {
    assert_eq!(x.len(), codes.len());
    if scale == 0.0 {
        codes.fill(0);
        return;
    }
    for (code, x) in codes.iter_mut().zip(x) {
        *code = (x / scale).round_ties_even().clamp(-MAX_CODE, MAX_CODE) as i8;
    }
}

/// `out = codes * scale`.
pub fn decode(codes: &[i8], scale: f32, out: &mut [f32]) {
    assert_eq!(codes.len(), out.len());
    dispatch!(Backend::current(), |isa| {
        isa.vectorize(inlined!(|| {
            for (out, code) in out.iter_mut().zip(codes) {
                *out = f32::from(*code) * scale;
            }
        }));
    });
}

/// Whether all of `x` is; without a branch, so that it takes no time.
#[inline(always)]
fn is_finite(x: &[f32]) -> bool {
    const INFINITY: u32 = f32::INFINITY.to_bits();
    x.iter().fold(true, |finite, x| finite & (x.to_bits() & INFINITY != INFINITY))
}

#[cfg(test)]
mod tests;
