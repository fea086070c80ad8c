//! `llama-tiny`: logits, losses and every gradient of a Llama.

use tinyai::formats::safetensors;
use tinyai::optim::grad_norm;

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;
use super::engine::{batch, check_gradients, load_model, mean_loss, next_tokens, targets};

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let mut model = load_model(case)?;
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let tokens = batch(&io, "input_ids", model.config.vocab_size)?;
    checks.expected("num_parameters", &[model.params.counts().0 as f64])?;

    checks.tensor("logits", model.logits(&tokens)?.data(), &io)?;
    let next = next_tokens(&tokens);
    let nll = model.nll(&tokens, &next)?;
    let predicted: Vec<f32> = nll.iter().zip(&next).filter(|(_, target)| **target >= 0).map(|(nll, _)| *nll).collect();
    checks.tensor("token_nll", &predicted, &io)?;

    let loss = mean_loss(&mut model, &tokens, &next)?;
    checks.expected("loss", &[loss])?;
    checks.expected("grad_norm", &[grad_norm(&model.params)])?;
    check_gradients(&model, checks, &io)?;

    let labels: Vec<i32> = io.tensor("labels_masked")?.to_i64()?.into_iter().map(|label| label as i32).collect();
    let masked = targets(&labels, &tokens.rows);
    model.params.zero_grads();
    checks.expected("loss_masked", &[mean_loss(&mut model, &tokens, &masked)?])?;
    checks.expected("loss_masked_tokens", &[masked.iter().filter(|target| **target >= 0).count() as f64]).map_err(Into::into)
}
