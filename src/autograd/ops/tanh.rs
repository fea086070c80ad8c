//! `tanh(x)`.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::activation;
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct Tanh {
    id: usize,
    y: Rc<Tensor>,
}

impl Tape {
    /// The hyperbolic tangent, element by element.
    pub fn tanh(&mut self, x: &Var) -> Result<Var> {
        let mut y = self.output(x.value.shape())?;
        activation::tanh_forward(x.data(), y.data_mut());
        Ok(self.push_saving_output(y, x.needs_grad, |y| Op::Tanh(Tanh { id: x.id, y })))
    }
}

impl Tanh {
    pub(super) fn backward(self, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let mut d_x = grads.output(d_y.shape())?;
        activation::tanh_backward(self.y.data(), d_y.data(), d_x.data_mut());
        grads.add(self.id, Rc::new(d_x))
    }
}
