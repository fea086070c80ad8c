//! `llama-tiny`: logits, losses and every gradient of a Llama.

use tinyai::formats::safetensors;
use tinyai::optim::grad_norm;

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;
use super::engine::{batch, load_model, mean_loss, targets};

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let mut model = load_model(case)?;
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let tokens = batch(&io, "input_ids", model.config.vocab_size)?;
    checks.expected("num_parameters", &[model.params.counts().0 as f64])?;

    checks.tensor("logits", model.logits(&tokens)?.data(), &io)?;
    let next = targets(&tokens.ids, tokens.seq_len);
    let nll = model.nll(&tokens, &next)?;
    let predicted: Vec<f32> = nll.chunks(tokens.seq_len).flat_map(|sequence| &sequence[..tokens.seq_len - 1]).copied().collect();
    checks.tensor("token_nll", &predicted, &io)?;

    let loss = mean_loss(&mut model, &tokens, &next)?;
    checks.expected("loss", &[loss])?;
    checks.expected("grad_norm", &[grad_norm(&model.params)])?;
    for param in model.params.iter() {
        let name = format!("grad.{}", param.name);
        match &param.grad {
            Some(grad) => checks.tensor(&name, grad.data(), &io)?,
            None => checks.require(false, || format!("{name}: the engine has none")),
        }
    }

    let labels: Vec<i32> = io.tensor("labels_masked")?.to_i64()?.into_iter().map(|label| label as i32).collect();
    let masked = targets(&labels, tokens.seq_len);
    model.params.zero_grads();
    checks.expected("loss_masked", &[mean_loss(&mut model, &tokens, &masked)?])?;
    checks.expected("loss_masked_tokens", &[masked.iter().filter(|target| **target >= 0).count() as f64]).map_err(Into::into)
}
