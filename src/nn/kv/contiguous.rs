//! The plain cache: each sequence has its room from the beginning, in one piece.

use super::KvStore;
use super::lens::Lens;
use crate::autograd::Result;
use crate::kernels::attention::KvBlock;
use crate::nn::transformer::Transformer;
use crate::tensor::{Category, Tensor};

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
    lens: Lens,
    capacity: usize,
    width: usize,
}

impl Contiguous {
    /// An empty cache for a model, with room for `tokens` tokens of each of `sequences` sequences, but no more than the model reads, and
    /// for its learned keys before them.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(model: &Transformer, sequences: usize, tokens: usize) -> Result<Self> {
        let (config, ledger) = (&model.config, model.params.ledger());
        let capacity = tokens.min(config.max_positions) + model.prefix_keys;
        let width = config.n_kv_heads * config.d_head;
        let rows = || Tensor::zeros(ledger, Category::Kv, &[capacity, width]);
        let room = |_| Ok(Room { keys: rows()?, values: rows()? });
        let layer = |_| (0..sequences).map(room).collect();
        Ok(Self {
            rooms: (0..config.n_layers).map(layer).collect::<Result<_>>()?,
            lens: Lens::new(config.n_layers, sequences),
            capacity,
            width,
        })
    }

    /// Keys that there is room for in each sequence and layer.
    pub fn capacity(&self) -> usize {
        self.capacity
    }
}

impl KvStore for Contiguous {
    fn tokens(&self, sequence: usize) -> usize {
        self.lens.tokens(sequence)
    }

    fn keys(&self, layer: usize, sequence: usize) -> usize {
        self.lens.keys(layer, sequence)
    }

    fn reserve(&mut self, sequence: usize, keys: usize) -> Result<()> {
        let (len, capacity) = (self.lens.most_keys(sequence), self.capacity);
        assert!(len + keys <= capacity, "the cache holds {len} of {capacity} keys, {keys} more do not fit");
        Ok(())
    }

    fn append(&mut self, layer: usize, sequence: usize, keys: &[f32], values: &[f32]) {
        let start = self.lens.append(layer, sequence, keys.len() / self.width) * self.width;
        let room = &mut self.rooms[layer][sequence];
        room.keys.data_mut()[start..start + keys.len()].copy_from_slice(keys);
        room.values.data_mut()[start..start + values.len()].copy_from_slice(values);
    }

    fn advance(&mut self, sequence: usize, tokens: usize) {
        self.lens.advance(sequence, tokens);
    }

    fn blocks(&self, layer: usize, sequence: usize) -> Vec<KvBlock<'_>> {
        let Room { keys, values } = &self.rooms[layer][sequence];
        vec![KvBlock::F32 { keys: keys.data(), values: values.data() }]
    }

    fn clear(&mut self, sequence: usize) {
        self.lens.clear(sequence);
    }
}
