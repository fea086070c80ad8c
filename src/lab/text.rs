//! The text of a run, as the tokens that it trains on and validates with.

use super::assets::{Assets, base_corpus_file, corpus_file};
use super::problem::Problem;
use super::problems::Asset;
use super::spec::RunSpec;
use super::{problems, reasons, unknown};
use crate::data::{Corpus, Tokenizer};

/// The tokens of a text.
#[derive(Debug)]
pub struct Text {
    /// To train on.
    pub train: Vec<i32>,
    /// To validate with.
    pub validation: Vec<i32>,
    /// Share of the characters that the vocabulary lacks.
    pub unknown: f64,
}

/// The text of a run.
///
/// # Errors
/// If its file is missing, or is no text.
pub fn corpus(run: &RunSpec, assets: &Assets) -> Result<Corpus, Problem> {
    let name = corpus_file(run)?;
    let bytes = assets.get(&name).ok_or_else(|| problems::bad_file(&name, &reasons::missing_file(true)))?;
    Corpus::from_bytes(&run.data.corpus, bytes).map_err(|error| problems::bad_file(&name, &reasons::corpus(&error)))
}

/// The text of a run in tokens.
///
/// # Errors
/// If it cannot be used, is too short, or has too many characters that `tokenizer` does not know.
pub fn tokens(run: &RunSpec, assets: &Assets, tokenizer: &Tokenizer) -> Result<Text, Problem> {
    let (corpus, data) = (corpus(run, assets)?, &run.data);
    let unknown = unknown::check(Asset::Corpus, &run.model.base, &corpus, tokenizer, data.allow_unknown_percent)?;
    let split = corpus.split(data.validation_percent, tokenizer, data.context as usize);
    let split = split.map_err(|error| problems::bad_file(&data.corpus, &reasons::corpus(&error)))?;
    Ok(Text { train: split.train.ids, validation: split.validation.ids, unknown })
}

/// The validation part of the text on which a run measures what it forgets, in tokens; empty, where it does not.
///
/// # Errors
/// If it cannot be used, is too short, or has too many characters that `tokenizer` does not know.
pub fn base_tokens(run: &RunSpec, assets: &Assets, tokenizer: &Tokenizer) -> Result<Vec<i32>, Problem> {
    let Some(name) = base_corpus_file(run)? else { return Ok(Vec::new()) };
    let bad = |reason| problems::bad_text(Asset::BaseCorpus, &name, &reason);
    let bytes = assets.get(&name).ok_or_else(|| bad(reasons::missing_file(true)))?;
    let corpus = Corpus::from_bytes(&run.evaluation.base_corpus, bytes).map_err(|error| bad(reasons::corpus(&error)))?;
    unknown::check(Asset::BaseCorpus, &run.model.base, &corpus, tokenizer, run.data.allow_unknown_percent)?;
    let validation = corpus.validation(run.data.validation_percent, tokenizer, run.data.context as usize);
    Ok(validation.map_err(|error| bad(reasons::corpus(&error)))?.ids)
}
