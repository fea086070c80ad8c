//! What is to be expected of a step, computed from what the pilot measured: an α–β model of messages, and measured times of segments.

use std::ops::Range;

use super::phase::{bubble, phase};
use super::report::{Phase, Pilot, Prediction, SegmentSeconds, Traffic};
use super::setup;
use super::subject::Subject;
use crate::lab::assets::Assets;
use crate::lab::problem::Problem;
use crate::lab::problems::{self, internal};
use crate::lab::spec::{PartitionSpec, RunSpec};
use crate::nn::{Exchange, Part, Slice};
use crate::parallel::collectives::Algorithm;
use crate::parallel::comm::Kind;
use crate::parallel::formula::{self, step};
use crate::parallel::mesh::Axis;
use crate::parallel::outline::ParamOutline;
use crate::parallel::partition::{self, Device, SegmentCost, balanced};
use crate::parallel::plan::{Plan, Settings};
use crate::parallel::schedule::{Costs, Link, StageCost};
use crate::parallel::zero::ZeroStage;

/// What is to be expected of each step of `run`, by what all ranks' pilots measured, on a machine of `cores` cores.
///
/// # Errors
/// If the spec makes no plan, or the layers do not fit the ranks' memory however they are divided.
pub fn predict(run: &RunSpec, assets: &Assets, pilots: &[Pilot], cores: usize) -> Result<Prediction, Problem> {
    predict_of(run, &Subject::new(run, assets)?, pilots, cores)
}

/// The same, of a subject that is known.
///
/// # Errors
/// As [`predict`].
pub fn predict_of(run: &RunSpec, subject: &Subject, pilots: &[Pilot], cores: usize) -> Result<Prediction, Problem> {
    let mut plan = setup::plan(run, subject, pilots.len(), None)?;
    if pilots.len() != plan.mesh.ranks() {
        return Err(internal(&format!("{} pilots for {} ranks", pilots.len(), plan.mesh.ranks())));
    }
    if run.mesh.partition == PartitionSpec::Balanced {
        let stages = divide(run, &plan, subject, pilots)?;
        plan = plan.divided(stages).map_err(|error| problems::plan(&error))?;
    }
    let model = Model { plan: &plan, subject, pilots, link: link(pilots) };
    let costs = model.costs();
    let timeline = plan.schedule.dry_run(&costs).map_err(|error| internal(&error.to_string()))?;
    // Ranks that share a core take turns: no step is shorter than all their computing on all cores.
    let computing: f64 = timeline.ranks.iter().map(|rank| rank.compute).sum();
    let replicas = plan.mesh.ranks() / plan.mesh.size(Axis::Pipeline);
    let shared = computing * replicas as f64 / cores.min(plan.mesh.ranks()).max(1) as f64;
    let of = |rank| phase(&timeline.spans.iter().filter(|span| span.rank == rank).copied().collect::<Vec<_>>());
    let phases: Vec<Phase> = (0..plan.mesh.size(Axis::Pipeline)).filter_map(of).collect();
    Ok(Prediction {
        stages: plan.stages.iter().map(|stage| (stage.start, stage.end)).collect(),
        step_seconds: timeline.makespan.max(shared),
        one_rank_seconds: model.one_rank(),
        bubble_fraction: bubble(&phases),
        traffic: (0..plan.mesh.ranks()).map(|rank| traffic(&plan, subject, rank)).collect(),
        timeline,
    })
}

fn traffic(plan: &Plan, subject: &Subject, rank: usize) -> Vec<Traffic> {
    let sent = step::step(plan, &subject.outline, rank);
    let kinds = Kind::ALL.into_iter().map(|kind| (kind, sent.of(kind))).filter(|(_, sent)| sent.messages > 0);
    kinds
        .map(|(kind, sent)| Traffic {
            kind: kind.name().into(),
            bytes: sent.bytes,
            messages: sent.messages,
            wait_seconds: 0.0,
            transfer_seconds: 0.0,
        })
        .collect()
}

/// The slowest link: a step waits for it.
fn link(pilots: &[Pilot]) -> Link {
    let latency = pilots.iter().map(|pilot| pilot.latency).fold(0.0, f64::max);
    Link { latency, bandwidth: pilots.iter().filter_map(|pilot| pilot.bandwidth).reduce(f64::min) }
}

/// Divides the layers so that the slowest stage is as fast as can be, and each fits its rank.
fn divide(run: &RunSpec, plan: &Plan, subject: &Subject, pilots: &[Pilot]) -> Result<Vec<Range<usize>>, Problem> {
    let fastest = pilots.iter().min_by(|a, b| whole(a).total_cmp(&whole(b))).expect("a mesh has a rank");
    // Each by itself: where the head is without the embedding, it has a copy of a weight that they share.
    let params_of = |segment: usize| subject.outline.of(&plan.part_of(segment..segment + 1, 0));
    // With a pipeline, replicas share out the optimizer's state at most.
    let sharing = if plan.settings.zero == ZeroStage::None { 1 } else { plan.mesh.size(Axis::Data) as u64 };
    let moments = |learning: u64| (2 * learning).div_ceil(sharing);
    let segments: Vec<SegmentCost> = (subject.blueprint.segments.iter().enumerate())
        .map(|(index, segment)| {
            let params = params_of(index);
            let (all, learning) = (elements(&params, |_| true), elements(&params, |param| param.trainable));
            let time = &fastest.segments[segment.class];
            SegmentCost {
                work: seconds(time),
                fixed_bytes: 4 * (all + learning + moments(learning)),
                activation_bytes: time.activation_bytes,
            }
        })
        .collect();
    let devices: Vec<Device> = (0..plan.mesh.size(Axis::Pipeline))
        .map(|stage| {
            let ranks = || plan.ranks_of_stage(stage);
            let speed = ranks().map(|rank| whole(fastest) / whole(&pilots[rank])).fold(f64::INFINITY, f64::min);
            let memory = ranks().map(|rank| setup::allowance(run, rank).1 as u64).min();
            Device { speed, memory_bytes: memory }
        })
        .collect();
    let order = partition::StageOrder {
        kind: plan.settings.schedule,
        chunks_per_stage: plan.settings.chunks_per_stage,
        micro_batches: plan.settings.micro_batches,
    };
    let parts = balanced(&segments, &devices, order).map_err(|error| problems::plan(&error.into()))?;
    Ok(parts.into_iter().map(|part| part.segments).collect())
}

/// Seconds that no clock of a browser tells from none.
const TICK: f64 = 1e-5;

/// Seconds of one segment of each class. A coarse clock may show nothing at all.
fn whole(pilot: &Pilot) -> f64 {
    pilot.segments.iter().map(seconds).sum::<f64>().max(TICK)
}

fn seconds(time: &SegmentSeconds) -> f64 {
    time.forward + time.backward_input + time.backward_weight
}

fn elements(params: &[ParamOutline], counted: impl Fn(&ParamOutline) -> bool) -> u64 {
    params.iter().filter(|param| counted(param)).map(|param| param.len as u64).sum()
}

/// What the costs of a schedule are made of.
struct Model<'a> {
    plan: &'a Plan,
    subject: &'a Subject,
    pilots: &'a [Pilot],
    link: Link,
}

impl Model<'_> {
    fn costs(&self) -> Costs {
        Costs {
            stages: (0..self.plan.stages.len()).map(|stage| self.stage(stage)).collect(),
            // A slow rank's times are measured as slow as they are.
            speeds: vec![1.0; self.plan.mesh.size(Axis::Pipeline)],
            link: self.link,
            reduce_gradients: self.slowest(|rank| self.reduction(rank)),
            optimizer_step: self.slowest(|rank| self.updated(rank) * self.pilots[rank].update_per_parameter),
        }
    }

    /// Seconds of the step on one rank, the fastest, that does what all do: every segment's slices for every micro-batch, and the update.
    fn one_rank(&self) -> f64 {
        let plan = self.plan;
        let fastest = self.pilots.iter().min_by(|a, b| whole(a).total_cmp(&whole(b))).expect("a mesh has a rank");
        let slices = (plan.mesh.size(Axis::Tensor) * plan.mesh.size(Axis::Data) * plan.settings.micro_batches) as f64;
        let segments = &self.subject.blueprint.segments;
        let computing: f64 = segments.iter().map(|segment| seconds(&fastest.segments[segment.class])).sum();
        let all = Part { chunks: std::iter::once(0..segments.len()).collect(), slice: Slice { index: 0, count: 1 } };
        let learning = elements(&self.subject.outline.of(&all), |param| param.trainable) as f64;
        slices * computing + learning * fastest.update_per_parameter
    }

    fn slowest(&self, seconds: impl Fn(usize) -> f64) -> f64 {
        (0..self.plan.mesh.ranks()).map(seconds).fold(0.0, f64::max)
    }

    /// The cost of a virtual stage on the slowest of its ranks.
    fn stage(&self, stage: usize) -> StageCost {
        let pipeline = stage % self.plan.mesh.size(Axis::Pipeline);
        let costs = self.plan.ranks_of_stage(pipeline).map(|rank| self.stage_on(stage, rank));
        costs.reduce(|a, b| if total(&b) > total(&a) { b } else { a }).expect("a stage has a rank")
    }

    fn stage_on(&self, stage: usize, rank: usize) -> StageCost {
        let mut cost = StageCost { output_bytes: self.hidden_bytes() as u64, ..StageCost::default() };
        for segment in self.plan.stages[stage].clone() {
            let time = &self.pilots[rank].segments[self.subject.blueprint.segments[segment].class];
            let sum = self.sum_seconds(Axis::Tensor, self.hidden_bytes());
            let exchanges = self.subject.blueprint.segments[segment].exchanges;
            let sums = |kind: Exchange| exchanges.iter().filter(|exchange| **exchange == kind).count() as f64 * sum;
            cost.forward += time.forward;
            cost.forward_transfer += sums(Exchange::Sum);
            cost.backward_input += time.backward_input;
            cost.backward_transfer += sums(Exchange::Gather);
            cost.backward_weight += time.backward_weight;
            cost.activation_bytes += time.activation_bytes;
        }
        cost
    }

    /// Seconds of the sums of gradients at the end of a step; with ZeRO, of all that replicas share out, whenever they do.
    fn reduction(&self, rank: usize) -> f64 {
        if self.plan.settings.zero != ZeroStage::None {
            return self.zero_seconds(rank);
        }
        let bytes = self.learning(rank) * size_of::<f32>() as f64;
        let share = self.plan.settings.compression.encoded_len(1 << 20) as f64 / (4 << 20) as f64;
        self.sum_seconds(Axis::Data, (bytes * share) as usize)
    }

    /// Seconds of what a rank sends for ZeRO: all that it would not send without, in collectives of their own.
    fn zero_seconds(&self, rank: usize) -> f64 {
        let sent = |plan: &Plan| {
            let step = step::step(plan, &self.subject.outline, rank);
            [step.of(Kind::ReduceScatter), step.of(Kind::AllGather)].into_iter().sum::<formula::Traffic>()
        };
        let settings = Settings { zero: ZeroStage::None, ..self.plan.settings.clone() };
        let (with, without) = (sent(self.plan), sent(&Plan { settings, ..self.plan.clone() }));
        let (bytes, messages) = (with.bytes - without.bytes, with.messages - without.messages);
        messages as f64 * self.link.latency + self.link.bandwidth.map_or(0.0, |bandwidth| bytes as f64 / bandwidth)
    }

    /// Seconds of an all-reduce of so many bytes along an axis.
    fn sum_seconds(&self, axis: Axis, bytes: usize) -> f64 {
        let n = self.plan.mesh.size(axis);
        let steps = (n - 1) as f64;
        let message = |bytes: f64| self.link.seconds(bytes as u64);
        match self.plan.settings.algorithm {
            Algorithm::Ring => 2.0 * steps * message(bytes as f64 / n as f64),
            Algorithm::Tree => 2.0 * f64::from(n.next_power_of_two().ilog2()) * message(bytes as f64),
            Algorithm::Naive => steps * message(bytes as f64),
        }
    }

    /// Parameters of a rank that learn.
    fn learning(&self, rank: usize) -> f64 {
        let params = self.subject.outline.of(&self.plan.part(rank));
        params.iter().filter(|param| param.trainable).map(|param| param.len as f64).sum()
    }

    /// Parameters that a rank updates.
    fn updated(&self, rank: usize) -> f64 {
        setup::kept_by(self.plan, self.subject, rank).optimizer as f64 / 2.0
    }

    /// Bytes of a micro-batch's hidden states.
    fn hidden_bytes(&self) -> usize {
        self.plan.micro_batch_size() * self.plan.seq_len * self.subject.blueprint.config.d_model * size_of::<f32>()
    }
}

fn total(cost: &StageCost) -> f64 {
    cost.forward + cost.backward_input + cost.backward_weight
}

#[cfg(all(test, feature = "native"))]
mod tests;
