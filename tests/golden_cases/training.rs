//! Training runs on given batches, with the optimizer that the case describes.

use std::error::Error;

use tinyai::nn::{Tokens, Transformer};
use tinyai::optim::{AdamW, AdamWConfig, Decay, LrSchedule, LrScheduleKind, clip_factor, grad_norm};

use super::case::Case;
use super::engine::{mean_loss, next_tokens};

/// A training run under way, and what it measured so far.
pub struct Training {
    optimizer: AdamW,
    schedule: LrSchedule,
    clip: f64,
    /// Loss of each batch before its update.
    pub losses: Vec<f64>,
    /// Gradient norm of each batch before clipping.
    pub grad_norms: Vec<f64>,
    /// Learning rate of each update.
    pub lrs: Vec<f64>,
}

impl Training {
    /// A run of `steps` steps with the hyper-parameters at `path` of `case.json`.
    pub fn new(case: &Case, path: &str, steps: usize) -> Result<Self, Box<dyn Error>> {
        let number = |field: &str| case.number(&format!("{path}.{field}"));
        let optional = |field: &str| case.number(&format!("{path}.{field}")).unwrap_or(0.0);
        let kind = match case.value(&format!("{path}.schedule")).ok().and_then(|schedule| schedule.as_str()) {
            None => LrScheduleKind::Constant,
            Some("cosine with linear warm-up") => LrScheduleKind::Cosine,
            Some(other) => return Err(format!("unknown schedule {other}").into()),
        };
        let betas = case.numbers(&format!("{path}.betas"))?;
        let &[beta1, beta2] = betas.as_slice() else { return Err(format!("{path}.betas: {betas:?}").into()) };
        let config = AdamWConfig { beta1, beta2, eps: number("eps")?, weight_decay: number("weight_decay")?, decay: Decay::All };
        Ok(Self {
            optimizer: AdamW::new(config),
            schedule: LrSchedule { kind, peak: number("lr")?, warmup: optional("warmup") as u32, steps: steps as u32 },
            clip: optional("clip"),
            losses: Vec::new(),
            grad_norms: Vec::new(),
            lrs: Vec::new(),
        })
    }

    /// One step on `batch`, whose labels are its inputs.
    pub fn step(&mut self, model: &mut Transformer, batch: &Tokens) -> Result<(), Box<dyn Error>> {
        model.params.zero_grads();
        let loss = mean_loss(model, batch, &next_tokens(batch))?;
        let norm = grad_norm(&model.params);
        let lr = self.schedule.at(self.losses.len() as u32);
        self.optimizer.step(&mut model.params, lr, clip_factor(norm, self.clip))?;
        self.losses.push(loss);
        self.grad_norms.push(norm);
        self.lrs.push(lr);
        Ok(())
    }
}
