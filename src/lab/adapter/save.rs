//! Writing what a method has learned as PEFT's files.

use std::collections::BTreeMap;

use super::source::{Place, place};
use crate::autograd::Param;
use crate::formats::peft::{
    AdapterTensor, InitLoraWeights, Part, PeftConfig, PeftIa3, PeftLora, PeftMethod, PeftPrefix, PeftPrompt, TargetModules, Targets, TensorName,
    write_model,
};
use crate::formats::safetensors::SaveDtype;
use crate::lab::problem::Text;
use crate::lab::spec::{FineTuningSpec, LoraInit, LoraScaling, Method, RunSpec, TargetModule};
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
pub fn save(run: &RunSpec, model: &Transformer) -> Result<AdapterFiles, Text> {
    let config = peft_config(run, &model.blueprint)?;
    Ok(files(&config, &tensors(model, &config.method), SaveDtype::F32))
}

/// The tensors of an adapter on a model that is here whole.
pub fn tensors(model: &Transformer, method: &PeftMethod) -> Vec<AdapterTensor> {
    // PiSSA and OLoRA: what is written then is the plain pair of rank 2r that PEFT's own conversion makes.
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
    let (spec, model) = (&run.fine_tuning, &blueprint.config);
    Ok(PeftConfig::new(peft_method(spec, model)?, Some(&base_name(&run.model.base))))
}

/// How a base is named: one of a person's own by its folder or file.
fn base_name(base: &str) -> String {
    let path = base.strip_prefix(crate::lab::assets::OWN_FILE).unwrap_or(base);
    let path = path.strip_suffix("model.safetensors").unwrap_or(path).trim_end_matches(['/', '\\']);
    if path.is_empty() { "model".to_owned() } else { path.to_owned() }
}

fn peft_method(spec: &FineTuningSpec, model: &ModelConfig) -> Result<PeftMethod, Text> {
    let (tokens, layers) = (spec.prompt.virtual_tokens as usize, Some(model.n_layers));
    Ok(match spec.method {
        Method::Lora | Method::Dora => {
            let lora = &spec.lora;
            PeftMethod::Lora(PeftLora {
                r: lora.rank as usize,
                lora_alpha: lora.alpha,
                lora_dropout: lora.dropout,
                use_rslora: lora.scaling == LoraScaling::RankStabilised,
                use_dora: spec.method == Method::Dora,
                init_lora_weights: match lora.init {
                    LoraInit::KaimingUniform => InitLoraWeights::Kaiming,
                    LoraInit::Gaussian => InitLoraWeights::Gaussian,
                },
                ..PeftLora::of(targets(&lora.target_modules))
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
                en: "PEFT has no such method: {fine_tuning.method} has to be {fine_tuning.method=lora}, {fine_tuning.method=dora}, {fine_tuning.method=ia3}, {fine_tuning.method=prompt_tuning} or {fine_tuning.method=prefix_tuning} for an adapter to be saved.".into(),
                zh: "PEFT 没有这种方法。要保存适配器，{fine_tuning.method}须为{fine_tuning.method=lora}、{fine_tuning.method=dora}、{fine_tuning.method=ia3}、{fine_tuning.method=prompt_tuning}或{fine_tuning.method=prefix_tuning}。".into(),
            });
        }
    })
}

fn targets(modules: &[TargetModule]) -> Targets {
    Targets::of(&modules.iter().map(|module| module.name()).collect::<Vec<_>>())
}
