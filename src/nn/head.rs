//! The last segment: hidden states to logits.

use super::build::{BuildError, Builder, Init};
use super::embedding::EMBEDDING_WEIGHT;
use super::norm::Norm;
use super::pass::Pass;
use crate::autograd::{ParamId, Result, Split, Tape, Var};

/// Final norm and language-model head.
#[derive(Debug)]
pub struct Head {
    /// Norm of the input.
    pub norm: Norm,
    /// `[vocab_size, d_model]`; the embedding's where the two are tied.
    pub lm_head: ParamId,
}

impl Head {
    pub(super) fn build(b: &mut Builder) -> std::result::Result<Self, BuildError> {
        let norm = Norm::build(b, "model.norm")?;
        let name = if b.config.tie_embeddings { EMBEDDING_WEIGHT } else { "lm_head.weight" };
        let (std, _) = super::transformer::init_std(b.config);
        // A rank that has no embedding keeps a copy of a tied weight.
        let lm_head = match b.params.find(name) {
            Some(tied) => tied,
            None => b.param(name.into(), &[b.config.vocab_size, b.config.d_model], Init::Normal(std), Split::Rows)?,
        };
        Ok(Self { norm, lm_head })
    }

    /// `x` is `[rows, d_model]`; gives logits `[rows, vocab_size]`: of a slice, those of some of the tokens.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        let h = self.norm.forward(tape, pass, x)?;
        self.branch(tape, pass, h)
    }

    /// The logits of `h`, which is normalised.
    pub fn branch(&self, tape: &mut Tape, pass: &Pass, h: Var) -> Result<Var> {
        tape.linear(pass.params, &h, self.lm_head, None)
    }
}
