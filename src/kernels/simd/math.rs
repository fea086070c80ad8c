//! Elementary functions on vectors.

use super::Simd;

/// `1.5 * 2^23`: adding it leaves the nearest integer in the low bits of a float.
const SHIFT: f32 = 12_582_912.0;
/// Below this, `ln` of [`TINY`](super::TINY), `exp` and `sigmoid` are 0: no product with their values is subnormal unless its other factor
/// is very small, too.
const EXP_MIN: f32 = -69.314_72;
/// From this on `exp` saturates: `1 / e^x` is not subnormal yet.
const EXP_MAX: f32 = 87.0;

/// `e^x` to about 1 ulp; 0 below -69.31, where it is less than 2^-100, saturating near `6e37` above 87; NaN stays NaN.
///
/// `x = n ln 2 + r`, `e^x = 2^n e^r`, with the polynomial of Moshier's Cephes library (`expf.c`) for `e^r`.
#[inline(always)]
pub fn exp<S: Simd>(isa: S, x: S::V) -> S::V {
    // The constant comes first so that a NaN in `x` survives.
    let x = isa.min(isa.splat(EXP_MAX), x);
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
    // What comes of an `x` whose power of 2 is no float is anything, and dropped.
    isa.zero_if_less(x, isa.splat(EXP_MIN), isa.mul(p, isa.pow2_shifted(shifted)))
}

/// `1 / (1 + e^-x)`; 0 below -69.31.
#[inline(always)]
pub fn sigmoid<S: Simd>(isa: S, x: S::V) -> S::V {
    let one = isa.splat(1.0);
    let s = isa.div(one, isa.add(one, exp(isa, isa.sub(isa.splat(0.0), x))));
    isa.zero_if_less(x, isa.splat(EXP_MIN), s)
}

#[cfg(test)]
mod tests;
