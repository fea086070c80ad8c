//! Activation functions, element by element, and their gradients; what is tiny ([`TINY`](super::simd::TINY)) comes out as 0.

use super::parallel::map;
use super::simd::math::{exp, sigmoid};
use super::simd::{Backend, Simd, dispatch, inlined};

/// `silu(x) = x σ(x)`.
#[inline(always)]
fn silu<S: Simd>(isa: S, x: S::V) -> S::V {
    isa.mul(x, sigmoid(isa, x))
}

/// [`silu`] and its slope, `σ + x σ (1 - σ)`.
#[inline(always)]
fn silu_and_slope<S: Simd>(isa: S, x: S::V) -> (S::V, S::V) {
    let s = sigmoid(isa, x);
    let y = isa.mul(x, s);
    (y, isa.mul_add(y, isa.sub(isa.splat(1.0), s), s))
}

/// `y = silu(gate) * up` (Shazeer, 2020).
pub fn swiglu_forward(gate: &[f32], up: &[f32], y: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(isa, [gate, up], [y], inlined!(|[gate, up], _| [isa.drop_tiny(isa.mul(silu(isa, gate), up))])));
}

/// Gradients of [`swiglu_forward`]; overwrites `d_gate`, `d_up`.
pub fn swiglu_backward(gate: &[f32], up: &[f32], d_y: &[f32], d_gate: &mut [f32], d_up: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [gate, up, d_y],
        [d_gate, d_up],
        inlined!(|[gate, up, d_y], _| gated_gradients(isa, silu_and_slope(isa, gate), up, d_y))
    ));
}

/// The gradients of an activated gate times `up`, by the gate and by `up`.
#[inline(always)]
fn gated_gradients<S: Simd>(isa: S, (active, slope): (S::V, S::V), up: S::V, d_y: S::V) -> [S::V; 2] {
    [isa.drop_tiny(isa.mul(isa.mul(d_y, up), slope)), isa.drop_tiny(isa.mul(d_y, active))]
}

/// `2 sqrt(2 / π)`.
const GELU_SCALE: f32 = 1.595_769_2;
const GELU_CUBIC: f32 = 0.044_715;

/// `σ(2 sqrt(2 / π) (x + 0.044715 x³))`, which is `(1 + tanh(sqrt(2 / π) (…))) / 2`, and `x²`.
#[inline(always)]
fn gelu_gate<S: Simd>(isa: S, x: S::V) -> (S::V, S::V) {
    // Beyond the limit the gate is 0 or 1 in any case; an infinite square would make its slope NaN.
    let square = isa.min(isa.splat(1e12), isa.mul(x, x));
    let inner = isa.mul_add(isa.mul(isa.splat(GELU_SCALE * GELU_CUBIC), square), x, isa.mul(isa.splat(GELU_SCALE), x));
    (sigmoid(isa, inner), square)
}

#[inline(always)]
fn gelu<S: Simd>(isa: S, x: S::V) -> S::V {
    isa.mul(x, gelu_gate(isa, x).0)
}

/// [`gelu`] and its slope.
#[inline(always)]
fn gelu_and_slope<S: Simd>(isa: S, x: S::V) -> (S::V, S::V) {
    let (s, square) = gelu_gate(isa, x);
    let y = isa.mul(x, s);
    let cubic = isa.splat(3.0 * GELU_SCALE * GELU_CUBIC);
    let d_inner = isa.mul_add(cubic, square, isa.splat(GELU_SCALE));
    (y, isa.mul_add(isa.mul(y, isa.sub(isa.splat(1.0), s)), d_inner, s))
}

/// GELU in its tanh form (Hendrycks & Gimpel, 2016): `y = x / 2 * (1 + tanh(sqrt(2 / π) * (x + 0.044715 x³)))`.
pub fn gelu_forward(x: &[f32], y: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(isa, [x], [y], inlined!(|[x], _| [isa.drop_tiny(gelu(isa, x))])));
}

/// Gradient of [`gelu_forward`]; overwrites `d_x`.
pub fn gelu_backward(x: &[f32], d_y: &[f32], d_x: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [x, d_y],
        [d_x],
        inlined!(|[x, d_y], _| [isa.drop_tiny(isa.mul(d_y, gelu_and_slope(isa, x).1))])
    ));
}

/// `y = gelu(gate) * up` (Shazeer, 2020), with [`gelu_forward`]'s GELU.
pub fn geglu_forward(gate: &[f32], up: &[f32], y: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(isa, [gate, up], [y], inlined!(|[gate, up], _| [isa.drop_tiny(isa.mul(gelu(isa, gate), up))])));
}

/// Gradients of [`geglu_forward`]; overwrites `d_gate`, `d_up`.
pub fn geglu_backward(gate: &[f32], up: &[f32], d_y: &[f32], d_gate: &mut [f32], d_up: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [gate, up, d_y],
        [d_gate, d_up],
        inlined!(|[gate, up, d_y], _| gated_gradients(isa, gelu_and_slope(isa, gate), up, d_y))
    ));
}

/// The normal distribution's `Φ(x)`, to 2e-7, and its density `φ(x)` (Abramowitz and Stegun, eq. 7.1.26).
#[inline(always)]
fn normal<S: Simd>(isa: S, x: S::V) -> (S::V, S::V) {
    let (zero, one) = (isa.splat(0.0), isa.splat(1.0));
    let size = isa.max(isa.sub(zero, x), x);
    // Beyond the limit the density is 0 in any case; the square of an infinite number times it would be NaN.
    let size = isa.min(isa.splat(1e6), size);
    let bell = exp(isa, isa.mul(isa.splat(-0.5), isa.mul(size, size)));
    let t = isa.div(one, isa.mul_add(isa.splat(0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2), size, one));
    let mut p = isa.splat(1.061_405_4);
    for c in [-1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6] {
        p = isa.mul_add(p, t, isa.splat(c));
    }
    let tail = isa.mul(isa.splat(0.5), isa.mul(isa.mul(p, t), bell));
    let other = isa.sub(isa.sub(one, tail), tail);
    (isa.add(tail, isa.zero_if_less(x, zero, other)), isa.mul(isa.splat(INV_SQRT_TAU), bell))
}

/// `1 / sqrt(2 π)`.
const INV_SQRT_TAU: f32 = 0.398_942_3;

/// GELU in its exact form (Hendrycks & Gimpel, 2016): `y = x Φ(x)`.
pub fn gelu_erf_forward(x: &[f32], y: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(isa, [x], [y], inlined!(|[x], _| [isa.drop_tiny(isa.mul(x, normal(isa, x).0))])));
}

/// Gradient of [`gelu_erf_forward`]; overwrites `d_x`.
pub fn gelu_erf_backward(x: &[f32], d_y: &[f32], d_x: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [x, d_y],
        [d_x],
        inlined!(|[x, d_y], _| {
            let (distribution, density) = normal(isa, x);
            // An infinite number times a density of 0 would be NaN.
            let x = isa.max(isa.splat(-1e6), isa.min(isa.splat(1e6), x));
            [isa.drop_tiny(isa.mul(d_y, isa.mul_add(x, density, distribution)))]
        })
    ));
}

/// `y = tanh(x)`, to 2e-7.
pub fn tanh_forward(x: &[f32], y: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [x],
        [y],
        inlined!(|[x], _| {
            let s = sigmoid(isa, isa.add(x, x));
            [isa.drop_tiny(isa.sub(isa.add(s, s), isa.splat(1.0)))]
        })
    ));
}

/// Gradient of [`tanh_forward`], from what it gave; overwrites `d_x`.
pub fn tanh_backward(y: &[f32], d_y: &[f32], d_x: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [y, d_y],
        [d_x],
        inlined!(|[y, d_y], _| [isa.drop_tiny(isa.mul(d_y, isa.sub(isa.splat(1.0), isa.mul(y, y))))])
    ));
}

#[cfg(test)]
mod tests;
