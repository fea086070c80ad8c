//! What a rank of a run does, command by command. A run on one rank is a world of one, whose commands are done where they are given.

mod command;
mod pilot;
mod reader;

use std::rc::Rc;

pub use command::{Answer, HeldOut, Program, Reply};
pub use pilot::pilot;
pub(in crate::lab) use pilot::{refused, representatives};
pub use reader::Reader;

use super::adapter::{self, AdapterFiles};
use super::assets::Assets;
use super::base_model::{BaseModel, SharedSource, SharedWeights};
use super::check::check_against_model;
use super::parallel::report::{RankStep, Traffic};
use super::parallel::setup::{self, Stages};
use super::parallel::subject::Subject;
use super::problem::{self, Problem};
use super::problems;
use super::result::MemoryUse;
use super::spec::RunSpec;
use super::state::Bytes;
use super::text::{self, Text};
use super::training::{Course, Training, adamw};
use crate::nn::{InFormat, ParamSpec, RandomWeights, WeightSource};
use crate::parallel::clock;
use crate::parallel::comm::{Comm, Kind};
use crate::parallel::rank::{Gate, Rank, RankError, RestoreError, Sequences, StartError};
use crate::tensor::{Category, Charge, Ledger};

/// A rank, between two commands.
pub struct RankProgram {
    comm: Rc<Comm>,
    assets: Rc<Assets>,
    /// Frozen weights that other runs of this instance hold.
    shared: SharedWeights,
    prepared: Option<Prepared>,
}

/// A rank's part of the model, its text, and its optimizer.
struct Prepared {
    /// What it trains.
    run: RunSpec,
    training: Training,
    ledger: Ledger,
    text: Text,
    /// Of the text on which forgetting is measured.
    base: Vec<i32>,
    context: usize,
    reader: Reader,
    /// What it did last: the next thing has batches of other sizes.
    last: Doing,
    _text: Charge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Training,
    Evaluating,
    Sampling,
}

impl RankProgram {
    /// The rank that `comm` belongs to, with its files.
    pub fn new(comm: Rc<Comm>, assets: Rc<Assets>, shared: SharedWeights) -> Self {
        Self { comm, assets, shared, prepared: None }
    }

    /// Does what all ranks of the world are told to do; `state` is what this rank goes on from.
    ///
    /// # Errors
    /// If memory runs out, a file cannot be used, or a rank is gone.
    pub async fn run(&mut self, program: &Program, state: Option<&Bytes>) -> Result<(Reply, Option<Vec<u8>>), Problem> {
        let reply = match program {
            Program::Open { .. } | Program::Close => Reply::Done,
            Program::Pilot { run } => Reply::Pilot { pilot: pilot(run, &self.assets, &self.comm).await? },
            Program::Prepare { run, stages } => self.prepare(run, stages.as_ref())?,
            Program::Restore { step } => self.restore(state, *step)?,
            Program::Train => self.train().await?,
            Program::Evaluate { text, first, count, group } => self.evaluate(*text, *first, *count, *group).await?,
            Program::Logits { ids, capacity } => self.logits(ids, *capacity).await?,
            Program::Snapshot => return Ok((Reply::State, Some(self.prepared()?.training.rank.snapshot()))),
        };
        Ok((reply, None))
    }

    /// What a rank without others has trained, as PEFT's files.
    ///
    /// # Errors
    /// Why there are none: PEFT has no such method.
    pub fn adapter(&mut self) -> Option<Result<AdapterFiles, problem::Text>> {
        let alone = self.alone();
        let Prepared { run, training, .. } = self.prepared.as_mut().filter(|_| alone)?;
        Some(adapter::save(run, training.model()))
    }

    /// Frees its files, once the last model is built.
    pub fn release_files(&mut self) {
        self.assets = Rc::default();
    }

    /// Every action from now on waits at `gate`; `None`: at none.
    pub fn set_gate(&mut self, gate: Option<Box<dyn Gate>>) {
        if let Some(prepared) = &mut self.prepared {
            prepared.training.rank.set_gate(gate);
        }
    }

    fn number(&self) -> usize {
        self.comm.transport().rank()
    }

    fn alone(&self) -> bool {
        self.comm.transport().ranks() == 1
    }

    /// How problems name it: where it is alone, not at all.
    fn who(&self) -> Option<usize> {
        (!self.alone()).then(|| self.number())
    }

    fn prepared(&mut self) -> Result<&mut Prepared, Problem> {
        self.prepared.as_mut().ok_or_else(|| problems::internal("a rank was asked for something that is not prepared"))
    }

    /// Builds this rank's part of the model.
    fn prepare(&mut self, run: &RunSpec, stages: Option<&Stages>) -> Result<Reply, Problem> {
        // What there was is freed first.
        self.prepared = None;
        self.comm.renumber();
        let base = BaseModel::open(run, &self.assets)?;
        let (number, who) = (self.number(), self.who());
        if self.alone()
            && let Some(problem) = check_against_model(run, &base.blueprint).into_iter().next()
        {
            return Err(problem);
        }
        let subject = Subject::of(run, base.blueprint.clone())?;
        let plan = Rc::new(setup::plan(run, &subject, self.comm.transport().ranks(), stages)?);
        let (speed, limit) = setup::allowance(run, number);
        let ledger = Ledger::new(Some(limit));
        let text = text::tokens(run, &self.assets, &base.tokenizer)?;
        let base_text = text::base_tokens(run, &self.assets, &base.tokenizer)?;
        let bytes = [&text.train, &text.validation, &base_text].map(|ids| size_of_val(&ids[..])).iter().sum();
        let charge = ledger.charge(Category::Data, bytes).map_err(|error| problems::rank(who, &RankError::Memory(error)))?;
        let learning = subject.learning();
        let learns = |param: &ParamSpec| learning.contains(param.name.as_str());
        let mut of_model: Box<dyn WeightSource + '_> = match base.is_shared() && self.alone() {
            true => Box::new(SharedSource { source: base.source(), shared: &self.shared, base: &run.model.base, learns: &learns }),
            false => base.source(),
        };
        let frozen = |param: &ParamSpec| !learns(param);
        let mut of_model = InFormat { source: &mut *of_model, format: subject.format, which: &frozen };
        let of_method = &mut RandomWeights { seed: u64::from(run.training.seed) };
        let sources: [&mut dyn WeightSource; 2] = [&mut of_model, of_method];
        let rank = Rank::new(&self.comm, &plan, &subject.blueprint, adamw(&run.training), &ledger, sources, &*subject.method);
        let mut rank = rank.map_err(|error| start_problem(&base, who, &error))?;
        rank.set_speed(speed);
        let (parameters, trainable_parameters) = rank.model().params.counts();
        let training = Training::new(rank, &plan, Course::of(&run.training), text.train.len());
        let reply = Reply::Prepared {
            parameters: parameters as u64,
            trainable_parameters: trainable_parameters as u64,
            validation_tokens: text.validation.len(),
            base_tokens: base_text.len(),
            unknown_share: text.unknown,
            memory: MemoryUse::by_category(&ledger.report()),
        };
        ledger.reuse(true);
        let (context, reader) = (run.data.context as usize, Reader::default());
        self.prepared = Some(Prepared {
            run: run.clone(),
            training,
            ledger,
            text,
            base: base_text,
            context,
            reader,
            last: Doing::Training,
            _text: charge,
        });
        Ok(reply)
    }

    fn restore(&mut self, state: Option<&Bytes>, step: u32) -> Result<Reply, Problem> {
        let who = self.who();
        let state = state.ok_or_else(|| problems::internal("a rank was told to go on from nothing"))?.0.read();
        let Prepared { training, text, .. } = self.prepared()?;
        training.rank.restore(&state, step).map_err(|error| match error {
            RestoreError::Memory(error) => problems::rank(who, &RankError::Memory(error)),
            other => problems::saved_state(&other.to_string()),
        })?;
        training.resume_at(step, &text.train);
        Ok(Reply::Done)
    }

    async fn train(&mut self) -> Result<Reply, Problem> {
        let (number, who, comm) = (self.number(), self.who(), self.comm.clone());
        let prepared = self.doing(Doing::Training)?;
        comm.reset_counts();
        let start = clock::now();
        let report = prepared.training.advance(&prepared.text.train).await.map_err(|error| problems::rank(who, &error))?;
        Ok(Reply::Trained {
            step: Box::new(RankStep {
                rank: number,
                step: prepared.training.step(),
                loss: report.loss,
                gradient_norm: report.gradient_norm,
                learning_rate: report.learning_rate,
                seconds: clock::now() - start,
                phase: None,
                spans: prepared.training.rank.spans(),
                traffic: traffic(&comm),
                memory: MemoryUse::by_category(&prepared.ledger.report()),
            }),
            exchanges: prepared.training.rank.exchanges().to_vec(),
        })
    }

    async fn evaluate(&mut self, text: HeldOut, first: usize, count: usize, group: usize) -> Result<Reply, Problem> {
        let who = self.who();
        let prepared = self.doing(Doing::Evaluating)?;
        let (from, to) = (first * prepared.context, (first + count) * prepared.context);
        let ids = match text {
            HeldOut::Validation => &prepared.text.validation,
            HeldOut::Base => &prepared.base,
        };
        let prompt = prepared.training.prompt();
        let [inputs, targets] = prompt.before(&ids[from..to], &ids[from + 1..=to]);
        let seq_len = prompt.virtual_tokens + prepared.context;
        let sequences = Sequences { inputs: &inputs, targets: &targets, seq_len, group };
        let nll = prepared.training.rank.nll(sequences).await.map_err(|error| problems::rank(who, &error))?;
        Ok(Reply::Evaluated { nll, memory: MemoryUse::by_category(&prepared.ledger.report()) })
    }

    async fn logits(&mut self, ids: &[i32], capacity: usize) -> Result<Reply, Problem> {
        let (who, alone) = (self.who(), self.alone());
        let Prepared { training, reader, ledger, .. } = self.doing(Doing::Sampling)?;
        let refused = |error| problems::rank(who, &error);
        let virtual_tokens = training.prompt().virtual_tokens;
        let logits = if alone {
            reader.logits(training.model(), ids, capacity, virtual_tokens).map_err(|error| refused(error.into()))?.data().to_vec()
        } else {
            let ids = reader::window(training.model(), ids, virtual_tokens);
            training.rank.logits_after(&ids).await.map_err(refused)?
        };
        Ok(Reply::Logits { logits, memory: MemoryUse::by_category(&ledger.report()) })
    }

    /// Another activity has batches of another size; an evaluation is short, and its peak shall be that of what it needs.
    fn doing(&mut self, what: Doing) -> Result<&mut Prepared, Problem> {
        let prepared = self.prepared()?;
        if prepared.last != what {
            prepared.last = what;
            prepared.reader.forget();
            prepared.ledger.reuse(what != Doing::Evaluating);
        }
        Ok(prepared)
    }
}

fn start_problem(base: &BaseModel, rank: Option<usize>, error: &StartError) -> Problem {
    match error {
        StartError::Attach(error) if rank.is_none() => base.refused(error),
        error => problems::start(rank, error),
    }
}

fn traffic(comm: &Comm) -> Vec<Traffic> {
    let counts = comm.counts();
    let sent = Kind::ALL.into_iter().map(|kind| (kind, counts.of(kind))).filter(|(_, count)| count.messages > 0);
    sent.map(|(kind, count)| Traffic {
        kind: kind.name().into(),
        bytes: count.bytes,
        messages: count.messages,
        wait_seconds: 0.0,
        transfer_seconds: 0.0,
    })
    .collect()
}
