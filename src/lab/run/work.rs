//! How long a run still takes.

use super::Run;
use crate::lab::sample::sampling_work;

/// Work in units of one token's forward pass.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    pub done: f64,
    pub seconds: f64,
}

/// A training step costs its forward pass three times: forward, gradients of the inputs, gradients of the weights.
pub(super) const STEP_COST: f64 = 3.0;

impl Run {
    /// Seconds that this run still needs; `pace` is that of the others, used while it has none of its own.
    pub fn remaining_seconds(&self, pace: Option<f64>) -> f64 {
        if self.ended() {
            return 0.0;
        }
        self.remaining_work() * self.pace().or(pace).unwrap_or(0.0) + self.given_seconds()
    }

    /// Seconds a unit of this run's work takes, once measured.
    pub fn pace(&self) -> Option<f64> {
        (self.work.done > 0.0).then(|| self.work.seconds / self.work.done)
    }

    /// The training time of a run that does not know yet how many steps fit into it.
    fn given_seconds(&self) -> f64 {
        if self.search.is_some() { self.spec().training.seconds } else { 0.0 }
    }

    /// Work still to do, in forward passes of one token.
    fn remaining_work(&self) -> f64 {
        let (done, mut from) = (self.progress.step, self.progress.step);
        let search = self.search.as_ref().map_or(0.0, |search| search.work_left(self.spec()));
        let mut steps = 0.0;
        for leg in &self.legs[self.leg..] {
            steps += f64::from(leg.until.saturating_sub(from)) * step_tokens(leg);
            from = from.max(leg.until);
        }
        if self.given_seconds() > 0.0 {
            steps = 0.0;
        }
        let (training, evaluation) = (&self.spec().training, &self.spec().evaluation);
        let left = f64::from(training.steps.saturating_sub(done));
        let evaluations = (left / f64::from(evaluation.every)).ceil() + if done == 0 { 1.0 } else { 0.0 };
        let of_base = match evaluation.base_corpus.is_empty() {
            true => 0.0,
            false => 1.0 + if done <= self.first_step() { 1.0 } else { 0.0 },
        };
        let evaluations = evaluations + of_base;
        let samples = if evaluation.sample_every == 0 { 0.0 } else { (left / f64::from(evaluation.sample_every)).floor() };
        search + STEP_COST * steps + evaluations * f64::from(evaluation.tokens) + samples * self.sample_work() + self.ends_work()
    }

    /// That of one sample.
    fn sample_work(&self) -> f64 {
        let evaluation = &self.spec().evaluation;
        // Before the model is known: the prompt's characters as so many tokens, and a window that holds the sample.
        let (prompt, window) = match &self.progress.text {
            Some(text) => (text.prompt.len(), text.window),
            None => (1 + evaluation.prompt.chars().count(), usize::MAX),
        };
        sampling_work(prompt, true, evaluation.sample_tokens as usize, window)
    }

    /// That of the samples before and after the training.
    fn ends_work(&self) -> f64 {
        let whole = self.sample_work();
        let left = match (&self.progress.sampler, &self.progress.text) {
            (Some(sampler), Some(text)) => sampler.work_left(text.window),
            _ => 0.0,
        };
        match self.progress.step {
            step if step >= self.spec().training.steps => left,
            0 if self.progress.sampler.is_none() && !self.outcome.has_sample(0) => 2.0 * whole,
            _ => whole + left,
        }
    }
}

/// Tokens that a step of a leg trains on.
fn step_tokens(leg: &super::Leg) -> f64 {
    f64::from(leg.spec.training.batch_size) * f64::from(leg.spec.data.context)
}
