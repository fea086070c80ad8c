//! The first segment: tokens to hidden states.

use std::ops::Range;
use std::rc::Rc;

use super::build::{BuildError, Builder, Init};
use super::config::Positions;
use super::part::Slice;
use super::pass::{Pass, Tokens};
use crate::autograd::{ParamId, Result, Split, Tape, Var};

/// Name of the weight that the embedding and, where the two are tied, the head share.
pub const EMBEDDING_WEIGHT: &str = "model.embed_tokens.weight";

/// Token embedding and, where the model has it, the learned position embedding.
#[derive(Debug)]
pub struct Embedding {
    /// `[vocab_size, d_model]`.
    pub tokens: ParamId,
    /// `[max_positions, d_model]`.
    pub positions: Option<ParamId>,
    /// The ids whose rows this rank has.
    vocabulary: Range<i32>,
    slice: Slice,
}

impl Embedding {
    pub(super) fn build(b: &mut Builder) -> std::result::Result<Self, BuildError> {
        let (std, _) = super::transformer::init_std(b.config);
        let tokens = b.param(EMBEDDING_WEIGHT.into(), &[b.config.vocab_size, b.config.d_model], Init::Normal(std), Split::Rows)?;
        let positions = match b.config.positions {
            Positions::Learned if b.slice.leads() => {
                let shape = [b.config.max_positions, b.config.d_model];
                Some(b.param("model.embed_positions.weight".into(), &shape, Init::Normal(std), Split::Leader)?)
            }
            _ => None,
        };
        let vocabulary = b.slice.range(b.config.vocab_size);
        Ok(Self { tokens, positions, vocabulary: vocabulary.start as i32..vocabulary.end as i32, slice: b.slice })
    }

    /// Gives `[batch_size * seq_len, d_model]`: of a slice, a part of the sum over the ranks.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass) -> Result<Var> {
        let x = tape.embedding(pass.params, self.tokens, &self.rows(pass.tokens))?;
        match self.positions {
            Some(positions) => tape.position_embedding(pass.params, positions, x, pass.first_position, pass.tokens.seq_len),
            None => Ok(x),
        }
    }

    /// Rows of this rank's table; negative for the tokens that another rank has.
    fn rows(&self, tokens: &Tokens) -> Rc<[i32]> {
        if self.slice.count == 1 {
            return tokens.ids.clone();
        }
        let Range { start, end } = self.vocabulary;
        tokens.ids.iter().map(|&id| if (start..end).contains(&id) { id - start } else { -1 }).collect()
    }
}
