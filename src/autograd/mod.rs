//! Reverse-mode differentiation inside one segment.
//!
//! A [`Tape`] records the operations of one segment's forward pass together with just the values that their backward
//! needs. Values are reference-counted: one that no operation saved is freed as soon as the forward code lets go of it,
//! and a saved one as soon as the last operation that needs it has run backward. Forward and backward of each
//! operation stand side by side in `ops/`.

mod ops;
mod params;
mod tape;

pub use ops::dropout::DropoutKey;
pub use ops::prefix::after_prefix;
pub use params::{Param, ParamId, Params, Split};
pub use tape::{Node, Tape, Var, WeightGrads};

pub use crate::kernels::attention::{AttentionShape, Span};

/// The only thing that can go wrong inside a segment: memory.
pub type Result<T> = std::result::Result<T, crate::tensor::OutOfMemory>;
