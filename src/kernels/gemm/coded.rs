//! Products with a matrix that is kept in another form than float32: its rows are decoded as they are packed, a strip that stays in the
//! first-level cache at a time, and nothing else of it is ever there in float32.

use super::block::{pack_b, tile_cols};
use super::grow;
use super::pack::Source;
use crate::kernels::simd::{Simd, inlined};
use std::cell::Cell;
use std::fmt::Debug;
use std::ops::Range;

/// A matrix whose rows are kept in some other form than float32.
pub trait Coded: Debug + Sync {
    /// Its rows and columns.
    fn shape(&self) -> [usize; 2];

    /// Writes `columns` of row `row`, in float32; `out` is as long.
    fn decode(&self, row: usize, columns: Range<usize>, out: &mut [f32]);
}

/// A [`Coded`] matrix as the right operand of a product.
#[derive(Clone, Copy)]
pub struct CodedOperand<'a> {
    /// The matrix.
    pub matrix: &'a dyn Coded,
    /// Whether its transpose is meant.
    pub transposed: bool,
}

/// Rows that are decoded at a time where a panel runs across them.
const STRIP_ROWS: usize = 8;

thread_local! {
    /// The strip of decoded rows, kept from call to call.
    static STRIP: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// As [`pack_b`], of a matrix in another form.
#[inline(never)]
pub(super) fn pack_coded<S: Simd>(isa: S, b: CodedOperand, lanes: Range<usize>, depth: Range<usize>, to: &mut [f32]) {
    let mut strip = STRIP.take();
    if b.transposed {
        pack_along_rows(isa, b.matrix, lanes, depth, &mut strip, to);
    } else {
        pack_across_rows(isa, b.matrix, lanes, depth, &mut strip, to);
    }
    STRIP.set(strip);
}

/// The lanes are rows: a panel is some whole rows, or runs of them.
fn pack_along_rows<S: Simd>(isa: S, matrix: &dyn Coded, lanes: Range<usize>, depth: Range<usize>, strip: &mut Vec<f32>, to: &mut [f32]) {
    let (width, len) = (tile_cols::<S>(), depth.len());
    grow(strip, width * len);
    for (first, panel) in lanes.clone().step_by(width).zip(to.chunks_exact_mut(width * len)) {
        let rows = width.min(lanes.end - first);
        for (row, out) in (first..first + rows).zip(strip.chunks_exact_mut(len)) {
            matrix.decode(row, depth.clone(), out);
        }
        let source = Source::new(strip, len, 1);
        isa.vectorize(inlined!(|| pack_b::<S, true>(isa, source, 0..rows, 0..len, panel)));
    }
}

/// The lanes are columns: each row of a panel is a piece of one row, and some rows are decoded for all panels at once.
fn pack_across_rows<S: Simd>(isa: S, matrix: &dyn Coded, lanes: Range<usize>, depth: Range<usize>, strip: &mut Vec<f32>, to: &mut [f32]) {
    let (width, len, cols) = (tile_cols::<S>(), depth.len(), lanes.len());
    grow(strip, STRIP_ROWS * cols);
    for done in (0..len).step_by(STRIP_ROWS) {
        let rows = STRIP_ROWS.min(len - done);
        for (row, out) in (depth.start + done..).take(rows).zip(strip.chunks_exact_mut(cols)) {
            matrix.decode(row, lanes.clone(), out);
        }
        let source = Source::new(strip, 1, cols);
        isa.vectorize(inlined!(|| {
            for (first, panel) in (0..cols).step_by(width).zip(to.chunks_exact_mut(width * len)) {
                let part = &mut panel[done * width..(done + rows) * width];
                pack_b::<S, true>(isa, source, first..(first + width).min(cols), 0..rows, part);
            }
        }));
    }
}

#[cfg(test)]
mod tests;
