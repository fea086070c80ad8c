//! `kvcache-llama` and `kvcache-sliding`: a prompt read at once, then tokens one by one, with the keys and values kept.

use tinyai::formats::safetensors;
use tinyai::nn::{Contiguous, KvStore, Paged, Tokens};

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;
use super::engine::{batch, largest, load_model};

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let mut model = load_model(case)?;
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let prompt = batch(&io, "input_ids", model.config.vocab_size)?;
    let steps = case.integer("hyper.decode")?;
    checks.tensor("prefill_logits", model.logits(&prompt)?.data(), &io)?;

    let contiguous = Contiguous::new(&model, 1, prompt.ids.len() + steps)?;
    let mut caches: [Box<dyn KvStore>; 2] = [Box::new(contiguous), Box::new(Paged::new(&model, 1, 4))];
    for cache in &mut caches {
        let mut logits = model.read(&[(0, &prompt.ids)], &mut **cache)?;
        let (mut ids, mut margins, mut decoded) = (Vec::new(), Vec::new(), Vec::new());
        for step in 0..=steps {
            let (id, margin) = largest(logits.data());
            ids.push(id as i64);
            margins.push(margin);
            if step < steps {
                logits = model.read(&[(0, &[id as i32])], &mut **cache)?;
                decoded.extend_from_slice(logits.data());
            }
        }
        checks.integer_tensor("greedy_ids", &ids, &io)?;
        checks.tensor("greedy_margins", &margins, &io)?;
        checks.tensor("decode_logits", &decoded, &io)?;
        let text: Vec<i32> = prompt.ids.iter().copied().chain(ids[..steps].iter().map(|id| *id as i32)).collect();
        let full = model.logits(&Tokens::new(1, text.len(), text))?;
        checks.tensor("full_logits", full.data(), &io)?;
        let after_prompt = &full.data()[prompt.ids.len() * model.config.vocab_size..];
        let difference = after_prompt.iter().zip(&decoded).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
        // Both are float32: the reference's own difference is of the same size.
        checks.require(difference < 2e-5, || format!("cached and uncached logits differ by {difference:e}"));
    }
    Ok(())
}
