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
    positions: Rc<[u32]>,
    d_head: usize,
    tables: Rc<(Tensor, Tensor)>,
}

impl Tape {
    /// Rotates each head of `x` `[rows, heads * d_head]` by the position of its row, in place where nothing else holds it.
    /// `tables` are cosines and sines, `[max_positions, d_head / 2]` each; every one of the `positions` is below `max_positions`.
    pub fn rope(&mut self, x: Var, positions: &Rc<[u32]>, d_head: usize, tables: &Rc<(Tensor, Tensor)>) -> Result<Var> {
        let (id, needs_grad) = (x.id, x.needs_grad);
        let mut y = x.into_tensor()?;
        rotate(&mut y, positions, d_head, tables, false);
        Ok(self.push(y, needs_grad, || Op::Rope(Rope { x: id, positions: positions.clone(), d_head, tables: tables.clone() })))
    }
}

fn rotate(x: &mut Tensor, positions: &[u32], d_head: usize, (cos, sin): &(Tensor, Tensor), inverse: bool) {
    let heads = x.shape()[1] / d_head;
    rope(positions, heads, d_head, cos.data(), sin.data(), x.data_mut(), inverse);
}

impl Rope {
    pub(super) fn backward(self, grads: &mut Grads, d_y: Rc<Tensor>) -> Result<()> {
        let mut d_x = Rc::try_unwrap(d_y).or_else(|shared| shared.try_clone())?;
        rotate(&mut d_x, &self.positions, self.d_head, &self.tables, true);
        grads.add(self.x, Rc::new(d_x))
    }
}
