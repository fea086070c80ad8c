//! From the files of a case to the engine's model and batches.

use std::error::Error;

use tinyai::formats::HfConfig;
use tinyai::formats::safetensors::{self, TensorFile};
use tinyai::kernels::attention::Span;
use tinyai::lab::base_model::{FileWeights, model_config};
use tinyai::nn::{Rows, Tokens, Transformer};
use tinyai::tensor::Ledger;

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;

/// Target of a position that predicts nothing, as in PyTorch.
pub const IGNORED: i32 = -100;

/// The model of `config.json` with the weights of `model.safetensors`, by the way that the product takes.
pub fn load_model(case: &Case) -> Result<Transformer, Box<dyn Error>> {
    let hf = HfConfig::from_json(&case.file("config.json")?)?;
    let config = model_config(&hf);
    let bytes = case.file("model.safetensors")?;
    let file = safetensors::read(&bytes)?;
    let model = Transformer::build(config, &Ledger::new(None), &mut FileWeights(&file))?;
    Ok(model)
}

/// Token ids of a tensor `[.., batch_size, seq_len]`, one batch after the other.
pub fn batches(io: &TensorFile, name: &str, vocab_size: usize) -> Result<Vec<Tokens>, Box<dyn Error>> {
    let tensor = io.tensor(name)?;
    let [.., batch_size, seq_len] = tensor.shape[..] else { return Err(format!("{name}: shape {:?}", tensor.shape).into()) };
    let ids = tensor.to_i64()?;
    if let Some(id) = ids.iter().find(|id| !(0..vocab_size as i64).contains(id)) {
        return Err(format!("{name}: id {id} is not below vocab_size = {vocab_size}").into());
    }
    let ids: Vec<i32> = ids.into_iter().map(|id| id as i32).collect();
    Ok(ids.chunks(batch_size * seq_len).map(|ids| Tokens::new(batch_size, seq_len, ids)).collect())
}

/// The one batch of a tensor `[batch_size, seq_len]`.
pub fn batch(io: &TensorFile, name: &str, vocab_size: usize) -> Result<Tokens, Box<dyn Error>> {
    batches(io, name, vocab_size)?.pop().ok_or_else(|| format!("{name} is empty").into())
}

/// What each row predicts: the label of the next one; the last row of a sequence predicts nothing. `labels` are not shifted, `[rows]`.
pub fn targets(labels: &[i32], rows: &Rows) -> Vec<i32> {
    let shift = |span: &Span| [&labels[span.queries.start + 1..span.queries.end], &[IGNORED]].concat();
    rows.spans.iter().flat_map(shift).collect()
}

/// The token that follows each.
pub fn next_tokens(tokens: &Tokens) -> Vec<i32> {
    targets(&tokens.ids, &tokens.rows)
}

/// The index of the largest logit, and by how much it is larger than the next.
pub fn largest(logits: &[f32]) -> (usize, f32) {
    let first = (0..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).expect("a vocabulary");
    let second = logits.iter().enumerate().filter(|(id, _)| *id != first).map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
    (first, logits[first] - second)
}

/// Compares the gradient of every parameter.
pub fn check_gradients(model: &Transformer, checks: &mut Checks, io: &TensorFile) -> CaseResult {
    for param in model.params.iter() {
        let name = format!("grad.{}", param.name);
        match &param.grad {
            Some(grad) => checks.tensor(&name, grad.data(), io)?,
            None => checks.require(false, || format!("{name}: the engine has none")),
        }
    }
    Ok(())
}

/// The mean negative log-likelihood and its gradients, which are added to those of the parameters.
pub fn mean_loss(model: &mut Transformer, tokens: &Tokens, targets: &[i32]) -> Result<f64, Box<dyn Error>> {
    let count = targets.iter().filter(|target| **target >= 0).count();
    Ok(model.forward_backward(tokens, targets, 1.0 / count as f32, None)?)
}
