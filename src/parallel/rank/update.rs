//! The update of the weights.

use super::zero::Replicas;
use super::{Rank, Result, StepReport, Update};
use crate::finetune;
use crate::optim::clip_factor;
use crate::parallel::among_others;

impl Rank {
    pub(super) async fn update(&mut self, report: StepReport, Update { learning_rate, gradient_clip }: Update) -> Result<()> {
        // As on one rank: a gradient that is not finite would spoil every weight. All ranks have the same report.
        if !report.loss.is_finite() || !report.gradient_norm.is_finite() {
            return Ok(());
        }
        let scale = clip_factor(report.gradient_norm, gradient_clip);
        let peers = &mut self.peers;
        among_others! {
            if let Some(zero) = &mut peers.zero {
                let replicas = Replicas::of(&peers.groups, &peers.plan);
                zero.update(&mut self.model.params, &mut self.optimizer, (learning_rate, scale), replicas).await?;
                return self.updated(scale);
            }
        }
        self.optimizer.step(&mut self.model.params, learning_rate, scale)?;
        self.updated(scale)
    }

    fn updated(&mut self, grad_scale: f32) -> Result<()> {
        let update = finetune::Update { step: self.optimizer.steps(), grad_scale };
        Ok(self.attached.after_step(&mut self.model, update)?)
    }
}
