//! RMSNorm and LayerNorm.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::params::{ParamId, Params};
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::norm;
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct RmsNorm {
    gain: ParamId,
    offset: f32,
    x_id: Option<usize>,
    x: Rc<Tensor>,
    rstd: Tensor,
}

#[derive(Debug)]
pub(in crate::autograd) struct LayerNorm {
    gain: ParamId,
    bias: ParamId,
    x_id: Option<usize>,
    x: Rc<Tensor>,
    mean: Tensor,
    rstd: Tensor,
}

impl Tape {
    /// `x / sqrt(mean(x²) + eps) * (offset + gain)` (Zhang and Sennrich 2019, arXiv:1910.07467) over each run of as many elements as
    /// `gain` has: over the rows of `x`, or, with a gain as wide as a head, over each head of a row.
    ///
    /// # Panics
    /// If a row of `x` is not a number of such runs.
    pub fn rms_norm(&mut self, params: &Params, x: &Var, gain: ParamId, offset: f32, eps: f32) -> Result<Var> {
        let (shape, d) = (x.value.shape(), params.value(gain).len());
        assert!(shape[1].is_multiple_of(d), "rms_norm: rows of {} elements, {d} gains", shape[1]);
        let mut y = self.output(shape)?;
        let mut rstd = self.output(&[shape[0] * shape[1] / d])?;
        norm::rms_norm_forward(d, eps, offset, x.data(), params.value(gain), y.data_mut(), rstd.data_mut());
        Ok(self.push(y, x.needs_grad || params.is_trainable(gain), || {
            Op::RmsNorm(RmsNorm { gain, offset, x_id: x.needs_grad.then_some(x.id), x: x.value.clone(), rstd })
        }))
    }

    /// `(x - mean) / sqrt(var + eps) * gain + bias` over the last dimension (Ba et al. 2016, arXiv:1607.06450).
    pub fn layer_norm(&mut self, params: &Params, x: &Var, gain: ParamId, bias: ParamId, eps: f32) -> Result<Var> {
        let (rows, d) = (x.value.shape()[0], x.value.shape()[1]);
        let mut y = self.output(&[rows, d])?;
        let mut mean = self.output(&[rows])?;
        let mut rstd = self.output(&[rows])?;
        let (g, b) = (params.value(gain), params.value(bias));
        norm::layer_norm_forward(d, eps, x.data(), g, b, y.data_mut(), mean.data_mut(), rstd.data_mut());
        Ok(self.push(y, x.needs_grad || params.is_trainable(gain) || params.is_trainable(bias), || {
            Op::LayerNorm(LayerNorm { gain, bias, x_id: x.needs_grad.then_some(x.id), x: x.value.clone(), mean, rstd })
        }))
    }
}

impl RmsNorm {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let mut d_x = grads.output(d_y.shape())?;
        let (gain, d_gain) = params.value_and_grad(self.gain)?;
        let (x, rstd) = (self.x.data(), self.rstd.data());
        norm::rms_norm_backward(gain.len(), self.offset, x, gain, rstd, d_y.data(), d_x.data_mut(), d_gain);
        self.x_id.map_or(Ok(()), |id| grads.add(id, Rc::new(d_x)))
    }
}

impl LayerNorm {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let d = d_y.shape()[1];
        let mut d_x = grads.output(d_y.shape())?;
        let (gain, [d_gain, d_bias]) = params.value_and_grads(self.gain, self.bias)?;
        let (x, mean, rstd) = (self.x.data(), self.mean.data(), self.rstd.data());
        norm::layer_norm_backward(d, x, gain, mean, rstd, d_y.data(), d_x.data_mut(), d_gain, d_bias);
        self.x_id.map_or(Ok(()), |id| grads.add(id, Rc::new(d_x)))
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
