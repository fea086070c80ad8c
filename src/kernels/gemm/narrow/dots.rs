//! Few columns: each row of A is multiplied with a group of columns of B at a time.

use super::{GROUP, PARALLEL_FROM, combine};
use crate::kernels::gemm::Operand;
use crate::kernels::pool;
use crate::kernels::simd::sums::{SUMS, Sums};
use crate::kernels::simd::{Simd, inlined, row};
use std::ops::Range;

/// `C[m, n] = A·Bᵀ + beta * C` with contiguous rows of A; `b` has `n` rows of `k` floats and more up to a whole group.
pub(super) fn multiply<S: Simd>(isa: S, [m, k, n]: [usize; 3], a: Operand, b: &[f32], beta: f32, c: &mut [f32]) {
    let grain = if pool::work([m, k, n]) < PARALLEL_FROM { m } else { m.div_ceil(pool::threads()) };
    pool::split(m, grain, pool::Rows { data: c, width: n }, |rows, c| rows_of(isa, rows, a, b, k, beta, c.data));
}

/// Some rows. Not inlined: within a large function WebAssembly's compiler in the browser runs out of registers for the loop.
#[inline(never)]
fn rows_of<S: Simd>(isa: S, rows: Range<usize>, a: Operand, b: &[f32], k: usize, beta: f32, c: &mut [f32]) {
    let n = c.len() / rows.len();
    isa.vectorize(inlined!(|| {
        for (i, c) in rows.zip(c.chunks_exact_mut(n)) {
            let a = &a.data[i * a.row_stride..][..k];
            for (columns, c) in b.chunks_exact(GROUP * k).zip(c.chunks_mut(GROUP)) {
                for (sum, c) in dots(isa, a, columns).into_iter().zip(c) {
                    combine(sum, beta, c);
                }
            }
        }
    }));
}

/// The dot products of `a` with the columns of a group, which lie one after another.
#[inline(always)]
fn dots<S: Simd>(isa: S, a: &[f32], columns: &[f32]) -> [f32; GROUP] {
    let k = a.len();
    assert_eq!(columns.len(), GROUP * k);
    let mut sums = [Sums::zero(isa); GROUP];
    let full = k - k % SUMS;
    for start in (0..full).step_by(SUMS) {
        for v in 0..Sums::<S>::VECTORS {
            let at = start + v * S::LANES;
            // SAFETY: this vector is one of the `SUMS` floats from `start` on, which are within `a` and each column of its length.
            unsafe {
                let a = isa.drop_tiny(isa.load_ptr(a.as_ptr().add(at)));
                for (j, sums) in sums.iter_mut().enumerate() {
                    sums.0[v] = isa.mul_add(a, isa.load_ptr(columns.as_ptr().add(j * k + at)), sums.0[v]);
                }
            }
        }
    }
    for (v, at) in (full..k).step_by(S::LANES).enumerate() {
        let a = isa.drop_tiny(row::load_partial(isa, a, at));
        for (sums, column) in sums.iter_mut().zip(columns.chunks_exact(k)) {
            sums.0[v] = isa.mul_add(a, row::load_partial(isa, column, at), sums.0[v]);
        }
    }
    sums.map(|sums| sums.total(isa))
}
