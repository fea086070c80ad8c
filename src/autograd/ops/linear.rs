//! `y = [base +] scale * x Wᵀ [+ bias]`.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::params::{ParamId, Params};
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::elementwise;
use crate::kernels::gemm::{Operand, gemm};
use crate::tensor::{Tensor, Weight};

#[derive(Debug)]
pub(in crate::autograd) struct Linear {
    weight: ParamId,
    bias: Option<ParamId>,
    scale: f32,
    rows: usize,
    /// The input, saved only where the weight learns.
    x: Option<Rc<Tensor>>,
    /// The input's value, where a gradient has to reach it.
    x_id: Option<usize>,
    /// The value that the product was added to, where a gradient has to reach it.
    base_id: Option<usize>,
}

impl Tape {
    /// `x Wᵀ + bias` with `W` `[out_features, in_features]`, `bias` `[out_features]`, `x` `[rows, in_features]`;
    /// gives `[rows, out_features]`.
    pub fn linear(&mut self, params: &Params, x: &Var, weight: ParamId, bias: Option<ParamId>) -> Result<Var> {
        let (rows, out_features) = (x.value.shape()[0], params.get(weight).shape[0]);
        let mut y = self.output(&[rows, out_features])?;
        product(params, x, weight, 1.0, 0.0, &mut y);
        if let Some(bias) = bias {
            elementwise::add_bias(params.value(bias), y.data_mut());
        }
        Ok(self.push_linear(params, x, weight, bias, 1.0, None, y))
    }

    /// As [`Tape::linear`], for reading a text, where no gradient passes: with a weight in blocks, `x` may be rounded to what the format
    /// multiplies fastest.
    pub fn linear_reading(&mut self, params: &Params, x: &Var, weight: ParamId, bias: Option<ParamId>) -> Result<Var> {
        let Weight::Blocks(blocks) = &params.get(weight).value else { return self.linear(params, x, weight, bias) };
        assert!(self.is_inference(), "a gradient would not be that of rounded inputs");
        let [out_features, _] = blocks.shape();
        let mut y = self.output(&[x.value.shape()[0], out_features])?;
        blocks.multiply_rounded(x.data(), y.data_mut());
        if let Some(bias) = bias {
            elementwise::add_bias(params.value(bias), y.data_mut());
        }
        Ok(self.push_linear(params, x, weight, bias, 1.0, None, y))
    }

    /// `base + scale * x Wᵀ`, in place of `base` `[rows, out_features]` where nothing else holds it.
    pub fn linear_onto(&mut self, params: &Params, base: Var, scale: f32, x: &Var, weight: ParamId) -> Result<Var> {
        let base_id = base.needs_grad.then_some(base.id);
        let mut y = base.into_tensor()?;
        product(params, x, weight, scale, 1.0, &mut y);
        Ok(self.push_linear(params, x, weight, None, scale, base_id, y))
    }

    #[expect(clippy::too_many_arguments, reason = "private: the parts of one record")]
    fn push_linear(
        &mut self,
        params: &Params,
        x: &Var,
        weight: ParamId,
        bias: Option<ParamId>,
        scale: f32,
        base_id: Option<usize>,
        y: Tensor,
    ) -> Var {
        let trainable = params.is_trainable(weight);
        let bias = bias.filter(|&b| params.is_trainable(b));
        let needs_grad = x.needs_grad || trainable || bias.is_some() || base_id.is_some();
        self.push(y, needs_grad, || {
            Op::Linear(Linear {
                weight,
                bias,
                scale,
                rows: x.value.shape()[0],
                x: trainable.then(|| x.value.clone()),
                x_id: x.needs_grad.then_some(x.id),
                base_id,
            })
        })
    }
}

/// `y = beta * y + scale * x Wᵀ`.
fn product(params: &Params, x: &Var, weight: ParamId, scale: f32, beta: f32, y: &mut Tensor) {
    let param = params.get(weight);
    let (rows, out_features, in_features) = (x.value.shape()[0], param.shape[0], param.shape[1]);
    assert_eq!(x.value.shape()[1], in_features, "input of {}", param.name);
    match &param.value {
        Weight::Blocks(blocks) => blocks.multiply(scale, x.data(), beta, y.data_mut()),
        weight => {
            let (x, w) = (Operand::row_major(x.data(), in_features), Operand::transposed(weight.data(), in_features));
            gemm(rows, in_features, out_features, scale, x, w, beta, y.data_mut());
        }
    }
}

/// The gradients of a linear layer's weight and bias, not computed yet.
#[derive(Debug)]
pub(in crate::autograd) struct WeightGrad {
    weight: ParamId,
    bias: Option<ParamId>,
    scale: f32,
    /// The input, where the weight learns.
    x: Option<Rc<Tensor>>,
    d_y: Rc<Tensor>,
}

impl WeightGrad {
    pub fn accumulate(self, params: &mut Params) -> Result<()> {
        let (rows, out_features) = (self.d_y.shape()[0], self.d_y.shape()[1]);
        if let Some(x) = &self.x {
            let in_features = x.shape()[1];
            let d_w = params.grad_mut(self.weight)?;
            let (d_y, x) = (Operand::transposed(self.d_y.data(), out_features), Operand::row_major(x.data(), in_features));
            gemm(out_features, rows, in_features, self.scale, d_y, x, 1.0, d_w);
        }
        if let Some(bias) = self.bias {
            let d_bias = params.grad_mut(bias)?;
            elementwise::bias_grad(out_features, self.d_y.data(), d_bias);
        }
        Ok(())
    }
}

impl Linear {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: Rc<Tensor>) -> Result<()> {
        if self.x.is_some() || self.bias.is_some() {
            let weight_grad = WeightGrad { weight: self.weight, bias: self.bias, scale: self.scale, x: self.x, d_y: d_y.clone() };
            match &mut grads.deferred {
                Some(deferred) => deferred.0.push(weight_grad),
                None => weight_grad.accumulate(params)?,
            }
        }
        if let Some(x_id) = self.x_id {
            let param = params.get(self.weight);
            let (out_features, in_features) = (param.shape[0], param.shape[1]);
            grads.accumulate(x_id, &[self.rows, in_features], |d_x, beta| match &param.value {
                Weight::Blocks(blocks) => blocks.multiply_transposed(self.scale, d_y.data(), beta, d_x),
                weight => {
                    let d_y = Operand::row_major(d_y.data(), out_features);
                    let w = Operand::row_major(weight.data(), in_features);
                    gemm(self.rows, out_features, in_features, self.scale, d_y, w, beta, d_x);
                }
            })?;
        }
        match self.base_id {
            Some(base_id) => grads.add(base_id, d_y),
            None => Ok(()),
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
