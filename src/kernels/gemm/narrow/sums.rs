//! Few rows: sums of the rows of B, each with a group of weights at a time.

use super::{GROUP, PARALLEL_FROM, combine};
use crate::kernels::gemm::Operand;
use crate::kernels::pool::{self, SharedOut};
use crate::kernels::simd::{Simd, inlined, row};
use std::ops::Range;

/// Vectors of a row that are read in one go; with more, the sums would not all find a register.
const LINE: usize = 2;

/// `C[m, n] = A·B + beta * C` with contiguous rows of B; `weights` are the columns of A, of `m` floats and more up to a whole group. The
/// elements of `c` below and beside each other are so far apart.
pub(super) fn multiply<S: Simd>(
    isa: S,
    [m, k, n]: [usize; 3],
    weights: &[f32],
    b: Operand,
    beta: f32,
    (c, strides): (&mut [f32], [usize; 2]),
) {
    assert!((k - 1) * b.row_stride + n <= b.data.len(), "B is too short");
    let line = LINE * S::LANES;
    let grain = if pool::work([m, k, n]) < PARALLEL_FROM { n } else { n.div_ceil(pool::threads()).next_multiple_of(line) };
    let c = SharedOut::new(c);
    pool::run(n.div_ceil(grain), true, |job| {
        let cols = job * grain..(job * grain + grain).min(n);
        // SAFETY: no other job writes these columns.
        unsafe { columns(isa, [m, k], weights, b, cols, beta, (c, strides)) };
    });
}

/// Some columns. Not inlined: within a large function WebAssembly's compiler in the browser runs out of registers for the loop.
///
/// # Safety
/// These columns of `c` may be read and written by this thread alone.
#[inline(never)]
unsafe fn columns<S: Simd>(
    isa: S,
    [m, k]: [usize; 2],
    weights: &[f32],
    b: Operand,
    cols: Range<usize>,
    beta: f32,
    (c, strides): (SharedOut, [usize; 2]),
) {
    let width = weights.len() / k;
    let line = LINE * S::LANES;
    let mut sums = [0.0; GROUP * MAX_LINE];
    isa.vectorize(inlined!(|| {
        for col in cols.clone().step_by(line) {
            let len = line.min(cols.end - col);
            for first in (0..m).step_by(GROUP) {
                group(isa, &weights[first..], width, (&b.data[col..], b.row_stride), (k, len), &mut sums);
                for (i, sums) in sums.chunks_exact(line).enumerate().take(GROUP.min(m - first)) {
                    for (j, sum) in sums.iter().enumerate().take(len) {
                        // SAFETY: an element of row `first + i`, below `m`, and of a column of this job.
                        combine(*sum, beta, unsafe { &mut *c.at((first + i) * strides[0] + (col + j) * strides[1]) });
                    }
                }
            }
        }
    }));
}

/// Floats of a line of the widest vectors.
const MAX_LINE: usize = LINE * crate::kernels::simd::MAX_LANES;

/// The sums of `len` columns, at most a line, for one group of weights, which are `width` apart.
#[inline(always)]
fn group<S: Simd>(isa: S, weights: &[f32], width: usize, (b, row_stride): (&[f32], usize), (k, len): (usize, usize), sums: &mut [f32]) {
    let mut acc = [[isa.splat(0.0); LINE]; GROUP];
    assert!(weights.len() >= (k - 1) * width + GROUP && b.len() >= (k - 1) * row_stride + len);
    let line = LINE * S::LANES;
    for p in 0..k {
        let mut values = [isa.splat(0.0); LINE];
        // SAFETY: the elements of row `p`, and its weights, are within both, as asserted.
        let weights = unsafe {
            let from = b.as_ptr().add(p * row_stride);
            for (v, value) in values.iter_mut().enumerate() {
                let at = v * S::LANES;
                *value = if len == line {
                    isa.load_ptr(from.add(at))
                } else {
                    row::load_partial(isa, std::slice::from_raw_parts(from, len), at.min(len))
                };
                *value = isa.drop_tiny(*value);
            }
            weights.as_ptr().add(p * width)
        };
        for (i, acc) in acc.iter_mut().enumerate() {
            // SAFETY: as above.
            let weight = isa.splat(unsafe { *weights.add(i) });
            for (acc, value) in acc.iter_mut().zip(values) {
                *acc = isa.mul_add(weight, value, *acc);
            }
        }
    }
    for (acc, sums) in acc.iter().zip(sums.chunks_exact_mut(line)) {
        for (acc, sums) in acc.iter().zip(sums.chunks_exact_mut(S::LANES)) {
            isa.store(*acc, sums);
        }
    }
}
