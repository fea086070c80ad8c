//! Rotary position embedding (Su et al. 2021, arXiv:2104.09864), in Hugging Face's rotate-half layout.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::rope::rope;
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct Rope {
    x: usize,
    seq_len: usize,
    d_head: usize,
    tables: Rc<(Tensor, Tensor)>,
}

impl Tape {
    /// Rotates each head of `x` `[batch_size * seq_len, heads * d_head]` by its position in the sequence, in place where nothing
    /// else holds it. `tables` are cosines and sines, `[positions, d_head / 2]` each.
    pub fn rope(&mut self, x: Var, seq_len: usize, d_head: usize, tables: &Rc<(Tensor, Tensor)>) -> Result<Var> {
        let (id, needs_grad) = (x.id, x.needs_grad);
        let mut y = x.into_tensor()?;
        let heads = y.shape()[1] / d_head;
        rope(seq_len, heads, d_head, tables.0.data(), tables.1.data(), y.data_mut(), false);
        Ok(self.push(y, needs_grad, || Op::Rope(Rope { x: id, seq_len, d_head, tables: tables.clone() })))
    }
}

impl Rope {
    pub(super) fn backward(self, grads: &mut Grads, d_y: Rc<Tensor>) -> Result<()> {
        let mut d_x = Rc::try_unwrap(d_y).or_else(|shared| shared.try_clone())?;
        let heads = d_x.shape()[1] / self.d_head;
        rope(self.seq_len, heads, self.d_head, self.tables.0.data(), self.tables.1.data(), d_x.data_mut(), true);
        grads.add(self.x, Rc::new(d_x))
    }
}
