//! `adapter-bottleneck`: Houlsby's adapters loaded and differentiated.

use std::ops::Range;

use tinyai::finetune::attach;
use tinyai::finetune::bottleneck::{BottleneckConfig, Placement};
use tinyai::formats::safetensors::{self, TensorFile};
use tinyai::nn::{BuildError, ParamSpec, WeightSource};

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;
use super::engine::{batch, load_model, mean_loss, next_tokens};

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let mut model = load_model(case)?;
    let tokens = batch(&io, "input_ids", model.config.vocab_size)?;
    checks.tensor("base_logits", model.logits(&tokens)?.data(), &io)?;

    let bytes = case.file("adapter_model.safetensors")?;
    let config = BottleneckConfig { size: case.integer("hyper.bottleneck_dim")?, placement: Placement::Sequential };
    let file = safetensors::read(&bytes)?;
    attach(&config, &mut model, &mut Adapters(&file))?;
    checks.expected("trainable_parameters", &[model.params.counts().1 as f64])?;
    checks.tensor("logits", model.logits(&tokens)?.data(), &io)?;
    let loss = mean_loss(&mut model, &tokens, &next_tokens(&tokens))?;
    checks.expected("loss", &[loss])?;
    for param in model.params.iter().filter(|param| param.trainable) {
        let grad = param.grad.as_ref().ok_or_else(|| format!("{}: no gradient", param.name))?;
        checks.tensor(&format!("grad.{}", own_name(&param.name)), grad.data(), &io)?;
    }
    Ok(())
}

/// The names of the case begin with the layer.
fn own_name(name: &str) -> &str {
    name.strip_prefix("model.").unwrap_or(name)
}

struct Adapters<'a>(&'a TensorFile<'a>);

impl WeightSource for Adapters<'_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        let tensor = self.0.tensor_of_shape(own_name(&param.name), &param.shape);
        let read = tensor.and_then(|tensor| tensor.rows_to_f32(param.matrix()[1], rows, take));
        read.map_err(|error| BuildError::UnreadableWeight { name: param.name.clone(), reason: error.to_string() })
    }
}
