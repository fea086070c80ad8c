//! A short summed dimension: every element of C is read and written once, and gets a few terms.

use super::{PARALLEL_FROM, combine};
use crate::kernels::pool;
use crate::kernels::simd::{Simd, inlined};
use std::ops::Range;

/// Rows and vectors of C that are computed side by side.
const ROWS: usize = 4;
const LINE: usize = 2;

/// `C[m, n] = A·B + beta * C` with `A` `[m, k]` and `B` `[k, n]`, row by row.
pub(super) fn multiply<S: Simd>(isa: S, [m, k, n]: [usize; 3], a: &[f32], b: &[f32], beta: f32, c: &mut [f32]) {
    let grain = if pool::work([m, k, n]) < PARALLEL_FROM { m } else { m.div_ceil(pool::threads()).next_multiple_of(ROWS) };
    pool::split(m, grain, pool::Rows { data: c, width: n }, |rows, c| rows_of(isa, rows, a, b, [k, n], beta, c.data));
}

/// Some rows. Not inlined: within a large function WebAssembly's compiler in the browser runs out of registers for the loop.
#[inline(never)]
fn rows_of<S: Simd>(isa: S, rows: Range<usize>, a: &[f32], b: &[f32], [k, n]: [usize; 2], beta: f32, c: &mut [f32]) {
    let a = &a[rows.start * k..rows.end * k];
    assert_eq!((a.len(), b.len(), c.len()), (rows.len() * k, k * n, rows.len() * n));
    let line = LINE * S::LANES;
    let (full_rows, full_cols) = (rows.len() / ROWS * ROWS, n / line * line);
    isa.vectorize(inlined!(|| {
        for i in (0..full_rows).step_by(ROWS) {
            for j in (0..full_cols).step_by(line) {
                // SAFETY: `ROWS` rows from `i` on and a line of columns from `j` on are within the matrices, whose sizes were checked.
                unsafe { block::<S, ROWS>(isa, a.as_ptr().add(i * k), b.as_ptr().add(j), [k, n], beta, c.as_mut_ptr().add(i * n + j)) };
            }
        }
        for i in full_rows..rows.len() {
            for j in (0..full_cols).step_by(line) {
                // SAFETY: as above, of one row.
                unsafe { block::<S, 1>(isa, a.as_ptr().add(i * k), b.as_ptr().add(j), [k, n], beta, c.as_mut_ptr().add(i * n + j)) };
            }
        }
        for (a, c) in a.chunks_exact(k).zip(c.chunks_exact_mut(n)) {
            for (j, c) in c.iter_mut().enumerate().skip(full_cols) {
                combine(a.iter().enumerate().fold(0.0, |sum, (p, a)| mul_add(isa, *a, b[p * n + j], sum)), beta, c);
            }
        }
    }));
}

/// As in a vector.
#[inline(always)]
fn mul_add<S: Simd>(isa: S, a: f32, b: f32, c: f32) -> f32 {
    isa.to_array(isa.mul_add(isa.splat(a), isa.splat(b), isa.splat(c)))[0]
}

/// Some rows of a line of columns.
///
/// # Safety
/// `N` rows of `k` floats are readable at `a`; a line of floats is readable in each of `k` rows, `n` apart, at `b`; in `N` such rows at
/// `c` it may be read and written by this thread alone.
#[inline(always)]
unsafe fn block<S: Simd, const N: usize>(isa: S, a: *const f32, b: *const f32, [k, n]: [usize; 2], beta: f32, c: *mut f32) {
    let mut acc = [[isa.splat(0.0); LINE]; N];
    for p in 0..k {
        let mut values = [isa.splat(0.0); LINE];
        for (v, value) in values.iter_mut().enumerate() {
            // SAFETY: promised by the caller.
            *value = unsafe { isa.load_ptr(b.add(p * n + v * S::LANES)) };
        }
        for (i, acc) in acc.iter_mut().enumerate() {
            // SAFETY: promised by the caller.
            let a = isa.splat(unsafe { *a.add(i * k + p) });
            for (acc, value) in acc.iter_mut().zip(values) {
                *acc = isa.mul_add(a, value, *acc);
            }
        }
    }
    for (i, acc) in acc.iter().enumerate() {
        for (v, acc) in acc.iter().enumerate() {
            // SAFETY: promised by the caller.
            unsafe {
                let out = c.add(i * n + v * S::LANES);
                let value = if beta == 0.0 { *acc } else { isa.mul_add(isa.load_ptr(out), isa.splat(beta), *acc) };
                isa.store_ptr(value, out);
            }
        }
    }
}
