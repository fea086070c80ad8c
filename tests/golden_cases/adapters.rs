//! The adapters of PEFT: loaded, differentiated, merged where that is exact, and trained.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::ops::Range;

use tinyai::autograd::{Param, Params};
use tinyai::finetune::attach;
use tinyai::finetune::ia3::Ia3Config;
use tinyai::finetune::lora::{LoraConfig, LoraScaling};
use tinyai::finetune::prefix::PrefixConfig;
use tinyai::finetune::prompt::{PROMPT_EMBEDDINGS, PromptConfig, virtual_ids};
use tinyai::formats::peft::{ADAPTER_CONFIG, ADAPTER_MODEL, PeftLora};
use tinyai::formats::safetensors::{self, TensorFile};
use tinyai::nn::{BuildError, LinearHook, MergeError, ParamSpec, Tokens, Transformer, WeightSource};

use super::CaseResult;
use super::case::Case;
use super::checks::{Checks, widen};
use super::engine::{batch, batches, load_model, mean_loss, next_tokens};
use super::training::Training;

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    check_saved_adapter(case, checks, &io)?;
    check_trajectory(case, checks, &io)
}

/// The base model with the adapter of that folder attached, and how many virtual tokens come before each sequence.
fn load(case: &Case, folder: &str) -> Result<(Transformer, usize), Box<dyn Error>> {
    let mut model = load_model(case)?;
    let config_bytes = case.file(&format!("{folder}/{ADAPTER_CONFIG}"))?;
    let config: serde_json::Value = serde_json::from_slice(&config_bytes)?;
    let bytes = case.file(&format!("{folder}/{ADAPTER_MODEL}"))?;
    let file = safetensors::read(&bytes)?;
    let mut weights = AdapterWeights(&file);
    let number = |field: &str| config[field].as_f64().ok_or_else(|| format!("{field} is {}", config[field]));
    let text = |field: &str| config[field].as_str().unwrap_or_default();
    let modules = |field: &str| -> Vec<String> {
        let names: BTreeSet<_> =
            config[field].as_array().into_iter().flatten().filter_map(|module| module.as_str()?.rsplit('.').next()).collect();
        names.into_iter().map(str::to_owned).collect()
    };
    match text("peft_type") {
        "LORA" => {
            let lora = LoraConfig {
                rank: number("r")? as usize,
                alpha: number("lora_alpha")?,
                scaling: if config["use_rslora"] == true { LoraScaling::RankStabilised } else { LoraScaling::Standard },
                dora: config["use_dora"] == true,
                dropout: number("lora_dropout")?,
                target_modules: modules("target_modules"),
                ..LoraConfig::default()
            };
            if !lora.dora {
                // The product's reader takes it, too.
                let read = PeftLora::read(&config_bytes, &bytes)?;
                let divisor = match lora.scaling {
                    LoraScaling::Standard => lora.rank as f64,
                    LoraScaling::RankStabilised => (lora.rank as f64).sqrt(),
                };
                assert_eq!((read.config.r, read.config.scaling()), (lora.rank, lora.alpha / divisor));
            }
            attach(&lora, &mut model, &mut weights)?;
        }
        "IA3" => {
            let ia3 = Ia3Config { target_modules: modules("target_modules"), feedforward_modules: modules("feedforward_modules") };
            attach(&ia3, &mut model, &mut weights)?;
        }
        "PROMPT_TUNING" => {
            let virtual_tokens = number("num_virtual_tokens")? as usize;
            attach(&PromptConfig { virtual_tokens, init_std: 1.0 }, &mut model, &mut weights)?;
            return Ok((model, virtual_tokens));
        }
        "PREFIX_TUNING" => {
            attach(&PrefixConfig { virtual_tokens: number("num_virtual_tokens")? as usize, init_std: 1.0 }, &mut model, &mut weights)?;
        }
        other => return Err(format!("peft_type {other}").into()),
    }
    Ok((model, 0))
}

/// What PEFT calls a parameter of an adapter; of a prefix, the columns that it has of the one tensor there is.
fn place(name: &str, width: usize) -> Option<(String, Option<Range<usize>>)> {
    if let Some((layer, part)) = name.strip_prefix("model.layers.").and_then(|rest| rest.split_once(".self_attn.prefix.")) {
        let first = (2 * layer.parse::<usize>().ok()? + usize::from(part == "values")) * width;
        return Some((PROMPT_EMBEDDINGS.to_owned(), Some(first..first + width)));
    }
    let of_linear = ["lora_A.weight", "lora_B.weight", "lora_magnitude_vector", "ia3_l"].iter().any(|part| name.ends_with(part));
    match name {
        PROMPT_EMBEDDINGS => Some((name.to_owned(), None)),
        _ => of_linear.then(|| (format!("base_model.model.{name}"), None)),
    }
}

/// The weights of an adapter of PEFT's.
struct AdapterWeights<'a>(&'a TensorFile<'a>);

impl WeightSource for AdapterWeights<'_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        let [_, width] = param.matrix();
        let mut read = || -> Result<(), Box<dyn Error>> {
            let (name, columns) = place(&param.name, width).ok_or("no parameter of an adapter")?;
            let tensor = self.0.tensor(&name)?;
            let all = tensor.shape.last().copied().unwrap_or(1);
            Ok(tensor.rows_to_f32(all, rows.clone(), &mut |row| take(&row[columns.clone().unwrap_or(0..all)]))?)
        };
        read().map_err(|error| BuildError::UnreadableWeight { name: param.name.clone(), reason: error.to_string() })
    }
}

/// The tensors of an adapter under PEFT's names, with what `pick` takes of each parameter.
fn tensors<'a>(model: &'a Transformer, pick: impl Fn(&'a Param) -> Option<&'a [f32]>) -> Result<BTreeMap<String, Vec<f32>>, String> {
    let mut tensors = BTreeMap::new();
    for param in model.params.iter() {
        let width = param.shape.last().copied().unwrap_or(1);
        let picked = pick(param);
        match (place(&param.name, width), picked) {
            (Some((name, None)), Some(values)) => drop(tensors.insert(name, values.to_vec())),
            (Some((name, Some(columns))), Some(values)) => {
                let all = 2 * model.config.n_layers * width;
                let whole = tensors.entry(name).or_insert_with(|| vec![f32::NAN; param.shape[0] * all]);
                for (row, own) in whole.chunks_exact_mut(all).zip(values.chunks_exact(width)) {
                    row[columns.clone()].copy_from_slice(own);
                }
            }
            (None, None) => {}
            (None, Some(_)) => return Err(format!("{}: of a frozen weight", param.name)),
            (Some(_), None) => return Err(format!("{}: missing", param.name)),
        }
    }
    Ok(tensors)
}

/// The batch with virtual tokens before each sequence.
fn prompted(tokens: &Tokens, virtual_tokens: usize) -> Tokens {
    let spans = &tokens.rows.spans;
    let ids = spans.iter().flat_map(|span| virtual_ids(virtual_tokens).chain(tokens.ids[span.queries.clone()].iter().copied()));
    Tokens::new(spans.len(), virtual_tokens + spans[0].queries.len(), ids.collect::<Vec<_>>())
}

/// `adapter`: outputs with and without it, its gradients, merged and unmerged.
fn check_saved_adapter(case: &Case, checks: &mut Checks, io: &TensorFile) -> CaseResult {
    let mut base = load_model(case)?;
    let tokens = batch(io, "input_ids", base.config.vocab_size)?;
    checks.tensor("base_logits", base.logits(&tokens)?.data(), io)?;

    let (mut model, virtual_tokens) = load(case, "adapter")?;
    let plain = tokens;
    let tokens = prompted(&plain, virtual_tokens);
    let (all, trainable) = model.params.counts();
    checks.expected("trainable_parameters", &[trainable as f64])?;
    checks.expected("all_parameters", &[all as f64])?;
    checks.tensor("logits", model.logits(&tokens)?.data(), io)?;
    let loss = mean_loss(&mut model, &tokens, &next_tokens(&tokens))?;
    checks.expected("loss", &[loss])?;
    for (name, grad) in tensors(&model, |param| param.grad.as_ref().map(|grad| grad.data()))? {
        checks.tensor(&format!("grad.{name}"), &grad, io)?;
    }
    if !io.tensors.contains_key("logits_merged") {
        return Ok(());
    }

    with_adapters(&mut model, |adapter, params| adapter.set_enabled(params, false))?;
    checks.tensor("base_logits", model.logits(&plain)?.data(), io)?;
    with_adapters(&mut model, |adapter, params| adapter.set_enabled(params, true))?;
    with_adapters(&mut model, |adapter, params| adapter.merge(params))?;
    checks.tensor("logits_merged", model.logits(&tokens)?.data(), io)?;
    for name in io.tensors.keys() {
        let Some(weight) = name.strip_prefix("merged.") else { continue };
        let id = model.params.find(weight).ok_or_else(|| format!("the engine has no weight {weight}"))?;
        checks.tensor(name, model.params.value(id), io)?;
    }
    with_adapters(&mut model, |adapter, params| {
        adapter.unmerge(params);
        Ok(())
    })?;
    checks.tensor("logits", model.logits(&tokens)?.data(), io)
}

/// Runs `change` on every adapter of the model.
fn with_adapters(model: &mut Transformer, change: impl Fn(&mut dyn LinearHook, &mut Params) -> Result<(), MergeError>) -> CaseResult {
    model.for_each_linear(|_, linear, params| match &mut linear.hook {
        Some(hook) => change(hook.as_mut(), params),
        None => Ok(()),
    })?;
    Ok(())
}

/// The training that leads from `adapter_init` by way of `adapter` to `adapter_final`.
fn check_trajectory(case: &Case, checks: &mut Checks, io: &TensorFile) -> CaseResult {
    let (mut model, virtual_tokens) = load(case, "adapter_init")?;
    let steps = case.integer("hyper.optimizer.steps")?;
    let saved_after = case.integer("hyper.optimizer.adapter_saved_after")?;
    let batches = batches(io, "batches", model.config.vocab_size)?;
    if batches.len() != steps {
        return Err(format!("{} batches for {steps} steps", batches.len()).into());
    }
    let mut training = Training::new(case, "hyper.optimizer", steps)?;
    for (done, batch) in (1..).zip(&batches) {
        training.step(&mut model, &prompted(batch, virtual_tokens))?;
        if done == saved_after {
            check_adapter(case, checks, &model, "adapter", &format!("adapter_after_{saved_after}_steps"))?;
        }
    }
    checks.expected("trajectory.losses", &training.losses)?;
    checks.expected("trajectory.grad_norms", &training.grad_norms)?;
    check_adapter(case, checks, &model, "adapter_final", "adapter_final")
}

/// Compares the model's adapter with the one in `folder`, under the tolerance of the name `key`.
fn check_adapter(case: &Case, checks: &mut Checks, model: &Transformer, folder: &str, key: &str) -> CaseResult {
    let bytes = case.file(&format!("{folder}/{ADAPTER_MODEL}"))?;
    let file = safetensors::read(&bytes)?;
    let got = tensors(model, |param| param.trainable.then(|| param.value.data()))?;
    for (name, values) in &got {
        checks.compare(&format!("{key}.{name}"), &widen(values), &widen(&file.tensor(name)?.to_f32()?))?;
    }
    let want = file.tensors.len();
    checks.require(got.len() == want, || format!("{key}: the engine has {} adapter weights, want {want}", got.len()));
    Ok(())
}
