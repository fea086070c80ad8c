//! The first segment: tokens to hidden states.

use super::build::{BuildError, Builder, Init};
use super::config::Positions;
use super::pass::{Pass, Tokens};
use crate::autograd::{ParamId, Result, Tape, Var};

/// Token embedding and, where the model has it, the learned position embedding.
#[derive(Debug)]
pub struct Embedding {
    /// `[vocab_size, d_model]`.
    pub tokens: ParamId,
    /// `[max_positions, d_model]`.
    pub positions: Option<ParamId>,
}

impl Embedding {
    pub(super) fn build(b: &mut Builder) -> std::result::Result<Self, BuildError> {
        let (std, _) = super::transformer::init_std(b.config);
        let tokens = b.param("model.embed_tokens.weight".into(), &[b.config.vocab_size, b.config.d_model], Init::Normal(std))?;
        let positions = match b.config.positions {
            Positions::Rotary { .. } => None,
            Positions::Learned => {
                let shape = [b.config.max_positions, b.config.d_model];
                Some(b.param("model.embed_positions.weight".into(), &shape, Init::Normal(std))?)
            }
        };
        Ok(Self { tokens, positions })
    }

    /// Gives `[batch_size * seq_len, d_model]`.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, tokens: &Tokens) -> Result<Var> {
        let x = tape.embedding(pass.params, self.tokens, &tokens.ids)?;
        match self.positions {
            Some(positions) => tape.position_embedding(pass.params, positions, x, pass.first_position, pass.seq_len),
            None => Ok(x),
        }
    }
}
