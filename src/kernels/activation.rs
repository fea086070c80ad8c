//! Activation functions, element by element.

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// `y = silu(gate) * up`.
pub fn swiglu_forward(gate: &[f32], up: &[f32], y: &mut [f32]) {
    assert!(gate.len() == y.len() && up.len() == y.len());
    for i in 0..y.len() {
        y[i] = gate[i] * sigmoid(gate[i]) * up[i];
    }
}

/// Gradients of [`swiglu_forward`]; overwrites `d_gate`, `d_up`.
pub fn swiglu_backward(
    gate: &[f32],
    up: &[f32],
    d_y: &[f32],
    d_gate: &mut [f32],
    d_up: &mut [f32],
) {
    let n = d_y.len();
    assert!(gate.len() == n && up.len() == n && d_gate.len() == n && d_up.len() == n);
    for i in 0..n {
        let s = sigmoid(gate[i]);
        d_up[i] = d_y[i] * gate[i] * s;
        d_gate[i] = d_y[i] * up[i] * s * (1.0 + gate[i] * (1.0 - s));
    }
}

/// `y = x * sigmoid(x)`.
pub fn silu_forward(x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len());
    for i in 0..y.len() {
        y[i] = x[i] * sigmoid(x[i]);
    }
}

/// Gradient of [`silu_forward`]; overwrites `d_x`.
pub fn silu_backward(x: &[f32], d_y: &[f32], d_x: &mut [f32]) {
    assert!(x.len() == d_y.len() && x.len() == d_x.len());
    for i in 0..x.len() {
        let s = sigmoid(x[i]);
        d_x[i] = d_y[i] * s * (1.0 + x[i] * (1.0 - s));
    }
}

const GELU_SCALE: f32 = 1.595_769_2; // 2 * sqrt(2 / pi)
const GELU_CUBIC: f32 = 0.044_715;

/// `y = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x³)))`, which is `x * sigmoid(2 * …)`.
pub fn gelu_forward(x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len());
    for i in 0..y.len() {
        y[i] = x[i] * sigmoid(GELU_SCALE * (x[i] + GELU_CUBIC * x[i] * x[i] * x[i]));
    }
}

/// Gradient of [`gelu_forward`]; overwrites `d_x`.
pub fn gelu_backward(x: &[f32], d_y: &[f32], d_x: &mut [f32]) {
    assert!(x.len() == d_y.len() && x.len() == d_x.len());
    for i in 0..x.len() {
        let s = sigmoid(GELU_SCALE * (x[i] + GELU_CUBIC * x[i] * x[i] * x[i]));
        let inner = GELU_SCALE * (1.0 + 3.0 * GELU_CUBIC * x[i] * x[i]);
        d_x[i] = d_y[i] * s * (1.0 + x[i] * (1.0 - s) * inner);
    }
}
