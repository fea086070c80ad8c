//! Decode steps: one token after the other, with keys and values kept.

use super::train::{PeerWeights, TrainSize};
use crate::autograd::Result;
use crate::nn::{BuildError, Contiguous, KvStore, Transformer};
use crate::tensor::Ledger;

/// A text that a model of the benchmark's sizes writes.
#[derive(Debug)]
pub struct DecodeWork {
    model: Transformer,
    cache: Contiguous,
}

impl DecodeWork {
    /// The model of that size with its first values.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(size: TrainSize, ledger: &Ledger) -> std::result::Result<Self, BuildError> {
        let model = Transformer::build(size.config(), ledger, &mut PeerWeights(size))?;
        let cache = Contiguous::new(&model, 1, model.config.max_positions)?;
        Ok(Self { model, cache })
    }

    /// Tokens of one text: as many as the model reads.
    pub fn tokens(&self) -> usize {
        self.model.config.max_positions
    }

    /// Reads a text from its first token to the last, a step each; gives the sum of the last logits.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn text(&mut self) -> Result<f32> {
        self.cache.clear(0);
        let mut sum = 0.0;
        for position in 0..self.tokens() {
            let token = (position * 7 % self.model.config.vocab_size) as i32;
            sum = self.model.read(&[(0, &[token])], &mut self.cache)?.data().iter().sum();
        }
        Ok(sum)
    }
}
