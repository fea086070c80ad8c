//! `packing`: documents one behind the other in one row, none of which sees another.

use tinyai::formats::safetensors;
use tinyai::nn::{Rows, Tokens};

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;
use super::engine::{batch, check_gradients, load_model, mean_loss, next_tokens};

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let mut model = load_model(case)?;
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let lens: Vec<usize> = case.numbers("hyper.lengths")?.into_iter().map(|len| len as usize).collect();
    let ids = batch(&io, "input_ids", model.config.vocab_size)?.ids;
    let packed = Tokens::of(Rows::packed(&lens), ids.clone());
    let positions: Vec<i64> = packed.rows.positions.iter().map(|position| i64::from(*position)).collect();
    checks.require(positions == io.tensor("position_ids")?.to_i64()?, || "positions restart in each document".to_owned());

    let logits = model.logits(&packed)?;
    checks.tensor("logits_packed", logits.data(), &io)?;
    let (mut alone, mut start) = (Vec::new(), 0);
    for len in lens {
        let document = Tokens::new(1, len, &ids[start..start + len]);
        alone.extend_from_slice(model.logits(&document)?.data());
        start += len;
    }
    checks.tensor("logits_alone", &alone, &io)?;
    let difference = alone.iter().zip(logits.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    checks.require(difference < 1e-5, || format!("packed and alone differ by {difference:e}"));

    let next = next_tokens(&packed);
    checks.expected("loss_tokens", &[next.iter().filter(|target| **target >= 0).count() as f64])?;
    checks.expected("loss", &[mean_loss(&mut model, &packed, &next)?])?;
    check_gradients(&model, checks, &io)
}
