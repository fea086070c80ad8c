//! `llama-train`: AdamW with a constant learning rate, and with cosine schedule, warm-up and clipping.

use tinyai::formats::safetensors;

use super::CaseResult;
use super::case::Case;
use super::checks::{Checks, widen};
use super::engine::{batches, load_model};
use super::training::Training;

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let steps = case.integer("hyper.steps")?;
    let runs = case.value("expected")?.as_object().ok_or("case.json: expected is not an object")?;
    for (name, expected) in runs {
        let mut model = load_model(case)?;
        let batches = batches(&io, "batches", model.config.vocab_size)?;
        if batches.len() != steps {
            return Err(format!("{} batches for {steps} steps", batches.len()).into());
        }
        let mut training = Training::new(case, &format!("hyper.{name}"), steps)?;
        for batch in &batches {
            training.step(&mut model, batch)?;
        }
        for field in expected.as_object().into_iter().flatten().map(|(field, _)| field) {
            let got = match field.as_str() {
                "losses" => &training.losses,
                "grad_norms" => &training.grad_norms,
                "lrs" => &training.lrs,
                other => return Err(format!("case.json: unknown series {other}").into()),
            };
            checks.expected(&format!("{name}.{field}"), got)?;
        }
        let bytes = case.file(&format!("final_{name}.safetensors"))?;
        let file = safetensors::read(&bytes)?;
        for (tensor, want) in &file.tensors {
            match model.params.find(tensor) {
                Some(id) => checks.compare(&format!("final_{name}.{tensor}"), &widen(model.params.value(id)), &widen(&want.to_f32()?))?,
                None => checks.require(false, || format!("the engine has no weight {tensor}")),
            }
        }
        let (got, want) = (model.params.iter().count(), file.tensors.len());
        checks.require(got == want, || format!("final_{name}: the engine has {got} weights, want {want}"));
    }
    Ok(())
}
