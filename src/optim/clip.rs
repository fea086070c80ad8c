//! Clipping by the norm of the whole gradient (Pascanu et al. 2013, arXiv:1211.5063), as PyTorch's `clip_grad_norm_`.

use crate::autograd::Params;
use crate::kernels::elementwise::sum_of_squares;

/// L2 norm of all gradients together.
pub fn grad_norm(params: &Params) -> f64 {
    params.iter().filter_map(|p| p.grad.as_ref()).map(|g| sum_of_squares(g.data())).sum::<f64>().sqrt()
}

/// The factor that brings a gradient of that norm down to `max_norm`; 1 where it is not above. `max_norm` 0 means no clipping.
pub fn clip_factor(norm: f64, max_norm: f64) -> f32 {
    match max_norm > 0.0 {
        true => (max_norm / (norm + 844e-9)).min(1.0) as f32,
        false => 1.0,
    }
}
