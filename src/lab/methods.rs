//! From the settings of a spec to fine-tuning methods.

use super::spec::{AdapterPlacement, FineTuningSpec, LoraInit, LoraScaling, LoraSpec, Method as MethodName, TargetModule};
use crate::finetune::Method;
use crate::finetune::bitfit::BitFit;
use crate::finetune::bottleneck::{BottleneckConfig, Placement};
use crate::finetune::full::Full;
use crate::finetune::ia3::Ia3Config;
use crate::finetune::last_layers::LastLayers;
use crate::finetune::lora::{self, LoraConfig};
use crate::finetune::prefix::PrefixConfig;
use crate::finetune::prompt::PromptConfig;

/// The projection whose inputs IA³ scales: the last one of a feed-forward block.
pub const FEEDFORWARD: &str = "down_proj";

/// The method of a spec.
pub fn method(spec: &FineTuningSpec) -> Box<dyn Method> {
    let (virtual_tokens, init_std) = (spec.prompt.virtual_tokens as usize, spec.prompt.init_std as f32);
    match spec.method {
        MethodName::Full => Box::new(Full),
        MethodName::Lora => Box::new(lora_config(&spec.lora)),
        MethodName::Dora => Box::new(LoraConfig { dora: true, ..lora_config(&spec.lora) }),
        MethodName::Ia3 => {
            Box::new(Ia3Config { target_modules: names(&spec.ia3.target_modules), feedforward_modules: vec![FEEDFORWARD.to_owned()] })
        }
        MethodName::Adapter => Box::new(BottleneckConfig {
            size: spec.adapter.size as usize,
            placement: match spec.adapter.placement {
                AdapterPlacement::Sequential => Placement::Sequential,
                AdapterPlacement::Parallel => Placement::Parallel,
            },
        }),
        MethodName::PromptTuning => Box::new(PromptConfig { virtual_tokens, init_std }),
        MethodName::PrefixTuning => Box::new(PrefixConfig { virtual_tokens, init_std }),
        MethodName::BitFit => Box::new(BitFit),
        MethodName::LastLayers => Box::new(LastLayers { layers: spec.last_layers.layers as usize }),
    }
}

fn names(modules: &[TargetModule]) -> Vec<String> {
    modules.iter().map(|module| module.name().to_owned()).collect()
}

fn lora_config(spec: &LoraSpec) -> LoraConfig {
    LoraConfig {
        rank: spec.rank as usize,
        alpha: spec.alpha,
        scaling: match spec.scaling {
            LoraScaling::Standard => lora::LoraScaling::Standard,
            LoraScaling::RankStabilised => lora::LoraScaling::RankStabilised,
        },
        dora: false,
        dropout: spec.dropout,
        target_modules: names(&spec.target_modules),
        init: match spec.init {
            LoraInit::KaimingUniform => lora::LoraInit::KaimingUniform,
            LoraInit::Gaussian => lora::LoraInit::Gaussian,
        },
    }
}
