//! Training on several ranks.

pub mod partition;
pub mod schedule;
