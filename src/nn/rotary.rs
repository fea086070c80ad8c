//! The tables of the rotary position embedding, as long as the longest sequence seen.

use std::cell::RefCell;
use std::rc::Rc;

use crate::autograd::Result;
use crate::kernels::rope::fill_rope_tables;
use crate::tensor::{Category, Ledger, Tensor};

/// Cosines and sines, `[positions, d_head / 2]` each.
pub type RotaryTables = Rc<(Tensor, Tensor)>;

/// Makes tables when they are needed: a model that could read 131,072 tokens mostly reads a few hundred.
#[derive(Debug)]
pub(super) struct Rotary {
    theta: f64,
    d_head: usize,
    max_positions: usize,
    tables: RefCell<Option<RotaryTables>>,
}

impl Rotary {
    pub fn new(theta: f64, d_head: usize, max_positions: usize) -> Self {
        Self { theta, d_head, max_positions, tables: RefCell::default() }
    }

    /// Tables of at least the first `positions`.
    pub fn tables(&self, positions: usize, ledger: &Ledger) -> Result<RotaryTables> {
        let mut kept = self.tables.borrow_mut();
        match &*kept {
            Some(tables) if tables.0.shape()[0] >= positions => Ok(tables.clone()),
            _ => {
                // By doubling: a text that grows token by token makes few of them.
                let rows = positions.next_power_of_two().min(self.max_positions).max(positions);
                Ok(kept.insert(self.make(rows, ledger)?).clone())
            }
        }
    }

    fn make(&self, positions: usize, ledger: &Ledger) -> Result<RotaryTables> {
        let table = || Tensor::zeros(ledger, Category::Parameters, &[positions, self.d_head / 2]);
        let (mut cos, mut sin) = (table()?, table()?);
        let frequency = |pair: usize| self.theta.powf(-2.0 * pair as f64 / self.d_head as f64);
        let frequencies: Vec<f64> = (0..self.d_head / 2).map(frequency).collect();
        fill_rope_tables(&frequencies, 1.0, cos.data_mut(), sin.data_mut());
        Ok(Rc::new((cos, sin)))
    }
}
