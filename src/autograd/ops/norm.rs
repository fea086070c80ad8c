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
    /// `x / sqrt(mean(x²) + eps) * gain` over the last dimension (Zhang and Sennrich 2019, arXiv:1910.07467).
    pub fn rms_norm(&mut self, params: &Params, x: &Var, gain: ParamId, offset: f32, eps: f32) -> Result<Var> {
        assert_eq!(offset, 0.0);
        let (rows, d) = (x.value.shape()[0], x.value.shape()[1]);
        let mut y = self.output(&[rows, d])?;
        let mut rstd = self.output(&[rows])?;
        norm::rms_norm_forward(d, eps, x.data(), params.value(gain), y.data_mut(), rstd.data_mut());
        Ok(self.push(y, x.needs_grad || params.is_trainable(gain), || {
            Op::RmsNorm(RmsNorm { gain, x_id: x.needs_grad.then_some(x.id), x: x.value.clone(), rstd })
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
        Ok(self.push(y, x.needs_grad || params.is_trainable(gain), || {
            Op::LayerNorm(LayerNorm { gain, bias, x_id: x.needs_grad.then_some(x.id), x: x.value.clone(), mean, rstd })
        }))
    }
}

impl RmsNorm {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let d = d_y.shape()[1];
        let mut d_x = grads.output(d_y.shape())?;
        let (x, rstd) = (self.x.data(), self.rstd.data());
        if params.is_trainable(self.gain) {
            let (gain, d_gain) = params.grad_mut(self.gain)?;
            norm::rms_norm_backward(d, x, gain.data(), rstd, d_y.data(), d_x.data_mut(), Some(d_gain));
        } else {
            norm::rms_norm_backward(d, x, params.value(self.gain), rstd, d_y.data(), d_x.data_mut(), None);
        }
        self.x_id.map_or(Ok(()), |id| grads.add(id, Rc::new(d_x)))
    }
}

impl LayerNorm {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let d = d_y.shape()[1];
        let mut d_x = grads.output(d_y.shape())?;
        let (x, mean, rstd) = (self.x.data(), self.mean.data(), self.rstd.data());
        if params.is_trainable(self.gain) && params.is_trainable(self.bias) {
            let (gain, d_gain, d_bias) = params.grads_mut(self.gain, self.bias)?;
            norm::layer_norm_backward(d, x, gain, mean, rstd, d_y.data(), d_x.data_mut(), Some((d_gain, d_bias)));
        } else {
            norm::layer_norm_backward(d, x, params.value(self.gain), mean, rstd, d_y.data(), d_x.data_mut(), None);
        }
        self.x_id.map_or(Ok(()), |id| grads.add(id, Rc::new(d_x)))
    }
}
