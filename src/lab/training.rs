//! The steps of a training: a rank's batches, learning rate and dropout masks. A run on one rank is a world of one.

use std::borrow::Cow;
use std::rc::Rc;

use super::spec::TrainingSpec;
use crate::autograd::DropoutKey;
use crate::data::BatchSampler;
use crate::finetune::prompt::virtual_ids;
use crate::finetune::{Method, MethodError};
use crate::nn::{Blueprint, Transformer, WeightSource, at_once};
use crate::optim::{AdamWConfig, Decay, LrSchedule};
use crate::parallel::comm::Comm;
use crate::parallel::plan::Plan;
use crate::parallel::rank::{Batch, Rank, RankError, StartError, Update};
use crate::parallel::transport::alone::Alone;
use crate::tensor::{Ledger, OutOfMemory};

/// What a step measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// What the step makes smaller, before the update: see [the rank's](crate::parallel::rank::StepReport::loss).
    pub loss: f64,
    /// L2 norm of the gradient before clipping.
    pub gradient_norm: f64,
    /// Learning rate of the update.
    pub learning_rate: f64,
}

/// Virtual tokens before the tokens of each sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// How many.
    pub virtual_tokens: usize,
    /// Tokens of a sequence, without them.
    pub context: usize,
}

impl Prompt {
    /// Sequences and their targets with the virtual tokens, which predict nothing; `inputs` and `targets` are `[sequences, context]`.
    pub fn before<'a>(&self, inputs: &'a [i32], targets: &'a [i32]) -> [Cow<'a, [i32]>; 2] {
        if self.virtual_tokens == 0 {
            return [inputs.into(), targets.into()];
        }
        let ids = inputs.chunks(self.context).flat_map(|sequence| virtual_ids(self.virtual_tokens).chain(sequence.iter().copied()));
        let nothing = || std::iter::repeat_n(-1, self.virtual_tokens);
        let follow = targets.chunks(self.context).flat_map(|sequence| nothing().chain(sequence.iter().copied()));
        [ids.collect(), follow.collect()]
    }
}

/// How a training goes from step to step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// The learning rate of each step.
    pub schedule: LrSchedule,
    /// Largest norm of the gradient; 0: any.
    pub gradient_clip: f64,
    /// Seed of the data order and of dropout.
    pub seed: u64,
}

/// A rank under training.
pub struct Training {
    /// The rank.
    pub rank: Rank,
    course: Course,
    batches: BatchSampler,
    /// `[batch_size * context]` each.
    inputs: Vec<i32>,
    targets: Vec<i32>,
    prompt: Prompt,
    step: u32,
}

impl Training {
    /// Training of a rank of `plan` on a stream of `stream_len` tokens.
    pub fn new(rank: Rank, plan: &Plan, course: Course, stream_len: usize) -> Self {
        let (context, tokens) = (plan.context(), plan.batch_size * plan.context());
        let batches = BatchSampler::new(stream_len, context, plan.batch_size, course.seed);
        let prompt = Prompt { virtual_tokens: plan.virtual_tokens, context };
        Self { rank, course, batches, inputs: vec![0; tokens], targets: vec![0; tokens], prompt, step: 0 }
    }

    /// Training on one rank.
    ///
    /// # Errors
    /// If the model cannot be built, or does not fit the limit of `ledger`.
    pub fn alone(
        spec: &TrainingSpec,
        context: usize,
        blueprint: &Rc<Blueprint>,
        ledger: &Ledger,
        sources: [&mut dyn WeightSource; 2],
        method: &dyn Method,
        stream_len: usize,
    ) -> Result<Self, MethodError> {
        let plan = Rc::new(Plan::alone(blueprint, ((spec.batch_size / spec.micro_batches) as usize, context), spec.micro_batches as usize));
        let plan = Rc::new(Rc::unwrap_or_clone(plan).with_virtual_tokens(method.virtual_tokens()));
        let rank =
            Rank::new(&Comm::new(Alone::new()), &plan, blueprint, adamw(spec), ledger, sources, method).map_err(|error| match error {
                StartError::Attach(error) => error,
                StartError::Zero(error) => unreachable!("one rank shares nothing out: {error}"),
            })?;
        Ok(Self::new(rank, &plan, Course::of(spec), stream_len))
    }

    /// Optimizer steps done.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Tokens that one step trains on.
    pub fn tokens_per_step(&self) -> usize {
        self.inputs.len()
    }

    /// The virtual tokens of its sequences.
    pub fn prompt(&self) -> Prompt {
        self.prompt
    }

    /// The rank's part of the model.
    pub fn model(&mut self) -> &mut Transformer {
        self.rank.model_mut()
    }

    /// One step on `stream`; all ranks call it.
    ///
    /// # Errors
    /// If memory runs out, in which case the parameters are unchanged, or a rank is gone.
    pub async fn advance(&mut self, stream: &[i32]) -> Result<StepReport, RankError> {
        self.batches.next(stream, &mut self.inputs, &mut self.targets);
        let Course { schedule, gradient_clip, seed } = self.course;
        let dropout = Some(DropoutKey(seed).at(u64::from(self.step)));
        let update = Update { learning_rate: schedule.at(self.step), gradient_clip };
        let [inputs, targets] = self.prompt.before(&self.inputs, &self.targets);
        let report = self.rank.step(Batch { inputs: &inputs, targets: &targets, dropout }, update).await?;
        self.step += 1;
        Ok(StepReport { loss: report.loss, gradient_norm: report.gradient_norm, learning_rate: update.learning_rate })
    }

    /// As [`Training::advance`], of the only rank there is.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn advance_alone(&mut self, stream: &[i32]) -> Result<StepReport, OutOfMemory> {
        at_once(self.advance(stream)).map_err(|error| match error {
            RankError::Memory(error) => error,
            other => unreachable!("a rank without others has no one to lose: {other}"),
        })
    }

    /// Goes on as if `step` steps had been done.
    pub fn resume_at(&mut self, step: u32, stream: &[i32]) {
        // Batches are drawn in order, from the first on.
        self.batches.restart();
        (0..step).for_each(|_| self.batches.next(stream, &mut self.inputs, &mut self.targets));
        self.step = step;
    }
}

impl std::fmt::Debug for Training {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Training").field("course", &self.course).field("step", &self.step).finish_non_exhaustive()
    }
}

impl Course {
    /// That of a spec.
    pub fn of(spec: &TrainingSpec) -> Self {
        Self {
            schedule: LrSchedule { kind: spec.schedule, peak: spec.learning_rate, warmup: spec.warmup_steps, steps: spec.steps },
            gradient_clip: spec.gradient_clip,
            seed: u64::from(spec.seed),
        }
    }
}

/// AdamW's settings.
pub fn adamw(spec: &TrainingSpec) -> AdamWConfig {
    AdamWConfig { beta1: spec.beta1, beta2: spec.beta2, eps: spec.epsilon, weight_decay: spec.weight_decay, decay: Decay::MatricesOnly }
}
