//! What a run will take, before it runs: its seconds and its bytes.
//!
//! Bytes of weights, gradients, optimizer and text are counted. A short pilot measures how long one segment of each class takes here, and
//! what it keeps for its backward; from these follow activations and seconds, as the prediction of a run on several ranks follows from its
//! ranks' pilots.

mod memory;
mod pilot;
mod seconds;
mod text;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use serde_json::json;

use self::pilot::Measured;
use self::text::TextSizes;
use super::assets::{Assets, OWN_FILE, without_weights};
use super::base_model::config_of;
use super::check::{FieldLimit, check_against_model, check_sizes, fork_points, limits, resolve};
use super::experiment::max_ranks;
use super::parallel::setup;
use super::parallel::subject::Subject;
use super::problem::Problem;
use super::spec::{RunPatch, RunSpec, Spec};
use crate::json::FromJson;
use crate::nn::{Blueprint, ModelConfig};

/// What the runs of an experiment will take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Estimate {
    /// Of each run, in the order of the spec.
    pub runs: Vec<RunEstimate>,
}

/// What a run will take.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct RunEstimate {
    /// Seconds, between these two.
    pub seconds: (f64, f64),
    /// Bytes at the peak by category of the ledger, and their `total`; on several ranks, of the rank that holds the most.
    #[cfg_attr(all(test, feature = "native"), ts(type = "{ [key in string]: number }"))]
    pub memory: BTreeMap<String, u64>,
    /// Ranks that hold as much, each, or less.
    pub ranks: usize,
    /// Share of the text's characters that the vocabulary of the model lacks.
    pub unknown_share: f64,
}

/// How the runs of an experiment go with their models and texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Fit {
    /// What of them does not: texts that models cannot read, sizes that they cannot have. Memory is not among it.
    pub problems: Vec<Problem>,
    /// Of each run, in the order of the spec, the limits of settings that depend on its model or on other settings.
    pub limits: Vec<Vec<FieldLimit>>,
}

/// Makes estimates, and remembers what it measured for them.
#[derive(Debug, Default)]
pub struct Estimator {
    texts: Memo<TextSizes>,
    models: Memo<ModelConfig>,
    pilots: Memo<Measured>,
}

impl Estimator {
    /// What run `run` of `spec` will take on a machine of `cores` cores; `assets` has its [`files`]. It takes a quarter of a second, or a moment where only steps and rates have
    /// changed since the last time.
    ///
    /// # Errors
    /// What would refuse the run at its start, as far as it shows without the weights; all problems of the spec.
    pub fn run(&mut self, spec: &Spec, run: usize, assets: &Assets, cores: usize) -> Result<RunEstimate, Vec<Problem>> {
        let resolved = resolve(spec)?;
        let name = &spec.runs[run].name;
        let from = fork_points(spec)[run].map_or(0, |(_, step)| step);
        self.of(&resolved[run], from, assets, cores).map_err(|problem| vec![problem.in_run(name)])
    }

    /// How the runs of `spec` go with their models and texts, as far as the same files tell.
    ///
    /// # Errors
    /// If the spec's patches do not fit.
    pub fn fit(&mut self, spec: &Spec, assets: &Assets) -> Result<Fit, Vec<Problem>> {
        let mut fit = Fit::default();
        for (run, RunPatch { name, .. }) in resolve(spec)?.iter().zip(&spec.runs) {
            let key = text_key(run, assets);
            let of_text = self.texts.of(&key, || text::sizes(run, assets)).err();
            // A model that cannot be read is told of once, by its text.
            let blueprint = self.models.of(&key, || config_of(run, assets)).map(Blueprint::new).ok();
            let of_model = blueprint.as_ref().map(|blueprint| check_sizes(run, blueprint)).unwrap_or_default();
            fit.problems.extend(of_text.into_iter().chain(of_model).map(|problem| problem.in_run(name)));
            fit.limits.push(blueprint.map(|blueprint| limits(run, &blueprint)).unwrap_or_default());
        }
        Ok(fit)
    }

    /// What a run that goes on from step `from` will take.
    fn of(&mut self, run: &RunSpec, from: u32, assets: &Assets, cores: usize) -> Result<RunEstimate, Problem> {
        let of_text = text_key(run, assets);
        let text = self.texts.of(&of_text, || text::sizes(run, assets))?.clone();
        let (batch, mesh) = ((run.training.batch_size, run.training.micro_batches), (&run.mesh, &run.ranks, &run.communication));
        let key = json!([of_text, run.fine_tuning, batch, mesh, run.resources]).to_string();
        let measured = self.pilots.of(&key, || {
            let subject = Subject::new(run, assets)?;
            if run.ranks() == 1
                && let Some(problem) = check_against_model(run, &subject.blueprint).into_iter().next()
            {
                return Err(problem);
            }
            let plan = setup::plan(run, &subject, max_ranks(cores), None)?;
            pilot::measure(run, subject, plan)
        })?;
        Ok(RunEstimate {
            seconds: seconds::seconds(run, from, measured, &text, cores)?,
            memory: memory::memory(run, measured, &text)?,
            ranks: run.ranks(),
            unknown_share: text.unknown_share,
        })
    }
}

/// The files that an [`Estimator`] needs.
///
/// # Errors
/// If the spec's patches do not fit, or a base model or corpus does not exist.
pub fn files(spec: &Spec) -> Result<Vec<String>, Vec<Problem>> {
    without_weights(&resolve(spec)?)
}

/// What the sizes of a run's text depend on; of the visitor's own files also their content, since another may come by the same name.
fn text_key(run: &RunSpec, assets: &Assets) -> String {
    let mut own = DefaultHasher::new();
    for name in without_weights(std::slice::from_ref(run)).unwrap_or_default() {
        if name.starts_with(OWN_FILE) {
            assets.get(&name).hash(&mut own);
        }
    }
    json!([run.model, run.data, run.evaluation.base_corpus, run.evaluation.prompt, run.evaluation.sample_tokens > 0, own.finish()])
        .to_string()
}

/// The last few values that were made, by key.
#[derive(Debug)]
struct Memo<T> {
    made: Vec<(String, T)>,
}

/// More than the runs of an experiment.
const MOST: usize = 16;

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { made: Vec::new() }
    }
}

impl<T> Memo<T> {
    fn of(&mut self, key: &str, make: impl FnOnce() -> Result<T, Problem>) -> Result<&T, Problem> {
        let at = match self.made.iter().position(|(made, _)| made == key) {
            Some(at) => at,
            None => {
                let value = make()?;
                if self.made.len() == MOST {
                    self.made.remove(0);
                }
                self.made.push((key.to_owned(), value));
                self.made.len() - 1
            }
        };
        Ok(&self.made[at].1)
    }
}
