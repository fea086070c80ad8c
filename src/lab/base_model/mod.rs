//! From a spec, and the files of a base model, to a model in memory.

mod config;
mod heads;
mod new_model;
mod shared;
mod weights;

use std::ops::Range;
use std::rc::Rc;

pub use config::{hf_config, model_config};
pub(in crate::lab) use heads::check as check_heads;
pub use shared::{SharedSource, SharedWeights};

use super::assets::{Assets, ModelFiles, OWN_FILE};
use super::problem::Problem;
use super::spec::{NEW_MODEL, RunSpec};
use super::text::corpus;
use super::{problems, reasons};
use crate::data::Tokenizer;
use crate::data::text::utf8;
use crate::finetune::MethodError;
use crate::formats::FormatError;
use crate::formats::hf_config::HfConfig;
use crate::formats::safetensors::{self, TensorFile};
use crate::nn::{Blueprint, BuildError, ModelConfig, ParamSpec, Part, RandomWeights, Transformer, WeightSource};
use crate::tensor::Ledger;

/// A base model's sizes and tokenizer, read and checked; its weights yet to be made.
#[derive(Debug)]
pub struct BaseModel<'a> {
    /// What it is made of.
    pub blueprint: Rc<Blueprint>,
    /// Text to tokens and back.
    pub tokenizer: Tokenizer,
    /// Tokens that end a text, as the configuration has them.
    pub ends: Vec<i32>,
    weights: Weights<'a>,
}

/// Where the weights of a model come from.
#[derive(Debug)]
enum Weights<'a> {
    /// A file, of this name.
    File(String, TensorFile<'a>),
    /// Nowhere: they are random.
    New { seed: u64 },
}

impl<'a> BaseModel<'a> {
    /// The model of a run, whose files are in `assets`.
    ///
    /// # Errors
    /// Naming the file and what is wrong with it: also a weight that the configuration does not ask for, or that is not finite. Of a new
    /// model: naming the sizes that make none.
    pub fn open(run: &RunSpec, assets: &'a Assets) -> Result<Self, Problem> {
        let base = run.model.base.as_str();
        if base == NEW_MODEL {
            let tokenizer = new_model::tokenizer(run, || corpus(run, assets))?;
            let config = new_model::config(run, tokenizer.vocab_size())?;
            config.validate().map_err(|error| problems::model_sizes(&error))?;
            let weights = Weights::New { seed: u64::from(run.training.seed) };
            return Ok(Self { blueprint: Rc::new(Blueprint::new(&config)), tokenizer, ends: Vec::new(), weights });
        }
        let files = ModelFiles::of(base)?;
        let (weights, config) = (required(assets, &files.weights)?, required(assets, &files.config)?);
        let ModelFile { hf, blueprint, tensors } = ModelFile::read((&files.config, config), (&files.weights, weights))?;
        let (tokenizer, config) = (open_tokenizer(assets, &files.tokenizer)?, &blueprint.config);
        if tokenizer.vocab_size() > config.vocab_size {
            let reason = reasons::vocabulary(tokenizer.vocab_size(), config.vocab_size);
            return Err(problems::bad_file(&files.tokenizer, &reason));
        }
        Ok(Self { blueprint, tokenizer, ends: ends(&hf), weights: Weights::File(files.weights, tensors) })
    }

    /// Its weights.
    pub fn source(&self) -> Box<dyn WeightSource + '_> {
        match &self.weights {
            Weights::File(_, file) => Box::new(FileWeights(file)),
            Weights::New { seed } => Box::new(RandomWeights { seed: *seed }),
        }
    }

    /// Whether other runs with the same base have the same weights before the first step.
    pub fn is_shared(&self) -> bool {
        matches!(self.weights, Weights::File(..))
    }

    /// Why its weights could not be used.
    pub fn refused(&self, error: &MethodError) -> Problem {
        match (error, &self.weights) {
            (MethodError::Build(BuildError::Memory(refused)), _) => reasons::out_of_memory(refused),
            (MethodError::Build(error), Weights::File(name, _)) => problems::bad_file(name, &reasons::build(error)),
            (other, _) => reasons::method(other),
        }
    }
}

/// A base model's configuration and weights, read and checked.
#[derive(Debug)]
pub struct ModelFile<'a> {
    /// `config.json`.
    pub hf: HfConfig,
    /// What the model is made of.
    pub blueprint: Rc<Blueprint>,
    /// `model.safetensors`.
    pub tensors: TensorFile<'a>,
}

impl<'a> ModelFile<'a> {
    /// Reads `config.json` and `model.safetensors`, each with the name that messages give it.
    ///
    /// # Errors
    /// Naming the file and what is wrong with it: also a weight that the configuration does not ask for, or that is not finite.
    pub fn read(config: (&str, &[u8]), weights: (&str, &'a [u8])) -> Result<Self, Problem> {
        let bad_weights = |e: &FormatError| problems::bad_file(weights.0, &reasons::format(e));
        let tensors = safetensors::read(weights.1).map_err(|e| bad_weights(&e))?;
        let hf = HfConfig::from_json(config.1).map_err(|e| problems::bad_file(config.0, &reasons::format(&e)))?;
        let blueprint = Rc::new(Blueprint::new(&valid(config.0, model_config(&hf))?));
        weights::check(&tensors, &blueprint).map_err(|e| bad_weights(&e))?;
        Ok(Self { hf, blueprint, tensors })
    }

    /// The model with its weights.
    ///
    /// # Errors
    /// Naming the weight that does not fit; or if memory runs out.
    pub fn build(&self, name: &str, ledger: &Ledger) -> Result<Transformer, Problem> {
        let part = Part::whole(&self.blueprint);
        let built = Transformer::build_part(&self.blueprint, part, ledger, &mut FileWeights(&self.tensors));
        built.map_err(|error| match &error {
            BuildError::Memory(refused) => reasons::out_of_memory(refused),
            error => problems::bad_file(name, &reasons::build(error)),
        })
    }
}

/// The sizes of a run's model; of its files only those are asked for that [`plan_assets`](super::assets::plan_assets) names.
///
/// # Errors
/// As [`BaseModel::open`].
pub fn config_of(run: &RunSpec, assets: &Assets) -> Result<ModelConfig, Problem> {
    if run.model.base == NEW_MODEL {
        let tokenizer = new_model::tokenizer(run, || corpus(run, assets))?;
        let config = new_model::config(run, tokenizer.vocab_size())?;
        return config.validate().map_err(|error| problems::model_sizes(&error)).map(|()| config);
    }
    let files = ModelFiles::of(&run.model.base)?;
    valid(&files.config, model_config(&hf_config_of(&files, assets)?))
}

/// What is needed to read and write a model's text.
#[derive(Debug)]
pub struct Reading {
    /// Text to tokens and back.
    pub tokenizer: Tokenizer,
    /// Tokens that end a text, as the configuration has them.
    pub ends: Vec<i32>,
    /// Tokens that the model reads at most.
    pub window: usize,
}

/// That of a run's model.
///
/// # Errors
/// Naming the file and what is wrong with it.
pub fn reading(run: &RunSpec, assets: &Assets) -> Result<Reading, Problem> {
    if run.model.base == NEW_MODEL {
        let tokenizer = new_model::tokenizer(run, || corpus(run, assets))?;
        return Ok(Reading { tokenizer, ends: Vec::new(), window: run.data.context as usize });
    }
    let files = ModelFiles::of(&run.model.base)?;
    let hf = hf_config_of(&files, assets)?;
    Ok(Reading { tokenizer: open_tokenizer(assets, &files.tokenizer)?, ends: ends(&hf), window: model_config(&hf).max_positions })
}

fn ends(hf: &HfConfig) -> Vec<i32> {
    hf.eos_token_id.iter().filter_map(|id| i32::try_from(*id).ok()).collect()
}

fn hf_config_of(files: &ModelFiles, assets: &Assets) -> Result<HfConfig, Problem> {
    HfConfig::from_json(required(assets, &files.config)?).map_err(|e| problems::bad_file(&files.config, &reasons::format(&e)))
}

fn valid(name: &str, config: ModelConfig) -> Result<ModelConfig, Problem> {
    config.validate().map_err(|e| problems::bad_file(name, &reasons::config(&e))).map(|()| config)
}

fn required<'a>(assets: &'a Assets, name: &str) -> Result<&'a [u8], Problem> {
    assets.get(name).ok_or_else(|| problems::bad_file(name, &reasons::missing_file(name.starts_with(OWN_FILE))))
}

fn open_tokenizer(assets: &Assets, name: &str) -> Result<Tokenizer, Problem> {
    let json = utf8(required(assets, name)?).map_err(|e| problems::bad_file(name, &reasons::text(&e)))?;
    Tokenizer::from_json(json).map_err(|e| problems::bad_file(name, &reasons::tokenizer(&e)))
}

/// Weights out of a safetensors file.
#[derive(Debug)]
pub struct FileWeights<'a, 'f>(pub &'a TensorFile<'f>);

impl WeightSource for FileWeights<'_, '_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        let ParamSpec { name, shape, .. } = param;
        let Some(tensor) = self.0.tensors.get(name) else {
            return Err(BuildError::MissingWeight { name: name.clone(), shape: shape.clone() });
        };
        if tensor.shape != *shape {
            return Err(BuildError::WrongShape { name: name.clone(), expected: shape.clone(), found: tensor.shape.clone() });
        }
        let [_, columns] = param.matrix();
        tensor.rows_to_f32(columns, rows, take).map_err(|e| BuildError::UnreadableWeight { name: name.clone(), reason: e.to_string() })
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
