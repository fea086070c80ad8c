//! The lab of parallel training: one [`ParallelSpec`](spec::ParallelSpec) in; a plan, a prediction and measured steps out.

mod heads;
pub mod nearest;
pub mod phase;
pub mod planned;
pub mod predict;
pub mod problems;
pub mod report;
pub mod setup;
pub mod spec;
pub mod subject;
pub mod training;
