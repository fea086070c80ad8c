//! Elementary functions on vectors.

use super::Simd;

/// `1.5 * 2^23`: adding it leaves the nearest integer in the low bits of a float.
const SHIFT: f32 = 12_582_912.0;
/// Below this `exp` is 0 and from its negative on it saturates: the exponents that [`Simd::pow2_shifted`] covers.
const EXP_MIN: f32 = -88.029_69;
const EXP_MAX: f32 = 88.37;

/// `e^x` to about 1 ulp; 0 below -87.7, saturating near `2.4e38` above 88.37; NaN stays NaN.
///
/// `x = n ln 2 + r`, `e^x = 2^n e^r`, with the polynomial of Moshier's Cephes library (`expf.c`) for `e^r`.
#[inline(always)]
pub fn exp<S: Simd>(isa: S, x: S::V) -> S::V {
    // The constant comes first so that a NaN in `x` survives.
    let x = isa.min(isa.splat(EXP_MAX), isa.max(isa.splat(EXP_MIN), x));
    let shift = isa.splat(SHIFT);
    let shifted = isa.mul_add(x, isa.splat(std::f32::consts::LOG2_E), shift);
    let n = isa.sub(shifted, shift);
    // ln 2 in two parts: the first has so few bits that `n` times it is exact.
    let r = isa.mul_add(n, isa.splat(-0.693_359_4), x);
    let r = isa.mul_add(n, isa.splat(2.121_944_4e-4), r);
    let mut p = isa.splat(1.987_569_1e-4);
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = isa.mul_add(p, r, isa.splat(c));
    }
    let p = isa.add(isa.mul_add(p, isa.mul(r, r), r), isa.splat(1.0));
    isa.mul(p, isa.pow2_shifted(shifted))
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn sigmoid<S: Simd>(isa: S, x: S::V) -> S::V {
    let one = isa.splat(1.0);
    isa.div(one, isa.add(one, exp(isa, isa.sub(isa.splat(0.0), x))))
}

#[cfg(test)]
mod tests;
