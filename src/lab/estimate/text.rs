//! How long a run's text is, in tokens of its model.

use crate::lab::assets::Assets;
use crate::lab::base_model::reading;
use crate::lab::problem::Problem;
use crate::lab::spec::RunSpec;
use crate::lab::{text, unknown};
use crate::parallel::clock;

/// Tokens of a run's text.
#[derive(Clone, Debug)]
pub(super) struct TextSizes {
    pub train: usize,
    pub validation: usize,
    /// Of the text on which forgetting is measured.
    pub base: usize,
    /// Of what samples continue, the separator before it included.
    pub prompt: usize,
    /// Tokens that the model reads at most.
    pub window: usize,
    /// Share of the characters that the vocabulary lacks.
    pub unknown_share: f64,
    /// Seconds that reading the text took.
    pub seconds: f64,
}

/// Those of a run.
///
/// # Errors
/// If a file cannot be used, or the model does not know the characters of the text, or of the prompt.
pub(super) fn sizes(run: &RunSpec, assets: &Assets) -> Result<TextSizes, Problem> {
    let start = clock::now();
    let reading = reading(run, assets)?;
    if run.evaluation.sample_tokens > 0 {
        unknown::check_prompt(&run.model.base, &run.evaluation.prompt, &reading.tokenizer)?;
    }
    let text = text::tokens(run, assets, &reading.tokenizer)?;
    let base = text::base_tokens(run, assets, &reading.tokenizer)?.len();
    Ok(TextSizes {
        train: text.train.len(),
        validation: text.validation.len(),
        base,
        prompt: 1 + reading.tokenizer.encode(&run.evaluation.prompt).len(),
        window: reading.window,
        unknown_share: text.unknown,
        seconds: clock::now() - start,
    })
}
