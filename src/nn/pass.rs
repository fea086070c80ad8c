//! What a forward pass through the segments carries along.

use std::rc::Rc;

use super::rotary::RotaryTables;
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

/// What a forward pass through the segments carries along.
#[derive(Clone, Debug)]
pub struct Pass<'a> {
    /// The model's parameters.
    pub params: &'a Params,
    /// Tables of the rotary embedding, for the positions of this pass at least.
    pub rotary: Option<RotaryTables>,
    /// The batch.
    pub tokens: &'a Tokens,
    /// Position of each sequence's first token: above 0 only in a decode step.
    pub first_position: usize,
    /// This pass's dropout masks; `None` outside training.
    pub dropout: Option<Masks>,
}
