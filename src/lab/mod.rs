//! The experiment: one [`Spec`](spec::Spec) in, a stream of [`Event`](event::Event)s, one [`ExperimentResult`](result::ExperimentResult) out.
//!
//! The same types cross every boundary: the command line reads and writes them as JSON, the page as the
//! TypeScript twins that `cargo test` generates (`www/types/generated/`).

pub mod adapter;
pub mod assets;
pub mod base_model;
pub mod check;
pub mod compare;
pub mod equalise;
pub mod estimate;
pub mod event;
pub mod experiment;
pub mod methods;
pub mod migrate;
pub mod number;
pub mod parallel;
pub mod pretrain;
pub mod problem;
pub mod problems;
pub mod rank;
pub mod reasons;
pub mod result;
pub mod run;
pub mod sample;
pub mod schema;
pub mod search;
pub mod shelf;
pub mod spec;
pub mod state;
pub mod text;
#[cfg(not(target_arch = "wasm32"))]
pub mod threads;
pub mod training;
pub mod unknown;
