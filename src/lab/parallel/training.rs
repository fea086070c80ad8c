//! One rank's training: its part of the model, the batches that all ranks draw alike, and what each step measured.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::phase::phase;
use super::problems;
use super::report::{Pilot, RankStep, SegmentSeconds, Traffic};
use super::setup;
use super::spec::{NEW_MODEL, ParallelSpec};
use crate::autograd::DropoutKey;
use crate::data::BatchSampler;
use crate::finetune::{full, lora};
use crate::formats::safetensors;
use crate::lab::assets::{Assets, ModelFiles};
use crate::lab::base_model::FileWeights;
use crate::lab::problem::Problem;
use crate::lab::result::MemoryUse;
use crate::lab::{problems as common, reasons};
use crate::nn::{BuildError, ModelConfig, Part, RandomWeights, Slice, Tokens, Transformer, WeightSource};
use crate::parallel::comm::{Comm, Kind};
use crate::parallel::mesh::Axis;
use crate::parallel::pilot;
use crate::parallel::plan::Plan;
use crate::parallel::rank::{Batch, Gate, Rank, RestoreError, Update};
use crate::tensor::{Category, Charge, Ledger};

/// A rank that trains.
pub struct RankTraining {
    spec: ParallelSpec,
    rank: Rank,
    comm: Rc<Comm>,
    ledger: Ledger,
    stream: Vec<i32>,
    batches: BatchSampler,
    step: u32,
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
        let config = setup::config(spec, assets)?;
        let plan = Rc::new(setup::plan(spec, &config, comm.transport().ranks(), stages)?);
        let number = comm.transport().rank();
        let (speed, limit) = setup::allowance(spec, number);
        let ledger = Ledger::new(Some(limit));
        let stream = setup::tokens(spec, assets)?;
        let refused = |error| problems::build(number, &BuildError::Memory(error));
        let _stream = ledger.charge(Category::Data, size_of_val(&stream[..])).map_err(refused)?;
        let batches = sampler(spec, stream.len());
        let mut rank = with_weights(spec, assets, |source| {
            Rank::new(comm, &plan, &config, setup::adamw(spec), &ledger, source, |model| attach(spec, model))
                .map_err(|error| problems::build(number, &error))
        })?;
        rank.set_speed(speed);
        ledger.reuse(true);
        Ok(Self { spec: spec.clone(), rank, comm: comm.clone(), ledger, stream, batches, step: 0, _stream })
    }

    /// One training step. All ranks call it.
    ///
    /// # Errors
    /// If memory runs out, or a rank is gone.
    pub async fn advance(&mut self) -> Result<RankStep, Problem> {
        let number = self.comm.transport().rank();
        let len = self.spec.training.batch_size as usize * self.spec.data.context as usize;
        let (mut inputs, mut targets) = (vec![0; len], vec![0; len]);
        self.batches.next(&self.stream, &mut inputs, &mut targets);
        let dropout = Some(DropoutKey(u64::from(self.spec.training.seed)).at(u64::from(self.step)));
        let update = Update { learning_rate: self.spec.training.learning_rate, gradient_clip: self.spec.training.gradient_clip };
        self.comm.reset_counts();
        let report = self.rank.step(Batch { inputs: &inputs, targets: &targets, dropout }, update).await;
        let report = report.map_err(|error| problems::rank(number, &error))?;
        self.step += 1;
        if !(report.loss.is_finite() && report.gradient_norm.is_finite()) {
            return Err(common::diverged(self.step, report.loss));
        }
        let spans = self.rank.spans();
        Ok(RankStep {
            rank: number,
            step: self.step,
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
        self.rank.snapshot()
    }

    /// Goes on from what the same rank of the same spec held after `step` steps.
    ///
    /// # Errors
    /// If it held something else, or memory runs out.
    pub fn restore(&mut self, snapshot: &[u8], step: u32) -> Result<(), Problem> {
        let number = self.comm.transport().rank();
        self.rank.restore(snapshot).map_err(|error| match error {
            RestoreError::Memory(error) => problems::build(number, &BuildError::Memory(error)),
            RestoreError::Format(_) => common::internal(&error.to_string()),
        })?;
        // Batches are drawn in order, from the first on.
        self.batches = sampler(&self.spec, self.stream.len());
        let len = self.spec.training.batch_size as usize * self.spec.data.context as usize;
        let (mut inputs, mut targets) = (vec![0; len], vec![0; len]);
        for _ in 0..step {
            self.batches.next(&self.stream, &mut inputs, &mut targets);
        }
        self.step = step;
        Ok(())
    }

    /// This rank's ledger, by category; `total` is the sum.
    pub fn memory(&self) -> BTreeMap<String, MemoryUse> {
        MemoryUse::by_category(&self.ledger.report())
    }

    /// Every action from now on waits at `gate`; `None`: at none.
    pub fn set_gate(&mut self, gate: Option<Box<dyn Gate>>) {
        self.rank.set_gate(gate);
    }
}

fn sampler(spec: &ParallelSpec, stream_len: usize) -> BatchSampler {
    let (context, batch_size) = (spec.data.context as usize, spec.training.batch_size as usize);
    BatchSampler::new(stream_len, context, batch_size, u64::from(spec.training.seed))
}

fn attach(spec: &ParallelSpec, model: &mut Transformer) -> Result<(), BuildError> {
    match setup::lora(spec) {
        None => full::attach(model),
        Some(config) => {
            let source = &mut RandomWeights { seed: u64::from(spec.training.seed) };
            match lora::attach(model, &config, source) {
                Err(lora::LoraError::Build(error)) => return Err(error),
                // A stage may have no target; that the whole model has one, and of which sizes, is checked with the plan.
                Ok(()) | Err(lora::LoraError::NoTarget { .. } | lora::LoraError::Rank { .. }) => {}
            }
        }
    }
    Ok(())
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
    let config = setup::config(spec, assets)?;
    let plan = setup::plan(spec, &config, comm.transport().ranks(), None)?;
    let world = crate::parallel::group::Group::world(comm);
    let mut measured = None;
    for turn in 0..comm.transport().ranks() {
        if turn == number {
            measured = Some(measure(spec, &config, &plan, comm)?);
        }
        world.barrier().await.map_err(|error| problems::lost(&error))?;
    }
    let link = pilot::link(comm).await.map_err(|error| problems::lost(&error))?;
    let (segments, update_per_parameter) = measured.expect("each rank has a turn");
    Ok(Pilot { rank: number, segments, update_per_parameter, latency: link.latency, bandwidth: link.bandwidth })
}

fn measure(spec: &ParallelSpec, config: &ModelConfig, plan: &Plan, comm: &Comm) -> Result<([SegmentSeconds; 4], f64), Problem> {
    let number = comm.transport().rank();
    let (speed, limit) = setup::allowance(spec, number);
    let one_layer = ModelConfig { n_layers: 1, ..config.clone() };
    let slice = Slice { index: plan.mesh.coordinates(number)[Axis::Tensor as usize], count: plan.mesh.size(Axis::Tensor) };
    let part = Part { slice, ..Part::whole(&one_layer) };
    let source = &mut RandomWeights { seed: 0 };
    let model = Transformer::build_part(one_layer, part, &Ledger::new(Some(limit)), source);
    let mut model = model.map_err(|error| problems::build(number, &error))?;
    attach(spec, &mut model).map_err(|error| problems::build(number, &error))?;
    let tokens = Tokens::new(plan.micro_batch_size(), plan.seq_len, vec![0; plan.micro_batch_size() * plan.seq_len]);
    let refused = |error| problems::build(number, &BuildError::Memory(error));
    let (times, update) = pilot::compute(comm, &mut model, &tokens, setup::adamw(spec), speed).map_err(refused)?;
    let seconds = |time: &pilot::SegmentTime| SegmentSeconds {
        forward: time.forward,
        backward_input: time.backward_input,
        backward_weight: time.backward_weight,
        activation_bytes: time.activation_bytes as u64,
    };
    let segments = [0, 1, 2, 3].map(|index| seconds(&times[index]));
    Ok((segments, update))
}
