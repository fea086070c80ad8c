//! Common shapes of parallel work: elementwise maps and column sums.

use super::pool;
use super::simd::{Inlined, Simd, inlined, row};
use std::ops::Range;

/// Elements of one piece of an elementwise kernel: some microseconds of work.
pub(super) const GRAIN: usize = 1 << 14;

/// Rows of `d` elements that make one piece.
pub(super) fn row_grain(d: usize) -> usize {
    (GRAIN / d.max(1)).max(1)
}

/// `outputs = f(inputs, outputs)`, element by element, on all threads.
pub(super) fn map<S: Simd, const IN: usize, const OUT: usize>(
    isa: S,
    inputs: [&[f32]; IN],
    outputs: [&mut [f32]; OUT],
    f: Inlined<impl Fn([S::V; IN], [S::V; OUT]) -> [S::V; OUT] + Copy + Sync>,
) {
    let len = outputs[0].len();
    assert!(
        inputs.iter().all(|x| x.len() == len) && outputs.iter().all(|x| x.len() == len),
        "elementwise kernel: inputs {:?}, outputs {:?}",
        inputs.map(<[f32]>::len),
        outputs.map(|x| x.len()),
    );
    pool::split(len, GRAIN, outputs, |range, outputs| {
        let inputs = inputs.map(|x| &x[range.clone()]);
        isa.vectorize(inlined!(|| row::map(isa, inputs, outputs, f)));
    });
}

/// Rows summed before their sum joins the total: keeps the rounding error of long columns small.
const SUM_ROWS: usize = 64;
/// Columns that one piece owns.
const SUM_COLS: usize = 64;

/// `out[j] += Σ_r f(r, inputs[r, j])` for inputs `[rows, d]`, `d = out.len()`: threads own columns.
pub(super) fn add_column_sums<S: Simd, const IN: usize>(
    isa: S,
    rows: usize,
    inputs: [&[f32]; IN],
    out: &mut [f32],
    f: Inlined<impl Fn(usize, [S::V; IN]) -> S::V + Copy + Sync>,
) {
    let d = out.len();
    assert!(inputs.iter().all(|x| x.len() == rows * d));
    if rows == 0 {
        return;
    }
    let grain = if rows * d < 2 * GRAIN { d } else { SUM_COLS };
    pool::split(d, grain, out, |cols, out| {
        isa.vectorize(inlined!(|| {
            let wide = 4 * S::LANES;
            let split = cols.start + cols.len() / wide * wide;
            let (head, tail) = out.split_at_mut(split - cols.start);
            for (col, out) in (cols.start..split).step_by(wide).zip(head.chunks_exact_mut(wide)) {
                // SAFETY: `wide` columns from `col` on are within `d`.
                unsafe { sum_columns::<S, IN, 4>(isa, rows, d, col, inputs, out, f) };
            }
            let single = split + (cols.end - split) / S::LANES * S::LANES;
            for (col, out) in (split..single).step_by(S::LANES).zip(tail.chunks_exact_mut(S::LANES)) {
                // SAFETY: `LANES` columns from `col` on are within `d`.
                unsafe { sum_columns::<S, IN, 1>(isa, rows, d, col, inputs, out, f) };
            }
            sum_last_columns(isa, rows, d, single..cols.end, inputs, &mut tail[single - split..], f);
        }));
    });
}

/// Adds the sums of `VECTORS` vectors of columns from `col` on to `out`.
///
/// # Safety
/// The columns are within `d`, and each input holds `rows * d` floats.
#[inline(always)]
unsafe fn sum_columns<S: Simd, const IN: usize, const VECTORS: usize>(
    isa: S,
    rows: usize,
    d: usize,
    col: usize,
    inputs: [&[f32]; IN],
    out: &mut [f32],
    f: Inlined<impl Fn(usize, [S::V; IN]) -> S::V>,
) {
    for start in (0..rows).step_by(SUM_ROWS) {
        let mut acc = [isa.splat(0.0); VECTORS];
        for r in start..(start + SUM_ROWS).min(rows) {
            for (v, acc) in acc.iter_mut().enumerate() {
                let mut x = [isa.splat(0.0); IN];
                for (x, input) in x.iter_mut().zip(&inputs) {
                    // SAFETY: promised by the caller.
                    *x = unsafe { isa.load_ptr(input.as_ptr().add(r * d + col + v * S::LANES)) };
                }
                *acc = isa.add(*acc, (f.0)(r, x));
            }
        }
        for (acc, out) in acc.into_iter().zip(out.chunks_exact_mut(S::LANES)) {
            isa.store(isa.add(isa.load(out), acc), out);
        }
    }
}

/// As [`sum_columns`], for fewer columns than a vector has lanes.
#[inline(always)]
fn sum_last_columns<S: Simd, const IN: usize>(
    isa: S,
    rows: usize,
    d: usize,
    cols: Range<usize>,
    inputs: [&[f32]; IN],
    out: &mut [f32],
    f: Inlined<impl Fn(usize, [S::V; IN]) -> S::V>,
) {
    if cols.is_empty() {
        return;
    }
    for start in (0..rows).step_by(SUM_ROWS) {
        let mut acc = isa.splat(0.0);
        for r in start..(start + SUM_ROWS).min(rows) {
            let mut x = [isa.splat(0.0); IN];
            for (x, input) in x.iter_mut().zip(&inputs) {
                *x = row::load_partial(isa, &input[r * d + cols.start..r * d + cols.end], 0);
            }
            acc = isa.add(acc, (f.0)(r, x));
        }
        for (out, acc) in out.iter_mut().zip(isa.to_array(acc)) {
            *out += acc;
        }
    }
}
