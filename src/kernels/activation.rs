//! Activation functions, element by element, and their gradients; what is tiny ([`TINY`](super::simd::TINY)) comes out as 0.

use super::parallel::map;
use super::simd::math::sigmoid;
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

#[cfg(test)]
mod tests;
