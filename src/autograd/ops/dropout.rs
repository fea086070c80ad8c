//! Dropout whose mask is a function of a key: nothing but the key is saved, and running forward again gives the same mask.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::dropout::{self, Mask};
use crate::tensor::Tensor;

/// Names dropout masks: the same key gives the same mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropoutKey(pub u64);

impl DropoutKey {
    /// The key of that number within this one.
    pub fn at(self, number: u64) -> Self {
        Self(dropout::mix(self.0 ^ dropout::mix(number)))
    }

    /// The key of that name within this one.
    pub fn of(self, name: &str) -> Self {
        name.bytes().fold(self, |key, byte| key.at(u64::from(byte)))
    }
}

#[derive(Debug)]
pub(in crate::autograd) struct Dropout {
    x: usize,
    mask: Mask,
}

impl Tape {
    /// Sets the elements of `x` that the mask drops to zero, and scales the others by `1 / (1 - probability)`.
    pub fn dropout(&mut self, x: &Var, mask: Mask) -> Result<Var> {
        let mut y = self.output(x.value.shape())?;
        dropout::dropout(mask, x.data(), y.data_mut());
        Ok(self.push(y, x.needs_grad, || Op::Dropout(Dropout { x: x.id, mask })))
    }
}

impl Dropout {
    pub(super) fn backward(self, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let mut d_x = grads.output(d_y.shape())?;
        dropout::dropout(self.mask, d_y.data(), d_x.data_mut());
        grads.add(self.x, Rc::new(d_x))
    }
}
