//! `qwen2-tiny` and `gemma3-tiny`: logits, loss, every gradient, and greedy continuations of models whose layers are not Llama's.

use tinyai::formats::safetensors;
use tinyai::nn::{Contiguous, Tokens};

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;
use super::engine::{batch, check_gradients, largest, load_model, mean_loss, next_tokens};

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let mut model = load_model(case)?;
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let tokens = batch(&io, "input_ids", model.config.vocab_size)?;
    checks.tensor("logits", model.logits(&tokens)?.data(), &io)?;
    let next = next_tokens(&tokens);
    checks.expected("loss", &[mean_loss(&mut model, &tokens, &next)?])?;
    check_gradients(&model, checks, &io)?;

    // Prompts read at once into a cache, then token by token, both sequences in one pass.
    let shape = io.tensor("greedy_ids")?.shape.clone();
    let (sequences, steps, vocab_size) = (shape[0], shape[1], model.config.vocab_size);
    let prompt = tokens.ids.len() / sequences;
    let mut cache = Contiguous::new(&model, sequences, prompt + steps)?;
    let (mut ids, mut margins, mut logits) = (vec![Vec::new(); sequences], vec![Vec::new(); sequences], vec![Vec::new(); sequences]);
    let mut new: Vec<Vec<i32>> = tokens.ids.chunks(prompt).map(<[i32]>::to_vec).collect();
    for step in 0..=steps {
        let reads: Vec<(usize, &[i32])> = new.iter().enumerate().map(|(sequence, ids)| (sequence, &ids[..])).collect();
        let given = model.read(&reads, &mut cache)?;
        for (sequence, row) in given.data().chunks(vocab_size).enumerate() {
            let (id, margin) = largest(row);
            if step < steps {
                ids[sequence].push(id as i64);
                margins[sequence].push(margin);
            }
            // Those after a generated token: the prompt's are in `logits`.
            if step > 0 {
                logits[sequence].extend_from_slice(row);
            }
            new[sequence] = vec![id as i32];
        }
    }
    checks.integer_tensor("greedy_ids", &ids.concat(), &io)?;
    checks.tensor("greedy_margins", &margins.concat(), &io)?;
    checks.tensor("logits_full", &logits.concat(), &io)?;

    // The same without a cache: the prompt with its continuation as one text.
    let whole = tokens.ids.chunks(prompt).zip(&ids).flat_map(|(prompt, ids)| prompt.iter().copied().chain(ids.iter().map(|id| *id as i32)));
    let whole = Tokens::new(sequences, prompt + steps, whole.collect::<Vec<_>>());
    let logits = model.logits(&whole)?;
    let generated = logits.data().chunks((prompt + steps) * vocab_size);
    let generated = generated.flat_map(|sequence| &sequence[prompt * vocab_size..]);
    checks.tensor("logits_full", &generated.copied().collect::<Vec<_>>(), &io)
}
