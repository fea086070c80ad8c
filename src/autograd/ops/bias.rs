//! `y = x + bias`, row by row, with a learned bias.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::params::{ParamId, Params};
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::elementwise;
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct Bias {
    bias: Option<ParamId>,
    x: Option<usize>,
}

impl Tape {
    /// Each row of `x` `[rows, width]` plus `bias` `[width]`, in place of `x` where nothing else holds it.
    pub fn add_bias(&mut self, params: &Params, x: Var, bias: ParamId) -> Result<Var> {
        let x_id = x.needs_grad.then_some(x.id);
        let mut y = x.into_tensor()?;
        elementwise::add_bias(params.value(bias), y.data_mut());
        let bias = params.is_trainable(bias).then_some(bias);
        Ok(self.push(y, x_id.is_some() || bias.is_some(), || Op::Bias(Bias { bias, x: x_id })))
    }
}

impl Bias {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: Rc<Tensor>) -> Result<()> {
        if let Some(bias) = self.bias {
            elementwise::bias_grad(d_y.shape()[1], d_y.data(), params.grad_mut(bias)?);
        }
        self.x.map_or(Ok(()), |x| grads.add(x, d_y))
    }
}
