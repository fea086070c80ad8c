//! One optimizer step: batches, forward and backward, clipping, AdamW.

use std::rc::Rc;

use super::spec::{Schedule as ScheduleSpec, TrainingSpec};
use crate::autograd::{DropoutKey, Result};
use crate::data::BatchSampler;
use crate::nn::{Masks, Tokens, Transformer};
use crate::optim::{AdamW, AdamWConfig, Decay, Schedule, ScheduleKind, clip_factor, grad_norm};

/// The state of a training.
#[derive(Debug)]
pub struct Training {
    spec: TrainingSpec,
    context: usize,
    schedule: Schedule,
    optimizer: AdamW,
    batches: BatchSampler,
    step: u32,
}

/// What a step measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// Mean negative log-likelihood of the step's tokens before the update, in nats.
    pub loss: f64,
    /// L2 norm of the gradient before clipping.
    pub gradient_norm: f64,
    /// Learning rate of the update.
    pub learning_rate: f64,
}

impl Training {
    /// Training on a stream of `stream_len` tokens in sequences of `context`.
    pub fn new(spec: &TrainingSpec, context: usize, stream_len: usize) -> Self {
        let kind = match spec.schedule {
            ScheduleSpec::Cosine => ScheduleKind::Cosine,
            ScheduleSpec::Constant => ScheduleKind::Constant,
        };
        let config = AdamWConfig {
            beta1: spec.beta1,
            beta2: spec.beta2,
            eps: spec.epsilon,
            weight_decay: spec.weight_decay,
            decay: Decay::MatricesOnly,
        };
        Self {
            schedule: Schedule { kind, peak: spec.learning_rate, warmup: spec.warmup_steps, steps: spec.steps },
            optimizer: AdamW::new(config),
            batches: BatchSampler::new(stream_len, context, spec.batch_size as usize, u64::from(spec.seed)),
            spec: spec.clone(),
            context,
            step: 0,
        }
    }

    /// Optimizer steps done.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Tokens that one step trains on.
    pub fn tokens_per_step(&self) -> usize {
        self.spec.gradient_accumulation as usize * self.spec.batch_size as usize * self.context
    }

    /// One step on `stream`.
    ///
    /// # Errors
    /// If memory runs out; the parameters are unchanged then.
    pub fn advance(&mut self, model: &mut Transformer, stream: &[i32]) -> Result<StepReport> {
        let (batch_size, context) = (self.spec.batch_size as usize, self.context);
        let scale = 1.0 / self.tokens_per_step() as f32;
        model.params.zero_grads();
        let mut loss = 0.0;
        let key = DropoutKey(u64::from(self.spec.seed)).at(u64::from(self.step));
        for part in 0..self.spec.gradient_accumulation as usize {
            let mut inputs = vec![0; batch_size * context];
            let mut targets = inputs.clone();
            self.batches.next(stream, &mut inputs, &mut targets);
            let masks = Masks { key, first_row: part * batch_size * context };
            let tokens = Tokens::new(batch_size, context, Rc::from(inputs));
            loss += model.forward_backward(&tokens, &targets, scale, Some(masks))?;
        }
        let gradient_norm = grad_norm(&model.params);
        let learning_rate = self.schedule.at(self.step);
        // A gradient that is not finite would spoil every weight: the run ends at this step, with the weights it had.
        if loss.is_finite() && gradient_norm.is_finite() {
            self.optimizer.step(&mut model.params, learning_rate, clip_factor(gradient_norm, self.spec.gradient_clip))?;
        }
        self.step += 1;
        Ok(StepReport { loss, gradient_norm, learning_rate })
    }
}
