//! The adapters of PEFT: loaded, differentiated, merged where that is exact, and trained.

use std::collections::BTreeMap;
use std::error::Error;

use tinyai::autograd::{Param, Params};
use tinyai::finetune::prompt::virtual_ids;
use tinyai::formats::peft::{ADAPTER_CONFIG, ADAPTER_MODEL, PeftAdapter, PeftConfig};
use tinyai::formats::safetensors::{self, TensorFile};
use tinyai::lab::adapter;
use tinyai::nn::{LinearHook, MergeError, Tokens, Transformer};

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

/// The base model with the adapter of that folder attached, by the way that the product takes, and its configuration.
fn load(case: &Case, folder: &str) -> Result<(Transformer, PeftConfig, usize), Box<dyn Error>> {
    let mut model = load_model(case)?;
    let (config, bytes) = (case.file(&format!("{folder}/{ADAPTER_CONFIG}"))?, case.file(&format!("{folder}/{ADAPTER_MODEL}"))?);
    let file = PeftAdapter::read(&config, &bytes)?;
    let loaded = adapter::load(&file, &mut model).map_err(|problem| problem.message.en)?;
    Ok((model, file.config, loaded.virtual_tokens))
}

/// The tensors of an adapter under PEFT's names, with what `pick` takes of each parameter.
fn tensors<'a>(model: &'a Transformer, config: &PeftConfig, pick: impl Fn(&'a Param) -> Option<&'a [f32]>) -> BTreeMap<String, Vec<f32>> {
    let tensors = adapter::tensors_of(model, &config.method, pick);
    tensors.into_iter().map(|tensor| (tensor.name.written(&config.method), tensor.data)).collect()
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

    let (mut model, config, virtual_tokens) = load(case, "adapter")?;
    let plain = tokens;
    let tokens = prompted(&plain, virtual_tokens);
    let (all, trainable) = model.params.counts();
    checks.expected("trainable_parameters", &[trainable as f64])?;
    checks.expected("all_parameters", &[all as f64])?;
    checks.tensor("logits", model.logits(&tokens)?.data(), io)?;
    let loss = mean_loss(&mut model, &tokens, &next_tokens(&tokens))?;
    checks.expected("loss", &[loss])?;
    let gradients = tensors(&model, &config, |param| param.grad.as_ref().map(|grad| grad.data()));
    let expected = io.tensors.keys().filter(|name| name.starts_with("grad.")).count();
    checks.require(gradients.len() == expected, || format!("the engine has {} gradients, want {expected}", gradients.len()));
    for (name, grad) in gradients {
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
    let (mut model, config, virtual_tokens) = load(case, "adapter_init")?;
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
            check_adapter(case, checks, (&model, &config), "adapter", &format!("adapter_after_{saved_after}_steps"))?;
        }
    }
    checks.expected("trajectory.losses", &training.losses)?;
    checks.expected("trajectory.grad_norms", &training.grad_norms)?;
    check_adapter(case, checks, (&model, &config), "adapter_final", "adapter_final")
}

/// Compares the model's adapter with the one in `folder`, under the tolerance of the name `key`.
fn check_adapter(case: &Case, checks: &mut Checks, (model, config): (&Transformer, &PeftConfig), folder: &str, key: &str) -> CaseResult {
    let bytes = case.file(&format!("{folder}/{ADAPTER_MODEL}"))?;
    let file = safetensors::read(&bytes)?;
    let got = tensors(model, config, |param| param.trainable.then(|| param.value.data()));
    for (name, values) in &got {
        checks.compare(&format!("{key}.{name}"), &widen(values), &widen(&file.tensor(name)?.to_f32()?))?;
    }
    let want = file.tensors.len();
    checks.require(got.len() == want, || format!("{key}: the engine has {} adapter weights, want {want}", got.len()));
    Ok(())
}
