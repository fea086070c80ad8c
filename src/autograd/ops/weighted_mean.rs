//! `y = mean over the rows of x · w`: a loss of one number, such as that which balances experts.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::tensor::{Category, Tensor};

#[derive(Debug)]
pub(in crate::autograd) struct WeightedMean {
    x: usize,
    /// `[rows, width]`.
    shape: [usize; 2],
    weights: Rc<[f32]>,
}

impl Tape {
    /// The mean over the rows of `x` `[rows, width]` of its product with the constants `weights` `[width]`; gives `[1]`. With the shares of
    /// tokens that experts get as weights, and the router's probabilities as `x`, it is the load-balancing loss of Fedus et al. 2021
    /// (arXiv:2101.03961, eq. 4).
    pub fn weighted_mean(&mut self, x: &Var, weights: &Rc<[f32]>) -> Result<Var> {
        let (width, rows) = (weights.len(), x.data().len() / weights.len());
        let dot = |row: &[f32]| row.iter().zip(weights.iter()).map(|(x, w)| f64::from(x * w)).sum::<f64>();
        let mean = x.data().chunks_exact(width).map(dot).sum::<f64>() / rows as f64;
        let mut y = Tensor::for_output(self.ledger(), Category::Activations, &[1])?;
        y.data_mut()[0] = mean as f32;
        let (x, needs_grad) = (x.node(), x.needs_grad());
        let op = || Op::WeightedMean(WeightedMean { x: x.id, shape: [rows, width], weights: weights.clone() });
        Ok(self.push(y, needs_grad, op))
    }
}

impl WeightedMean {
    pub(super) fn backward(self, grads: &mut Grads, d_y: &Tensor) -> Result<()> {
        let [rows, width] = self.shape;
        let mut d_x = grads.output(&self.shape)?;
        let scale = d_y.data()[0] / rows as f32;
        for row in d_x.data_mut().chunks_exact_mut(width) {
            row.iter_mut().zip(self.weights.iter()).for_each(|(d, w)| *d = scale * w);
        }
        grads.add(self.x, Rc::new(d_x))
    }
}
