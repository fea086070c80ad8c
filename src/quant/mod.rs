//! Formats of weights that are kept in fewer bytes than float32 has, one a file.
//!
//! A format is a [`BlockFormat`] and the [`BlockWeight`] that it makes: how many bytes, and how a row is decoded. Products with it, and
//! their gradients, follow from the latter. A weight in a format does not learn.

mod int8;
mod nf4;

use std::fmt::Debug;
use std::ops::Range;
use std::rc::Rc;

use crate::tensor::{BlockWeight, Ledger, OutOfMemory};

pub use int8::Int8;
pub use nf4::Nf4;

/// The formats: a line each.
pub const FORMATS: [&dyn BlockFormat; 2] = [&Int8, &Nf4];

/// A format of weights.
pub trait BlockFormat: Debug + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// What a weight `[rows, columns]` takes, whose columns are those of the whole one from number `first` on.
    fn bytes(&self, shape: [usize; 2], first: usize) -> usize;

    /// The memory of a weight `[rows, columns]`, whose columns are those of the whole one from number `first` on, before it is read.
    ///
    /// # Errors
    /// If there is none.
    fn allocate(&self, ledger: &Ledger, shape: [usize; 2], first: usize) -> Result<Box<dyn BlockWriter>, OutOfMemory>;
}

/// A weight that is being read.
pub trait BlockWriter {
    /// Takes the next row of the whole weight, of which `columns` are kept here: what is computed from a row, such as its scale, is the
    /// same wherever a part of it is kept.
    ///
    /// # Panics
    /// If there are more rows than it was made for.
    fn write(&mut self, row: &[f32], columns: Range<usize>);

    /// The weight.
    ///
    /// # Panics
    /// If rows are missing.
    fn finish(self: Box<Self>) -> Rc<dyn BlockWeight>;
}

/// The format of that name.
pub fn format(name: &str) -> Option<&'static dyn BlockFormat> {
    FORMATS.into_iter().find(|format| format.name() == name)
}

#[cfg(all(test, feature = "native"))]
mod tests;
