//! How much of what an adapter has learned is left once it is merged into a base in few bits, and the sum is rounded again.

use serde::Serialize;

use super::entry::Ground;
use super::loss::Windows;
use super::rounding::block_format;
use super::source::{OfModel, OwnCopies};
use super::{Shelf, freeze};
use crate::json::FromJson;
use crate::kernels::loss;
use crate::lab::adapter;
use crate::lab::base_model::BaseModel;
use crate::lab::problem::Problem;
use crate::lab::reasons;
use crate::nn::{InFormat, Part, Transformer};
use crate::quant::BlockFormat;

/// What becomes of an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum MergeStage {
    /// The base in the format, without it.
    Base,
    /// The same base, with the adapter beside it in float32: what QLoRA trains.
    Trained,
    /// The adapter added to the base's rounded values, which are float32 now.
    Merged,
    /// That sum in the format again.
    Rounded,
}

/// What is left at a stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Survival {
    /// The stage.
    pub stage: MergeStage,
    /// Mean negative log-likelihood of the validation text, in nats per token.
    pub loss: f64,
    /// Mean Kullback–Leibler divergence of the next token's distribution from that of the trained stage, in nats per token.
    pub kl: f64,
}

/// A model at a stage.
#[derive(Debug)]
struct Reader {
    model: Transformer,
    virtual_tokens: usize,
}

/// The trained stage of an adapter, kept for the next question.
#[derive(Debug)]
pub(super) struct Trained {
    entry: usize,
    format: String,
    reader: Reader,
}

impl Shelf {
    /// The loss of an adapter at one stage, on a base in `format`, and how far its predictions are from what was trained.
    ///
    /// # Errors
    /// If the adapter is none that weights can take (learned tokens, small networks), by name; if there is no such entry or format, or
    /// memory runs out.
    pub fn survival(&mut self, entry: usize, format: &str, stage: MergeStage) -> Result<Survival, Problem> {
        let mut trained = match self.trained.take().filter(|trained| trained.entry == entry && trained.format == format) {
            Some(trained) => trained,
            None => Trained { entry, format: format.to_owned(), reader: self.stage(entry, format, MergeStage::Trained)? },
        };
        let at_stage = if stage == MergeStage::Trained { None } else { Some(self.stage(entry, format, stage)?) };
        let (loss, kl) = compare(self.windows(&self.validation), &mut trained.reader, at_stage)?;
        self.trained = Some(trained);
        Ok(Survival { stage, loss, kl })
    }

    /// The base in a format.
    pub(super) fn base_in(&self, format: Option<&'static dyn BlockFormat>) -> Result<Transformer, Problem> {
        let base = BaseModel::open(&self.run, &self.assets)?;
        let mut file = base.source();
        let mut source = InFormat { source: &mut *file, format, which: &|_| true };
        let part = Part::whole(&self.base.blueprint);
        let built = Transformer::build_part(&self.base.blueprint, part, &self.ledger, &mut source);
        built.map_err(|error| base.refused(&error.into()))
    }

    fn stage(&self, entry: usize, format: &str, stage: MergeStage) -> Result<Reader, Problem> {
        let format = block_format(format)?;
        let origin = &self.entry(entry)?.origin;
        let (blueprint, ledger) = (&self.base.blueprint, &self.ledger);
        let build = |source: &mut dyn crate::nn::WeightSource| {
            let built = Transformer::build_part(blueprint, Part::whole(blueprint), ledger, source);
            built.map_err(|error| reasons::method(&error.into()))
        };
        let base = BaseModel::open(&self.run, &self.assets)?;
        let mut file = base.source();
        if stage == MergeStage::Trained {
            let (model, virtual_tokens) = origin.on(Ground { blueprint, ledger, source: &mut *file, format: Some(format) })?;
            return Ok(Reader { model, virtual_tokens });
        }
        let rounded = self.base_in(Some(format))?;
        if stage == MergeStage::Base {
            return Ok(Reader { model: rounded, virtual_tokens: 0 });
        }
        let mut values = OfModel(&rounded);
        let (mut model, virtual_tokens) = origin.on(Ground { blueprint, ledger, source: &mut OwnCopies(&mut values), format: None })?;
        adapter::merge_into(virtual_tokens, &mut model)?;
        if stage == MergeStage::Rounded {
            freeze(&mut model)?;
            model = build(&mut InFormat::all(&mut OwnCopies(&mut OfModel(&model)), format))?;
        }
        Ok(Reader { model, virtual_tokens })
    }
}

/// The loss at a stage, and its divergence from what was trained.
fn compare(windows: Windows, trained: &mut Reader, mut at_stage: Option<Reader>) -> Result<(f64, f64), Problem> {
    let (mut nll, mut kl) = (0.0, 0.0);
    for group in windows.groups() {
        let read = |reader: &mut Reader| {
            let (tokens, targets) = windows.batch(group.clone(), reader.virtual_tokens);
            let logits = reader.model.logits(&tokens).map_err(|error| reasons::out_of_memory(&error))?;
            Ok::<_, Problem>((logits, targets))
        };
        let (of_trained, targets) = read(trained)?;
        let vocab_size = of_trained.shape()[1];
        let (of_stage, targets) = match &mut at_stage {
            Some(reader) => read(reader)?,
            None => (of_trained.try_clone().map_err(|error| reasons::out_of_memory(&error))?, targets),
        };
        let mut losses = vec![0.0; targets.len()];
        loss::cross_entropy(vocab_size, of_stage.data(), &targets, &mut losses);
        nll += losses.into_iter().map(f64::from).sum::<f64>();
        // Virtual tokens stand first in each sequence, and predict nothing.
        let rows = |logits: &[f32], virtual_tokens: usize| {
            let len = logits.len() / vocab_size / group.len();
            let of_sequence = move |sequence: usize| (virtual_tokens..len).map(move |row| sequence * len + row);
            (0..group.len()).flat_map(of_sequence).collect::<Vec<_>>()
        };
        let of_one = rows(of_trained.data(), trained.virtual_tokens);
        let of_other = rows(of_stage.data(), at_stage.as_ref().map_or(trained.virtual_tokens, |reader| reader.virtual_tokens));
        for (one, other) in of_one.into_iter().zip(of_other) {
            let row = |logits: &'_ [f32], index: usize| logits[index * vocab_size..(index + 1) * vocab_size].to_vec();
            kl += divergence(&row(of_trained.data(), one), &row(of_stage.data(), other));
        }
    }
    let tokens = windows.tokens() as f64;
    Ok((nll / tokens, kl / tokens))
}

/// `Σ p ln(p / q)` of the distributions that two rows of logits stand for, in nats.
fn divergence(p: &[f32], q: &[f32]) -> f64 {
    let log_sum = |logits: &[f32]| {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        f64::from(most) + logits.iter().map(|x| f64::from(x - most).exp()).sum::<f64>().ln()
    };
    let (of_p, of_q) = (log_sum(p), log_sum(q));
    let term = |(p, q): (&f32, &f32)| {
        let (p, q) = (f64::from(*p) - of_p, f64::from(*q) - of_q);
        p.exp() * (p - q)
    };
    p.iter().zip(q).map(term).sum::<f64>().max(0.0)
}
