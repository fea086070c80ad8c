//! Training on several ranks.

pub mod compress;
pub mod partition;
pub mod schedule;
