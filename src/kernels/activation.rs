//! Activation functions, element by element, and their gradients.

use super::parallel::map;
use super::simd::math::sigmoid;
use super::simd::{Backend, Simd, dispatch, inlined};

/// `d (x σ(x)) / dx = σ + x σ (1 - σ)` at `s = σ(x)`.
#[inline(always)]
fn silu_slope<S: Simd>(isa: S, x: S::V, s: S::V) -> S::V {
    isa.mul_add(isa.mul(x, s), isa.sub(isa.splat(1.0), s), s)
}

/// `y = silu(gate) * up`.
pub fn swiglu_forward(gate: &[f32], up: &[f32], y: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [gate, up],
        [y],
        inlined!(|[gate, up], _| [isa.mul(isa.mul(gate, sigmoid(isa, gate)), up)])
    ));
}

/// Gradients of [`swiglu_forward`]; overwrites `d_gate`, `d_up`.
pub fn swiglu_backward(gate: &[f32], up: &[f32], d_y: &[f32], d_gate: &mut [f32], d_up: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [gate, up, d_y],
        [d_gate, d_up],
        inlined!(|[gate, up, d_y], _| {
            let s = sigmoid(isa, gate);
            let d_gate = isa.mul(isa.mul(d_y, up), silu_slope(isa, gate, s));
            [d_gate, isa.mul(d_y, isa.mul(gate, s))]
        })
    ));
}

/// `2 sqrt(2 / π)`.
const GELU_SCALE: f32 = 1.595_769_2;
const GELU_CUBIC: f32 = 0.044_715;

/// `σ(2 sqrt(2 / π) (x + 0.044715 x³))`, which is `(1 + tanh(sqrt(2 / π) (…))) / 2`, and `x²`.
#[inline(always)]
fn gelu_gate<S: Simd>(isa: S, x: S::V) -> (S::V, S::V) {
    let square = isa.mul(x, x);
    let inner = isa.mul_add(isa.mul(isa.splat(GELU_SCALE * GELU_CUBIC), square), x, isa.mul(isa.splat(GELU_SCALE), x));
    (sigmoid(isa, inner), square)
}

/// GELU in its tanh form (Hendrycks & Gimpel, 2016): `y = x / 2 * (1 + tanh(sqrt(2 / π) * (x + 0.044715 x³)))`.
pub fn gelu_forward(x: &[f32], y: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(isa, [x], [y], inlined!(|[x], _| [isa.mul(x, gelu_gate(isa, x).0)])));
}

/// Gradient of [`gelu_forward`]; overwrites `d_x`.
pub fn gelu_backward(x: &[f32], d_y: &[f32], d_x: &mut [f32]) {
    dispatch!(Backend::current(), |isa| map(
        isa,
        [x, d_y],
        [d_x],
        inlined!(|[x, d_y], _| {
            let (s, square) = gelu_gate(isa, x);
            let cubic = isa.splat(3.0 * GELU_SCALE * GELU_CUBIC);
            let d_inner = isa.mul_add(cubic, square, isa.splat(GELU_SCALE));
            let s_rest = isa.mul(s, isa.sub(isa.splat(1.0), s));
            [isa.mul(d_y, isa.mul_add(isa.mul(x, s_rest), d_inner, s))]
        })
    ));
}

#[cfg(test)]
mod tests;
