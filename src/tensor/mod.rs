//! Tensors: shape and storage (an [`ndarray`] array), every byte of which is written down in a [`Ledger`].

mod ledger;
mod storage;
mod weight;

pub use ledger::{Category, Charge, Ledger, MemoryReport, OutOfMemory, Use};
pub use storage::Tensor;
pub use weight::{BlockWeight, WeakWeight, Weight};
