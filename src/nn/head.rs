//! The last segment: hidden states to logits.

use super::build::{BuildError, Builder, Init};
use super::embedding::Embedding;
use super::norm::Norm;
use super::pass::Pass;
use crate::autograd::{ParamId, Result, Tape, Var};

/// Final norm and language-model head.
#[derive(Debug)]
pub struct Head {
    /// Norm of the input.
    pub norm: Norm,
    /// `[vocab_size, d_model]`; the embedding's where the two are tied.
    pub lm_head: ParamId,
}

impl Head {
    pub(super) fn build(b: &mut Builder, embedding: &Embedding) -> std::result::Result<Self, BuildError> {
        let norm = Norm::build(b, "model.norm")?;
        let lm_head = match b.config.tie_embeddings {
            true => embedding.tokens,
            false => {
                let (std, _) = super::transformer::init_std(b.config);
                b.param("lm_head.weight".into(), &[b.config.vocab_size, b.config.d_model], Init::Normal(std))?
            }
        };
        Ok(Self { norm, lm_head })
    }

    /// `x` is `[rows, d_model]`; gives logits `[rows, vocab_size]`.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        let h = self.norm.forward(tape, pass, x)?;
        tape.linear(pass.params, &h, self.lm_head, None)
    }
}
