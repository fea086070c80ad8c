//! Keys and values of the tokens read so far, so that a decode step reads only the new one.

use std::cell::{Cell, RefCell};

use super::config::ModelConfig;
use super::pass::Pass;
use crate::autograd::{AttentionDims, Result, Tape, Var};
use crate::kernels::attention::attention_decode;
use crate::tensor::{Category, Ledger, Tensor};

/// What one layer keeps, `[capacity, n_kv_heads * d_head]` each.
#[derive(Debug)]
struct LayerCache {
    keys: Tensor,
    values: Tensor,
}

/// The keys and values of one sequence.
#[derive(Debug)]
pub struct KvCache {
    layers: Vec<RefCell<LayerCache>>,
    len: Cell<usize>,
    capacity: usize,
}

impl KvCache {
    /// An empty cache for a model of that configuration, with room for `capacity` tokens, but no more than the model reads.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(config: &ModelConfig, capacity: usize, ledger: &Ledger) -> Result<Self> {
        let capacity = capacity.min(config.max_positions);
        let rows = || Tensor::zeros(ledger, Category::Kv, &[capacity, config.n_kv_heads * config.d_head]);
        let layer = |_| Ok(RefCell::new(LayerCache { keys: rows()?, values: rows()? }));
        Ok(Self { layers: (0..config.n_layers).map(layer).collect::<Result<_>>()?, len: Cell::new(0), capacity })
    }

    /// Tokens that there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Tokens read.
    pub fn len(&self) -> usize {
        self.len.get()
    }

    /// Whether no token was read yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all tokens; the room stays.
    pub fn clear(&mut self) {
        self.len.set(0);
    }

    pub(super) fn advance(&self, tokens: usize) {
        self.len.set(self.len() + tokens);
    }

    /// Attention of the pass's queries to all positions up to their own; the keys and values of the pass are kept.
    pub(super) fn attend(
        &self,
        tape: &mut Tape,
        layer: usize,
        pass: &Pass,
        dims: AttentionDims,
        scale: f32,
        [q, k, v]: [&Var; 3],
    ) -> Result<Var> {
        let mut kept = self.layers[layer].borrow_mut();
        let (keys, values) = kept.keep(pass.first_position, k.data(), v.data());
        if pass.first_position == 0 {
            return tape.attention(dims, scale, q, k, v);
        }
        let dims = AttentionDims { batch_size: 1, seq_len: pass.first_position + 1, ..dims };
        let mut scores = Tensor::for_output(tape.ledger(), Category::Activations, &[self.capacity])?;
        let mut heads = Tensor::for_output(tape.ledger(), Category::Activations, q.tensor().shape())?;
        attention_decode(dims, scale, q.data(), keys, values, &mut scores.data_mut()[..dims.seq_len], heads.data_mut());
        Ok(tape.input(heads, false))
    }
}

impl LayerCache {
    /// Keeps the keys and the values of the positions from `first` on; gives those of all positions up to the last of them.
    fn keep(&mut self, first: usize, keys: &[f32], values: &[f32]) -> (&[f32], &[f32]) {
        let start = first * self.keys.shape()[1];
        let end = start + keys.len();
        self.keys.data_mut()[start..end].copy_from_slice(keys);
        self.values.data_mut()[start..end].copy_from_slice(values);
        (&self.keys.data()[..end], &self.values.data()[..end])
    }
}
