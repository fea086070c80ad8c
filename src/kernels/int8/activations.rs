//! Rows of floats as 7-bit integers, each row with a scale and a zero of its own.

use super::is_finite;
use crate::kernels::gemm_int8::MAX_ACTIVATION;
use crate::kernels::simd::{Simd, inlined};

/// How a row was rounded: `x = scale * (code - zero)`, about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rounding {
    /// The step between two codes; NaN where an element of the row is not finite.
    pub scale: f32,
    /// The code of 0.
    pub zero: i32,
}

/// A number whose last bit is worth 1: what is added to it is rounded half to even.
const UNIT: f32 = 1.5 * (1 << 23) as f32;

/// Rounds a row to codes from 0 to [`MAX_ACTIVATION`], of which one is 0 exactly.
#[inline(always)]
pub fn round_row<S: Simd>(isa: S, x: &[f32], codes: &mut [u8]) -> Rounding {
    assert_eq!(x.len(), codes.len());
    let Some((low, high)) = range(isa, x) else {
        codes.fill(0);
        return Rounding { scale: f32::NAN, zero: 0 };
    };
    let levels = f32::from(MAX_ACTIVATION);
    // The difference itself might be too large a number.
    let scale = high / levels - low / levels;
    let inverse = 1.0 / scale;
    if !inverse.is_finite() {
        // Zeros, or next to.
        codes.fill(0);
        return Rounding::default();
    }
    let zero = (-low * inverse).round_ties_even();
    isa.vectorize(inlined!(|| {
        for (code, x) in codes.iter_mut().zip(x) {
            let rounded = (x * inverse + zero) + UNIT;
            let code_of = rounded.to_bits().wrapping_sub(UNIT.to_bits()) as i32;
            *code = code_of.clamp(0, i32::from(MAX_ACTIVATION)) as u8;
        }
    }));
    Rounding { scale, zero: zero as i32 }
}

/// Streams of minima and maxima, which the compiler keeps in vectors.
const STREAMS: usize = 16;

/// The smallest and the largest of `x` and 0, if all are finite.
#[inline(always)]
fn range<S: Simd>(isa: S, x: &[f32]) -> Option<(f32, f32)> {
    let smaller = |a: f32, b: f32| if b < a { b } else { a };
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    isa.vectorize(inlined!(|| {
        let (mut low, mut high) = ([0.0f32; STREAMS], [0.0f32; STREAMS]);
        let (chunks, rest) = x.as_chunks::<STREAMS>();
        for chunk in chunks {
            for ((low, high), x) in low.iter_mut().zip(&mut high).zip(chunk) {
                *low = smaller(*low, *x);
                *high = larger(*high, *x);
            }
        }
        let ends = (low.iter().chain(rest).copied().fold(0.0, smaller), high.iter().chain(rest).copied().fold(0.0, larger));
        is_finite(x).then_some(ends)
    }))
}
