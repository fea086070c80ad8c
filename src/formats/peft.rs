//! LoRA adapters as PEFT saves them: a folder of `adapter_config.json` and `adapter_model.safetensors`.
//!
//! A weight is called `base_model.model.{module}.lora_A.weight` (or `lora_B`), where `module` is the path of the
//! linear layer it belongs to, e.g. `model.layers.0.self_attn.q_proj`. The layer then computes
//! `y = W x + scaling · B A x` (Hu et al., 2021, "LoRA: Low-Rank Adaptation of Large Language Models").

use std::collections::BTreeMap;

use super::error::FormatError;
use super::safetensors::{self, SaveDtype, TensorSource};

mod config;

pub use config::{InitLoraWeights, PeftLoraConfig};

/// Name of the file with the configuration.
pub const ADAPTER_CONFIG: &str = "adapter_config.json";
/// Name of the file with the weights.
pub const ADAPTER_MODEL: &str = "adapter_model.safetensors";

const PREFIX: &str = "base_model.model.";
const SUFFIX_A: &str = ".lora_A.weight";
const SUFFIX_B: &str = ".lora_B.weight";

/// A LoRA adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct PeftLora {
    /// Its hyper-parameters.
    pub config: PeftLoraConfig,
    /// The weights of each adapted linear layer, by the layer's path, e.g. `model.layers.0.self_attn.q_proj`.
    pub modules: BTreeMap<String, LoraWeights>,
}

/// The two matrices of one adapted linear layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoraWeights {
    /// Width of the layer's input.
    pub in_features: usize,
    /// Width of the layer's output.
    pub out_features: usize,
    /// `lora_A`, `[r, in_features]`, row-major.
    pub a: Vec<f32>,
    /// `lora_B`, `[out_features, r]`, row-major.
    pub b: Vec<f32>,
}

/// Name in `adapter_model.safetensors` of the `lora_A` of a layer.
pub fn name_of_a(module: &str) -> String {
    format!("{PREFIX}{module}{SUFFIX_A}")
}

/// Name in `adapter_model.safetensors` of the `lora_B` of a layer.
pub fn name_of_b(module: &str) -> String {
    format!("{PREFIX}{module}{SUFFIX_B}")
}

impl PeftLora {
    /// Reads the two files of an adapter.
    ///
    /// # Errors
    /// Those of [`PeftLoraConfig::from_json`] and [`safetensors::read`]; [`FormatError::UnexpectedTensor`],
    /// [`FormatError::MissingTensor`] or [`FormatError::WrongShape`] if weights and configuration disagree.
    pub fn read(adapter_config: &[u8], adapter_model: &[u8]) -> Result<Self, FormatError> {
        let config = PeftLoraConfig::from_json(adapter_config)?;
        let file = safetensors::read(adapter_model)?;
        let mut modules = BTreeMap::new();
        for name in file.tensors.keys() {
            let module = module_of(name, &config)?;
            if modules.contains_key(module) {
                continue;
            }
            let (a, b) = (file.tensor(&name_of_a(module))?, file.tensor(&name_of_b(module))?);
            let in_features = a.shape.last().copied().unwrap_or(0);
            let out_features = b.shape.first().copied().unwrap_or(0);
            file.tensor_of_shape(&a.name, &[config.r, in_features])?;
            file.tensor_of_shape(&b.name, &[out_features, config.r])?;
            a.check_finite()?;
            b.check_finite()?;
            let weights = LoraWeights { in_features, out_features, a: a.to_f32()?, b: b.to_f32()? };
            modules.insert(module.to_owned(), weights);
        }
        Ok(Self { config, modules })
    }

    /// The bytes of `adapter_model.safetensors`; those of `adapter_config.json` are [`PeftLoraConfig::to_json`].
    ///
    /// # Panics
    /// If the lengths of `a` and `b` do not fit the sizes.
    pub fn write_model(&self, dtype: SaveDtype) -> Vec<u8> {
        let tensors: Vec<(String, [usize; 2], &[f32])> = self
            .modules
            .iter()
            .flat_map(|(module, weights)| {
                let a = (name_of_a(module), [self.config.r, weights.in_features], weights.a.as_slice());
                let b = (name_of_b(module), [weights.out_features, self.config.r], weights.b.as_slice());
                [a, b]
            })
            .collect();
        let sources: Vec<_> = tensors.iter().map(|(name, shape, data)| TensorSource { name, shape, data }).collect();
        safetensors::write(&sources, dtype, &safetensors::hf_metadata())
    }
}

/// The path of the layer a tensor belongs to, if it is one that the configuration adapts.
fn module_of<'n>(name: &'n str, config: &PeftLoraConfig) -> Result<&'n str, FormatError> {
    let stem = name.strip_prefix(PREFIX);
    let module = stem.and_then(|stem| stem.strip_suffix(SUFFIX_A).or_else(|| stem.strip_suffix(SUFFIX_B)));
    match module {
        Some(module) if config.adapts(module) => Ok(module),
        _ => {
            let targets = config.target_modules.join("|");
            let accepted = format!("{PREFIX}model.layers.N.*.({targets}).(lora_A|lora_B).weight");
            Err(FormatError::UnexpectedTensor { tensor: name.to_owned(), accepted })
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
