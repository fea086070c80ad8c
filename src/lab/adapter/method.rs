//! From the configuration of an adapter to the method that computes it.

use std::collections::BTreeSet;

use super::check::uneven;
use super::{bad_config, bad_weights};
use crate::finetune::Method;
use crate::finetune::adalora::AdaLoraConfig;
use crate::finetune::ia3::Ia3Config;
use crate::finetune::lora::{LoraBias, LoraConfig, LoraInit, LoraScaling};
use crate::finetune::prefix::PrefixConfig;
use crate::finetune::prompt::PromptConfig;
use crate::formats::peft::{InitLoraWeights, PeftAdaLora, PeftBias, PeftConfig, PeftIa3, PeftLora, PeftMethod, Targets, ends_with};
use crate::lab::problem::{Problem, Text};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{Blueprint, SiteKind};

/// The modules of a base that an adapter acts on: the same in each of these layers.
struct Modules<'a> {
    sites: Vec<&'a SiteSpec>,
    roles: Vec<String>,
    layers: BTreeSet<usize>,
}

/// The method of a configuration, for a base model.
///
/// # Errors
/// If the engine does not have what it asks for, or the base has none of its modules.
pub fn method(config: &PeftConfig, blueprint: &Blueprint) -> Result<Box<dyn Method>, Problem> {
    let layers_and_width = |num_layers: Option<usize>, token_dim: Option<usize>, width: usize| {
        let of_base = [("num_layers", num_layers, blueprint.config.n_layers), ("token_dim", token_dim, width)];
        of_base.into_iter().try_for_each(|(field, value, of_base)| match value.filter(|value| *value != of_base) {
            None => Ok(()),
            Some(value) => Err(another_base(field, value, of_base)),
        })
    };
    match &config.method {
        PeftMethod::Lora(lora) => Ok(Box::new(lora_config(lora, blueprint)?)),
        PeftMethod::AdaLora(adalora) => Ok(Box::new(adalora_config(adalora, blueprint)?)),
        PeftMethod::Ia3(ia3) => Ok(Box::new(ia3_config(ia3, blueprint)?)),
        PeftMethod::Prompt(prompt) => {
            layers_and_width(prompt.num_layers, prompt.token_dim, blueprint.config.d_model)?;
            Ok(Box::new(PromptConfig { virtual_tokens: prompt.num_virtual_tokens, init_std: 1.0 }))
        }
        PeftMethod::Prefix(prefix) => {
            layers_and_width(prefix.num_layers, prefix.token_dim, blueprint.config.n_kv_heads * blueprint.config.d_head)?;
            Ok(Box::new(PrefixConfig { virtual_tokens: prefix.num_virtual_tokens, init_std: 1.0 }))
        }
    }
}

fn lora_config(lora: &PeftLora, blueprint: &Blueprint) -> Result<LoraConfig, Problem> {
    let modules = modules(&lora.targets, blueprint)?;
    let all = modules.layers.is_empty() || modules.layers.len() == blueprint.config.n_layers;
    if !all && modules.sites.iter().any(|site| site.kind != SiteKind::Linear) {
        modules.in_all_layers(blueprint)?;
    }
    // PEFT lets patterns name what is not adapted.
    let fits = |end: &str| modules.sites.iter().any(|site| ends_with(&site.module, end));
    Ok(LoraConfig {
        rank: lora.r,
        alpha: lora.lora_alpha,
        scaling: if lora.use_rslora { LoraScaling::RankStabilised } else { LoraScaling::Standard },
        rank_pattern: lora.rank_pattern.iter().filter(|(end, _)| fits(end)).cloned().collect(),
        alpha_pattern: lora.alpha_pattern.iter().filter(|(end, _)| fits(end)).cloned().collect(),
        dora: lora.use_dora,
        dropout: lora.lora_dropout,
        target_modules: modules.roles,
        layers: if all { Vec::new() } else { modules.layers.into_iter().collect() },
        bias: match lora.bias {
            PeftBias::None => LoraBias::None,
            PeftBias::All => LoraBias::All,
            PeftBias::LoraOnly => LoraBias::LoraOnly,
        },
        init: match lora.init_lora_weights {
            // How the values that are there were drawn says nothing more.
            InitLoraWeights::Kaiming | InitLoraWeights::Random | InitLoraWeights::Orthogonal => LoraInit::KaimingUniform,
            InitLoraWeights::Gaussian => LoraInit::Gaussian,
            // As in PEFT, what was taken out of the base is computed again.
            InitLoraWeights::Pissa(None) => LoraInit::Pissa,
            InitLoraWeights::Olora => LoraInit::Olora,
            InitLoraWeights::Pissa(Some(_)) => return Err(changed_base()),
        },
        learning_rate_ratio: 1.0,
    })
}

fn adalora_config(adalora: &PeftAdaLora, blueprint: &Blueprint) -> Result<AdaLoraConfig, Problem> {
    let modules = modules(&adalora.targets, blueprint)?;
    modules.in_all_layers(blueprint)?;
    if adalora.bias != PeftBias::None {
        let (en, zh) = ("of AdaLoRA no bias learns along here.", "这里的 AdaLoRA 不训练偏置。");
        return Err(uneven("bias", &Text { en: en.into(), zh: zh.into() }));
    }
    let steps = |steps: usize| u32::try_from(steps).unwrap_or(u32::MAX);
    Ok(AdaLoraConfig {
        initial_rank: adalora.init_r,
        target_rank: adalora.target_r,
        alpha: if adalora.lora_alpha > 0.0 { adalora.lora_alpha } else { adalora.init_r as f64 },
        dropout: adalora.lora_dropout,
        target_modules: modules.roles,
        first_steps: steps(adalora.tinit),
        last_steps: steps(adalora.tfinal),
        interval: steps(adalora.delta_t),
        total_steps: steps(adalora.total_step),
        beta1: adalora.beta1,
        beta2: adalora.beta2,
        orthogonality: adalora.orth_reg_weight,
    })
}

fn ia3_config(ia3: &PeftIa3, blueprint: &Blueprint) -> Result<Ia3Config, Problem> {
    let modules = modules(&ia3.targets, blueprint)?;
    modules.in_all_layers(blueprint)?;
    let scales_inputs = |role: &&String| {
        let mut of_role = modules.sites.iter().filter(|site| site.role == **role);
        of_role.any(|site| ia3.scales_inputs(&site.module))
    };
    let feedforward_modules: Vec<String> = modules.roles.iter().filter(scales_inputs).cloned().collect();
    let uneven_site =
        modules.sites.iter().find(|site| feedforward_modules.iter().any(|role| role == site.role) && !ia3.scales_inputs(&site.module));
    if let Some(site) = uneven_site {
        let (en, zh) = (
            format!("the inputs of {} are scaled in some layers, its outputs in others; the engine does the same in all.", site.role),
            format!("{} 在某些层缩放输入，在另一些层缩放输出；引擎在各层只能采用同一种。", site.role),
        );
        return Err(uneven("feedforward_modules", &Text { en, zh }));
    }
    Ok(Ia3Config { target_modules: modules.roles, feedforward_modules })
}

/// The modules of the base that are among the targets.
fn modules<'a>(targets: &Targets, blueprint: &'a Blueprint) -> Result<Modules<'a>, Problem> {
    let can_be_adapted = |site: &SiteSpec| site.kind != SiteKind::Norm && site.role != "embed_positions";
    let adaptable: Vec<(Option<usize>, &SiteSpec)> = blueprint
        .sites()
        .filter(|(_, site)| can_be_adapted(site))
        .map(|(segment, site)| (blueprint.segments[segment].layer, site))
        .collect();
    let included: Vec<_> = adaptable.iter().filter(|(_, site)| targets.include(&site.module)).copied().collect();
    let mut roles: Vec<String> = Vec::new();
    for (_, site) in &included {
        if !roles.iter().any(|role| role == site.role) {
            roles.push(site.role.to_owned());
        }
    }
    if included.is_empty() {
        let (asked, available) = (targets.in_words(), blueprint.roles(SiteKind::Linear).join(", "));
        return Err(bad_config(&Text {
            en: format!("Its target_modules, {asked}, name no module of this base, which has {available}."),
            zh: format!("它的 target_modules（{asked}）在该基座模型中一个也没有；可用的模块有 {available}。"),
        }));
    }
    let layers: BTreeSet<usize> = included.iter().filter_map(|(layer, _)| *layer).collect();
    let missing = adaptable.iter().find(|(layer, site)| {
        layer.is_some_and(|layer| layers.contains(&layer)) && roles.iter().any(|role| role == site.role) && !targets.include(&site.module)
    });
    match missing {
        None => Ok(Modules { sites: included.into_iter().map(|(_, site)| site).collect(), roles, layers }),
        Some((_, site)) => Err(uneven(
            "target_modules",
            &Text {
                en: format!(
                    "{} is not adapted, while the same module of other layers is; the engine adapts the same modules in each layer.",
                    site.module
                ),
                zh: format!("{} 没有适配，而其他层的同名模块有；引擎在各层适配相同的模块。", site.module),
            },
        )),
    }
}

impl Modules<'_> {
    fn in_all_layers(&self, blueprint: &Blueprint) -> Result<(), Problem> {
        let all = blueprint.config.n_layers;
        if self.layers.is_empty() || self.layers.len() == all {
            return Ok(());
        }
        let layers = self.layers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        Err(uneven(
            "target_modules",
            &Text {
                en: format!("they are modules of the layers {layers} only; the engine adapts those of all {all} layers with this method."),
                zh: format!("它们只属于第 {layers} 层；使用这种方法时，引擎会适配全部 {all} 层。"),
            },
        ))
    }
}

/// An adapter whose base was changed by a decomposition that is random. PEFT's own conversion makes it a plain one, of twice the rank.
fn changed_base() -> Problem {
    bad_config(&Text {
        en: "Its init_lora_weights took part of the base's weights out by a random decomposition, which nobody can compute again. Save it in PEFT with path_initial_model_for_weight_conversion: that makes a plain LoRA of twice the rank.".into(),
        zh: "它的 init_lora_weights 在开始时用随机分解从基座权重中分出了一部分，之后无法重新算出。请在 PEFT 中用 path_initial_model_for_weight_conversion 保存，得到秩为两倍的普通 LoRA。".into(),
    })
}

fn another_base(field: &str, value: usize, of_base: usize) -> Problem {
    bad_weights(&Text {
        en: format!("It was made for a base with {field} = {value}; this one has {of_base}. Use the base that it was trained on."),
        zh: format!("它所属的基座模型的 {field} 是 {value}，而当前基座是 {of_base}。请使用训练它时的基座模型。"),
    })
}
