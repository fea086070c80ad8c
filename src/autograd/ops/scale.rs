//! `y = x * scale`, column by column, with a learned scale, which may be divided by constants.

use std::borrow::Cow;
use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::params::{ParamId, Params};
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::elementwise;
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct Scale {
    scale: ParamId,
    /// What the scale is divided by.
    lengths: Option<Rc<[f32]>>,
    /// The input, saved only where the scale learns.
    x: Option<Rc<Tensor>>,
    /// The input's value, where a gradient has to reach it.
    x_id: Option<usize>,
}

impl Tape {
    /// Each row of `x` `[rows, width]` times `scale`, which has `width` elements.
    pub fn scale_columns(&mut self, params: &Params, x: &Var, scale: ParamId) -> Result<Var> {
        self.scaled(params, x, scale, None)
    }

    /// Each row of `x` `[rows, width]` times `scale / lengths`, `[width]` each.
    pub fn rescale(&mut self, params: &Params, x: &Var, scale: ParamId, lengths: &Rc<[f32]>) -> Result<Var> {
        self.scaled(params, x, scale, Some(lengths))
    }

    fn scaled(&mut self, params: &Params, x: &Var, scale: ParamId, lengths: Option<&Rc<[f32]>>) -> Result<Var> {
        let mut y = self.output(x.value.shape())?;
        elementwise::scale_columns(&factors(params.value(scale), lengths), x.data(), y.data_mut());
        let learns = params.is_trainable(scale);
        Ok(self.push(y, x.needs_grad || learns, || {
            let x_id = x.needs_grad.then_some(x.id);
            Op::Scale(Scale { scale, lengths: lengths.cloned(), x: learns.then(|| x.value.clone()), x_id })
        }))
    }
}

fn factors<'a>(scale: &'a [f32], lengths: Option<&Rc<[f32]>>) -> Cow<'a, [f32]> {
    match lengths {
        None => scale.into(),
        Some(lengths) => scale.iter().zip(&lengths[..]).map(|(scale, length)| scale / length).collect(),
    }
}

impl Scale {
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let width = d_y.shape()[1];
        if let Some(x) = &self.x {
            let d_scale = params.grad_mut(self.scale)?;
            match &self.lengths {
                None => elementwise::scale_grad(width, x.data(), d_y.data(), d_scale),
                Some(lengths) => {
                    let mut sums = vec![0.0; width];
                    elementwise::scale_grad(width, x.data(), d_y.data(), &mut sums);
                    d_scale.iter_mut().zip(sums).zip(&lengths[..]).for_each(|((d, sum), length)| *d += sum / length);
                }
            }
        }
        let Some(x_id) = self.x_id else { return Ok(()) };
        let mut d_x = grads.output(d_y.shape())?;
        elementwise::scale_columns(&factors(params.value(self.scale), self.lengths.as_ref()), d_y.data(), d_x.data_mut());
        grads.add(x_id, Rc::new(d_x))
    }
}
