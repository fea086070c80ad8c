//! From the files of a base model to a model in memory.

mod config;
mod shared;

use std::ops::Range;
use std::rc::Rc;

pub use config::{hf_config, model_config};
pub use shared::{SharedSource, SharedWeights};

use super::assets::{Assets, ModelFiles, OWN_FILE};
use super::problem::Problem;
use super::{problems, reasons};
use crate::data::Tokenizer;
use crate::data::text::utf8;
use crate::finetune::MethodError;
use crate::formats::hf_config::HfConfig;
use crate::formats::safetensors::{self, TensorFile};
use crate::nn::{Blueprint, BuildError, ParamSpec, WeightSource};

mod weights;

/// A base model's configuration and tokenizer, read and checked; its weights still in their file.
#[derive(Debug)]
pub struct BaseModel<'a> {
    /// What it is made of.
    pub blueprint: Rc<Blueprint>,
    /// Text to tokens and back.
    pub tokenizer: Tokenizer,
    /// Tokens that end a text, as the configuration has them.
    pub ends: Vec<i32>,
    files: ModelFiles,
    weights: TensorFile<'a>,
}

impl<'a> BaseModel<'a> {
    /// Reads the files of `base` out of `assets`.
    ///
    /// # Errors
    /// Naming the file and what is wrong with it: also a weight that the configuration does not ask for, or that is not finite.
    pub fn open(base: &str, assets: &'a Assets) -> Result<Self, Problem> {
        let files = ModelFiles::of(base)?;
        let tensors =
            safetensors::read(required(assets, &files.weights)?).map_err(|e| problems::bad_file(&files.weights, &reasons::format(&e)))?;
        let config =
            HfConfig::from_json(required(assets, &files.config)?).map_err(|e| problems::bad_file(&files.config, &reasons::format(&e)))?;
        let tokenizer = open_tokenizer(assets, &files.tokenizer)?;
        let ends = config.eos_token_id.iter().filter_map(|id| i32::try_from(*id).ok()).collect();
        let config = model_config(&config);
        config.validate().map_err(|e| problems::bad_file(&files.config, &reasons::config(&e)))?;
        let blueprint = Rc::new(Blueprint::new(&config));
        weights::check(&tensors, &blueprint).map_err(|e| problems::bad_file(&files.weights, &reasons::format(&e)))?;
        if tokenizer.vocab_size() > config.vocab_size {
            let reason = reasons::vocabulary(tokenizer.vocab_size(), config.vocab_size);
            return Err(problems::bad_file(&files.tokenizer, &reason));
        }
        Ok(Self { blueprint, tokenizer, ends, files, weights: tensors })
    }

    /// Its weights.
    pub fn weights(&self) -> FileWeights<'_, 'a> {
        FileWeights(&self.weights)
    }

    /// Why its weights could not be used.
    pub fn refused(&self, error: &MethodError) -> Problem {
        match error {
            MethodError::Build(BuildError::Memory(refused)) => reasons::out_of_memory(refused),
            MethodError::Build(error) => problems::bad_file(&self.files.weights, &reasons::build(error)),
            other => reasons::method(other),
        }
    }
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

#[cfg(test)]
mod tests;
