//! The runs of an experiment, taking turns.

use std::rc::Rc;

use super::assets::{Assets, required};
use super::base_model::SharedWeights;
use super::check::{diff, resolve};
use super::compare::comparison;
use super::event::Event;
use super::problem::Problem;
use super::result::{Environment, ExperimentResult};
use super::run::Run;
use super::spec::Spec;

/// Version of the result's format.
const RESULT_VERSION: u32 = 1;

/// An experiment under way.
#[derive(Debug)]
pub struct Experiment {
    spec: Spec,
    environment: Environment,
    runs: Vec<Run>,
    next: usize,
}

impl Experiment {
    /// The files that the experiment needs; see [`required`].
    ///
    /// # Errors
    /// If the spec's patches do not fit, or a base model or corpus does not exist.
    pub fn required_assets(spec: &Spec) -> Result<Vec<String>, Vec<Problem>> {
        required(&resolve(spec)?)
    }

    /// An experiment whose files are in `assets`; nothing has run yet.
    ///
    /// # Errors
    /// As [`Experiment::required_assets`]. What is wrong with the files fails just the runs that use them.
    pub fn new(spec: Spec, assets: Assets, environment: Environment) -> Result<Self, Vec<Problem>> {
        let resolved = resolve(&spec)?;
        required(&resolved)?;
        let (assets, shared) = (Rc::new(assets), SharedWeights::default());
        let runs = resolved
            .into_iter()
            .zip(&spec.runs)
            .enumerate()
            .map(|(index, (run, patch))| {
                let difference = diff(&spec.base, &run);
                Run::new(index, &patch.name, run, difference, (assets.clone(), shared.clone()))
            })
            .collect();
        Ok(Self { spec, environment, runs, next: 0 })
    }

    /// Whether every run has ended.
    pub fn finished(&self) -> bool {
        self.runs.iter().all(Run::ended)
    }

    /// Does one unit of work of the next run in turn (at most an optimizer step) and tells what happened.
    pub fn advance(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        let count = self.runs.len();
        let turn = (0..count).map(|offset| (self.next + offset) % count).find(|&index| !self.runs[index].ended());
        if let Some(index) = turn {
            self.runs[index].advance(&mut events);
            self.next = (index + 1) % count;
            let left = self.remaining_seconds();
            for event in &mut events {
                if let Event::Progress { remaining_seconds, .. } = event {
                    *remaining_seconds = left;
                }
            }
        }
        events
    }

    /// Cancels one run, or all.
    pub fn cancel(&mut self, run: Option<usize>) -> Vec<Event> {
        let mut events = Vec::new();
        for (index, cancelled) in self.runs.iter_mut().enumerate() {
            if run.is_none_or(|wanted| wanted == index) {
                cancelled.cancel(&mut events);
            }
        }
        events
    }

    /// What was measured so far.
    pub fn result(&self) -> ExperimentResult {
        let runs: Vec<_> = self.runs.iter().map(Run::result).collect();
        ExperimentResult {
            version: RESULT_VERSION,
            spec: self.spec.clone(),
            environment: self.environment.clone(),
            comparison: comparison(&runs, 0),
            runs,
            advice: Vec::new(),
        }
    }

    fn remaining_seconds(&self) -> f64 {
        let slowest = self.runs.iter().filter_map(Run::pace).reduce(f64::max);
        self.runs.iter().map(|run| run.remaining_seconds(slowest)).sum()
    }
}
