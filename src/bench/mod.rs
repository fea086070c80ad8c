//! The workloads of the benchmark: what is computed, and how far from right it is. Who calls them measures the time.
//!
//! Sizes, initial values and data are those of `tests/bench/pages/`, where the peers get the same work.

pub mod attention;
pub mod decode;
pub mod gemm;
pub mod gemm_int8;
pub mod limits;
pub mod train;

mod mulberry;

pub use mulberry::Mulberry32;
