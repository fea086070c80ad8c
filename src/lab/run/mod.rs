//! One run as a sequence of small units of work, so that runs can take turns and be paused, cancelled or kept between any two.
//!
//! A run decides what its ranks do next ([`next`](self::next)) and takes in what they answer ([`answers`](self::answers)). A run on one
//! rank has it here, and each unit is done at once. The ranks of any other are with whoever keeps them, who is given an [`Order`] and
//! gives back the replies; the run itself never waits.

mod answers;
mod difference;
mod evaluation;
mod legs;
mod next;
mod outcome;
mod search;
mod work;

use std::collections::BTreeSet;
use std::rc::Rc;

use web_time::Instant;

pub use self::difference::first_loss_that_differs;
use self::evaluation::Evaluation;
pub use self::legs::{Leg, legs};
use self::next::Text;
use self::outcome::Outcome;
use self::search::Search;
pub(in crate::lab) use self::search::TIMED_STEPS;
use self::work::Work;
use super::adapter::AdapterFiles;
use super::assets::Assets;
use super::base_model::SharedWeights;
use super::event::{Event, RunPhase};
use super::parallel::report::{Pilot, Planned, Prediction};
use super::parallel::setup::Stages;
use super::problem::{Problem, ProblemCode, Text as ProblemText};
use super::rank::{Answer, Program, RankProgram};
use super::result::{FieldDiff, Reports, RunResult, RunStatus};
use super::sample::Sampler;
use super::spec::{NEW_MODEL, RunSpec, TransportSpec};
use super::state::{Bytes, State};
use crate::nn::at_once;
use crate::parallel::comm::Comm;
use crate::parallel::transport::alone::Alone;

/// What all ranks of a run are to do, for whoever keeps them.
#[derive(Clone, Debug)]
pub struct Order {
    /// Index of the run.
    pub run: usize,
    /// What they do together.
    pub program: Program,
    /// What each of them goes on from, in their order; empty where that is not the program.
    pub states: Vec<Bytes>,
    /// Whether every action waits for somebody who lets it go.
    pub by_hand: bool,
}

/// What a run may use, and shares with the others of its experiment.
#[derive(Clone)]
pub struct Surroundings {
    /// The files.
    pub assets: Rc<Assets>,
    /// Frozen weights.
    pub shared: SharedWeights,
    /// Cores of the machine.
    pub cores: usize,
    /// The most ranks that a run may have here.
    pub max_ranks: usize,
    /// Takes in what the rank of a run on one held, which may then lie elsewhere.
    pub keeper: fn(Vec<u8>) -> Bytes,
}

/// What a run has written down, to go on from.
#[derive(Clone, Debug)]
pub struct Saved {
    /// What it had measured.
    pub result: RunResult,
    /// What its ranks held; none of a run that has ended.
    pub state: Option<State>,
}

/// A run under way.
pub struct Run {
    index: usize,
    name: String,
    /// What it trains, one after the other: before its own settings those of the runs that it is a fork of.
    legs: Vec<Leg>,
    leg: usize,
    surroundings: Surroundings,
    outcome: Outcome,
    work: Work,
    /// The rank of a run on one.
    here: Option<RankProgram>,
    /// What the ranks of another run are doing.
    order: Option<(Order, Instant)>,
    progress: Progress,
    /// What it does before it knows how to train.
    search: Option<Search>,
    /// Steps after which it is to be kept for others to begin there.
    keep: BTreeSet<u32>,
    /// Keeps it after each measurement of the validation loss, too.
    keeps_all: bool,
    /// States that nobody took yet.
    kept: Vec<State>,
    /// The last of them: where it goes on when a rank is lost.
    last: Option<State>,
    /// What it has trained, once it has ended.
    adapter: Option<Result<AdapterFiles, ProblemText>>,
    /// Whether it is to be kept as soon as that can be.
    wanted: bool,
    lost: bool,
    /// What messages go through, whatever the spec says, while every action waits for somebody.
    by_hand: bool,
}

/// How far it is.
#[derive(Default)]
struct Progress {
    text: Option<Text>,
    planned: Option<Planned>,
    transport: Option<String>,
    pilots: Vec<Pilot>,
    prediction: Option<Prediction>,
    stages: Option<Stages>,
    /// The leg whose model is built.
    prepared: Option<usize>,
    /// Where it goes on once it is built.
    restore: Option<State>,
    step: u32,
    validation_windows: usize,
    /// Of the text on which forgetting is measured; 0: there is none.
    base_windows: usize,
    evaluation: Option<Evaluation>,
    sampler: Option<Sampler>,
    /// Where the next leg begins, once this one is there.
    junction: Option<State>,
    /// What the run that this is a fork of held one step further.
    other: Option<State>,
    phase: Option<RunPhase>,
}

impl Run {
    /// A run that has not begun. Its own leg is the last.
    pub fn new(index: usize, name: &str, legs: Vec<Leg>, diff: Vec<FieldDiff>, surroundings: Surroundings) -> Self {
        let spec = &legs.last().expect("a run has settings of its own").spec;
        let outcome = Outcome::new(name, diff, spec);
        let (alone, search) = (spec.ranks() == 1, Search::of(spec));
        let here = || RankProgram::new(Comm::new(Alone::new()), surroundings.assets.clone(), surroundings.shared.clone());
        Self {
            index,
            name: name.to_owned(),
            leg: 0,
            legs,
            outcome,
            here: alone.then(here),
            surroundings,
            work: Work::default(),
            order: None,
            progress: Progress::default(),
            search,
            keep: BTreeSet::new(),
            keeps_all: false,
            kept: Vec::new(),
            last: None,
            adapter: None,
            wanted: false,
            lost: false,
            by_hand: false,
        }
    }

    /// Whether it has ended, one way or another.
    pub fn ended(&self) -> bool {
        self.outcome.status().is_some()
    }

    /// Whether its ranks are with somebody else.
    pub fn is_spread(&self) -> bool {
        self.here.is_none()
    }

    /// Whether it waits for somebody: its ranks do something, or one of them is lost.
    pub fn waits(&self) -> bool {
        self.order.is_some() || self.lost
    }

    /// Whether it has begun, and not ended.
    pub fn under_way(&self) -> bool {
        !self.ended() && self.progress.text.is_some()
    }

    /// What its ranks are to do now.
    pub fn order(&self) -> Option<&Order> {
        self.order.as_ref().map(|(order, _)| order)
    }

    /// Keeps it after `step` steps, for another run to begin there.
    pub fn keep_at(&mut self, step: u32) {
        self.keep.insert(step);
    }

    /// Keeps it after each measurement of the validation loss.
    pub fn keep_all(&mut self) {
        self.keeps_all = true;
    }

    /// Has what its rank held taken in by somebody.
    pub fn set_keeper(&mut self, keeper: fn(Vec<u8>) -> Bytes) {
        self.surroundings.keeper = keeper;
    }

    /// States that it passed since this was called last.
    pub fn take_kept(&mut self) -> Vec<State> {
        std::mem::take(&mut self.kept)
    }

    /// Begins in the leg of that number, from a state in it, instead of at the first step of the first.
    pub fn begin_at(&mut self, leg: usize, state: State) {
        self.leg = leg;
        self.progress.stages.clone_from(&state.stages);
        self.progress.restore = Some(state);
    }

    /// Whether it was told where to begin.
    pub fn begins_elsewhere(&self) -> bool {
        self.leg > 0 || self.progress.restore.is_some()
    }

    /// Goes on from what was saved of the same run.
    pub fn resume(&mut self, saved: Saved) {
        // What it changes of the base may be said otherwise by now.
        let diff = self.outcome.diff().to_vec();
        self.outcome = Outcome::saved(RunResult { diff, ..saved.result }, self.spec());
        if self.ended() {
            return;
        }
        if self.search.is_some() && !self.search_was_over() {
            self.outcome = Outcome::new(&self.name, self.outcome.diff().to_vec(), self.spec());
            return;
        }
        let own = self.legs.len() - 1;
        let steps = self.first_step()..=self.spec().training.steps;
        match saved.state.filter(|state| steps.contains(&state.step)) {
            // What it measured after that, it measures again.
            Some(state) => {
                self.outcome = self.outcome.until(state.step);
                self.last = Some(state.clone());
                self.begin_at(own, state);
            }
            None => {
                let Reports { search, budget, .. } = self.outcome.reports().clone();
                self.outcome = Outcome::new(&self.name, self.outcome.diff().to_vec(), self.spec());
                *self.outcome.reports_mut() = Reports { search, budget, ..Reports::default() };
            }
        }
    }

    /// What it would go on from if it ended now; a run on several ranks is told first that it is [wanted](Run::want_state).
    pub fn saved(&mut self) -> Option<Saved> {
        if self.ended() {
            return Some(Saved { result: self.result(), state: None });
        }
        let own_leg = self.leg + 1 == self.legs.len();
        if let (Some(rank), true) = (&mut self.here, own_leg && self.progress.prepared == Some(self.leg) && self.progress.restore.is_none())
        {
            let (_, bytes) = at_once(rank.run(&Program::Snapshot, None)).ok()?;
            let state = State { step: self.progress.step, stages: None, ranks: vec![(self.surroundings.keeper)(bytes?)] };
            return Some(Saved { result: self.result(), state: Some(state) });
        }
        let state = self.last.clone().filter(|state| !state.ranks.is_empty())?;
        Some(Saved { result: self.outcome.until(state.step).result(self.work.seconds), state: Some(state) })
    }

    /// Has its ranks say what they hold before their next step, for [`Run::saved`].
    pub fn want_state(&mut self) {
        let step = self.progress.restore.as_ref().map_or(self.progress.step, |state| state.step);
        let there = self.last.as_ref().is_some_and(|last| last.step == step);
        self.wanted = self.is_spread() && !there && self.search.is_none();
    }

    /// Whether they are to say it, and have not yet.
    pub fn wants_state(&self) -> bool {
        self.wanted && self.under_way() && !self.lost
    }

    /// From the next step on every action of its ranks waits for somebody, or no longer: then times say nothing, and messages go through
    /// ports, since a rank that waits in shared memory hears nobody.
    pub fn set_by_hand(&mut self, on: bool) {
        self.by_hand = on;
    }

    /// Does one unit of work, or orders it, and tells what happened.
    pub fn advance(&mut self, events: &mut Vec<Event>) {
        if self.ended() || self.waits() {
            return;
        }
        let start = Instant::now();
        let outcome = self.next(events).and_then(|next| match (next, &mut self.here) {
            (None, _) => Ok(()),
            (Some(order), None) => {
                self.order = Some((order, start));
                Ok(())
            }
            (Some(Order { program, states, .. }), Some(rank)) => {
                let (reply, state) = at_once(rank.run(&program, states.first()))?;
                self.answered((&program, false), vec![Answer { reply, state: state.map(self.surroundings.keeper) }], start, events)
            }
        });
        if let Err(problem) = outcome {
            self.fail(problem, events);
        }
    }

    /// Takes what all ranks answered to the order, in their order, or why one could not.
    pub fn replied(&mut self, replies: Result<Vec<Answer>, Problem>, events: &mut Vec<Event>) {
        let Some((order, start)) = self.order.take() else { return };
        if let Err(problem) = replies.and_then(|replies| {
            self.answered((&order.program, order.by_hand && matches!(order.program, Program::Train)), replies, start, events)
        }) {
            self.fail(problem, events);
        }
    }

    /// Goes on from its last state, with new ranks, after one was lost.
    pub fn recover(&mut self) {
        if !self.lost {
            return;
        }
        self.lost = false;
        self.reopen();
        match self.last.clone() {
            Some(state) => {
                self.outcome = self.outcome.until(state.step);
                self.begin_at(self.legs.len() - 1, state);
            }
            None => {
                self.outcome = self.outcome.until(0);
                (self.leg, self.progress.step) = (0, 0);
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

    /// What it has trained so far, as PEFT's files.
    ///
    /// # Errors
    /// Why there are none.
    pub fn adapter(&mut self) -> Result<AdapterFiles, ProblemText> {
        self.adapter.clone().or_else(|| self.adapter_now()).unwrap_or_else(|| {
            Err(match self.is_spread() && !self.ended() || self.spec().ranks() > 1 {
                true => ProblemText {
                    en: "Its ranks have parts of it only. Train it on one rank to save the adapter.".into(),
                    zh: "它的各个进程只各有其中一部分。要保存适配器，请在单个进程上训练。".into(),
                },
                false => ProblemText {
                    en: "Its model is not there: it has not begun, failed, or was loaded as a result. Run it again.".into(),
                    zh: "它的模型不在内存中：尚未开始、运行失败，或只载入了结果。请重新运行。".into(),
                },
            })
        })
    }

    /// Of a run on one rank, in its own leg.
    fn adapter_now(&mut self) -> Option<Result<AdapterFiles, ProblemText>> {
        let own = self.leg + 1 == self.legs.len() && self.progress.prepared == Some(self.leg) && self.progress.restore.is_none();
        self.here.as_mut().filter(|_| own)?.adapter()
    }

    /// Its own settings.
    fn spec(&self) -> &RunSpec {
        &self.legs.last().expect("a run has settings of its own").spec
    }

    /// Optimizer steps done before its own first.
    fn first_step(&self) -> u32 {
        self.legs.iter().rev().nth(1).map_or(0, |before| before.until)
    }

    /// Forgets the ranks that there were.
    fn reopen(&mut self) {
        let Progress { transport, prepared, evaluation, sampler, .. } = &mut self.progress;
        (*transport, *prepared, *evaluation, *sampler) = (None, None, None, None);
        if let Some(search) = &mut self.search {
            search.reopen();
        }
    }

    fn fail(&mut self, problem: Problem, events: &mut Vec<Event>) {
        let problem = problem.in_run(&self.name);
        if problem.code == ProblemCode::RankLost && self.is_spread() {
            self.lost = true;
            let from = self.last.as_ref().map_or(0, |state| state.step);
            events.push(Event::Lost { run: self.index, problem, step: self.progress.step, from });
            return;
        }
        self.end(RunStatus::Failed, Some(problem.clone()));
        events.push(Event::Failed { run: self.index, problem });
    }

    fn end(&mut self, status: RunStatus, problem: Option<Problem>) {
        if matches!(status, RunStatus::Finished | RunStatus::Cancelled) {
            self.adapter = self.adapter_now();
            // A model of one's own is no adapter of another.
            if let Some(adapter) = self.adapter.as_ref().filter(|_| self.spec().model.base != NEW_MODEL) {
                self.outcome.trained_file(adapter.as_ref().ok().map(|files| files.weights.len()));
            }
        }
        self.outcome.end(status, problem);
        // The model's memory is free for the others, and so are files and states.
        self.surroundings.assets = Rc::default();
        (self.here, self.search, self.order, self.last, self.lost) = (None, None, None, None, false);
        self.progress = Progress { text: self.progress.text.take(), step: self.progress.step, ..Progress::default() };
    }

    /// What messages are to go through.
    fn transport(&self) -> TransportSpec {
        if self.by_hand { TransportSpec::Ports } else { self.spec().communication.transport }
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("name", &self.name).field("step", &self.progress.step).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
