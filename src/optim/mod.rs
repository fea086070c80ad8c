//! AdamW, learning-rate schedules, gradient clipping.

mod adamw;
mod clip;
mod schedule;

pub use adamw::{AdamW, AdamWConfig, Decay, Piece};
pub use clip::{clip_factor, grad_norm};
pub use schedule::{LrSchedule, LrScheduleKind};
