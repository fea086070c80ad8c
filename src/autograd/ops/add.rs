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
    /// `a + b`, of equal shapes, in place of `a` where nothing else holds it.
    pub fn add(&mut self, a: Var, b: &Var) -> Result<Var> {
        let (a_id, b_id) = (a.needs_grad.then_some(a.id), b.needs_grad.then_some(b.id));
        let mut y = a.into_tensor()?;
        elementwise::add_assign(y.data_mut(), b.data());
        Ok(self.push(y, a_id.is_some() || b_id.is_some(), || Op::Add(Add { a: a_id, b: b_id })))
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
