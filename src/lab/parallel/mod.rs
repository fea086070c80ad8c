//! The lab of parallel training: one [`ParallelSpec`](spec::ParallelSpec) in; a plan, a prediction and measured steps out.

pub mod report;
pub mod spec;
