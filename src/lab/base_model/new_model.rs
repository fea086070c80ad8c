//! A model that knows nothing yet: its sizes and its tokenizer come from the spec.

use super::heads;
use crate::data::{ByteTokenizer, CharTokenizer, Corpus, Tokenizer};
use crate::lab::problem::Problem;
use crate::lab::spec::{FamilySpec, RunSpec, TokenizerSpec};
use crate::nn::{Biases, FeedForwardKind, ModelConfig, NormKind, Positions};

/// Most characters that a new model's vocabulary has: with the special tokens, 8192 tokens.
const MOST_CHARACTERS: usize = 8192 - CharTokenizer::SPECIAL.len();

/// Its tokenizer; `corpus` gives the text of the run where the tokenizer is made of that.
///
/// # Errors
/// Those of `corpus`.
pub fn tokenizer(run: &RunSpec, corpus: impl FnOnce() -> Result<Corpus, Problem>) -> Result<Tokenizer, Problem> {
    Ok(match run.model.tokenizer {
        TokenizerSpec::Bytes => Tokenizer::Bytes(ByteTokenizer),
        TokenizerSpec::Characters => {
            Tokenizer::Chars(CharTokenizer::of(corpus()?.train_text(run.data.validation_percent), MOST_CHARACTERS))
        }
    })
}

/// Its sizes. It reads as many tokens at once as a training sequence has.
///
/// # Errors
/// If the heads do not share out the width.
pub fn config(run: &RunSpec, vocab_size: usize) -> Result<ModelConfig, Problem> {
    let spec = &run.model;
    heads::check(spec)?;
    let (d_model, n_heads) = (spec.d_model as usize, spec.n_heads as usize);
    let sizes = ModelConfig {
        vocab_size,
        d_model,
        n_layers: spec.n_layers as usize,
        n_heads,
        n_kv_heads: n_heads,
        d_head: d_model / n_heads,
        d_ff: spec.d_ff as usize,
        max_positions: run.data.context as usize,
        ..ModelConfig::default()
    };
    Ok(match spec.family {
        FamilySpec::Llama => sizes,
        FamilySpec::Gpt => ModelConfig {
            norm: NormKind::LayerNorm,
            positions: Positions::Learned,
            feed_forward: FeedForwardKind::Gelu,
            bias: Biases::ALL,
            tie_embeddings: false,
            ..sizes
        },
    })
}
