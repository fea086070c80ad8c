//! Successive halving (Jamieson and Talwalkar 2016, arXiv:1502.07943): which learning rate is tried next, for how many steps, and which
//! of them goes on.

use serde::Serialize;

use super::spec::SearchSpec;
use crate::json::FromJson;

/// The most optimizer steps that a run is given by its training time.
pub const MOST_STEPS: u32 = 100_000;

/// A search for a learning rate, as far as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct SearchReport {
    /// The learning rate that was found; null: none yet.
    pub chosen: Option<f64>,
    /// All that are tried, from the lowest to the highest.
    pub candidates: Vec<Candidate>,
    /// Optimizer steps that it took, of all candidates together.
    pub steps: u32,
    /// Seconds that it took.
    pub seconds: f64,
}

/// A learning rate that is tried.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Candidate {
    /// The peak of its schedule.
    pub learning_rate: f64,
    /// Validation losses in nats per token, as `[step, loss]`; one that is not finite is left out.
    #[cfg_attr(all(test, feature = "native"), ts(type = "Array<[number, number]>"))]
    pub losses: Vec<(u32, f64)>,
    /// Optimizer steps after which it did not go on; null: it is still in the running, or was chosen.
    pub dropped_after: Option<u32>,
}

/// How many optimizer steps fit into a training time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Budget {
    /// The training time in seconds.
    pub seconds: f64,
    /// What a step took: the median of those that were measured, in milliseconds.
    pub step_milliseconds: f64,
    /// Optimizer steps that fit, 1 at least and 100 000 at most.
    pub steps: u32,
}

impl Budget {
    /// That of a training time, where a step takes so many seconds.
    pub fn new(seconds: f64, step_seconds: f64) -> Self {
        // A clock may be too coarse to tell a step's time from none.
        let fitting = if step_seconds > 0.0 { (seconds / step_seconds).floor() } else { f64::INFINITY };
        Self { seconds, step_milliseconds: step_seconds * 1e3, steps: fitting.clamp(1.0, f64::from(MOST_STEPS)) as u32 }
    }
}

/// The candidates of a search, from the lowest to the highest.
///
/// Those between the two ends are rounded to six significant digits, so that they read well and are the same on every machine.
pub fn learning_rates(spec: &SearchSpec) -> Vec<f64> {
    let (lowest, highest) = (spec.lowest, spec.highest);
    let between = |share: f64| {
        let rate = (lowest.ln() + share * (highest.ln() - lowest.ln())).exp();
        format!("{rate:.5e}").parse().unwrap_or(rate).clamp(lowest, highest)
    };
    match spec.candidates {
        1 => vec![between(0.5)],
        count => (0..count)
            .map(|index| match index {
                0 => lowest,
                index if index + 1 == count => highest,
                index => between(f64::from(index) / f64::from(count - 1)),
            })
            .collect(),
    }
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// Which of the candidates.
    pub candidate: usize,
    /// Its learning rate.
    pub learning_rate: f64,
    /// Optimizer steps that it has done.
    pub from: u32,
    /// Optimizer steps after which it is measured.
    pub until: u32,
}

/// What is still to be done, if every loss is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Optimizer steps.
    pub steps: u32,
    /// Measurements of the validation loss, and models that are built for them.
    pub trials: u32,
}

/// A search under way.
#[derive(Clone, Debug)]
pub struct Halving {
    candidates: Vec<Candidate>,
    /// Those of this round, from the lowest to the highest; the first few are measured.
    round: Vec<usize>,
    /// What was measured in this round.
    losses: Vec<f64>,
    from: u32,
    until: u32,
    /// Optimizer steps that no candidate goes beyond.
    most: u32,
    steps: u32,
    chosen: Option<usize>,
}

impl Halving {
    /// A search that begins, for a run of `most` optimizer steps.
    pub fn new(spec: &SearchSpec, most: u32) -> Self {
        let of = |learning_rate| Candidate { learning_rate, losses: Vec::new(), dropped_after: None };
        let candidates: Vec<Candidate> = learning_rates(spec).into_iter().map(of).collect();
        let chosen = (candidates.len() == 1).then_some(0);
        let (round, until) = ((0..candidates.len()).collect(), spec.steps.min(most));
        Self { candidates, round, losses: Vec::new(), from: 0, until, most, steps: 0, chosen }
    }

    /// What comes next; nothing, once a candidate is chosen.
    pub fn next(&self) -> Option<Trial> {
        let candidate = *self.round.get(self.losses.len()).filter(|_| self.chosen.is_none())?;
        let learning_rate = self.candidates[candidate].learning_rate;
        Some(Trial { candidate, learning_rate, from: self.from, until: self.until })
    }

    /// Whether a candidate with this loss might go on from here, and has to be kept for that.
    pub fn is_kept(&self, loss: f64) -> bool {
        let better = self.losses.iter().filter(|other| **other <= loss).count();
        self.goes_on() > 1 && loss.is_finite() && better < self.goes_on()
    }

    /// The loss of the trial that was next, after so many steps: fewer, where it was no longer finite before the last.
    pub fn measured(&mut self, step: u32, loss: f64) {
        let Some(trial) = self.next() else { return };
        self.steps += step.saturating_sub(trial.from);
        let candidate = &mut self.candidates[trial.candidate];
        if loss.is_finite() {
            candidate.losses.push((step, loss));
        } else {
            candidate.dropped_after = Some(step);
        }
        self.losses.push(loss);
        if self.losses.len() == self.round.len() {
            self.end_round();
        }
    }

    /// Whether what a candidate held may be needed again.
    pub fn may_go_on(&self, candidate: usize) -> bool {
        let Some(at) = self.round.iter().position(|other| *other == candidate).filter(|_| self.chosen.is_none()) else { return false };
        self.losses.len() <= at || self.best(self.goes_on()).contains(&candidate)
    }

    /// The learning rate that was chosen.
    pub fn chosen(&self) -> Option<f64> {
        self.chosen.map(|candidate| self.candidates[candidate].learning_rate)
    }

    /// How far it is, after so many seconds.
    pub fn report(&self, seconds: f64) -> SearchReport {
        SearchReport { chosen: self.chosen(), candidates: self.candidates.clone(), steps: self.steps, seconds }
    }

    /// What is still to be done.
    pub fn left(&self) -> Effort {
        let (mut ahead, mut left) = (self.clone(), Effort::default());
        while let Some(trial) = ahead.next() {
            left = Effort { steps: left.steps + trial.until - trial.from, trials: left.trials + 1 };
            ahead.measured(trial.until, 0.0);
        }
        left
    }

    /// How many of this round go on: the better half, or, where none may take more steps, the best.
    fn goes_on(&self) -> usize {
        if self.until == self.most { 1 } else { self.round.len().div_ceil(2) }
    }

    /// The best `count` of those that were measured in this round; of equal ones the lower learning rate. What is not finite is none.
    fn best(&self, count: usize) -> Vec<usize> {
        let mut ranked: Vec<(usize, f64)> = self.round.iter().copied().zip(self.losses.iter().copied()).collect();
        ranked.retain(|(_, loss)| loss.is_finite());
        ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
        ranked.into_iter().take(count).map(|(candidate, _)| candidate).collect()
    }

    fn end_round(&mut self) {
        let mut best = self.best(self.goes_on());
        // Where no loss is finite, the lowest learning rate is the least bad.
        if best.is_empty() {
            best.extend(self.round.first());
        }
        if let [chosen] = best[..] {
            self.chosen = Some(chosen);
            self.candidates[chosen].dropped_after = None;
        }
        for candidate in self.round.iter().filter(|candidate| !best.contains(candidate)) {
            self.candidates[*candidate].dropped_after.get_or_insert(self.until);
        }
        best.sort_unstable();
        (self.round, self.from, self.until) = (best, self.until, self.until.saturating_mul(2).min(self.most));
        self.losses.clear();
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
