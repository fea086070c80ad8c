//! From the settings of a spec to fine-tuning methods.

use super::spec::{self, AdapterPlacement, LoraSpec, Method as MethodName, RunSpec, TargetModule};
use crate::finetune::Method;
use crate::finetune::adalora::AdaLoraConfig;
use crate::finetune::bitfit::BitFit;
use crate::finetune::bottleneck::{BottleneckConfig, Placement};
use crate::finetune::full::Full;
use crate::finetune::ia3::Ia3Config;
use crate::finetune::last_layers::LastLayers;
use crate::finetune::lora::{LoraBias, LoraConfig, LoraInit, LoraScaling};
use crate::finetune::prefix::PrefixConfig;
use crate::finetune::prefix_mlp::PrefixMlpConfig;
use crate::finetune::prompt::PromptConfig;
use crate::quant::{self, BlockFormat};

/// The projection whose inputs IA³ scales: the last one of a feed-forward block.
pub const FEEDFORWARD: &str = "down_proj";

/// The method of a run.
pub fn method(run: &RunSpec) -> Box<dyn Method> {
    let spec = &run.fine_tuning;
    let (virtual_tokens, init_std) = (spec.prompt.virtual_tokens as usize, spec.prompt.init_std as f32);
    match spec.method {
        MethodName::Full => Box::new(Full),
        MethodName::Lora => Box::new(lora_config(&spec.lora)),
        MethodName::Dora => Box::new(LoraConfig { dora: true, ..lora_config(&spec.lora) }),
        MethodName::AdaLora => Box::new(adalora_config(run)),
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
        MethodName::PrefixTuning if spec.prompt.reparametrised => {
            Box::new(PrefixMlpConfig { virtual_tokens, hidden: spec.prompt.hidden as usize })
        }
        MethodName::PrefixTuning => Box::new(PrefixConfig { virtual_tokens, init_std }),
        MethodName::BitFit => Box::new(BitFit),
        MethodName::LastLayers => Box::new(LastLayers { layers: spec.last_layers.layers as usize }),
    }
}

/// The format of a run's matrices that do not learn; `None`: float32.
pub fn format(run: &RunSpec) -> Option<&'static dyn BlockFormat> {
    quant::format(run.fine_tuning.quantization.name())
}

fn names(modules: &[TargetModule]) -> Vec<String> {
    modules.iter().map(|module| module.name().to_owned()).collect()
}

fn lora_config(spec: &LoraSpec) -> LoraConfig {
    LoraConfig {
        rank: spec.rank as usize,
        alpha: spec.alpha,
        scaling: match spec.scaling {
            spec::LoraScaling::Standard => LoraScaling::Standard,
            spec::LoraScaling::RankStabilised => LoraScaling::RankStabilised,
        },
        rank_pattern: spec.rank_pattern.iter().map(|(name, rank)| (name.clone(), *rank as usize)).collect(),
        alpha_pattern: spec.alpha_pattern.iter().map(|(name, alpha)| (name.clone(), *alpha)).collect(),
        dora: false,
        dropout: spec.dropout,
        target_modules: spec.target_modules.iter().map(|module| module.name().to_owned()).collect(),
        layers: spec.layers.iter().map(|layer| *layer as usize).collect(),
        bias: match spec.bias {
            spec::LoraBias::None => LoraBias::None,
            spec::LoraBias::All => LoraBias::All,
            spec::LoraBias::LoraOnly => LoraBias::LoraOnly,
        },
        init: match spec.init {
            spec::LoraInit::KaimingUniform => LoraInit::KaimingUniform,
            spec::LoraInit::Gaussian => LoraInit::Gaussian,
            spec::LoraInit::Orthogonal => LoraInit::Orthogonal,
            spec::LoraInit::Pissa => LoraInit::Pissa,
            spec::LoraInit::Olora => LoraInit::Olora,
        },
        learning_rate_ratio: spec.learning_rate_ratio,
    }
}

fn adalora_config(run: &RunSpec) -> AdaLoraConfig {
    let (lora, adalora) = (&run.fine_tuning.lora, &run.fine_tuning.adalora);
    AdaLoraConfig {
        initial_rank: adalora.initial_rank as usize,
        target_rank: adalora.target_rank as usize,
        alpha: lora.alpha,
        dropout: lora.dropout,
        target_modules: lora.target_modules.iter().map(|module| module.name().to_owned()).collect(),
        first_steps: adalora.first_steps,
        last_steps: adalora.last_steps,
        interval: adalora.interval,
        total_steps: run.training.steps,
        beta1: adalora.beta1,
        beta2: adalora.beta2,
        orthogonality: adalora.orthogonality,
    }
}
