//! Sampling a continuation, token by token.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// How the next token is drawn from its logits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplingConfig {
    /// Logits are divided by it; 0: always the likeliest token.
    pub temperature: f64,
    /// Only the K likeliest tokens can be drawn; 0: all.
    pub top_k: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// A text that grows.
#[derive(Debug)]
pub struct Sampler {
    config: SamplingConfig,
    rng: Pcg64Mcg,
    ids: Vec<i32>,
    prompt_len: usize,
    max_tokens: usize,
    candidates: Vec<(usize, f64)>,
}

impl Sampler {
    /// Starts at a prompt of at least one token, for a continuation of `max_tokens` tokens.
    pub fn new(config: SamplingConfig, prompt: Vec<i32>, max_tokens: usize) -> Self {
        Self {
            config,
            rng: Pcg64Mcg::seed_from_u64(config.seed),
            prompt_len: prompt.len(),
            ids: prompt,
            max_tokens,
            candidates: Vec::new(),
        }
    }

    /// The text so far, the prompt first.
    pub fn ids(&self) -> &[i32] {
        &self.ids
    }

    /// The tokens after the prompt.
    pub fn continuation(&self) -> &[i32] {
        &self.ids[self.prompt_len..]
    }

    /// Whether the continuation is as long as it was to become.
    pub fn is_full(&self) -> bool {
        self.continuation().len() >= self.max_tokens
    }

    /// Tokens that the model, which reads at most `max_positions` at once, has yet to read for what is left of the continuation.
    pub fn work_left(&self, max_positions: usize) -> f64 {
        sampling_work(self.ids.len(), self.ids.len() == self.prompt_len, self.max_tokens - self.continuation().len(), max_positions)
    }

    /// Draws one token from the logits `[vocab_size]` after the text so far, and appends it.
    pub fn push(&mut self, logits: &[f32]) -> i32 {
        let token = self.draw(logits) as i32;
        self.ids.push(token);
        token
    }

    /// The index drawn from logits. Logits that are not numbers are never drawn; if none is one, index 0 is.
    fn draw(&mut self, logits: &[f32]) -> usize {
        self.candidates.clear();
        self.candidates.extend(logits.iter().enumerate().filter(|(_, x)| !x.is_nan()).map(|(i, &x)| (i, f64::from(x))));
        let likelier = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if self.config.temperature == 0.0 {
            return self.candidates.iter().copied().min_by(likelier).map_or(0, |(i, _)| i);
        }
        let keep = self.config.top_k;
        if keep > 0 && keep < self.candidates.len() {
            self.candidates.select_nth_unstable_by(keep - 1, likelier);
            self.candidates.truncate(keep);
            self.candidates.sort_unstable_by_key(|&(i, _)| i);
        }
        let max = self.candidates.iter().map(|&(_, x)| x).fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for (_, x) in &mut self.candidates {
            *x = ((*x - max) / self.config.temperature).exp();
            total += *x;
        }
        let mut left = self.rng.random::<f64>() * total;
        for &(i, weight) in &self.candidates {
            left -= weight;
            if left < 0.0 {
                return i;
            }
        }
        self.candidates.last().map_or(0, |&(i, _)| i)
    }
}

/// Tokens that a model has to read to draw `tokens` more after a text of `len`; with `fresh`, nothing of which was read yet.
///
/// Each draw reads the newest token; the first one the whole text, and so does every one once the text outgrew the model's window.
pub fn sampling_work(len: usize, fresh: bool, tokens: usize, max_positions: usize) -> f64 {
    if tokens == 0 {
        return 0.0;
    }
    let first = if fresh { len.min(max_positions) } else { 1 };
    let in_window = max_positions.saturating_add(1).saturating_sub(len).min(tokens);
    let beyond = tokens - in_window;
    if in_window == 0 { (beyond * max_positions) as f64 } else { (first + in_window - 1 + beyond * max_positions) as f64 }
}

#[cfg(all(test, feature = "native"))]
mod tests;
