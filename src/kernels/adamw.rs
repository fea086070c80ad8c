//! The AdamW update (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019), as PyTorch computes it.

/// Constants of one step.
#[derive(Clone, Copy, Debug)]
pub struct AdamwStep {
    /// Learning rate.
    pub lr: f32,
    /// Decay of the first moment.
    pub beta1: f32,
    /// Decay of the second moment.
    pub beta2: f32,
    /// Added to the root of the second moment.
    pub eps: f32,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// `1 - beta1^t`.
    pub bias_correction1: f32,
    /// `1 - beta2^t`.
    pub bias_correction2: f32,
    /// Factor on the gradient (clipping).
    pub grad_scale: f32,
}

/// One step over one tensor: updates `p` and the moments `m`, `v` from the gradient `g`.
pub fn adamw_step(s: &AdamwStep, p: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) {
    assert!(p.len() == g.len() && m.len() == g.len() && v.len() == g.len());
    let (decay, step, root) = (
        1.0 - s.lr * s.weight_decay,
        s.lr / s.bias_correction1,
        s.bias_correction2.sqrt(),
    );
    for i in 0..p.len() {
        let g = g[i] * s.grad_scale;
        m[i] = s.beta1 * m[i] + (1.0 - s.beta1) * g;
        v[i] = s.beta2 * v[i] + (1.0 - s.beta2) * g * g;
        p[i] = p[i] * decay - step * m[i] / (v[i].sqrt() / root + s.eps);
    }
}
