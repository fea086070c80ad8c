//! Pre-training of the base models that ship with the site.

use std::rc::Rc;

use super::base_model::hf_config;
use super::check::warmup_problem;
use super::problem::{Problem, ProblemCode};
use super::problems;
use super::reasons;
use super::spec::TrainingSpec;
use super::training::{StepReport, Training};
use crate::data::{Corpus, Tokenizer, ngram};
use crate::finetune::full::Full;
use crate::formats::safetensors::{self, SaveDtype, TensorSource};
use crate::nn::{Blueprint, ModelConfig, Positions, RandomWeights, Rope, Transformer, at_once};
use crate::optim::LrScheduleKind;
use crate::parallel::rank::Sequences;
use crate::tensor::Ledger;

/// What a base model is made from.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Its id: the name of its folder.
    pub id: &'static str,
    /// The corpus it learns.
    pub corpus: &'static str,
    /// Its sizes, but for the vocabulary, which the tokenizer gives.
    pub model: ModelConfig,
    /// Share of the corpus kept for validation, in percent.
    pub validation_percent: f64,
    /// Length of a training sequence.
    pub context: usize,
    /// Optimizer and schedule.
    pub training: TrainingSpec,
}

/// Base of the rotary embedding's wavelengths.
const THETA: f64 = 10_000.0;

impl Recipe {
    /// The recipes of the shipped base models.
    pub fn all() -> [Recipe; 2] {
        let training = TrainingSpec {
            steps: 3000,
            learning_rate: 3e-3,
            schedule: LrScheduleKind::Cosine,
            warmup_steps: 100,
            weight_decay: 0.1,
            beta2: 0.98,
            seed: 15,
            ..Default::default()
        };
        let llama = ModelConfig { positions: Positions::Rotary(Rope::of(THETA)), ..Default::default() };
        [
            Recipe {
                id: "tang-poems",
                corpus: "tang-poems",
                model: ModelConfig { n_layers: 4, max_positions: 128, ..llama.clone() },
                validation_percent: 3.0,
                context: 128,
                training: TrainingSpec { batch_size: 16, ..training.clone() },
            },
            Recipe {
                id: "shakespeare-plays",
                corpus: "shakespeare-plays",
                model: ModelConfig { n_layers: 6, max_positions: 256, ..llama },
                validation_percent: 3.0,
                context: 256,
                training: TrainingSpec { batch_size: 8, steps: 2000, ..training },
            },
        ]
    }
}

/// Losses in nats per token over the same validation text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baselines {
    /// A model that knows only how frequent each token is.
    pub unigram: f64,
    /// A model that also knows the token before.
    pub bigram: f64,
}

/// A pre-training under way.
#[derive(Debug)]
pub struct Pretraining {
    recipe: Recipe,
    tokenizer: Tokenizer,
    train: Vec<i32>,
    validation: Vec<i32>,
    training: Training,
}

impl Pretraining {
    /// Reads the corpus and makes a model with random weights.
    ///
    /// # Errors
    /// If the warm-up is not over before the last step, or the corpus cannot be used.
    pub fn new(recipe: Recipe, tokenizer: Tokenizer, corpus: &[u8]) -> Result<Self, Problem> {
        if let Some(message) = warmup_problem(recipe.training.warmup_steps, recipe.training.steps) {
            let (field, value) = (Some("training.warmup_steps".into()), Some(recipe.training.warmup_steps.to_string()));
            return Err(Problem { code: ProblemCode::Conflict, run: None, field, value, message });
        }
        let bad = |e: &crate::data::CorpusError| problems::bad_file(recipe.corpus, &reasons::corpus(e));
        let corpus = Corpus::from_bytes(recipe.corpus, corpus).map_err(|e| bad(&e))?;
        let split = corpus.split(recipe.validation_percent, &tokenizer, recipe.context).map_err(|e| bad(&e))?;
        let config = ModelConfig { vocab_size: tokenizer.vocab_size(), ..recipe.model.clone() };
        config.validate().map_err(|e| problems::internal(&e.to_string()))?;
        let (blueprint, ledger, spec) = (Rc::new(Blueprint::new(&config)), Ledger::new(None), &recipe.training);
        let weights = RandomWeights { seed: u64::from(spec.seed) };
        let (of_model, of_method) = (&mut weights.clone(), &mut weights.clone());
        let training = Training::alone(spec, recipe.context, &blueprint, &ledger, [of_model, of_method], &Full, split.train.ids.len());
        let training = training.map_err(|e| problems::internal(&e.to_string()))?;
        Ok(Self { recipe, tokenizer, train: split.train.ids, validation: split.validation.ids, training })
    }

    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        self.training.rank.model().params.counts().0
    }

    /// Tokens to train on and to validate with.
    pub fn tokens(&self) -> (usize, usize) {
        (self.train.len(), self.validation.len())
    }

    /// Optimizer steps done and in all.
    pub fn progress(&self) -> (u32, u32) {
        (self.training.step(), self.recipe.training.steps)
    }

    /// Losses of the n-gram models.
    pub fn baselines(&self) -> Baselines {
        let vocab_size = self.training.rank.model().config.vocab_size;
        Baselines {
            unigram: ngram::unigram_nll(vocab_size, &self.train, &self.validation),
            bigram: ngram::bigram_nll(vocab_size, &self.train, &self.validation),
        }
    }

    /// One optimizer step.
    ///
    /// # Errors
    /// If the machine's memory is used up or the loss is no longer a number.
    pub fn advance(&mut self) -> Result<StepReport, Problem> {
        let report = self.training.advance_alone(&self.train).map_err(|e| reasons::out_of_memory(&e))?;
        match report.loss.is_finite() {
            true => Ok(report),
            false => Err(problems::diverged(self.training.step(), report.loss)),
        }
    }

    /// Mean loss over the whole validation text.
    ///
    /// # Errors
    /// If the machine's memory is used up.
    pub fn validate(&mut self) -> Result<f64, Problem> {
        let (stream, seq_len) = (&self.validation, self.recipe.context);
        let tokens = (stream.len() - 1) / seq_len * seq_len;
        let sequences = Sequences { inputs: &stream[..tokens], targets: &stream[1..=tokens], seq_len, group: 16 };
        let nll = at_once(self.training.rank.nll(sequences)).map_err(|error| problems::rank(None, &error))?;
        Ok(nll / tokens as f64)
    }

    /// Rounds every weight to float16, as the file will hold it, so that what is measured is what ships.
    pub fn round_to_f16(&mut self) {
        for param in self.training.model().params.iter_mut() {
            param.value.data_mut().iter_mut().for_each(|x| *x = half::f16::from_f32(*x).to_f32());
        }
    }

    /// The model's files: name and bytes.
    pub fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let model = self.training.rank.model();
        let tensors: Vec<TensorSource> =
            model.params.iter().map(|p| TensorSource { name: &p.name, shape: &p.shape, data: p.value.data() }).collect();
        let weights = safetensors::write(&tensors, SaveDtype::F16, &safetensors::hf_metadata());
        let config = hf_config(&model.config, THETA).to_json();
        vec![
            ("model.safetensors", weights),
            ("config.json", config.into_bytes()),
            ("tokenizer.json", self.tokenizer.to_json().into_bytes()),
        ]
    }

    /// The model and its tokenizer, to sample from.
    pub fn model(&mut self) -> (&mut Transformer, &Tokenizer) {
        (self.training.model(), &self.tokenizer)
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::data::ByteTokenizer;

    #[test]
    fn a_warm_up_as_long_as_the_training_is_refused() {
        let [_, mut recipe] = Recipe::all();
        recipe.training.steps = recipe.training.warmup_steps;
        let problem = Pretraining::new(recipe, Tokenizer::Bytes(ByteTokenizer), &[]).unwrap_err();
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(text.contains("100") && text.contains("99"), "{text}");
        }
    }
}
