//! Products with very few rows, as in generating one token: B is read once, where it lies.

use super::tile::Scaling;
use super::{Operand, PARALLEL_FROM};
use crate::kernels::pool::{self, SharedOut};
use crate::kernels::simd::{Simd, row};
use std::ops::Range;

/// Vectors of columns that are summed side by side.
const VECTORS: usize = 4;

/// `C = alpha * A·B + beta * C` for a B that is contiguous along its rows or its columns.
pub(super) fn multiply<S: Simd>(isa: S, (m, k, n): (usize, usize, usize), s: Scaling, a: Operand, b: Operand, c: &mut [f32]) {
    let a: Vec<f32> = (0..m * k).map(|i| a.data[i / k * a.row_stride + i % k * a.col_stride]).collect();
    assert!((k - 1) * b.row_stride + (n - 1) * b.col_stride < b.data.len(), "B is too short");
    // Whole vectors, and enough work for a thread.
    let grain = (PARALLEL_FROM / 8 / k).next_multiple_of(VECTORS * S::LANES).max(VECTORS * S::LANES);
    let grain = if m * k * n < PARALLEL_FROM / 4 { n } else { grain };
    let c = SharedOut::new(c);
    pool::run(n.div_ceil(grain), true, |job| {
        let cols = job * grain..(job * grain + grain).min(n);
        isa.vectorize(
            #[inline(always)]
            || {
                for (i, a) in a.chunks_exact(k).enumerate() {
                    // SAFETY: the columns of this job in row `i` of C; no other job writes them.
                    let out = unsafe { std::slice::from_raw_parts_mut(c.at(i * n + cols.start), cols.len()) };
                    if b.col_stride == 1 {
                        weigh_rows(isa, a, b, cols.clone(), s, out);
                    } else {
                        dot_columns(isa, a, b, cols.clone(), s, out);
                    }
                }
            },
        );
    });
}

fn combine(s: Scaling, sum: f32, old: f32) -> f32 {
    if s.beta == 0.0 { s.alpha * sum } else { s.alpha * sum + s.beta * old }
}

/// Each output is the dot product of `a` with a contiguous column of B.
#[inline(always)]
fn dot_columns<S: Simd>(isa: S, a: &[f32], b: Operand, cols: Range<usize>, s: Scaling, out: &mut [f32]) {
    for (j, out) in cols.zip(out) {
        let column = &b.data[j * b.col_stride..][..a.len()];
        *out = combine(
            s,
            row::sum(
                isa,
                [a, column],
                #[inline(always)]
                |[a, b]| isa.mul(a, b),
            ),
            *out,
        );
    }
}

/// The outputs are a sum of B's contiguous rows with the weights `a`.
#[inline(always)]
fn weigh_rows<S: Simd>(isa: S, a: &[f32], b: Operand, cols: Range<usize>, s: Scaling, out: &mut [f32]) {
    let wide = VECTORS * S::LANES;
    let mut chunks = out.chunks_exact_mut(wide);
    let mut col = cols.start;
    for out in &mut chunks {
        let mut acc = [isa.splat(0.0); VECTORS];
        for (p, a) in a.iter().enumerate() {
            let b = &b.data[p * b.row_stride + col..][..wide];
            for (acc, b) in acc.iter_mut().zip(b.chunks_exact(S::LANES)) {
                *acc = isa.mul_add(isa.splat(*a), isa.load(b), *acc);
            }
        }
        for (acc, out) in acc.into_iter().zip(out.chunks_exact_mut(S::LANES)) {
            for (out, sum) in out.iter_mut().zip(isa.to_array(acc)) {
                *out = combine(s, sum, *out);
            }
        }
        col += wide;
    }
    for (j, out) in (col..).zip(chunks.into_remainder()) {
        let sum = a.iter().enumerate().map(|(p, a)| a * b.data[p * b.row_stride + j]).sum();
        *out = combine(s, sum, *out);
    }
}
