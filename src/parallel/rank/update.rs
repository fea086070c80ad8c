//! The update of the weights.

use super::{Rank, Result, StepReport, Update};
use crate::optim::clip_factor;

impl Rank {
    pub(super) fn update(&mut self, report: StepReport, update: Update) -> Result<()> {
        // As on one rank: a gradient that is not finite would spoil every weight. All ranks have the same report.
        if report.loss.is_finite() && report.gradient_norm.is_finite() {
            let scale = clip_factor(report.gradient_norm, update.gradient_clip);
            self.optimizer.step(&mut self.model.params, update.learning_rate, scale)?;
        }
        Ok(())
    }
}
