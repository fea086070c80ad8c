//! Keys and values of the tokens read so far, so that reading on costs no more than the new tokens.
//!
//! A [`KvStore`] says where they are; attention reads them as blocks, whatever holds them.

mod contiguous;
mod lens;
mod paged;

use std::cell::RefCell;
use std::fmt::Debug;

pub use contiguous::Contiguous;
pub use paged::Paged;

use crate::autograd::Result;
use crate::kernels::attention::{AttentionShape, CachedSequence, KvBlock, Span, attention_cached};

/// A cache of keys and values for several sequences.
pub trait KvStore: Debug {
    /// Tokens read of a sequence.
    fn tokens(&self, sequence: usize) -> usize;

    /// Keys that a layer keeps of a sequence: those of the tokens, and learned ones before them.
    fn keys(&self, layer: usize, sequence: usize) -> usize;

    /// Makes room for so many more keys of a sequence in every layer.
    ///
    /// # Errors
    /// If there is no memory for them.
    ///
    /// # Panics
    /// If there is no such sequence, or they are more than the cache was made for.
    fn reserve(&mut self, sequence: usize, tokens: usize) -> Result<()>;

    /// Keeps, for one layer, the next keys and values `[keys, n_kv_heads * d_head]` of a sequence, for which there is room. They count
    /// from [`KvStore::advance`] on: until then, another call takes their place.
    fn append(&mut self, layer: usize, sequence: usize, keys: &[f32], values: &[f32]);

    /// What every layer has appended since the last call is kept: the keys of so many tokens.
    fn advance(&mut self, sequence: usize, tokens: usize);

    /// Where a layer's keys and values of a sequence are, in the order of positions, those appended last included.
    fn blocks(&self, layer: usize, sequence: usize) -> Vec<KvBlock<'_>>;

    /// Forgets the tokens of a sequence.
    fn clear(&mut self, sequence: usize);
}

/// A cache that attention reads and writes while a pass borrows it.
pub trait Attend: Debug {
    /// Keeps the keys `k` and values `v` of a layer, and lets the queries `q` attend to all that is kept of their `sequences`:
    /// `out` `[rows, n_heads * d_head]`.
    fn attend(&self, layer: usize, shape: AttentionShape, spans: &[Span], sequences: &[usize], qkv: [&[f32]; 3], out: &mut [f32]);
}

impl Attend for RefCell<&mut dyn KvStore> {
    fn attend(&self, layer: usize, shape: AttentionShape, spans: &[Span], sequences: &[usize], [q, k, v]: [&[f32]; 3], out: &mut [f32]) {
        let mut cache = self.borrow_mut();
        let width = shape.n_kv_heads * shape.d_head;
        for (span, &sequence) in spans.iter().zip(sequences) {
            let floats = span.keys.start * width..span.keys.end * width;
            cache.append(layer, sequence, &k[floats.clone()], &v[floats]);
        }
        let kept = sequences.iter().map(|&sequence| cache.blocks(layer, sequence)).collect::<Vec<_>>();
        let cached = spans.iter().zip(sequences).zip(&kept).map(|((span, &sequence), blocks)| CachedSequence {
            n_keys: cache.keys(layer, sequence) + span.keys.len(),
            queries: span.queries.clone(),
            blocks,
        });
        attention_cached(shape, &cached.collect::<Vec<_>>(), q, out);
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
