//! Sampling a continuation, token by token.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::autograd::Result;
use crate::nn::{KvCache, Tokens, Transformer};
use crate::tensor::Tensor;

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
    candidates: Vec<(usize, f64)>,
    cache: Option<KvCache>,
}

impl Sampler {
    /// Starts at a prompt of at least one token.
    pub fn new(config: SamplingConfig, prompt: Vec<i32>) -> Self {
        Self {
            config,
            rng: Pcg64Mcg::seed_from_u64(config.seed),
            prompt_len: prompt.len(),
            ids: prompt,
            candidates: Vec::new(),
            cache: None,
        }
    }

    /// The tokens after the prompt.
    pub fn continuation(&self) -> &[i32] {
        &self.ids[self.prompt_len..]
    }

    /// Draws one token and appends it; the model sees the last `max_positions` tokens at most.
    pub fn advance(&mut self, model: &Transformer) -> Result<i32> {
        let logits = self.logits(model)?;
        let token = self.draw(logits.data()) as i32;
        self.ids.push(token);
        Ok(token)
    }

    /// The logits after the text so far.
    fn logits(&mut self, model: &Transformer) -> Result<Tensor> {
        let start = self.ids.len().saturating_sub(model.config.max_positions);
        if start > 0 {
            // The window moves on, and with it every position: what was kept is of no use.
            self.cache = None;
            let window = &self.ids[start..];
            return model.last_logits(&Tokens::new(1, window.len(), window));
        }
        let cache = match &mut self.cache {
            Some(cache) => cache,
            None => self.cache.insert(KvCache::new(&model.config, model.params.ledger())?),
        };
        let (last, before) = self.ids.split_last().expect("a prompt of at least one token");
        for token in &before[cache.len()..] {
            model.decode(*token, cache)?;
        }
        model.decode(*last, cache)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sampler(temperature: f64, top_k: usize) -> Sampler {
        Sampler::new(SamplingConfig { temperature, top_k, seed: 4 }, vec![0])
    }

    #[test]
    fn draws_with_the_frequencies_of_the_softmax() {
        let logits = [1.0f32, 0.0, 2.0, f32::NAN, -1.0];
        let mut sampler = sampler(0.5, 0);
        let draws = 40_000;
        let mut counts = [0; 5];
        (0..draws).for_each(|_| counts[sampler.draw(&logits)] += 1);
        let weights = logits.map(|x| if x.is_nan() { 0.0 } else { (f64::from(x) / 0.5).exp() });
        let total: f64 = weights.iter().sum();
        for (count, weight) in counts.iter().zip(weights) {
            let share = weight / total;
            // Five standard deviations.
            let slack = 5.0 * (share * (1.0 - share) / f64::from(draws)).sqrt();
            assert!((f64::from(*count) / f64::from(draws) - share).abs() <= slack, "{counts:?}");
        }
    }

    #[test]
    fn top_k_and_temperature_zero_take_the_likeliest() {
        let logits = [0.1f32, 0.9, 0.5, 0.8];
        assert_eq!(sampler(0.0, 0).draw(&logits), 1);
        let mut two = sampler(1.0, 2);
        assert!((0..200).map(|_| two.draw(&logits)).all(|i| i == 1 || i == 3));
        assert_eq!(sampler(1.0, 0).draw(&[f32::NAN, f32::NAN]), 0);
    }
}
