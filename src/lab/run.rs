//! One run as a sequence of small units of work, so that runs can take turns and be paused or cancelled between any two.

mod load;
mod outcome;
mod stages;

use std::rc::Rc;

use web_time::Instant;

use self::outcome::Outcome;
use self::stages::{Loaded, Stage};
use super::assets::Assets;
use super::base_model::SharedWeights;
use super::event::Event;
use super::problem::Problem;
use super::result::{FieldDiff, RunResult, RunStatus, SampleStage};
use super::sample::sampling_work;
use super::spec::RunSpec;

/// A run under way.
#[derive(Debug)]
pub struct Run {
    index: usize,
    name: String,
    spec: RunSpec,
    stage: Stage,
    loaded: Option<Box<Loaded>>,
    outcome: Outcome,
    work: Work,
}

/// Work in units of one token's forward pass, for the estimate of the time left.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    done: f64,
    seconds: f64,
}

/// A training step costs its forward pass three times: forward, gradients of the inputs, gradients of the weights.
const STEP_COST: f64 = 3.0;

impl Run {
    /// A run that has not begun, with its files, and what other runs hold of them.
    pub fn new(index: usize, name: &str, spec: RunSpec, diff: Vec<FieldDiff>, files: (Rc<Assets>, SharedWeights)) -> Self {
        let outcome = Outcome::new(name, diff);
        Self { index, name: name.to_owned(), spec, stage: Stage::Load(files.0, files.1), loaded: None, outcome, work: Work::default() }
    }

    /// Whether it has ended, one way or another.
    pub fn ended(&self) -> bool {
        self.outcome.status().is_some()
    }

    /// Does one unit of work and tells what happened.
    pub fn advance(&mut self, events: &mut Vec<Event>) {
        if self.ended() {
            return;
        }
        let start = Instant::now();
        match self.unit(events) {
            Ok(work) => {
                self.work.done += work;
                self.work.seconds += start.elapsed().as_secs_f64();
            }
            Err(problem) => {
                let problem = problem.in_run(&self.name);
                self.end(RunStatus::Failed, Some(problem.clone()));
                events.push(Event::Failed { run: self.index, problem });
            }
        }
    }

    /// Ends the run here; what it measured is kept.
    pub fn cancel(&mut self, events: &mut Vec<Event>) {
        if !self.ended() {
            self.end(RunStatus::Cancelled, None);
            events.push(Event::Cancelled { run: self.index });
        }
    }

    /// What it measured so far.
    pub fn result(&self) -> RunResult {
        self.outcome.result(self.work.seconds)
    }

    /// Seconds that this run still needs; `pace` is that of the others, used while it has none of its own.
    pub fn remaining_seconds(&self, pace: Option<f64>) -> f64 {
        if self.ended() { 0.0 } else { self.remaining_work() * self.pace().or(pace).unwrap_or(0.0) }
    }

    /// Seconds a unit of this run's work takes, once measured.
    pub fn pace(&self) -> Option<f64> {
        (self.work.done > 0.0).then(|| self.work.seconds / self.work.done)
    }

    fn end(&mut self, status: RunStatus, problem: Option<Problem>) {
        if let Some(loaded) = &self.loaded {
            self.outcome.memory(loaded.memory());
        }
        self.outcome.end(status, problem);
        // The model's memory is free for the others, and so are the files and caches that the stage held.
        self.loaded = None;
        self.stage = Stage::Done;
    }

    /// Work still to do, in forward passes of one token.
    fn remaining_work(&self) -> f64 {
        let (training, evaluation) = (&self.spec.training, &self.spec.evaluation);
        let done = self.loaded.as_ref().map_or(0, |loaded| loaded.training.step());
        let step_tokens = f64::from(training.gradient_accumulation) * f64::from(training.batch_size) * f64::from(self.spec.data.context);
        let steps = f64::from(training.steps - done);
        let evaluations = (steps / f64::from(evaluation.every)).ceil() + if done == 0 { 1.0 } else { 0.0 };
        STEP_COST * steps * step_tokens + evaluations * f64::from(evaluation.tokens) + self.samples_work(done)
    }

    /// As [`Run::remaining_work`], for the samples alone.
    fn samples_work(&self, steps_done: u32) -> f64 {
        let evaluation = &self.spec.evaluation;
        // Before the model is loaded: the prompt's characters as so many tokens, and a window that holds the sample.
        let (prompt, window) = match &self.loaded {
            Some(loaded) => (loaded.prompt(evaluation).len(), loaded.window()),
            None => (1 + evaluation.prompt.chars().count(), usize::MAX),
        };
        let whole = sampling_work(prompt, true, evaluation.sample_tokens as usize, window);
        match &self.stage {
            Stage::Sample(SampleStage::Before, sampler) => sampler.work_left(window) + whole,
            Stage::Sample(SampleStage::After, sampler) => sampler.work_left(window),
            Stage::Done => 0.0,
            Stage::Load(..) => 2.0 * whole,
            _ if steps_done == 0 => 2.0 * whole,
            _ => whole,
        }
    }
}

#[cfg(test)]
mod tests;
