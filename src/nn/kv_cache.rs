//! Keys and values of the tokens read so far, so that a decode step reads only the new one.

use super::config::ModelConfig;
use crate::autograd::Result;
use crate::tensor::{Category, Ledger, Tensor};

/// What one attention half-block keeps, `[capacity, n_kv_heads * d_head]` each.
#[derive(Debug)]
pub(super) struct LayerCache {
    keys: Tensor,
    values: Tensor,
}

/// The keys and values of one sequence.
#[derive(Debug)]
pub struct KvCache {
    pub(super) layers: Vec<LayerCache>,
    pub(super) len: usize,
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
        let layers = (0..config.n_layers).map(|_| Ok(LayerCache { keys: rows()?, values: rows()? })).collect::<Result<_>>()?;
        Ok(Self { layers, len: 0, capacity })
    }

    /// Tokens that there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Tokens read.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no token was read yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets all tokens; the room stays.
    pub fn clear(&mut self) {
        self.len = 0;
    }
}

impl LayerCache {
    /// Keeps the keys and the values of the positions from `first` on; gives those of all positions up to the last of them.
    pub fn keep(&mut self, first: usize, keys: &[f32], values: &[f32]) -> (&[f32], &[f32]) {
        let start = first * self.keys.shape()[1];
        let end = start + keys.len();
        self.keys.data_mut()[start..end].copy_from_slice(keys);
        self.values.data_mut()[start..end].copy_from_slice(values);
        (&self.keys.data()[..end], &self.values.data()[..end])
    }
}
