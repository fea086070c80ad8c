//! Training on several ranks.

pub mod schedule;
