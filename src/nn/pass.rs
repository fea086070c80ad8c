//! What a forward pass through the segments carries along.

use std::rc::Rc;

use super::kv::Attend;
use super::rows::Rows;
use super::variants::Variants;
use crate::autograd::{DropoutKey, Params};

/// Token ids of some sequences, row by row.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// One a row; every id is below the model's vocabulary size.
    pub ids: Rc<[i32]>,
    /// Which sequence a row belongs to.
    pub rows: Rows,
}

impl Tokens {
    /// `batch_size` sequences of `seq_len` tokens, one behind the other.
    ///
    /// # Panics
    /// If `ids` is not `batch_size * seq_len` long.
    pub fn new(batch_size: usize, seq_len: usize, ids: impl Into<Rc<[i32]>>) -> Self {
        Self::of(Rows::batch(batch_size, seq_len), ids)
    }

    /// Tokens of these rows.
    ///
    /// # Panics
    /// If there are not as many ids as rows.
    pub fn of(rows: Rows, ids: impl Into<Rc<[i32]>>) -> Self {
        let ids = ids.into();
        assert_eq!(ids.len(), rows.len(), "token ids and rows");
        Self { ids, rows }
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

/// Where a pass finds the keys and values of earlier tokens, and puts its own.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The cache.
    pub cache: &'a dyn Attend,
    /// For each sequence of the pass, its number in the cache.
    pub sequences: &'a [usize],
}

/// What goes through a model: tokens, and how.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The batch.
    pub tokens: &'a Tokens,
    /// This pass's dropout masks; `None` outside training.
    pub dropout: Option<Masks>,
    /// Keys and values of earlier tokens.
    pub reading: Option<Reading<'a>>,
    /// Variants of the model that read some of the sequences in its place, where no gradient passes.
    pub variants: Option<&'a Variants<'a>>,
}

impl<'a> Input<'a> {
    /// Sequences from their start, without a cache.
    pub fn of(tokens: &'a Tokens, dropout: Option<Masks>) -> Self {
        Self { tokens, dropout, reading: None, variants: None }
    }
}

/// What a segment sees beside its input.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// The model's parameters.
    pub params: &'a Params,
    /// The batch.
    pub tokens: &'a Tokens,
    /// This pass's dropout masks; `None` outside training.
    pub dropout: Option<Masks>,
    /// Keys and values of earlier tokens.
    pub reading: Option<Reading<'a>>,
    /// Variants of the model that read some of the sequences in its place.
    pub variants: Option<&'a Variants<'a>>,
    /// Position of the first token of a sequence: after the learned keys of a prefix, if there is one.
    pub first_position: usize,
}

impl Pass<'_> {
    /// The rows of the pass.
    pub fn rows(&self) -> &Rows {
        &self.tokens.rows
    }

    /// Where each row is, as its rotation or its position embedding counts.
    pub fn positions(&self) -> Rc<[u32]> {
        match self.first_position {
            0 => self.rows().positions.clone(),
            first => self.rows().positions.iter().map(|position| position + first as u32).collect(),
        }
    }

    /// One more than the highest of [`Pass::positions`].
    pub fn reach(&self) -> usize {
        self.first_position + self.rows().reach()
    }
}
