//! From the settings of a spec to fine-tuning methods.

use super::spec::{FineTuningSpec, LoraInit, LoraSpec, Method as MethodName};
use crate::finetune::Method;
use crate::finetune::full::Full;
use crate::finetune::lora::{self, LoraConfig};

/// The method of a spec.
pub fn method(spec: &FineTuningSpec) -> Box<dyn Method> {
    match spec.method {
        MethodName::Full => Box::new(Full),
        MethodName::Lora => Box::new(lora_config(&spec.lora)),
    }
}

fn lora_config(spec: &LoraSpec) -> LoraConfig {
    LoraConfig {
        rank: spec.rank as usize,
        alpha: spec.alpha,
        dropout: spec.dropout,
        target_modules: spec.target_modules.iter().map(|module| module.name().to_owned()).collect(),
        init: match spec.init {
            LoraInit::KaimingUniform => lora::LoraInit::KaimingUniform,
            LoraInit::Gaussian => lora::LoraInit::Gaussian,
        },
        ..LoraConfig::default()
    }
}
