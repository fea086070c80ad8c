//! One rank's training: its part of the model, the batches that all ranks draw alike, and what each step measured.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::phase::phase;
use super::problems;
use super::report::{Pilot, RankStep, SegmentSeconds, Traffic};
use super::setup;
use super::spec::{NEW_MODEL, ParallelSpec};
use super::subject::Subject;
use crate::finetune;
use crate::formats::safetensors;
use crate::lab::assets::{Assets, ModelFiles};
use crate::lab::base_model::FileWeights;
use crate::lab::problem::Problem;
use crate::lab::result::MemoryUse;
use crate::lab::training::Training;
use crate::lab::{problems as common, reasons};
use crate::nn::{BuildError, Part, RandomWeights, Slice, Tokens, Transformer, WeightSource};
use crate::parallel::comm::{Comm, Kind};
use crate::parallel::mesh::Axis;
use crate::parallel::pilot;
use crate::parallel::plan::Plan;
use crate::parallel::rank::{Gate, Rank, RestoreError};
use crate::tensor::{Category, Charge, Ledger};

/// A rank that trains.
pub struct RankTraining {
    training: Training,
    comm: Rc<Comm>,
    ledger: Ledger,
    stream: Vec<i32>,
    _stream: Charge,
}

impl RankTraining {
    /// The rank that `comm` belongs to; `stages`, where the layers are divided by what the pilot measured. A world may train one spec
    /// after another, if all its ranks have ended one before any begins the next.
    ///
    /// # Errors
    /// If the spec makes no plan, a file cannot be used, or this rank's memory limit is too low.
    pub fn new(spec: &ParallelSpec, assets: &Assets, comm: &Rc<Comm>, stages: Option<&[(usize, usize)]>) -> Result<Self, Problem> {
        comm.renumber();
        let subject = Subject::new(spec, assets)?;
        let plan = Rc::new(setup::plan(spec, &subject, comm.transport().ranks(), stages)?);
        let number = comm.transport().rank();
        let (speed, limit) = setup::allowance(spec, number);
        let ledger = Ledger::new(Some(limit));
        let stream = setup::tokens(spec, assets)?;
        let refused = |error| problems::build(number, &BuildError::Memory(error));
        let _stream = ledger.charge(Category::Data, size_of_val(&stream[..])).map_err(refused)?;
        let of_method = &mut RandomWeights { seed: u64::from(spec.training.seed) };
        let mut rank = with_weights(spec, assets, |of_model| {
            Rank::new(comm, &plan, &subject.blueprint, setup::adamw(spec), &ledger, [of_model, of_method], &*subject.method)
                .map_err(|error| problems::start(number, &error))
        })?;
        rank.set_speed(speed);
        ledger.reuse(true);
        let training = Training::new(rank, &plan, setup::course(spec), stream.len());
        Ok(Self { training, comm: comm.clone(), ledger, stream, _stream })
    }

    /// One training step. All ranks call it.
    ///
    /// # Errors
    /// If memory runs out, or a rank is gone.
    pub async fn advance(&mut self) -> Result<RankStep, Problem> {
        let number = self.comm.transport().rank();
        self.comm.reset_counts();
        let report = self.training.advance(&self.stream).await.map_err(|error| problems::rank(number, &error))?;
        let step = self.training.step();
        if !(report.loss.is_finite() && report.gradient_norm.is_finite()) {
            return Err(common::diverged(step, report.loss));
        }
        let spans = self.training.rank.spans();
        Ok(RankStep {
            rank: number,
            step,
            loss: report.loss,
            gradient_norm: report.gradient_norm,
            phase: phase(&spans),
            spans,
            traffic: traffic(&self.comm),
            memory: self.memory(),
        })
    }

    /// What this rank holds, to go on from.
    pub fn snapshot(&self) -> Vec<u8> {
        self.training.rank.snapshot()
    }

    /// Goes on from what the same rank of the same spec held after `step` steps.
    ///
    /// # Errors
    /// If it held something else, or memory runs out.
    pub fn restore(&mut self, snapshot: &[u8], step: u32) -> Result<(), Problem> {
        let number = self.comm.transport().rank();
        self.training.rank.restore(snapshot).map_err(|error| match error {
            RestoreError::Memory(error) => problems::build(number, &BuildError::Memory(error)),
            RestoreError::Format(_) => common::internal(&error.to_string()),
        })?;
        self.training.resume_at(step, &self.stream);
        Ok(())
    }

    /// This rank's ledger, by category; `total` is the sum.
    pub fn memory(&self) -> BTreeMap<String, MemoryUse> {
        MemoryUse::by_category(&self.ledger.report())
    }

    /// Every action from now on waits at `gate`; `None`: at none.
    pub fn set_gate(&mut self, gate: Option<Box<dyn Gate>>) {
        self.training.rank.set_gate(gate);
    }
}

/// Calls `build` with the source of the model's weights.
fn with_weights<T>(
    spec: &ParallelSpec,
    assets: &Assets,
    build: impl FnOnce(&mut dyn WeightSource) -> Result<T, Problem>,
) -> Result<T, Problem> {
    if spec.model.base == NEW_MODEL {
        return build(&mut RandomWeights { seed: u64::from(spec.training.seed) });
    }
    let name = ModelFiles::of(&spec.model.base)?.weights;
    let bytes = assets.get(&name).ok_or_else(|| common::bad_file(&name, &reasons::missing_file(false)))?;
    let file = safetensors::read(bytes).map_err(|error| common::bad_file(&name, &reasons::format(&error)))?;
    build(&mut FileWeights(&file))
}

fn traffic(comm: &Comm) -> Vec<Traffic> {
    let counts = comm.counts();
    let sent = Kind::ALL.into_iter().map(|kind| (kind, counts.of(kind))).filter(|(_, count)| count.messages > 0);
    sent.map(|(kind, count)| Traffic {
        kind: kind.name().into(),
        bytes: count.bytes,
        messages: count.messages,
        seconds_waited: count.seconds_waited,
    })
    .collect()
}

/// What a rank measures before the run. Ranks compute one after the other, as if each had a core of its own; connections are measured
/// by all at once. All ranks call it.
///
/// # Errors
/// If a layer does not fit this rank's memory limit, or a rank is gone.
pub async fn pilot(spec: &ParallelSpec, assets: &Assets, comm: &Rc<Comm>) -> Result<Pilot, Problem> {
    let number = comm.transport().rank();
    let subject = Subject::new(spec, assets)?;
    let plan = setup::plan(spec, &subject, comm.transport().ranks(), None)?;
    let world = crate::parallel::group::Group::world(comm);
    let mut measured = None;
    for turn in 0..comm.transport().ranks() {
        if turn == number {
            measured = Some(measure(spec, &subject, &plan, comm)?);
        }
        world.barrier().await.map_err(|error| problems::lost(&error))?;
    }
    let link = pilot::link(comm).await.map_err(|error| problems::lost(&error))?;
    let (segments, update_per_parameter) = measured.expect("each rank has a turn");
    Ok(Pilot { rank: number, segments, update_per_parameter, latency: link.latency, bandwidth: link.bandwidth })
}

/// Times one segment of each class.
fn measure(spec: &ParallelSpec, subject: &Subject, plan: &Plan, comm: &Comm) -> Result<(Vec<SegmentSeconds>, f64), Problem> {
    let number = comm.transport().rank();
    let (speed, limit) = setup::allowance(spec, number);
    let slice = Slice { index: plan.mesh.coordinates(number)[Axis::Tensor as usize], count: plan.mesh.size(Axis::Tensor) };
    let chunks = subject.blueprint.representatives().into_iter().map(|segment| segment..segment + 1).collect();
    let source = &mut RandomWeights { seed: 0 };
    let model = Transformer::build_part(&subject.blueprint, Part { chunks, slice }, &Ledger::new(Some(limit)), source);
    let mut model = model.map_err(|error| problems::build(number, &error))?;
    finetune::attach(&*subject.method, &mut model, source).map_err(|error| problems::attach(number, &error))?;
    let tokens = Tokens::new(plan.micro_batch_size(), plan.seq_len, vec![0; plan.micro_batch_size() * plan.seq_len]);
    let refused = |error| problems::build(number, &BuildError::Memory(error));
    let (times, update) = pilot::compute(comm, &mut model, &tokens, setup::adamw(spec), speed).map_err(refused)?;
    let seconds = |time: &pilot::SegmentTime| SegmentSeconds {
        forward: time.forward,
        backward_input: time.backward_input,
        backward_weight: time.backward_weight,
        activation_bytes: time.activation_bytes as u64,
    };
    Ok((times.iter().map(seconds).collect(), update))
}
