//! The update of the weights.

use super::{Rank, Result, StepReport, Update};
use crate::optim::clip_factor;
use crate::parallel::plan::Zero;

impl Rank {
    pub(super) async fn update(&mut self, report: StepReport, update: Update) -> Result<()> {
        // As on one rank: a gradient that is not finite would spoil every weight. All ranks have the same report.
        if !(report.loss.is_finite() && report.gradient_norm.is_finite()) {
            return Ok(());
        }
        let scale = clip_factor(report.gradient_norm, update.gradient_clip);
        match &mut self.shards {
            None => self.optimizer.step(&mut self.model.params, update.learning_rate, scale)?,
            Some(shards) => {
                shards.update(&mut self.model.params, &mut self.optimizer, update.learning_rate, scale)?;
                if self.plan.settings.zero < Zero::Parameters {
                    shards.gather_learned(&mut self.model.params, &self.groups.data, self.plan.settings.algorithm).await?;
                }
            }
        }
        Ok(())
    }
}
