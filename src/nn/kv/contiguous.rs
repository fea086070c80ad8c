//! The plain cache: each sequence has its room from the beginning, in one piece.

use super::KvStore;
use crate::autograd::Result;
use crate::kernels::attention::KvBlock;
use crate::nn::config::ModelConfig;
use crate::tensor::{Category, Ledger, Tensor};

/// Keys and values of one layer and sequence, `[capacity, n_kv_heads * d_head]` each.
#[derive(Debug)]
struct Room {
    keys: Tensor,
    values: Tensor,
}

/// A cache that holds each sequence in one piece.
#[derive(Debug)]
pub struct Contiguous {
    /// By layer, then by sequence.
    rooms: Vec<Vec<Room>>,
    lens: Vec<usize>,
    /// Tokens that were appended and do not count yet.
    appended: Vec<usize>,
    capacity: usize,
    width: usize,
}

impl Contiguous {
    /// An empty cache for a model of that configuration, with room for `capacity` tokens of each of `sequences` sequences, but no more
    /// than the model reads.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(config: &ModelConfig, sequences: usize, capacity: usize, ledger: &Ledger) -> Result<Self> {
        let (capacity, width) = (capacity.min(config.max_positions), config.n_kv_heads * config.d_head);
        let rows = || Tensor::zeros(ledger, Category::Kv, &[capacity, width]);
        let room = |_| Ok(Room { keys: rows()?, values: rows()? });
        let layer = |_| (0..sequences).map(room).collect();
        Ok(Self {
            rooms: (0..config.n_layers).map(layer).collect::<Result<_>>()?,
            lens: vec![0; sequences],
            appended: vec![0; sequences],
            capacity,
            width,
        })
    }

    /// Tokens that there is room for in each sequence.
    pub fn capacity(&self) -> usize {
        self.capacity
    }
}

impl KvStore for Contiguous {
    fn len(&self, sequence: usize) -> usize {
        self.lens[sequence]
    }

    fn reserve(&mut self, sequence: usize, tokens: usize) -> Result<()> {
        let (len, capacity) = (self.lens[sequence], self.capacity);
        assert!(len + tokens <= capacity, "the cache holds {len} of {capacity} tokens, {tokens} more do not fit");
        Ok(())
    }

    fn append(&mut self, layer: usize, sequence: usize, keys: &[f32], values: &[f32]) {
        let start = self.lens[sequence] * self.width;
        self.appended[sequence] = keys.len() / self.width;
        let room = &mut self.rooms[layer][sequence];
        room.keys.data_mut()[start..start + keys.len()].copy_from_slice(keys);
        room.values.data_mut()[start..start + values.len()].copy_from_slice(values);
    }

    fn advance(&mut self, sequence: usize) {
        self.lens[sequence] += std::mem::take(&mut self.appended[sequence]);
    }

    fn blocks(&self, layer: usize, sequence: usize) -> Vec<KvBlock<'_>> {
        let Room { keys, values } = &self.rooms[layer][sequence];
        vec![KvBlock::F32 { keys: keys.data(), values: values.data() }]
    }

    fn clear(&mut self, sequence: usize) {
        self.lens[sequence] = 0;
    }
}
