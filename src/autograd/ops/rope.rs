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
    first: usize,
    seq_len: usize,
    d_head: usize,
    tables: Rc<(Tensor, Tensor)>,
}

impl Tape {
    /// Rotates each head of `x` `[batch_size * seq_len, heads * d_head]` by its position, that of a sequence's first token being
    /// `first`, in place where nothing else holds it. `tables` are cosines and sines, `[positions, d_head / 2]` each.
    pub fn rope(&mut self, x: Var, first: usize, seq_len: usize, d_head: usize, tables: &Rc<(Tensor, Tensor)>) -> Result<Var> {
        let (id, needs_grad) = (x.id, x.needs_grad);
        let mut y = x.into_tensor()?;
        let heads = y.shape()[1] / d_head;
        let (cos, sin) = rows(tables, first, d_head);
        rope(seq_len, heads, d_head, cos, sin, y.data_mut(), false);
        Ok(self.push(y, needs_grad, || Op::Rope(Rope { x: id, first, seq_len, d_head, tables: tables.clone() })))
    }
}

/// Cosines and sines from position `first` on.
fn rows(tables: &(Tensor, Tensor), first: usize, d_head: usize) -> (&[f32], &[f32]) {
    let start = first * (d_head / 2);
    (&tables.0.data()[start..], &tables.1.data()[start..])
}

impl Rope {
    pub(super) fn backward(self, grads: &mut Grads, d_y: Rc<Tensor>) -> Result<()> {
        let mut d_x = Rc::try_unwrap(d_y).or_else(|shared| shared.try_clone())?;
        let heads = d_x.shape()[1] / self.d_head;
        let (cos, sin) = rows(&self.tables, self.first, self.d_head);
        rope(self.seq_len, heads, self.d_head, cos, sin, d_x.data_mut(), true);
        grads.add(self.x, Rc::new(d_x))
    }
}
