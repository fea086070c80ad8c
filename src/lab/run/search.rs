//! What a run does before it knows how to train: it searches for its learning rate, and measures how many steps fit into its time.
//!
//! Each learning rate is tried with the programs that a run is made of, on the run's own ranks: its model is built, given what it held
//! where it goes on, trained, and measured.

use std::collections::BTreeMap;

use web_time::Instant;

use super::evaluation::Evaluation;
use super::outcome::quartiles;
use super::work::STEP_COST;
use super::{Order, Run};
use crate::lab::check::warmup_problem;
use crate::lab::event::{Event, RunPhase};
use crate::lab::problem::Problem;
use crate::lab::problems;
use crate::lab::rank::{Answer, HeldOut, Program, Reply};
use crate::lab::result::Reports;
use crate::lab::search::{Budget, Halving, MOST_STEPS, Trial, learning_rates};
use crate::lab::spec::RunSpec;
use crate::lab::state::State;

/// Steps after a model is built that say nothing of those to come.
const WARM_UP: u32 = 2;
/// Steps whose time is measured where there was no search to measure it in, those at first among them.
pub(in crate::lab) const TIMED_STEPS: u32 = 10;

/// What a run does before it knows how to train.
pub(super) struct Search {
    halving: Halving,
    /// What the candidates held that may go on.
    states: BTreeMap<usize, State>,
    at: Place,
    /// Seconds of steps that were like those to come.
    step_seconds: Vec<f64>,
    /// Seconds that the candidates took.
    seconds: f64,
}

/// How far a trial is.
#[derive(Default)]
struct Place {
    prepared: bool,
    restored: bool,
    step: u32,
    /// Steps since its model was built.
    steps_here: u32,
    evaluation: Option<Evaluation>,
    /// Its loss, once that is known.
    loss: Option<f64>,
}

/// What is done next.
enum Next {
    /// A candidate of the search.
    Candidate(Trial),
    /// Some steps whose time is measured.
    Timing(f64),
}

impl Search {
    /// That of a run; none, where it knows how to train.
    pub fn of(run: &RunSpec) -> Option<Self> {
        let halving = || Halving::new(&run.training.search, run.training.steps);
        run.training.has_preliminaries().then(|| Self {
            halving: halving(),
            states: BTreeMap::new(),
            at: Place::default(),
            step_seconds: Vec::new(),
            seconds: 0.0,
        })
    }

    /// Begins the trial under way again, on other ranks.
    pub fn reopen(&mut self) {
        self.at = Place::default();
    }

    /// What is still to be done, in forward passes of one token.
    pub fn work_left(&self, run: &RunSpec) -> f64 {
        let (left, training) = (self.halving.left(), &run.training);
        let timed = if training.seconds > 0.0 && self.step_seconds.is_empty() && left.steps <= WARM_UP { TIMED_STEPS } else { 0 };
        let steps = f64::from((left.steps + timed).saturating_sub(self.at.steps_here));
        let tokens = f64::from(training.batch_size) * f64::from(run.data.context);
        STEP_COST * steps * tokens + f64::from(left.trials) * f64::from(run.evaluation.tokens)
    }

    fn next(&self, run: &RunSpec) -> Option<Next> {
        let rate = || self.halving.chosen().unwrap_or(run.training.learning_rate);
        match self.halving.next() {
            Some(trial) => Some(Next::Candidate(trial)),
            None => (run.training.seconds > 0.0 && self.step_seconds.is_empty()).then(|| Next::Timing(rate())),
        }
    }
}

impl Run {
    /// The next program of the search; nothing, once it is over.
    pub(super) fn search_next(&mut self, events: &mut Vec<Event>) -> Result<Option<Order>, Problem> {
        let Some(search) = &self.search else { return Ok(None) };
        let (phase, learning_rate, goes_on) = match search.next(self.spec()) {
            None => {
                self.search_is_over(events)?;
                return Ok(None);
            }
            Some(Next::Candidate(trial)) => (RunPhase::Searching, trial.learning_rate, (trial.from > 0).then_some(trial.candidate)),
            Some(Next::Timing(learning_rate)) => (RunPhase::Measuring, learning_rate, None),
        };
        self.phase(phase, events);
        let Some(Search { at, states, .. }) = &self.search else { return Ok(None) };
        if !at.prepared {
            let mut run = Box::new(self.spec().clone());
            run.training.learning_rate = learning_rate;
            return Ok(Some(self.ordered(Program::Prepare { run, stages: self.progress.stages.clone() })));
        }
        if let Some(candidate) = goes_on.filter(|_| !at.restored) {
            let state = states.get(&candidate).ok_or_else(|| problems::internal("a candidate that goes on was not kept"))?;
            let states = state.ranks.clone();
            return Ok(Some(Order { states, ..self.ordered(Program::Restore { step: state.step }) }));
        }
        let program = match (&at.evaluation, at.loss) {
            (_, Some(_)) => Program::Snapshot,
            (Some(evaluation), None) => evaluation.program(self.is_spread()),
            (None, None) => Program::Train,
        };
        Ok(Some(self.ordered(program)))
    }

    /// Takes in what all ranks answered to a program of the search; gives the work that it was.
    pub(super) fn search_answered(
        &mut self,
        program: &Program,
        answers: Vec<Answer>,
        start: Instant,
        events: &mut Vec<Event>,
    ) -> Result<f64, Problem> {
        let (spec, is_spread, stages) = (self.spec().clone(), self.is_spread(), self.progress.stages.clone());
        let step_tokens = f64::from(spec.training.batch_size) * f64::from(spec.data.context);
        let Some(search) = &mut self.search else { return Ok(0.0) };
        let Some(next) = search.next(&spec) else { return Ok(0.0) };
        let at = &mut search.at;
        let mut done = None;
        let work = match program {
            Program::Prepare { .. } => {
                let Some(Reply::Prepared { validation_tokens, .. }) = answers.first().map(|answer| &answer.reply) else {
                    return Err(problems::internal("ranks answered something else to prepare"));
                };
                self.progress.validation_windows = validation_tokens.saturating_sub(1) / spec.data.context as usize;
                *at = Place { prepared: true, ..Place::default() };
                0.0
            }
            Program::Restore { step } => {
                (at.restored, at.step) = (true, *step);
                0.0
            }
            Program::Train => {
                let (ranks, seconds) = super::answers::steps(answers.into_iter().map(|answer| answer.reply), is_spread)?;
                let first = &ranks[0];
                (at.step, at.steps_here) = (first.step, at.steps_here + 1);
                if at.steps_here > WARM_UP {
                    search.step_seconds.push(seconds);
                }
                let finite = first.loss.is_finite() && first.gradient_norm.is_finite();
                match next {
                    Next::Timing(_) => done = (at.steps_here == TIMED_STEPS).then_some(f64::NAN),
                    Next::Candidate(_) if !finite => done = Some(f64::NAN),
                    Next::Candidate(trial) if at.step >= trial.until => {
                        at.evaluation = Some(Evaluation::new(&spec, HeldOut::Validation, self.progress.validation_windows));
                    }
                    Next::Candidate(_) => {}
                }
                STEP_COST * step_tokens
            }
            Program::Evaluate { count, .. } => {
                let (Some(Reply::Evaluated { nll, .. }), Some(evaluation)) =
                    (answers.first().map(|answer| &answer.reply), &mut at.evaluation)
                else {
                    return Err(problems::internal("ranks answered something else to evaluate"));
                };
                at.loss = evaluation.take(*count, *nll);
                done = at.loss.filter(|loss| !search.halving.is_kept(*loss));
                (count * spec.data.context as usize) as f64
            }
            Program::Snapshot => {
                let ranks = answers.into_iter().map(|answer| answer.state).collect::<Option<Vec<_>>>();
                let ranks = ranks.ok_or_else(|| problems::internal("ranks answered something else to snapshot"))?;
                if let Next::Candidate(trial) = next {
                    search.states.insert(trial.candidate, State { step: at.step, stages, ranks });
                }
                done = at.loss;
                0.0
            }
            _ => 0.0,
        };
        if matches!(next, Next::Candidate(_)) {
            search.seconds += start.elapsed().as_secs_f64();
        }
        if let Some(loss) = done {
            self.search_tried(&next, loss, events);
        }
        Ok(work)
    }

    /// A trial has come to its end.
    fn search_tried(&mut self, next: &Next, loss: f64, events: &mut Vec<Event>) {
        let Some(search) = &mut self.search else { return };
        let step = std::mem::take(&mut search.at).step;
        if let Next::Candidate(_) = next {
            search.halving.measured(step, loss);
            let Search { states, halving, .. } = search;
            states.retain(|candidate, _| halving.may_go_on(*candidate));
            self.search_report(events);
        }
    }

    fn search_report(&mut self, events: &mut Vec<Event>) {
        let Some(search) = &self.search else { return };
        let report = search.halving.report(search.seconds);
        self.outcome.reports_mut().search = Some(report.clone());
        events.push(Event::Searched { run: self.index, report });
    }

    /// What was found holds from now on.
    fn search_is_over(&mut self, events: &mut Vec<Event>) -> Result<(), Problem> {
        let training = self.spec().training.clone();
        if training.search.candidates == 1 {
            self.search_report(events);
        }
        let Some(search) = self.search.take() else { return Ok(()) };
        if training.seconds > 0.0 {
            let [_, median, _] = quartiles(&search.step_seconds).ok_or_else(|| problems::internal("no step was measured"))?;
            let budget = Budget::new(training.seconds, median);
            if warmup_problem(training.warmup_steps, budget.steps).is_some() {
                return Err(problems::time_for_warmup(training.warmup_steps, &budget));
            }
            self.outcome.reports_mut().budget = Some(budget);
            events.push(Event::Budgeted { run: self.index, report: budget });
        }
        self.settle(&self.outcome.reports().clone());
        Ok(())
    }

    /// Trains as was found.
    fn settle(&mut self, reports: &Reports) {
        let Some(leg) = self.legs.last_mut() else { return };
        let training = &mut leg.spec.training;
        if let Some(rate) = reports.search.as_ref().and_then(|report| report.chosen).filter(|_| training.search.is_on()) {
            training.learning_rate = rate;
        }
        if let Some(budget) = reports.budget.filter(|_| training.seconds > 0.0) {
            (training.steps, leg.until) = (budget.steps, budget.steps);
        }
        self.search = None;
    }

    /// Takes what was found before the run was interrupted; whether it was all that has to be.
    pub(super) fn search_was_over(&mut self) -> bool {
        let (training, reports) = (&self.spec().training, self.outcome.reports().clone());
        let chosen = reports.search.as_ref().and_then(|report| report.chosen);
        let found = !training.search.is_on() || chosen.is_some_and(|rate| learning_rates(&training.search).contains(&rate));
        let same = |budget: &Budget| budget.seconds == training.seconds && (1..=MOST_STEPS).contains(&budget.steps);
        let timed = training.seconds == 0.0 || reports.budget.as_ref().is_some_and(same);
        if found && timed {
            self.settle(&reports);
        }
        found && timed
    }
}
