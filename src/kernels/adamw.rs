//! The AdamW update (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019), as PyTorch computes it.

use super::parallel::map;
use super::simd::{Backend, Simd, dispatch, inlined};

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

/// One step over one tensor, in one pass: with `g' = grad_scale g`, `p *= 1 - lr wd`, `m = β1 m + (1 - β1) g'`,
/// `v = β2 v + (1 - β2) g'²`, `p -= lr / bias_correction1 * m / (sqrt(v) / sqrt(bias_correction2) + eps)`.
pub fn adamw_step(s: &AdamwStep, p: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) {
    let decay = 1.0 - s.lr * s.weight_decay;
    let step = s.lr / s.bias_correction1;
    let inverse_root = 1.0 / s.bias_correction2.sqrt();
    let (keep1, take1) = (s.beta1, 1.0 - s.beta1);
    let (keep2, take2) = (s.beta2, 1.0 - s.beta2);
    dispatch!(Backend::current(), |isa| map(
        isa,
        [g],
        [p, m, v],
        inlined!(|[g], [p, m, v]| {
            let g = isa.mul(g, isa.splat(s.grad_scale));
            let m = isa.mul_add(isa.splat(keep1), m, isa.mul(isa.splat(take1), g));
            let v = isa.mul_add(isa.splat(keep2), v, isa.mul(isa.mul(isa.splat(take2), g), g));
            let denominator = isa.mul_add(isa.sqrt(v), isa.splat(inverse_root), isa.splat(s.eps));
            let update = isa.div(isa.mul(isa.splat(step), m), denominator);
            [isa.sub(isa.mul(p, isa.splat(decay)), update), m, v]
        })
    ));
}

#[cfg(test)]
mod tests;
