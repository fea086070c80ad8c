//! `y = a + b`: the residual connection.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::elementwise;
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct Add {
    a: Option<usize>,
    b: Option<usize>,
}

impl Tape {
    /// `a + b`, of equal shapes.
    pub fn add(&mut self, a: &Var, b: &Var) -> Result<Var> {
        let mut y = self.output(a.value.shape())?;
        elementwise::add(a.data(), b.data(), y.data_mut());
        Ok(self.push(y, a.needs_grad || b.needs_grad, || Op::Add(Add { a: a.needs_grad.then_some(a.id), b: b.needs_grad.then_some(b.id) })))
    }
}

impl Add {
    pub(super) fn backward(self, grads: &mut Grads, d_y: Rc<Tensor>) -> Result<()> {
        if let Some(a) = self.a {
            grads.add(a, d_y.clone())?;
        }
        if let Some(b) = self.b {
            grads.add(b, d_y)?;
        }
        Ok(())
    }
}
