//! `clm-eval`: perplexity of a stream of tokens with a sliding window.

use std::error::Error;

use tinyai::formats::safetensors;
use tinyai::nn::{Tokens, Transformer};

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;
use super::engine::{IGNORED, batch, load_model, next_tokens};

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let mut model = load_model(case)?;
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let stream = batch(&io, "input_ids", model.config.vocab_size)?;
    let runs = case.value("expected.runs")?.as_array().ok_or("case.json: expected.runs is not a list")?;
    let strides = case.numbers("hyper.strides")?;
    if runs.len() != strides.len() {
        return Err(format!("{} runs for the strides {strides:?}", runs.len()).into());
    }
    for (index, run) in runs.iter().enumerate() {
        let path = format!("runs.{index}");
        let stride = case.integer(&format!("expected.{path}.stride"))?;
        let window = case.integer(&format!("expected.{path}.window"))?;
        let (windows, token_nll) = evaluate(&mut model, &stream.ids, window, stride)?;

        checks.tensor(&format!("token_nll.stride{stride}"), &token_nll, &io)?;
        let want = run["windows"].as_array().map_or(0, Vec::len);
        checks.require(windows.len() == want, || format!("{path}: {} windows, want {want}", windows.len()));
        for (index, got) in windows.iter().enumerate().take(want) {
            let path = format!("{path}.windows.{index}");
            checks.expected(&format!("{path}.begin"), &[got.begin as f64])?;
            checks.expected(&format!("{path}.end"), &[got.end as f64])?;
            checks.expected(&format!("{path}.scored"), &[got.scored as f64])?;
            checks.expected(&format!("{path}.nll_sum"), &[got.nll_sum])?;
        }
        let scored = windows.iter().map(|window| window.scored).sum::<usize>() as f64;
        let nll_sum = windows.iter().map(|window| window.nll_sum).sum::<f64>();
        checks.expected(&format!("{path}.scored_tokens"), &[scored])?;
        checks.expected(&format!("{path}.nll_sum"), &[nll_sum])?;
        checks.expected(&format!("{path}.mean_nll"), &[nll_sum / scored])?;
        checks.expected(&format!("{path}.perplexity"), &[(nll_sum / scored).exp()])?;
    }
    Ok(())
}

/// The tokens `begin .. end` of the stream, of which those that no earlier window covered are scored.
struct Window {
    begin: usize,
    end: usize,
    scored: usize,
    nll_sum: f64,
}

/// The windows of an evaluation, and the negative log-likelihood of each token, NaN where it is never scored.
fn evaluate(model: &mut Transformer, ids: &[i32], window: usize, stride: usize) -> Result<(Vec<Window>, Vec<f32>), Box<dyn Error>> {
    let mut windows = Vec::new();
    let mut token_nll = vec![f32::NAN; ids.len()];
    let (mut begin, mut covered) = (0, 0);
    while covered < ids.len() {
        let end = (begin + window).min(ids.len());
        let inputs = &ids[begin..end];
        // The target at `at` is the token at `begin + at + 1`; those covered before are context.
        let tokens = Tokens::new(1, inputs.len(), inputs);
        let mut targets = next_tokens(&tokens);
        let context = covered.saturating_sub(begin + 1);
        targets[..context].fill(IGNORED);
        let nll = model.nll(&tokens, &targets)?;
        let (mut scored, mut nll_sum) = (0, 0.0);
        for (at, nll) in nll.into_iter().enumerate().filter(|(at, _)| targets[*at] != IGNORED) {
            token_nll[begin + at + 1] = nll;
            scored += 1;
            nll_sum += f64::from(nll);
        }
        windows.push(Window { begin, end, scored, nll_sum });
        covered = end;
        begin += stride;
    }
    Ok((windows, token_nll))
}
