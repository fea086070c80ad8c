//! Writing what a method has learned as PEFT's files.

use std::collections::BTreeMap;

use super::projected::projected;
use super::source::{Place, place};
use crate::autograd::Param;
use crate::formats::peft::{
    AdapterTensor, InitLoraWeights, Part, PeftAdaLora, PeftBias, PeftConfig, PeftIa3, PeftLora, PeftMethod, PeftPrefix, PeftPrompt,
    TargetModules, Targets, TensorName, write_model,
};
use crate::formats::safetensors::SaveDtype;
use crate::lab::problem::Text;
use crate::lab::spec::{LoraBias, LoraInit, LoraScaling, LoraSpec, LoraTarget, Method, RunSpec, TargetModule};
use crate::nn::blueprint::linear_roles;
use crate::nn::{Blueprint, ModelConfig, Transformer};

/// The two files of an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterFiles {
    /// `adapter_config.json`.
    pub config: String,
    /// `adapter_model.safetensors`.
    pub weights: Vec<u8>,
}

/// The files of an adapter.
pub fn files(config: &PeftConfig, tensors: &[AdapterTensor], dtype: SaveDtype) -> AdapterFiles {
    AdapterFiles { config: config.to_json(), weights: write_model(&config.method, tensors, dtype) }
}

/// What a run has trained, as PEFT's files, in float32.
///
/// # Errors
/// If PEFT has no such method.
pub fn save(run: &RunSpec, model: &mut Transformer) -> Result<AdapterFiles, Text> {
    let mut config = peft_config(run, &model.blueprint)?;
    let tensors = match &mut config.method {
        PeftMethod::Lora(lora) if lora.init_lora_weights.changes_base() => plain(lora, model)?,
        PeftMethod::Prefix(_) if run.fine_tuning.prompt.reparametrised => vec![projected(model)],
        method => tensors(model, method),
    };
    Ok(files(&config, &tensors, SaveDtype::F32))
}

/// Of a start that was taken out of the base's weights: the plain pairs of twice the rank that change the whole base as much, as PEFT's own
/// conversion makes them; `lora` becomes their configuration.
fn plain(lora: &mut PeftLora, model: &mut Transformer) -> Result<Vec<AdapterTensor>, Text> {
    let mut tensors = tensors(model, &PeftMethod::Lora(lora.clone()));
    if lora.use_dora {
        return Err(Text {
            en: "PEFT cannot say what {fine_tuning.lora.init} took out of the weights under {fine_tuning.method=dora}. Choose {fine_tuning.method=lora}, or {fine_tuning.lora.init=kaiming_uniform}.".into(),
            zh: "使用{fine_tuning.method=dora}时，PEFT 的文件无法表示{fine_tuning.lora.init}从权重中取出的部分。请改用{fine_tuning.method=lora}，或{fine_tuning.lora.init=kaiming_uniform}。".into(),
        });
    }
    let none = model.for_each_linear(|_, linear, params| {
        let Some(update) = linear.hook.as_ref().and_then(|hook| hook.update(params)) else { return Ok::<(), Text>(()) };
        let [in_features, out_features] = linear.features;
        for tensor in tensors.iter_mut().filter(|tensor| tensor.name.module == linear.name) {
            match tensor.name.part {
                Part::LoraA => (tensor.shape, tensor.data) = (vec![update.rank, in_features], update.a.clone()),
                Part::LoraB => (tensor.shape, tensor.data) = (vec![out_features, update.rank], update.b.clone()),
                _ => {}
            }
        }
        Ok(())
    });
    none?;
    // The embedding has no such start; its rank is said by itself.
    let embedding = tensors.iter().find(|tensor| tensor.name.part == Part::EmbeddingA).map(|tensor| tensor.name.module.clone());
    let of_embedding = embedding.map(|module| (lora.rank_of(&module), lora.alpha_of(&module), module));
    let factor = if lora.use_rslora { 2.0_f64.sqrt() } else { 2.0 };
    lora.r *= 2;
    lora.lora_alpha *= factor;
    lora.rank_pattern.iter_mut().for_each(|(_, rank)| *rank *= 2);
    lora.alpha_pattern.iter_mut().for_each(|(_, alpha)| *alpha *= factor);
    if let Some((rank, alpha, module)) = of_embedding {
        lora.rank_pattern.insert(0, (module.clone(), rank));
        lora.alpha_pattern.insert(0, (module, alpha));
    }
    lora.init_lora_weights = InitLoraWeights::Kaiming;
    Ok(tensors)
}

/// The tensors of an adapter on a model that is here whole.
pub fn tensors(model: &Transformer, method: &PeftMethod) -> Vec<AdapterTensor> {
    tensors_of(model, method, |param| Some(param.value.data()))
}

/// As [`tensors`], with what `pick` takes of each parameter, which has its shape.
pub fn tensors_of<'a>(model: &'a Transformer, method: &PeftMethod, pick: impl Fn(&'a Param) -> Option<&'a [f32]>) -> Vec<AdapterTensor> {
    let mut tensors: BTreeMap<TensorName, AdapterTensor> = BTreeMap::new();
    let learned_bias = |param: &Param| bias(&param.name, method).filter(|_| param.trainable).map(|name| Place { name, table: None });
    for param in model.params.iter() {
        let Some(Place { name, table }) = place(&param.name).or_else(|| learned_bias(param)) else { continue };
        let Some(values) = pick(param) else { continue };
        match table {
            None if name.part == Part::EmbeddingA => {
                let [rows, rank] = [param.shape[0], param.shape[1]];
                let data = (0..rank).flat_map(|column| values.iter().skip(column).step_by(rank).copied()).collect();
                tensors.insert(name.clone(), AdapterTensor { name, shape: vec![rank, rows], data });
            }
            None => drop(tensors.insert(name.clone(), AdapterTensor { name, shape: param.shape.clone(), data: values.to_vec() })),
            Some(table) => {
                let [rows, width] = [param.shape[0], param.shape[1]];
                let all = 2 * model.config.n_layers * width;
                let empty = || AdapterTensor { name: name.clone(), shape: vec![rows, all], data: vec![0.0; rows * all] };
                let whole = tensors.entry(name.clone()).or_insert_with(empty);
                for (row, own) in whole.data.chunks_exact_mut(all).zip(values.chunks_exact(width)) {
                    row[table * width..(table + 1) * width].copy_from_slice(own);
                }
            }
        }
    }
    tensors.into_values().collect()
}

/// The bias of a layer: PEFT has that of a layer with a pair inside the layer that stands around it.
fn bias(param: &str, method: &PeftMethod) -> Option<TensorName> {
    let module = param.strip_suffix(".bias")?;
    let targets = match method {
        PeftMethod::Lora(lora) => &lora.targets,
        PeftMethod::AdaLora(adalora) => &adalora.targets,
        _ => return None,
    };
    Some(TensorName::new(module, if targets.include(module) { Part::BaseBias } else { Part::Bias }))
}

/// PEFT's configuration of what a run trains.
///
/// # Errors
/// If PEFT has no such method.
pub fn peft_config(run: &RunSpec, blueprint: &Blueprint) -> Result<PeftConfig, Text> {
    Ok(PeftConfig::new(peft_method(run, &blueprint.config)?, Some(&base_name(&run.model.base))))
}

/// How a base is named: one of a person's own by its folder or file.
fn base_name(base: &str) -> String {
    let path = base.strip_prefix(crate::lab::assets::OWN_FILE).unwrap_or(base);
    let path = path.strip_suffix("model.safetensors").unwrap_or(path).trim_end_matches(['/', '\\']);
    if path.is_empty() { "model".to_owned() } else { path.to_owned() }
}

fn peft_method(run: &RunSpec, model: &ModelConfig) -> Result<PeftMethod, Text> {
    let spec = &run.fine_tuning;
    let (tokens, layers) = (spec.prompt.virtual_tokens as usize, Some(model.n_layers));
    Ok(match spec.method {
        Method::Lora | Method::Dora => PeftMethod::Lora(peft_lora(&spec.lora, spec.method == Method::Dora)),
        Method::AdaLora => {
            let (lora, adalora) = (&spec.lora, &spec.adalora);
            PeftMethod::AdaLora(PeftAdaLora {
                init_r: adalora.initial_rank as usize,
                target_r: adalora.target_rank as usize,
                tinit: adalora.first_steps as usize,
                tfinal: adalora.last_steps as usize,
                delta_t: adalora.interval as usize,
                beta1: adalora.beta1,
                beta2: adalora.beta2,
                orth_reg_weight: adalora.orthogonality,
                total_step: run.training.steps as usize,
                lora_alpha: lora.alpha,
                lora_dropout: lora.dropout,
                targets: lora_targets(&lora.target_modules, &[]),
                bias: PeftBias::None,
                // What was taken away is zero, and changes nothing.
                rank_pattern: BTreeMap::new(),
            })
        }
        Method::Ia3 => {
            let targets = targets(&spec.ia3.target_modules);
            let TargetModules::Ends(ends) = &targets.modules else { unreachable!("they are named") };
            let feedforward_modules = ends.iter().filter(|end| *end == crate::lab::methods::FEEDFORWARD).cloned().collect();
            PeftMethod::Ia3(PeftIa3 { targets, feedforward_modules })
        }
        Method::PromptTuning => {
            PeftMethod::Prompt(PeftPrompt { num_virtual_tokens: tokens, token_dim: Some(model.d_model), num_layers: layers })
        }
        Method::PrefixTuning => {
            let token_dim = Some(model.n_kv_heads * model.d_head);
            PeftMethod::Prefix(PeftPrefix { num_virtual_tokens: tokens, token_dim, num_layers: layers })
        }
        Method::Full | Method::Adapter | Method::BitFit | Method::LastLayers => {
            return Err(Text {
                en: "PEFT has no such method: {fine_tuning.method} has to be {fine_tuning.method=lora}, {fine_tuning.method=dora}, {fine_tuning.method=adalora}, {fine_tuning.method=ia3}, {fine_tuning.method=prompt_tuning} or {fine_tuning.method=prefix_tuning} for an adapter to be saved.".into(),
                zh: "PEFT 没有这种方法。要保存适配器，{fine_tuning.method}须为{fine_tuning.method=lora}、{fine_tuning.method=dora}、{fine_tuning.method=adalora}、{fine_tuning.method=ia3}、{fine_tuning.method=prompt_tuning}或{fine_tuning.method=prefix_tuning}。".into(),
            });
        }
    })
}

fn peft_lora(lora: &LoraSpec, use_dora: bool) -> PeftLora {
    let layers: Vec<usize> = lora.layers.iter().map(|layer| *layer as usize).collect();
    PeftLora {
        r: lora.rank as usize,
        lora_alpha: lora.alpha,
        lora_dropout: lora.dropout,
        targets: lora_targets(&lora.target_modules, &layers),
        use_rslora: lora.scaling == LoraScaling::RankStabilised,
        use_dora,
        init_lora_weights: match lora.init {
            LoraInit::KaimingUniform => InitLoraWeights::Kaiming,
            LoraInit::Gaussian => InitLoraWeights::Gaussian,
            LoraInit::Orthogonal => InitLoraWeights::Orthogonal,
            LoraInit::Pissa => InitLoraWeights::Pissa(None),
            LoraInit::Olora => InitLoraWeights::Olora,
        },
        bias: match lora.bias {
            LoraBias::None => PeftBias::None,
            LoraBias::All => PeftBias::All,
            LoraBias::LoraOnly => PeftBias::LoraOnly,
        },
        rank_pattern: lora.rank_pattern.iter().map(|(end, rank)| (end.clone(), *rank as usize)).collect(),
        alpha_pattern: lora.alpha_pattern.iter().map(|(end, alpha)| (end.clone(), *alpha)).collect(),
    }
}

fn targets(modules: &[TargetModule]) -> Targets {
    Targets::of(&modules.iter().map(|module| module.name()).collect::<Vec<_>>())
}

/// The targets of LoRA. Where layers are named, what is in none has no pair, while PEFT goes by whole paths such as `lm_head` whatever the
/// layers.
fn lora_targets(modules: &[LoraTarget], layers: &[usize]) -> Targets {
    let linear = linear_roles();
    let names = modules.iter().map(|module| module.name()).filter(|name| layers.is_empty() || linear.contains(name));
    Targets { layers: layers.to_vec(), ..Targets::of(&names.collect::<Vec<_>>()) }
}
