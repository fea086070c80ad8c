//! Products of which one dimension is small, as those of a low-rank pair: packing the large operand for a few columns takes longer than
//! the product does, so it is read where it lies. Only the small operand is copied.

mod dots;
mod spread;
mod sums;

use super::Operand;
use super::tile::Scaling;
use crate::kernels::simd::{Simd, drop_tiny};

/// A dimension up to this is small.
const NARROW: usize = 16;
/// The others are at least as large as this.
const WIDE: usize = 64;
/// Multiplications below which threads do not pay.
const PARALLEL_FROM: usize = 1 << 17;
/// Rows of the small operand, or of the output, that are computed side by side.
const GROUP: usize = 4;

/// Which dimension is small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The summed one: every output is a short sum.
    Depth,
    /// The columns, where the rows of A are contiguous: every output is a dot product.
    Columns,
    /// The columns, where the columns of A are contiguous: the rows of Aᵀ are summed with weights.
    ColumnsOfTransposed,
    /// The rows, where the rows of B are contiguous: these are summed with weights.
    Rows,
}

impl Way {
    /// That of a product, if it is narrow.
    pub fn of((m, k, n): (usize, usize, usize), a: Operand, b: Operand) -> Option<Self> {
        let narrow = |small: usize, others: [usize; 2]| small <= NARROW && others.iter().all(|size| *size >= WIDE);
        if narrow(k, [m, n]) {
            Some(Self::Depth)
        } else if narrow(n, [m, k]) && a.col_stride == 1 {
            Some(Self::Columns)
        } else if narrow(n, [m, k]) && a.row_stride == 1 {
            Some(Self::ColumnsOfTransposed)
        } else if narrow(m, [k, n]) && b.col_stride == 1 {
            Some(Self::Rows)
        } else {
            None
        }
    }
}

/// `C = alpha * A·B + beta * C`.
pub(super) fn multiply<S: Simd>(isa: S, way: Way, (m, k, n): (usize, usize, usize), s: Scaling, a: Operand, b: Operand, c: &mut [f32]) {
    let in_groups = |size: usize| size.next_multiple_of(GROUP);
    match way {
        Way::Depth => {
            let (a, b) = (copy(a, [m, k], [m, k], s.alpha), copy(b, [k, n], [k, n], 1.0));
            spread::multiply(isa, [m, k, n], &a, &b, s.beta, c);
        }
        Way::Columns => {
            let b = copy(swapped(b), [n, k], [in_groups(n), k], s.alpha);
            dots::multiply(isa, [m, k, n], a, &b, s.beta, c);
        }
        Way::ColumnsOfTransposed => {
            let weights = copy(b, [k, n], [k, in_groups(n)], s.alpha);
            sums::multiply(isa, [n, k, m], &weights, swapped(a), s.beta, (c, [1, n]));
        }
        Way::Rows => {
            let weights = copy(swapped(a), [k, m], [k, in_groups(m)], s.alpha);
            sums::multiply(isa, [m, k, n], &weights, b, s.beta, (c, [n, 1]));
        }
    }
}

/// `sum + beta * old`, where `beta == 0` never reads the old value.
fn combine(sum: f32, beta: f32, out: &mut f32) {
    *out = if beta == 0.0 { sum } else { sum + beta * *out };
}

fn swapped(o: Operand) -> Operand {
    Operand { row_stride: o.col_stride, col_stride: o.row_stride, ..o }
}

/// A small operand `[rows, cols]`, multiplied by `alpha`, row by row in a matrix `[rows_to, width]` whose other elements are 0. What is tiny
/// becomes 0.
fn copy(o: Operand, [rows, cols]: [usize; 2], [rows_to, width]: [usize; 2], alpha: f32) -> Vec<f32> {
    let mut copy = vec![0.0; rows_to * width];
    for (i, to) in copy.chunks_exact_mut(width).enumerate().take(rows) {
        for (j, to) in to.iter_mut().enumerate().take(cols) {
            *to = alpha * drop_tiny(o.data[i * o.row_stride + j * o.col_stride]);
        }
    }
    copy
}
