//! Products with very few rows, as in generating one token: B is read where it lies, by each row of A in turn.

use super::Operand;
use super::tile::Scaling;
use crate::kernels::pool::{self, SharedOut};
use crate::kernels::simd::sums::{SUMS, Sums};
use crate::kernels::simd::{Simd, inlined, row};
use std::ops::Range;

/// `C = alpha * A·B + beta * C` for a B that is contiguous along its rows or its columns.
pub(super) fn multiply<S: Simd>(isa: S, (m, k, n): (usize, usize, usize), s: Scaling, a: Operand, b: Operand, c: &mut [f32]) {
    let gathered: Vec<f32>;
    let a = if a.col_stride == 1 && (m == 1 || a.row_stride == k) {
        &a.data[..m * k]
    } else {
        gathered = (0..m).flat_map(|i| (0..k).map(move |p| a.data[i * a.row_stride + p * a.col_stride])).collect();
        &gathered
    };
    assert!((k - 1) * b.row_stride + (n - 1) * b.col_stride < b.data.len(), "B is too short");
    let grain = if pool::work([m, k, n]) < PARALLEL_FROM {
        n
    } else if b.col_stride == 1 {
        // Rows are read in runs as long as can be: the processor fetches them ahead.
        n.div_ceil(pool::threads()).next_multiple_of(LINE * S::LANES)
    } else {
        (PARALLEL_FROM / 2 / k).next_multiple_of(STREAMS).max(STREAMS)
    };
    let c = SharedOut::new(c);
    pool::run(n.div_ceil(grain), true, |job| {
        let cols = job * grain..(job * grain + grain).min(n);
        for (i, a) in a.chunks_exact(k).enumerate() {
            // SAFETY: the columns of this job in row `i` of C; no other job writes them.
            let out = unsafe { std::slice::from_raw_parts_mut(c.at(i * n + cols.start), cols.len()) };
            if b.col_stride == 1 {
                weigh_rows(isa, a, b, cols.clone(), s, out);
            } else {
                dot_columns(isa, a, b, cols.clone(), s, out);
            }
        }
    });
}

fn combine(s: Scaling, sum: f32, old: f32) -> f32 {
    if s.beta == 0.0 { s.alpha * sum } else { s.alpha * sum + s.beta * old }
}

/// Multiplications below which threads do not pay.
const PARALLEL_FROM: usize = 1 << 18;

/// Columns of B that are read side by side. They lie far apart, so that each stream goes on from one column to the next without a gap,
/// and the processor fetches ahead of all.
const STREAMS: usize = 6;
/// Rows of B that are added at a time: likewise.
const ROWS: usize = 3;

/// Each output is the dot product of `a` with a contiguous column of B.
///
/// Not inlined, as [`weigh_rows`]: within a large function WebAssembly's compiler in the browser runs out of registers for the loop.
#[inline(never)]
fn dot_columns<S: Simd>(isa: S, a: &[f32], b: Operand, cols: Range<usize>, s: Scaling, out: &mut [f32]) {
    let column = |j: usize| &b.data[j * b.col_stride..][..a.len()];
    let each = out.len() / STREAMS;
    isa.vectorize(inlined!(|| {
        for j in 0..each {
            let sums: [f32; STREAMS] = dots(isa, a, std::array::from_fn(|i| column(cols.start + j + i * each)));
            for (i, sum) in sums.into_iter().enumerate() {
                out[j + i * each] = combine(s, sum, out[j + i * each]);
            }
        }
        for (j, out) in out.iter_mut().enumerate().skip(each * STREAMS) {
            let [sum] = dots(isa, a, [column(cols.start + j)]);
            *out = combine(s, sum, *out);
        }
    }));
}

/// The dot products of `a` with some columns of its length.
#[inline(always)]
fn dots<S: Simd, const COLUMNS: usize>(isa: S, a: &[f32], columns: [&[f32]; COLUMNS]) -> [f32; COLUMNS] {
    let mut sums = [Sums::zero(isa); COLUMNS];
    let full = a.len() - a.len() % SUMS;
    for start in (0..full).step_by(SUMS) {
        for v in 0..Sums::<S>::VECTORS {
            let at = start + v * S::LANES;
            // SAFETY: this vector is one of the `SUMS` floats from `start` on, which are within `a` and each column, of one length.
            let a = unsafe { isa.load_ptr(a.as_ptr().add(at)) };
            for (sums, column) in sums.iter_mut().zip(&columns) {
                // SAFETY: as above.
                sums.0[v] = isa.mul_add(a, unsafe { isa.load_ptr(column.as_ptr().add(at)) }, sums.0[v]);
            }
        }
    }
    for (v, at) in (full..a.len()).step_by(S::LANES).enumerate() {
        let a = row::load_partial(isa, a, at);
        for (sums, column) in sums.iter_mut().zip(&columns) {
            sums.0[v] = isa.mul_add(a, row::load_partial(isa, column, at), sums.0[v]);
        }
    }
    sums.map(|sums| sums.total(isa))
}

/// The outputs are a sum of B's contiguous rows with the weights `a`, some rows at a time.
#[inline(never)]
fn weigh_rows<S: Simd>(isa: S, a: &[f32], b: Operand, cols: Range<usize>, s: Scaling, out: &mut [f32]) {
    let row = |p: usize| &b.data[p * b.row_stride..][cols.clone()];
    let each = a.len() / ROWS;
    isa.vectorize(inlined!(|| {
        for out in out.iter_mut() {
            *out = if s.beta == 0.0 { 0.0 } else { s.beta * *out };
        }
        for p in 0..each {
            let weights: [f32; ROWS] = std::array::from_fn(|i| s.alpha * a[p + i * each]);
            add_rows(isa, weights, std::array::from_fn(|i| row(p + i * each)), out);
        }
        for (p, a) in a.iter().enumerate().skip(each * ROWS) {
            add_rows(isa, [s.alpha * a], [row(p)], out);
        }
    }));
}

/// Vectors of a row that are read in one go; more would not all find a register.
const LINE: usize = 2;

/// `out += Σ a row`.
#[inline(always)]
fn add_rows<S: Simd, const N: usize>(isa: S, a: [f32; N], rows: [&[f32]; N], out: &mut [f32]) {
    let mut weights = [isa.splat(0.0); N];
    for (weight, a) in weights.iter_mut().zip(a) {
        *weight = isa.splat(a);
    }
    let line = LINE * S::LANES;
    let full = out.len() / line * line;
    // Pointers that step along: an index would be added to each row's address at every line.
    let mut next = rows.map(|row| row[..full].as_ptr());
    for out in out[..full].chunks_exact_mut(line) {
        let mut acc = [isa.splat(0.0); LINE];
        for (acc, out) in acc.iter_mut().zip(out.chunks_exact(S::LANES)) {
            *acc = isa.load(out);
        }
        for (next, weight) in next.iter_mut().zip(weights) {
            for (v, acc) in acc.iter_mut().enumerate() {
                // SAFETY: there are as many lines in each row as in `out`, and a step along the row for each.
                *acc = isa.mul_add(weight, unsafe { isa.load_ptr(next.add(v * S::LANES)) }, *acc);
            }
            *next = next.wrapping_add(line);
        }
        for (acc, out) in acc.into_iter().zip(out.chunks_exact_mut(S::LANES)) {
            isa.store(acc, out);
        }
    }
    for at in (full..out.len()).step_by(S::LANES) {
        let mut acc = row::load_partial(isa, out, at);
        for (row, weight) in rows.iter().zip(weights) {
            acc = isa.mul_add(weight, row::load_partial(isa, row, at), acc);
        }
        let end = out.len().min(at + S::LANES);
        // SAFETY: at most as many floats as lanes are left.
        unsafe { isa.store_part(acc, out[at..end].as_mut_ptr(), end - at) };
    }
}
