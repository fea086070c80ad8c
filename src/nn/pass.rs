//! What a forward pass through the segments carries along.

use std::rc::Rc;

use super::kv_cache::KvCache;
use crate::autograd::{DropoutKey, Params};

/// Token ids of a batch of equally long sequences, row by row.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Number of sequences.
    pub batch_size: usize,
    /// Length of each.
    pub seq_len: usize,
    /// `[batch_size, seq_len]`; every id is below the model's vocabulary size.
    pub ids: Rc<[i32]>,
}

impl Tokens {
    /// A batch of sequences.
    ///
    /// # Panics
    /// If `ids` is not `batch_size * seq_len` long.
    pub fn new(batch_size: usize, seq_len: usize, ids: impl Into<Rc<[i32]>>) -> Self {
        let ids = ids.into();
        assert_eq!(ids.len(), batch_size * seq_len, "ids of {batch_size} sequences of {seq_len} tokens");
        Self { batch_size, seq_len, ids }
    }
}

/// Dropout masks of a batch, each with a row for every token. Where ranks or micro-batches share a batch, each takes its part of them.
#[derive(Clone, Copy, Debug)]
pub struct Masks {
    /// Tells the batch's masks from those of others.
    pub key: DropoutKey,
    /// Row of the first token of the pass.
    pub first_row: usize,
}

/// What goes through a model: tokens, and how.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The batch.
    pub tokens: &'a Tokens,
    /// Position of each sequence's first token: above 0 only after tokens that `cache` holds.
    pub first_position: usize,
    /// This pass's dropout masks; `None` outside training.
    pub dropout: Option<Masks>,
    /// Keys and values of earlier tokens, to which those of this pass are added.
    pub cache: Option<&'a KvCache>,
}

impl<'a> Input<'a> {
    /// Tokens without a cache.
    pub fn of(tokens: &'a Tokens, dropout: Option<Masks>) -> Self {
        Self { tokens, first_position: 0, dropout, cache: None }
    }
}

/// What a segment sees beside its input.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// The model's parameters.
    pub params: &'a Params,
    /// The batch.
    pub tokens: &'a Tokens,
    /// Position of each sequence's first token.
    pub first_position: usize,
    /// This pass's dropout masks; `None` outside training.
    pub dropout: Option<Masks>,
    /// Keys and values of earlier tokens.
    pub cache: Option<&'a KvCache>,
}

impl Pass<'_> {
    /// Positions that the pass reaches.
    pub fn positions(&self) -> usize {
        self.first_position + self.tokens.seq_len
    }
}
