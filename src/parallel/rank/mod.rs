//! The program that every rank runs: one training step, action by action.

mod forward;
mod gate;
mod gradients;
mod head;
mod micro_batch;
mod peers;
mod snapshot;
mod trace;
mod update;
mod zero;

use std::collections::HashMap;
use std::rc::Rc;

use thiserror::Error;

use self::gradients::CompressedBucket;
use self::micro_batch::Flying;
use self::peers::RankPeers;
use self::trace::Trace;
use self::zero::Zero;
use super::comm::Comm;
use super::compress::Malformed;
use super::exchange::Exchange;
use super::group::Group;
use super::mesh::Axis;
use super::outline::Outline;
use super::plan::Plan;
use super::schedule::{Action, Span};
use super::transport::Lost;
use super::zero::ZeroError;
use super::{WORLD_OF_ONE, clock};
use crate::autograd::{DropoutKey, WeightGrads};
use crate::finetune::{Attached, Method, MethodError};
use crate::nn::walk::Keep;
use crate::nn::{Blueprint, Transformer, WeightSource};
use crate::optim::{AdamW, AdamWConfig};
use crate::tensor::{Ledger, OutOfMemory, Tensor};

pub use self::forward::Sequences;
pub use self::gate::{Gate, Held, HeldKind};
pub use self::snapshot::{RestoreError, restore_trained};

/// Why a rank cannot go on.
#[derive(Debug, Error)]
pub enum RankError {
    /// Its memory ran out.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
    /// Another rank is gone, or the run was stopped.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// Another rank sent something else than it should.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// Why a rank cannot be made.
#[derive(Debug, Error)]
pub enum StartError {
    /// Its part of the model, or what a method adds to it.
    #[error(transparent)]
    Attach(#[from] MethodError),
    /// The weights are not to be shared out.
    #[error(transparent)]
    Zero(#[from] ZeroError),
}

pub(super) type Result<T> = std::result::Result<T, RankError>;

/// The sequences of one step, of which each rank takes its own.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Token ids `[batch_size, seq_len]`.
    pub inputs: &'a [i32],
    /// The token that follows each, `[batch_size, seq_len]`; negative: none that counts.
    pub targets: &'a [i32],
    /// Key of the step's dropout masks.
    pub dropout: Option<DropoutKey>,
}

/// How a step updates the weights.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// Learning rate.
    pub learning_rate: f64,
    /// Largest norm of the gradient; 0: any.
    pub gradient_clip: f64,
}

/// What a step measured: the same at every rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// What the step makes smaller, before the update: the mean negative log-likelihood of the batch's tokens, in nats, plus the method's
    /// penalties and the segments' auxiliary losses.
    pub loss: f64,
    /// L2 norm of the whole gradient before clipping.
    pub gradient_norm: f64,
}

/// One rank of a parallel training.
pub struct Rank {
    peers: RankPeers,
    model: Transformer,
    attached: Box<dyn Attached>,
    policy: Policy,
    optimizer: AdamW,
    compressed: Vec<CompressedBucket>,
    /// At most 1; below, this rank rests after each action as long as it would still compute at that speed.
    speed: f64,
    gate: Option<Box<dyn Gate>>,
    trace: Trace,
}

/// What is kept of the forward of a segment, given by its number in the whole model, for its backward.
pub type Policy = Box<dyn Fn(usize) -> Keep>;

/// The process groups that this rank is in.
struct Groups {
    world: Group,
    data: Group,
    pipeline: Group,
    tensor: Group,
    /// The first and the last stage, where both hold a weight that embedding and head share.
    tied: Option<Group>,
}

/// A place in the pipeline: micro-batch and virtual stage.
type Place = (usize, usize);

/// What a step has under way at this rank.
#[derive(Default)]
struct Step {
    /// Hidden states that a virtual stage takes.
    inputs: HashMap<Place, Tensor>,
    /// Gradients of what a virtual stage gave.
    d_outputs: HashMap<Place, Tensor>,
    /// Forward passes that wait for their backward.
    flights: HashMap<Place, Flying>,
    /// Weight gradients that were left for later.
    weight_grads: HashMap<Place, Vec<WeightGrads>>,
    /// Bytes that wait for a backward, where a step is looked at.
    kept: HashMap<Place, usize>,
    /// This rank's part of the loss.
    loss: f64,
}

impl Rank {
    /// The rank that `comm` belongs to, with its part of a model, trained by `method`; `sources` are those of the model's weights and of
    /// the method's.
    ///
    /// # Errors
    /// If the part cannot be built, does not fit the limit of `ledger`, or is to be shared out in a format that cannot be.
    pub fn new(
        comm: &Rc<Comm>,
        plan: &Rc<Plan>,
        blueprint: &Rc<Blueprint>,
        optimizer: AdamWConfig,
        ledger: &Ledger,
        sources: [&mut dyn WeightSource; 2],
        method: &dyn Method,
    ) -> std::result::Result<Self, StartError> {
        comm.transport().buffers().charge_to(ledger);
        let groups = Groups::new(comm, plan, blueprint);
        let (model, attached, zero) = zero::build(plan, &groups.data, blueprint, ledger, sources, method)?;
        let first_learning = Outline::new(blueprint, method).first_learning().unwrap_or(usize::MAX);
        // What comes from another stage always has a gradient.
        let learns_by = model.part.segments().map(|segment| segment >= first_learning || model.part.chunks[0].start > 0).collect();
        Ok(Self {
            peers: RankPeers { plan: plan.clone(), groups, ledger: ledger.clone(), zero, learns_by },
            model,
            attached,
            policy: Box::new(|_| Keep::Tape),
            optimizer: AdamW::new(optimizer),
            compressed: Vec::new(),
            speed: 1.0,
            gate: None,
            trace: Trace::default(),
        })
    }

    /// Chooses what is kept of each segment's forward.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// Makes this rank slower than it is: `speed` is above 0, and 1 for no difference.
    pub fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
    }

    /// What the last step spent its time on, in seconds of [`clock::now`]. Which of its exchanges' time it waited, no rank knows by
    /// itself: see [`exchange::split`](super::exchange::split).
    pub fn spans(&self) -> Vec<Span> {
        self.trace.spans(self.peers.groups.world.index())
    }

    /// What this rank exchanged in the last step.
    pub fn exchanges(&self) -> &[Exchange] {
        self.trace.exchanges()
    }

    /// This rank's part of the model; where the ranks share out its weights, without their values.
    pub fn model(&self) -> &Transformer {
        &self.model
    }

    /// As [`Rank::model`], to run passes with.
    pub fn model_mut(&mut self) -> &mut Transformer {
        &mut self.model
    }

    /// One training step. Every rank has to take part.
    ///
    /// # Errors
    /// If memory runs out, or a rank is gone.
    ///
    /// # Panics
    /// If the batch has other sizes than the plan.
    pub async fn step(&mut self, batch: Batch<'_>, update: Update) -> Result<StepReport> {
        let tokens = self.peers.plan.batch_size * self.peers.plan.seq_len;
        assert_eq!((batch.inputs.len(), batch.targets.len()), (tokens, tokens), "a batch of the plan's sizes");
        let plan = self.peers.plan.clone();
        self.model.params.zero_grads();
        self.peers.zero.iter_mut().filter(|_| !WORLD_OF_ONE).for_each(Zero::clear_gradients);
        let mut step = Step::default();
        // One replica adds them to the sum over all.
        if self.peers.groups.data.index() == 0 {
            step.loss += self.penalties()?;
        }
        let mut report = None;
        let comm = self.peers.groups.world.comm().clone();
        self.trace.begin(&comm);
        for action in &plan.schedule.ranks[self.peers.groups.pipeline.index()] {
            if let Some(gate) = &self.gate {
                gate.pass(*action, step.held()).await;
            }
            let (start, activations, boundary) = (clock::now(), self.activation_bytes(), step.boundary_bytes());
            match *action {
                Action::ReduceGradients => report = Some(self.reduce_gradients(step.loss).await?),
                Action::OptimizerStep => {
                    let report = report.expect("gradients are reduced before the weights are updated");
                    self.update(report, update).await?;
                }
                action => self.act(action, &mut step, batch).await?,
            }
            let grown = |now: usize, before: usize| now as isize - before as isize;
            step.keep(*action, grown(self.activation_bytes(), activations), grown(step.boundary_bytes(), boundary));
            self.trace.end(&comm, *action, start, self.speed);
        }
        Ok(report.expect("a schedule ends with the update"))
    }

    /// An action of one micro-batch.
    async fn act(&mut self, action: Action, step: &mut Step, batch: Batch<'_>) -> Result<()> {
        let place = action.place().expect("an action of one micro-batch");
        let (micro_batch, stage) = place;
        match action {
            Action::Forward { .. } => self.forward(place, step, batch).await?,
            Action::Backward { .. } => self.backward(place, step, false).await?,
            // Gradients that are sharded are reduced in the backward: without a pipeline, nothing waits for its first part.
            Action::BackwardInput { .. } => self.backward(place, step, !self.peers.plan.settings.zero.shards_gradients()).await?,
            Action::BackwardWeight { .. } => {
                for grads in step.weight_grads.remove(&place).into_iter().flatten() {
                    self.peers.beat();
                    grads.accumulate(&mut self.model.params)?;
                }
            }
            Action::SendActivation { peer, .. } => {
                let hidden = step.inputs.remove(&(micro_batch, stage + 1)).expect("a forward gave it");
                self.peers.groups.pipeline.send(peer, self.tag((micro_batch, stage + 1), Way::Down), hidden.data())?;
            }
            Action::RecvActivation { peer, .. } => {
                let hidden = self.receive(peer, self.tag(place, Way::Down), self.rows()).await?;
                step.inputs.insert(place, hidden);
            }
            Action::SendGradient { peer, .. } => {
                let gradient = step.d_outputs.remove(&(micro_batch, stage - 1)).expect("a backward gave it");
                self.peers.groups.pipeline.send(peer, self.tag((micro_batch, stage - 1), Way::Up), gradient.data())?;
            }
            Action::RecvGradient { peer, .. } => {
                let gradient = self.receive(peer, self.tag(place, Way::Up), self.rows()).await?;
                step.d_outputs.insert(place, gradient);
            }
            Action::ReduceGradients | Action::OptimizerStep => {}
        }
        Ok(())
    }

    /// The tag of what goes to a place.
    fn tag(&self, (micro_batch, stage): Place, way: Way) -> u32 {
        2 * (micro_batch * self.peers.plan.stages.len() + stage) as u32 + way as u32
    }

    /// Tokens of a micro-batch.
    fn rows(&self) -> usize {
        self.peers.plan.micro_batch_size() * self.peers.plan.seq_len
    }
}

/// Which way a message goes through the model.
#[derive(Clone, Copy)]
enum Way {
    Down,
    Up,
}

impl Groups {
    fn new(comm: &Rc<Comm>, plan: &Plan, blueprint: &Blueprint) -> Self {
        let mesh = &plan.mesh;
        let pipeline = Group::over(comm, mesh, &[Axis::Pipeline]);
        let (me, last) = (pipeline.index(), pipeline.size() - 1);
        let ends = [pipeline.members()[0], pipeline.members()[last]];
        let tied =
            (blueprint.config.tie_embeddings && last > 0 && (me == 0 || me == last)).then(|| Group::new(comm, ends.to_vec(), TIED_SPACE));
        Self {
            world: Group::over(comm, mesh, &Axis::ALL),
            data: Group::over(comm, mesh, &[Axis::Data]),
            tensor: Group::over(comm, mesh, &[Axis::Tensor]),
            pipeline,
            tied,
        }
    }
}

/// Tag space of the groups of first and last stages.
const TIED_SPACE: u32 = super::group::FIRST_FREE_SPACE;

#[cfg(all(test, feature = "native"))]
mod snapshot_tests;
#[cfg(all(test, feature = "native"))]
mod tests;
#[cfg(all(test, feature = "native"))]
mod watch_tests;
