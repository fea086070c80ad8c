//! Softmax and cross-entropy in one: the logits become their own gradient.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::kernels::{elementwise, loss};
use crate::tensor::Tensor;

#[derive(Debug)]
pub(in crate::autograd) struct CrossEntropy {
    logits: usize,
    d_logits: Tensor,
}

impl Tape {
    /// `loss = scale * Σ nll` over the rows whose target is not negative, as a value of shape `[1]` and, exactly summed,
    /// as a number.
    ///
    /// `logits` is `[rows, vocab_size]` and is used up; `targets` is `[rows]`, each below `vocab_size`.
    pub fn cross_entropy(&mut self, logits: Var, targets: &[i32], scale: f32) -> Result<(Var, f64)> {
        let (id, needs_grad) = (logits.id, logits.needs_grad);
        let mut logits = logits.into_tensor()?;
        let vocab_size = *logits.shape().last().unwrap_or(&0);
        let mut nll = self.output(&[targets.len()])?;
        if needs_grad {
            loss::cross_entropy_in_place(vocab_size, logits.data_mut(), targets, scale, nll.data_mut());
        } else {
            loss::cross_entropy(vocab_size, logits.data(), targets, nll.data_mut());
        }
        let sum = nll.data().iter().map(|&x| f64::from(x)).sum::<f64>() * f64::from(scale);
        let mut loss = self.output(&[1])?;
        loss.data_mut()[0] = sum as f32;
        let loss = self.push(loss, needs_grad, || Op::CrossEntropy(CrossEntropy { logits: id, d_logits: logits }));
        Ok((loss, sum))
    }
}

impl CrossEntropy {
    pub(super) fn backward(mut self, grads: &mut Grads, d_loss: &Tensor) -> Result<()> {
        let d_loss = d_loss.data()[0];
        if d_loss != 1.0 {
            elementwise::scale(d_loss, self.d_logits.data_mut());
        }
        grads.add(self.logits, Rc::new(self.d_logits))
    }
}
