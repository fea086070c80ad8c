//! What a rank sends in a whole training step, by kind of communication: exactly what [`Counts`](crate::parallel::comm::Counts) holds
//! after it. It walks through the rank's list of actions as the rank does, without computing.

mod zero;

use super::{Traffic, all_gather, all_reduce, all_to_all, reduce_scatter};
use crate::autograd::Split;
use crate::kernels::loss::SLICE_STATS;
use crate::nn::{Blueprint, Exchange, SegmentKind};
use crate::parallel::collectives::Algorithm;
use crate::parallel::comm::Kind;
use crate::parallel::compress::Compression;
use crate::parallel::group::even_shards;
use crate::parallel::mesh::Axis;
use crate::parallel::outline::zero::{UnitOutline, units};
use crate::parallel::outline::{Outline, ParamOutline};
use crate::parallel::plan::Plan;
use crate::parallel::schedule::Action;
use crate::parallel::zero::ZeroStage;

/// What a rank sends, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepTraffic([Traffic; Kind::ALL.len()]);

impl StepTraffic {
    /// What it sends for one kind.
    pub fn of(&self, kind: Kind) -> Traffic {
        self.0[kind as usize]
    }

    fn add(&mut self, kind: Kind, traffic: Traffic) {
        self.0[kind as usize] = [self.0[kind as usize], traffic].into_iter().sum();
    }
}

/// What `rank` of `plan` sends in a step that trains what `outline` says.
///
/// # Panics
/// If the plan has no such rank.
pub fn step(plan: &Plan, outline: &Outline, rank: usize) -> StepTraffic {
    let coordinates = plan.mesh.coordinates(rank);
    let params = outline.of(&plan.part(rank));
    let walk = Walk {
        plan,
        outline,
        blueprint: &outline.blueprint,
        units: units(plan, &params),
        params,
        rank,
        pipeline: coordinates[Axis::Pipeline as usize],
        data: (plan.mesh.size(Axis::Data), coordinates[Axis::Data as usize]),
        tensor: (plan.mesh.size(Axis::Tensor), coordinates[Axis::Tensor as usize]),
    };
    let mut sent = StepTraffic::default();
    for &action in &plan.schedule.ranks[walk.pipeline] {
        walk.action(action, &mut sent);
    }
    sent
}

struct Walk<'a> {
    plan: &'a Plan,
    outline: &'a Outline,
    blueprint: &'a Blueprint,
    params: Vec<ParamOutline>,
    /// What ZeRO cuts into shards.
    units: Vec<UnitOutline>,
    rank: usize,
    pipeline: usize,
    /// Size of the group, and this rank's index in it.
    data: (usize, usize),
    tensor: (usize, usize),
}

impl Walk<'_> {
    fn action(&self, action: Action, sent: &mut StepTraffic) {
        match action {
            Action::Forward { virtual_stage, .. } => self.forward(virtual_stage, sent),
            Action::Backward { virtual_stage, .. } | Action::BackwardInput { virtual_stage, .. } => self.backward(virtual_stage, sent),
            Action::SendActivation { .. } | Action::SendGradient { .. } => {
                let rows = if self.shares_rows() { self.shards()[self.tensor.1] } else { self.hidden_bytes() };
                sent.add(Kind::PointToPoint, Traffic { bytes: rows as u64, messages: 1 });
            }
            Action::ReduceGradients => self.reduce_gradients(sent),
            Action::OptimizerStep => self.share_weights(sent),
            Action::BackwardWeight { .. } | Action::RecvActivation { .. } | Action::RecvGradient { .. } => {}
        }
    }

    fn forward(&self, virtual_stage: usize, sent: &mut StepTraffic) {
        for segment in self.plan.stages[virtual_stage].clone() {
            self.gather_weights(segment, sent);
            for exchange in self.blueprint.segments[segment].exchanges {
                match exchange {
                    Exchange::Gather if self.shares_rows() => self.gather_rows(sent),
                    Exchange::Sum => self.sum(sent),
                    Exchange::Gather | Exchange::None => {}
                }
            }
            if self.blueprint.segments[segment].kind == SegmentKind::Head {
                let shards = vec![self.rows() * SLICE_STATS * size_of::<f32>(); self.tensor.0];
                sent.add(Kind::AllGather, all_gather(self.algorithm(), self.tensor.1, &shards));
            }
        }
    }

    fn backward(&self, virtual_stage: usize, sent: &mut StepTraffic) {
        let segments = self.plan.stages[virtual_stage].clone();
        for segment in segments.rev() {
            if self.blueprint.segments[segment].kind != SegmentKind::Embedding {
                self.gather_weights(segment, sent);
            }
            let input_learns = self.learns_before(segment, virtual_stage);
            for (phase, exchange) in self.blueprint.segments[segment].exchanges.iter().enumerate().rev() {
                match exchange {
                    Exchange::Sum if self.shares_rows() => self.gather_rows(sent),
                    Exchange::Gather if input_learns || self.outline.learns_up_to(segment, phase) => self.sum(sent),
                    Exchange::Sum | Exchange::Gather | Exchange::None => {}
                }
            }
            self.reduce_weight_gradients(segment, sent);
            if !input_learns {
                break;
            }
        }
    }

    /// Whether the input of a segment has a gradient: that of another stage always has.
    fn learns_before(&self, segment: usize, virtual_stage: usize) -> bool {
        virtual_stage > 0 || self.outline.first_learning().is_some_and(|first| first < segment)
    }

    /// Whether each tensor rank has a part of a parameter's gradient.
    fn gradient_is_partial(&self, param: &ParamOutline) -> bool {
        match param.split {
            Split::Replicated => true,
            Split::Copied => self.shares_rows(),
            Split::Rows | Split::Columns | Split::Leader => false,
        }
    }

    fn reduce_gradients(&self, sent: &mut StepTraffic) {
        if !self.zero().shards_gradients() {
            self.reduce_whole_gradients(sent);
        }
        // The loss and the norm of the gradient, as pairs of floats.
        sent.add(Kind::AllReduce, all_reduce(Algorithm::Tree, self.plan.mesh.ranks(), self.rank, 4));
    }

    fn reduce_whole_gradients(&self, sent: &mut StepTraffic) {
        let algorithm = self.algorithm();
        let learning: Vec<&ParamOutline> = self.params.iter().filter(|param| param.trainable).collect();
        let replicated = learning.iter().filter(|param| self.gradient_is_partial(param)).map(|param| param.len).sum();
        sent.add(Kind::AllReduce, all_reduce(algorithm, self.tensor.0, self.tensor.1, replicated));
        if let Some(len) = self.tied() {
            sent.add(Kind::AllReduce, all_reduce(algorithm, 2, usize::from(self.pipeline > 0), len));
        }
        if self.zero() == ZeroStage::Optimizer {
            self.reduce_all(sent);
            return;
        }
        for elements in self.buckets(&learning) {
            self.sum_over_replicas(elements, sent);
        }
    }

    /// Elements of the weight that the first and the last stage share, where this rank has it and it learns.
    fn tied(&self) -> Option<usize> {
        let stages = self.plan.mesh.size(Axis::Pipeline);
        let ends = stages > 1 && (self.pipeline == 0 || self.pipeline == stages - 1);
        self.params.iter().find(|param| param.tied && param.trainable).filter(|_| ends).map(|param| param.len)
    }

    /// Elements of each bucket, as `rank/gradients.rs` fills them.
    fn buckets(&self, learning: &[&ParamOutline]) -> Vec<usize> {
        let mut buckets = Vec::new();
        for whole in [false, true] {
            let mut room = None;
            for param in learning.iter().rev().filter(|param| param.is_whole(self.plan) == whole) {
                let bytes = param.len * size_of::<f32>();
                let left = match room {
                    Some(room) if room >= bytes => room,
                    _ => {
                        buckets.push(0);
                        self.plan.settings.bucket_bytes.max(bytes)
                    }
                };
                room = Some(left - bytes);
                *buckets.last_mut().expect("one was pushed") += param.len;
            }
        }
        buckets
    }

    fn sum_over_replicas(&self, elements: usize, sent: &mut StepTraffic) {
        let (algorithm, (n, me), compression) = (self.algorithm(), self.data, self.plan.settings.compression);
        match compression {
            Compression::None => sent.add(Kind::AllReduce, all_reduce(algorithm, n, me, elements)),
            _ if n == 1 => {}
            Compression::TopK { .. } => {
                let shards = vec![compression.encoded_len(elements); n];
                sent.add(Kind::AllGather, all_gather(algorithm, me, &shards));
            }
            Compression::Float16 | Compression::Int8 => {
                let shards: Vec<usize> = even_shards(elements, n).into_iter().map(|len| compression.encoded_len(len)).collect();
                sent.add(Kind::AllToAll, all_to_all(me, &shards));
                sent.add(Kind::AllGather, all_gather(algorithm, me, &shards));
            }
        }
    }

    /// The sum over tensor ranks at the end of a segment.
    fn sum(&self, sent: &mut StepTraffic) {
        let (n, me) = self.tensor;
        if self.shares_rows() {
            sent.add(Kind::ReduceScatter, reduce_scatter(self.algorithm(), me, &self.shards()));
        } else {
            sent.add(Kind::AllReduce, all_reduce(self.algorithm(), n, me, self.hidden_bytes() / size_of::<f32>()));
        }
    }

    fn gather_rows(&self, sent: &mut StepTraffic) {
        sent.add(Kind::AllGather, all_gather(self.algorithm(), self.tensor.1, &self.shards()));
    }

    /// Bytes of each tensor rank's rows of hidden states.
    fn shards(&self) -> Vec<usize> {
        let width = self.blueprint.config.d_model * size_of::<f32>();
        even_shards(self.rows(), self.tensor.0).into_iter().map(|rows| rows * width).collect()
    }

    fn hidden_bytes(&self) -> usize {
        self.rows() * self.blueprint.config.d_model * size_of::<f32>()
    }

    fn rows(&self) -> usize {
        self.plan.micro_batch_size() * self.plan.seq_len
    }

    fn shares_rows(&self) -> bool {
        self.plan.settings.sequence_parallel && self.tensor.0 > 1
    }

    fn algorithm(&self) -> Algorithm {
        self.plan.settings.algorithm
    }
}
