//! Learning-rate schedules with a linear warm-up: as HF's `get_cosine_schedule_with_warmup`, or constant.
//!
//! The cosine is that of Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// How the learning rate moves after the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LrScheduleKind {
    /// Falls to zero along half a cosine.
    Cosine,
    /// Stays.
    Constant,
}

/// A schedule over a known number of steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LrSchedule {
    /// Its shape.
    pub kind: LrScheduleKind,
    /// The learning rate at the end of the warm-up.
    pub peak: f64,
    /// Steps of the warm-up.
    pub warmup: u32,
    /// All steps.
    pub steps: u32,
}

impl LrSchedule {
    /// The learning rate of step `step`, counted from 0. During the warm-up it is `peak * step / warmup`: step 0 then has 0.
    pub fn at(&self, step: u32) -> f64 {
        if step < self.warmup {
            return self.peak * f64::from(step) / f64::from(self.warmup);
        }
        match self.kind {
            LrScheduleKind::Constant => self.peak,
            LrScheduleKind::Cosine => {
                let (done, all) = (step - self.warmup, self.steps.saturating_sub(self.warmup).max(1));
                self.peak * 0.5 * (1.0 + (std::f64::consts::PI * f64::from(done.min(all)) / f64::from(all)).cos())
            }
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn warms_up_from_zero_and_falls_along_a_cosine() {
        let schedule = LrSchedule { kind: LrScheduleKind::Cosine, peak: 2.0, warmup: 4, steps: 12 };
        assert_eq!((schedule.at(0), schedule.at(2), schedule.at(4)), (0.0, 1.0, 2.0));
        assert!((schedule.at(8) - 1.0).abs() < 1e-12);
        assert!(schedule.at(12).abs() < 1e-12);
        let constant = LrSchedule { kind: LrScheduleKind::Constant, warmup: 0, ..schedule };
        assert_eq!((constant.at(0), constant.at(99)), (2.0, 2.0));
    }
}
