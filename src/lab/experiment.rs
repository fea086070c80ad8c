//! The runs of an experiment, taking turns.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::adapter::AdapterFiles;
use super::assets::{Assets, required};
use super::base_model::SharedWeights;
use super::check::{diff, fork_points, resolve};
use super::compare::comparison;
use super::event::Event;
use super::problem::{Problem, Text};
use super::rank::Answer;
use super::result::{Environment, ExperimentResult, ForkReport, RunResult};
use super::run::{Leg, Order, Run, Saved, Surroundings, legs};
use super::spec::Spec;
use super::state::{Bytes, State};

/// Version of the result's format.
const RESULT_VERSION: u32 = 2;

/// An experiment under way.
///
/// Runs on one rank take turns, a unit of work each; a run on several has the machine for itself, from its first step to its last. What
/// its ranks are to do is an [`Order`], for whoever keeps them.
#[derive(Debug)]
pub struct Experiment {
    spec: Spec,
    environment: Environment,
    runs: Vec<Run>,
    legs: Vec<Vec<Leg>>,
    next: usize,
    states: States,
}

/// States that runs passed, by run and step, within a budget of bytes.
#[derive(Debug, Default)]
struct States {
    /// Most bytes of those that nobody asked for.
    budget: usize,
    kept: BTreeMap<(usize, u32), State>,
}

/// The most ranks that a run may have on a machine of so many cores: each has an engine, and beyond some per core more teach nothing.
pub fn max_ranks(cores: usize) -> usize {
    (4 * cores).clamp(8, 16)
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
        let cores = environment.cores.max(1) as usize;
        let surroundings = Surroundings {
            assets: Rc::new(assets),
            shared: SharedWeights::default(),
            cores,
            max_ranks: max_ranks(cores),
            keeper: Bytes::from,
        };
        let differences: Vec<_> = resolved.iter().map(|run| diff(&spec.base, run)).collect();
        let forks = fork_points(&spec);
        let named: Vec<_> = spec.runs.iter().map(|run| run.name.as_str()).zip(resolved).collect();
        let legs = legs(&named, &forks);
        let mut runs: Vec<Run> = (legs.iter().zip(differences).enumerate())
            .map(|(index, (legs, difference))| Run::new(index, named[index].0, legs.clone(), difference, surroundings.clone()))
            .collect();
        for (run, step) in forks.into_iter().flatten() {
            runs[run].keep_at(step);
        }
        Ok(Self { spec, environment, runs, legs, next: 0, states: States::default() })
    }

    /// Keeps, in at most so many bytes, what runs held along the way, for forks of them that may come later.
    pub fn keep_states(&mut self, budget: usize) {
        self.states.budget = budget;
        self.runs.iter_mut().for_each(Run::keep_all);
    }

    /// Has what ranks here held taken in by somebody, who may keep it elsewhere.
    pub fn set_keeper(&mut self, keeper: fn(Vec<u8>) -> Bytes) {
        self.runs.iter_mut().for_each(|run| run.set_keeper(keeper));
    }

    /// What run `run` held after some step, for its forks to begin there.
    pub fn provide(&mut self, run: usize, state: State) {
        self.states.kept.insert((run, state.step), state);
    }

    /// The states that are kept, by run.
    pub fn states(&self) -> impl Iterator<Item = (usize, &State)> {
        self.states.kept.iter().map(|((run, _), state)| (*run, state))
    }

    /// Has a run go on from what was saved of it; one that had ended stays as it was.
    pub fn resume(&mut self, run: usize, saved: Saved) {
        if let Some(run) = self.runs.get_mut(run) {
            run.resume(saved);
        }
    }

    /// What a run would go on from if everything ended now; nothing, before its first step.
    pub fn saved(&mut self, run: usize) -> Option<Saved> {
        self.runs.get_mut(run)?.saved()
    }

    /// Has runs on several ranks write down what these hold as soon as they can, for [`Experiment::saved`].
    pub fn want_states(&mut self) {
        self.runs.iter_mut().filter(|run| run.under_way()).for_each(Run::want_state);
    }

    /// Whether some of these runs have not done so yet.
    pub fn wants_states(&self) -> bool {
        self.runs.iter().any(Run::wants_state)
    }

    /// Whether it is what the run in turn does next.
    pub fn state_is_next(&self) -> bool {
        self.turn().is_some_and(|index| self.runs[index].state_is_next())
    }

    /// Whether every run has ended.
    pub fn finished(&self) -> bool {
        self.runs.iter().all(Run::ended)
    }

    /// What the ranks of a run are to do now, before anything else goes on: see [`Experiment::replied`].
    pub fn order(&self) -> Option<&Order> {
        self.runs.iter().find_map(Run::order)
    }

    /// Whether nothing goes on before a rank that is lost is replaced, or its run is cancelled.
    pub fn stuck(&self) -> bool {
        self.order().is_none() && self.turn().is_none_or(|index| self.runs[index].waits())
    }

    /// Does one unit of work of the next run in turn (at most an optimizer step), or orders it, and tells what happened.
    pub fn advance(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(index) = self.turn() {
            self.begin_fork(index);
            self.runs[index].advance(&mut events);
            self.after(index, &mut events);
            self.next = (index + 1) % self.runs.len();
        }
        events
    }

    /// Takes what all ranks of the run in turn answered to its order, in their order, or why one could not.
    pub fn replied(&mut self, replies: Result<Vec<Answer>, Problem>) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(index) = self.runs.iter().position(|run| run.order().is_some()) {
            self.runs[index].replied(replies, &mut events);
            self.after(index, &mut events);
        }
        events
    }

    /// Replaces the ranks of a run of which one was lost; it goes on from its last state.
    pub fn recover(&mut self, run: usize) {
        if let Some(run) = self.runs.get_mut(run) {
            run.recover();
        }
    }

    /// Whether every action of ranks waits for somebody, from the next step on.
    pub fn set_by_hand(&mut self, on: bool) {
        self.runs.iter_mut().for_each(|run| run.set_by_hand(on));
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

    /// What a run has trained, as PEFT's files.
    ///
    /// # Errors
    /// Why there are none: PEFT has no such method, the run is on several ranks, or its model is not there.
    pub fn adapter(&mut self, run: usize) -> Result<AdapterFiles, Text> {
        let none = || Text { en: format!("There is no run {run}."), zh: format!("没有第 {run} 次运行。") };
        self.runs.get_mut(run).ok_or_else(none)?.adapter()
    }

    /// What was measured so far.
    pub fn result(&self) -> ExperimentResult {
        let mut runs: Vec<_> = self.runs.iter().map(Run::result).collect();
        self.compare_forks(&mut runs);
        ExperimentResult {
            version: RESULT_VERSION,
            spec: self.spec.clone(),
            environment: self.environment.clone(),
            comparison: comparison(&runs, self.baseline()),
            runs,
            advice: Vec::new(),
        }
    }

    /// The run that the others are compared with: of runs on one rank and on several the first on one, else the first of all.
    fn baseline(&self) -> usize {
        let alone = |run: &usize| self.legs[*run].last().is_some_and(|leg| leg.spec.ranks() == 1);
        (0..self.legs.len()).find(alone).unwrap_or(0)
    }

    /// Where the weights of a fork were still the same after its first step: the first step whose loss differs tells of them.
    fn compare_forks(&self, runs: &mut [RunResult]) {
        for (index, legs) in self.legs.iter().enumerate() {
            let [.., of, _] = &legs[..] else { continue };
            let differs = super::run::first_loss_that_differs(&runs[index], &runs[of.run], of.until);
            // One that was interrupted before its weights were compared has no report of its own.
            let goes_beyond =
                // The loss of the first step after it is that of the weights before.
                |run: &RunResult| run.series.get("loss").and_then(|points| points.last()).is_some_and(|(step, _)| *step > of.until + 1);
            if runs[index].reports.fork.is_none() && goes_beyond(&runs[index]) && goes_beyond(&runs[of.run]) {
                runs[index].reports.fork = Some(ForkReport { run: runs[of.run].name.clone(), step: of.until, differs: None });
            }
            if let Some(report) = &mut runs[index].reports.fork
                && report.differs.is_none()
            {
                report.differs = differs;
            }
        }
    }

    /// The run whose turn it is: the one on several ranks that is under way, or else those on one rank one after the other, then the next
    /// on several. A fork waits for the run that it is a fork of, unless it can begin.
    fn turn(&self) -> Option<usize> {
        if let Some(spread) = self.runs.iter().position(|run| run.is_spread() && run.under_way()) {
            return Some(spread);
        }
        let count = self.runs.len();
        let waiting = || (0..count).map(|offset| (self.next + offset) % count).filter(|index| !self.runs[*index].ended());
        let ready = |index: &usize| self.runs[*index].under_way() || self.can_begin(*index);
        let mut here = waiting().filter(ready).filter(|index| !self.runs[*index].is_spread());
        here.next().or_else(|| (0..count).filter(|index| !self.runs[*index].ended()).find(ready)).or_else(|| waiting().next())
    }

    /// Whether a run needs nothing that another is still to give it.
    fn can_begin(&self, index: usize) -> bool {
        let [.., of, _] = &self.legs[index][..] else { return true };
        self.runs[of.run].ended() || self.states.kept.contains_key(&(of.run, of.until))
    }

    /// Gives a fork that has not begun the state to begin with that is nearest to its own first step.
    fn begin_fork(&mut self, index: usize) {
        if self.runs[index].under_way() || self.runs[index].begins_elsewhere() {
            return;
        }
        let legs = &self.legs[index];
        for (number, leg) in legs.iter().enumerate().rev().skip(1) {
            let first = if number == 0 { 0 } else { legs[number - 1].until };
            let nearest = self.states.kept.range((leg.run, first)..=(leg.run, leg.until)).next_back();
            if let Some((_, state)) = nearest.filter(|((_, step), _)| *step > 0) {
                return self.runs[index].begin_at(number, state.clone());
            }
        }
    }

    fn after(&mut self, index: usize, events: &mut [Event]) {
        for state in self.runs[index].take_kept() {
            self.states.kept.insert((index, state.step), state);
        }
        let asked = fork_points(&self.spec);
        self.states.shrink(&asked);
        let left = self.remaining_seconds();
        for event in events {
            if let Event::Progress { remaining_seconds, .. } = event {
                *remaining_seconds = left;
            }
        }
    }

    fn remaining_seconds(&self) -> f64 {
        let slowest = self.runs.iter().filter_map(Run::pace).reduce(f64::max);
        self.runs.iter().map(|run| run.remaining_seconds(slowest)).sum()
    }
}

impl States {
    /// Drops states until the rest are within the budget: of each run every other one, those that forks of the spec begin with never.
    fn shrink(&mut self, asked: &[Option<(usize, u32)>]) {
        let is_asked = |key: &(usize, u32)| asked.contains(&Some(*key));
        let free = |kept: &BTreeMap<(usize, u32), State>| -> Vec<((usize, u32), usize)> {
            kept.iter().filter(|(key, _)| !is_asked(key)).map(|(key, state)| (*key, state.len())).collect()
        };
        loop {
            let states = free(&self.kept);
            if states.iter().map(|(_, bytes)| bytes).sum::<usize>() <= self.budget {
                return;
            }
            let every_other: Vec<_> = states.iter().skip(usize::from(states.len() > 1)).step_by(2).map(|(key, _)| *key).collect();
            for key in every_other {
                self.kept.remove(&key);
            }
        }
    }
}
