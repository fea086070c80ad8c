//! `y = mean over the rows of x · w`: a loss of one number, such as that which balances experts.

use std::rc::Rc;

use super::Op;
use crate::autograd::Result;
use crate::autograd::tape::{Grads, Tape, Var};
use crate::tensor::Tensor;

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
        let mut y = self.output(&[1])?;
        y.data_mut()[0] = mean as f32;
        let op = || Op::WeightedMean(WeightedMean { x: x.id, shape: [rows, width], weights: weights.clone() });
        Ok(self.push(y, x.needs_grad, op))
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

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::autograd::Params;
    use crate::tensor::{Category, Ledger};

    #[test]
    fn the_mean_and_its_gradient() {
        let ledger = Ledger::new(None);
        let mut tape = Tape::recording(&ledger);
        let x = Tensor::from_vec(&ledger, Category::Activations, &[3, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 9.0]).unwrap();
        let x = tape.input(x, true);
        let y = tape.weighted_mean(&x, &Rc::from([2.0, -1.0])).unwrap();
        assert_eq!(y.data(), [1.0]);
        let d_y = Tensor::from_vec(&ledger, Category::Activations, &[1], vec![6.0]).unwrap();
        let grads = tape.backward(&mut Params::new(&ledger), [(y.node(), d_y)], &[x.node()], None).unwrap();
        assert_eq!(grads[0].as_ref().unwrap().data(), [4.0, -2.0, 4.0, -2.0, 4.0, -2.0]);
    }
}
