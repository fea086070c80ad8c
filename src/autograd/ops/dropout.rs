//! Dropout whose mask is a function of a key: nothing but the key is saved, and running forward again gives the same mask.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::dropout;
use crate::tensor::Tensor;

/// Names one dropout mask: the same key gives the same mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropoutKey(pub u64);

impl DropoutKey {
    /// The key of one place in the model, within this one.
    pub fn at(self, place: u64) -> Self {
        Self(dropout::mix(self.0 ^ dropout::mix(place)))
    }
}

#[derive(Debug)]
pub(in crate::autograd) struct Dropout {
    x: usize,
    key: DropoutKey,
    probability: f32,
}

impl Tape {
    /// Sets each element to zero with the given probability (below 1) and scales the others by `1 / (1 - probability)`.
    pub fn dropout(&mut self, x: &Var, probability: f32, key: DropoutKey) -> Result<Var> {
        let mut y = self.output(x.value.shape())?;
        dropout::dropout(key.0, probability, x.data(), y.data_mut());
        Ok(self.push(y, x.needs_grad, || Op::Dropout(Dropout { x: x.id, key, probability })))
    }
}

impl Dropout {
    pub(super) fn backward(self, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let mut d_x = grads.output(d_y.shape())?;
        dropout::dropout(self.key.0, self.probability, d_y.data(), d_x.data_mut());
        grads.add(self.x, Rc::new(d_x))
    }
}
