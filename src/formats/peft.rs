//! Adapters as Hugging Face PEFT saves them: a folder of `adapter_config.json` and `adapter_model.safetensors`.
//!
//! The configuration says which method, and of which modules; the weights are named after the modules ([`TensorName`]). What is read is
//! checked as far as it can be without the base model: that weights and configuration say the same. Field names are PEFT's.

use std::collections::BTreeMap;

use super::error::FormatError;
use super::safetensors::{self, SaveDtype, TensorRef, TensorSource};

mod adalora;
mod check;
mod config;
mod fields;
mod lora;
mod names;
mod others;
mod targets;

pub use adalora::PeftAdaLora;
pub use config::{PeftConfig, PeftMethod};
pub use lora::{InitLoraWeights, PeftBias, PeftLora};
pub use names::{Part, TensorName};
pub use others::{PeftIa3, PeftPrefix, PeftPrompt};
pub use targets::{TargetModules, Targets, ends_with, in_layer};

/// Name of the file with the configuration.
pub const ADAPTER_CONFIG: &str = "adapter_config.json";
/// Name of the file with the weights.
pub const ADAPTER_MODEL: &str = "adapter_model.safetensors";

/// An adapter that was read: its tensors borrow the file's bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct PeftAdapter<'a> {
    /// Its configuration.
    pub config: PeftConfig,
    /// Its tensors, by their meaning; each still has the name of the file.
    pub tensors: BTreeMap<TensorName, TensorRef<'a>>,
}

/// A tensor of an adapter that is to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterTensor {
    /// What it is.
    pub name: TensorName,
    /// Dimensions, the slowest first.
    pub shape: Vec<usize>,
    /// Elements, row-major.
    pub data: Vec<f32>,
}

impl<'a> PeftAdapter<'a> {
    /// Reads the two files of an adapter. Names may be those of any version of PEFT: with the adapter's name in them, or without the
    /// prefix `base_model.model.`.
    ///
    /// # Errors
    /// Those of [`PeftConfig::from_json`] and [`safetensors::read`]; where weights and configuration disagree, the tensor or module.
    pub fn read(adapter_config: &[u8], adapter_model: &'a [u8]) -> Result<Self, FormatError> {
        let config = PeftConfig::from_json(adapter_config)?;
        let file = safetensors::read(adapter_model)?;
        let mut tensors: BTreeMap<TensorName, TensorRef<'a>> = BTreeMap::new();
        for (name, tensor) in file.tensors {
            let unexpected = || FormatError::UnexpectedTensor { tensor: name.clone(), accepted: config.method.accepted_names() };
            let meaning = TensorName::parse(&name).ok_or_else(unexpected)?;
            if let Some(first) = tensors.get(&meaning) {
                return Err(FormatError::RepeatedTensor { first: first.name.clone(), second: name });
            }
            tensors.insert(meaning, tensor);
        }
        let adapter = Self { config, tensors };
        adapter.check()?;
        Ok(adapter)
    }

    /// The tensor of that meaning.
    ///
    /// # Errors
    /// [`FormatError::MissingTensor`], under the name that PEFT gives it today.
    pub fn tensor(&self, name: &TensorName) -> Result<&TensorRef<'a>, FormatError> {
        let missing = || FormatError::MissingTensor { tensor: name.written(&self.config.method), found: self.tensors.len() };
        self.tensors.get(name).ok_or_else(missing)
    }

    /// The modules that it has weights of, each once.
    pub fn modules(&self) -> Vec<&str> {
        let mut modules: Vec<&str> = self.tensors.keys().filter(|name| name.part.is_of_method()).map(|name| name.module.as_str()).collect();
        modules.dedup();
        modules
    }

    /// The same tensors in float32.
    ///
    /// # Errors
    /// [`FormatError::Dtype`] of what is no floating point.
    pub fn to_f32(&self) -> Result<Vec<AdapterTensor>, FormatError> {
        let widen = |(name, tensor): (&TensorName, &TensorRef)| {
            Ok(AdapterTensor { name: name.clone(), shape: tensor.shape.clone(), data: tensor.to_f32()? })
        };
        self.tensors.iter().map(widen).collect()
    }
}

/// The bytes of `adapter_model.safetensors`, under the names that PEFT gives today; those of `adapter_config.json` are
/// [`PeftConfig::to_json`].
///
/// # Panics
/// If a shape does not fit its data, or a tensor occurs twice.
pub fn write_model(method: &PeftMethod, tensors: &[AdapterTensor], dtype: SaveDtype) -> Vec<u8> {
    let names: Vec<String> = tensors.iter().map(|tensor| tensor.name.written(method)).collect();
    let sources: Vec<_> =
        names.iter().zip(tensors).map(|(name, AdapterTensor { shape, data, .. })| TensorSource { name, shape, data }).collect();
    safetensors::write(&sources, dtype, &safetensors::hf_metadata())
}

#[cfg(all(test, feature = "native"))]
mod tests;
