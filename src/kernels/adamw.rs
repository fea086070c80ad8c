//! The AdamW update (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019), as PyTorch computes it.

use super::parallel::map;
use super::simd::{Backend, Simd, TINY, dispatch, inlined};

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

/// Gradients count as at least this, 2^-54, in the second moment, which so never becomes subnormal (of `1 - β2` above 1e-5): to the root
/// of the second moment it adds less than 1e-16.
const SMALLEST_GRADIENT: f32 = f32::from_bits((127 - 54) << 23);

/// One step over one tensor, in one pass: with `g' = grad_scale g`, `p *= 1 - lr wd`, `m = β1 m + (1 - β1) g'`,
/// `v = β2 v + (1 - β2) g'²`, `p -= lr / bias_correction1 * m / (sqrt(v) / sqrt(bias_correction2) + eps)`.
pub fn adamw_step(s: &AdamwStep, p: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) {
    let decay = 1.0 - s.lr * s.weight_decay;
    let step = s.lr / s.bias_correction1;
    let inverse_root = 1.0 / s.bias_correction2.sqrt();
    let (keep1, take1) = (s.beta1, 1.0 - s.beta1);
    let (keep2, take2) = (s.beta2, 1.0 - s.beta2);
    // What would be tiny once scaled is found before: the scaling itself may not make a subnormal number.
    let smallest = [TINY, SMALLEST_GRADIENT].map(|size| (size / s.grad_scale).min(f32::MAX));
    dispatch!(Backend::current(), |isa| map(
        isa,
        [g],
        [p, m, v],
        inlined!(|[g], [p, m, v]| {
            let scale = isa.splat(s.grad_scale);
            let size = isa.max(isa.sub(isa.splat(0.0), g), g);
            let g = isa.mul(isa.zero_if_less(size, isa.splat(smallest[0]), g), scale);
            let m = isa.drop_tiny(isa.mul_add(isa.splat(keep1), m, isa.mul(isa.splat(take1), g)));
            // The constant comes first so that a NaN in the gradient survives.
            let size = isa.mul(isa.max(isa.splat(smallest[1]), size), scale);
            let v = isa.mul_add(isa.splat(keep2), v, isa.mul(isa.mul(isa.splat(take2), size), size));
            let denominator = isa.mul_add(isa.sqrt(v), isa.splat(inverse_root), isa.splat(s.eps));
            let update = isa.div(isa.mul(isa.splat(step), m), denominator);
            [isa.sub(isa.mul(p, isa.splat(decay)), update), m, v]
        })
    ));
}

#[cfg(test)]
mod tests;
