//! `lora-qv` and `lora-rslora`: a LoRA adapter of PEFT loaded, differentiated, merged and trained.

use std::collections::BTreeSet;
use std::error::Error;

use tinyai::autograd::{ParamId, Params};
use tinyai::finetune::attach;
use tinyai::finetune::lora::{LoraConfig, LoraInit};
use tinyai::formats::peft::{InitLoraWeights, PeftLora};
use tinyai::formats::safetensors::{self, TensorFile};
use tinyai::nn::{LinearHook, Transformer};

use super::CaseResult;
use super::case::Case;
use super::checks::{Checks, widen};
use super::engine::{AdapterWeights, batch, batches, load_adapter, load_model, mean_loss, next_tokens, peft_name};
use super::training::Training;

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    check_saved_adapter(case, checks, &io)?;
    check_trajectory(case, checks, &io)
}

/// The base model with the adapter of that folder attached.
fn load(case: &Case, folder: &str) -> Result<Transformer, Box<dyn Error>> {
    let mut model = load_model(case)?;
    let (adapter, bytes) = load_adapter(case, folder)?;
    let peft = &adapter.config;
    let config = LoraConfig {
        rank: peft.r,
        // The engine divides by the rank, PEFT by its root where the adapter is rank-stabilised.
        alpha: peft.scaling() * peft.r as f64,
        dropout: peft.lora_dropout,
        target_modules: kinds(&adapter),
        init: match peft.init_lora_weights {
            InitLoraWeights::Gaussian => LoraInit::Gaussian,
            InitLoraWeights::Kaiming | InitLoraWeights::Random => LoraInit::KaimingUniform,
        },
    };
    let file = safetensors::read(&bytes)?;
    attach(&config, &mut model, &mut AdapterWeights { file: &file, prefix: "base_model.model." })?;
    Ok(model)
}

/// The last parts of the adapted layers' paths, once each: PEFT may save whole paths as its targets.
fn kinds(adapter: &PeftLora) -> Vec<String> {
    let kinds: BTreeSet<_> = adapter.modules.keys().filter_map(|module| module.rsplit('.').next()).collect();
    kinds.into_iter().map(str::to_owned).collect()
}

/// `adapter`: outputs with and without it, its gradients, merged and unmerged.
fn check_saved_adapter(case: &Case, checks: &mut Checks, io: &TensorFile) -> CaseResult {
    let mut base = load_model(case)?;
    let tokens = batch(io, "input_ids", base.config.vocab_size)?;
    checks.tensor("base_logits", base.logits(&tokens)?.data(), io)?;

    let mut model = load(case, "adapter")?;
    let (all, trainable) = model.params.counts();
    checks.expected("trainable_parameters", &[trainable as f64])?;
    checks.expected("all_parameters", &[all as f64])?;
    checks.tensor("logits", model.logits(&tokens)?.data(), io)?;
    let loss = mean_loss(&mut model, &tokens, &next_tokens(&tokens))?;
    checks.expected("loss", &[loss])?;
    for param in model.params.iter() {
        match (&param.grad, peft_name(&param.name)) {
            (Some(grad), Some(name)) => checks.tensor(&format!("grad.{name}"), grad.data(), io)?,
            (None, None) => {}
            (grad, _) => checks
                .require(false, || format!("{}: gradient {}", param.name, if grad.is_some() { "of a frozen weight" } else { "missing" })),
        }
    }

    with_adapters(&mut model, |adapter, params, weight| adapter.set_enabled(params, weight, false))?;
    checks.tensor("base_logits", model.logits(&tokens)?.data(), io)?;
    with_adapters(&mut model, |adapter, params, weight| adapter.set_enabled(params, weight, true))?;
    with_adapters(&mut model, |adapter, params, weight| adapter.merge(params, weight))?;
    checks.tensor("logits_merged", model.logits(&tokens)?.data(), io)?;
    for name in io.tensors.keys() {
        let Some(weight) = name.strip_prefix("merged.") else { continue };
        let id = model.params.find(weight).ok_or_else(|| format!("the engine has no weight {weight}"))?;
        checks.tensor(name, model.params.value(id), io)?;
    }
    with_adapters(&mut model, |adapter, params, weight| adapter.unmerge(params, weight))?;
    checks.tensor("logits", model.logits(&tokens)?.data(), io)
}

/// Runs `change` on every adapter of the model.
fn with_adapters<E: Error + 'static>(
    model: &mut Transformer,
    change: impl Fn(&mut dyn LinearHook, &mut Params, ParamId) -> Result<(), E>,
) -> CaseResult {
    model.for_each_linear(|_, linear, params| match &mut linear.hook {
        Some(hook) => change(hook.as_mut(), params, linear.weight),
        None => Ok(()),
    })?;
    Ok(())
}

/// The training that leads from `adapter_init` by way of `adapter` to `adapter_final`.
fn check_trajectory(case: &Case, checks: &mut Checks, io: &TensorFile) -> CaseResult {
    let mut model = load(case, "adapter_init")?;
    let steps = case.integer("hyper.optimizer.steps")?;
    let saved_after = case.integer("hyper.optimizer.adapter_saved_after")?;
    let batches = batches(io, "batches", model.config.vocab_size)?;
    if batches.len() != steps {
        return Err(format!("{} batches for {steps} steps", batches.len()).into());
    }
    let mut training = Training::new(case, "hyper.optimizer", steps)?;
    for (done, batch) in (1..).zip(&batches) {
        training.step(&mut model, batch)?;
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
    let (_, bytes) = load_adapter(case, folder)?;
    let file = safetensors::read(&bytes)?;
    let mut got = 0;
    for param in model.params.iter() {
        if let Some(name) = peft_name(&param.name) {
            checks.compare(&format!("{key}.{name}"), &widen(param.value.data()), &widen(&file.tensor(&name)?.to_f32()?))?;
            got += 1;
        }
    }
    let want = file.tensors.len();
    checks.require(got == want, || format!("{key}: the engine has {got} adapter weights, want {want}"));
    Ok(())
}
