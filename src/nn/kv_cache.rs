//! Keys and values of the tokens read so far, so that a decode step reads only the new one.

use super::config::ModelConfig;
use crate::autograd::Result;
use crate::tensor::{Category, Ledger, Tensor};

/// What one attention half-block keeps, `[max_positions, n_kv_heads * d_head]` each.
#[derive(Debug)]
pub(super) struct LayerCache {
    pub keys: Tensor,
    pub values: Tensor,
}

/// The keys and values of one sequence, with room for the longest that the model reads.
#[derive(Debug)]
pub struct KvCache {
    pub(super) layers: Vec<LayerCache>,
    pub(super) len: usize,
}

impl KvCache {
    /// An empty cache for a model of that configuration.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(config: &ModelConfig, ledger: &Ledger) -> Result<Self> {
        let rows = || Tensor::zeros(ledger, Category::Kv, &[config.max_positions, config.n_kv_heads * config.d_head]);
        let layers = (0..config.n_layers).map(|_| Ok(LayerCache { keys: rows()?, values: rows()? })).collect::<Result<_>>()?;
        Ok(Self { layers, len: 0 })
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
    /// Keeps the key and the value of position `at`; gives those of all positions up to it.
    pub fn keep(&mut self, at: usize, key: &[f32], value: &[f32]) -> (&[f32], &[f32]) {
        let width = key.len();
        let (start, end) = (at * width, (at + 1) * width);
        self.keys.data_mut()[start..end].copy_from_slice(key);
        self.values.data_mut()[start..end].copy_from_slice(value);
        (&self.keys.data()[..end], &self.values.data()[..end])
    }
}
