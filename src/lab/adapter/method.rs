//! From the configuration of an adapter to the method that computes it.

use std::collections::BTreeSet;

use super::check::uneven;
use super::{bad_config, bad_weights};
use crate::finetune::Method;
use crate::finetune::ia3::Ia3Config;
use crate::finetune::lora::{LoraConfig, LoraInit, LoraScaling};
use crate::finetune::prefix::PrefixConfig;
use crate::finetune::prompt::PromptConfig;
use crate::formats::peft::{InitLoraWeights, PeftConfig, PeftIa3, PeftLora, PeftMethod, Targets};
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
        PeftMethod::AdaLora(_) => Err(uneven(
            "peft_type",
            &Text { en: "AdaLoRA is not there yet.".into(), zh: "引擎尚不支持 AdaLoRA。".into() },
        )),
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
    modules.in_all_layers(blueprint)?;
    if lora.init_lora_weights.changes_base() {
        return Err(changed_base());
    }
    let (rank, alpha) = modules.same(lora)?;
    Ok(LoraConfig {
        rank,
        alpha,
        scaling: if lora.use_rslora { LoraScaling::RankStabilised } else { LoraScaling::Standard },
        dora: lora.use_dora,
        dropout: lora.lora_dropout,
        target_modules: modules.roles,
        init: match lora.init_lora_weights {
            InitLoraWeights::Gaussian => LoraInit::Gaussian,
            _ => LoraInit::KaimingUniform,
        },
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
    let uneven_site = modules.sites.iter().find(|site| {
        feedforward_modules.iter().any(|role| role == site.role) && !ia3.scales_inputs(&site.module)
    });
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
    let can_be_adapted = |site: &SiteSpec| site.kind != SiteKind::Norm;
    let adaptable: Vec<(Option<usize>, &SiteSpec)> =
        blueprint.sites().filter(|(_, site)| can_be_adapted(site)).map(|(segment, site)| (blueprint.segments[segment].layer, site)).collect();
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
                en: format!("{} is not adapted, while the same module of other layers is; the engine adapts the same modules in each layer.", site.module),
                zh: format!("{} 没有适配，而其他层的同名模块有；引擎在各层适配相同的模块。", site.module),
            },
        )),
    }
}

impl Modules<'_> {
    /// The rank and the alpha that all modules have.
    fn same(&self, lora: &PeftLora) -> Result<(usize, f64), Problem> {
        let of = |site: &&SiteSpec| (lora.rank_of(&site.module), lora.alpha_of(&site.module));
        let first = self.sites.first().map_or((lora.r, lora.lora_alpha), of);
        match self.sites.iter().find(|site| of(site) != first) {
            None => Ok(first),
            Some(site) => Err(uneven(
                "rank_pattern, alpha_pattern",
                &Text {
                    en: format!("{} has another rank or alpha than other modules; the engine has one for all.", site.module),
                    zh: format!("{} 的秩或 alpha 与其他模块不同；引擎对所有模块使用同一个值。", site.module),
                },
            )),
        }
    }

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

/// An adapter whose base was changed when it was made. PEFT's own conversion makes it a plain one, of twice the rank.
fn changed_base() -> Problem {
    bad_config(&Text {
        en: "Its init_lora_weights took part of the base's weights out of the base, which the adapter alone does not say. Save it in PEFT with path_initial_model_for_weight_conversion: that makes a plain LoRA of twice the rank.".into(),
        zh: "它的 init_lora_weights 在开始时从基座权重中分出了一部分，仅凭适配器无法还原。请在 PEFT 中用 path_initial_model_for_weight_conversion 保存，得到秩为两倍的普通 LoRA。".into(),
    })
}

fn another_base(field: &str, value: usize, of_base: usize) -> Problem {
    bad_weights(&Text {
        en: format!("It was made for a base with {field} = {value}; this one has {of_base}. Use the base that it was trained on."),
        zh: format!("它所属的基座模型的 {field} 是 {value}，而当前基座是 {of_base}。请使用训练它时的基座模型。"),
    })
}
