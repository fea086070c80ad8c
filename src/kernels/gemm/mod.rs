//! General matrix product: blocked and packed after Goto & van de Geijn, "Anatomy of high-performance matrix
//! multiplication" (2008).
//!
//! A and B are packed in blocks of at most [`DEPTH`] along the summed dimension; jobs of [`JOB_ROWS`] ×
//! [`JOB_COLS`] outputs then run over the thread pool. Each output is summed in one order, whoever computes it.

pub(super) mod block;
mod coded;
mod narrow;
pub(super) mod pack;
mod thin;
pub(super) mod tile;

use super::pool::{self, SharedOut};
use super::simd::{Backend, Simd, dispatch, inlined};
use block::{Packed, multiply, pack_a, pack_b, tile_cols};
use coded::pack_coded;
use pack::{Source, packed_len};
use std::cell::Cell;
use std::ops::Range;
use tile::{Scaling, Window};

pub use coded::{Coded, CodedOperand};

/// Longest run of the summed dimension that is packed at once: a panel of B stays in the first-level cache.
const DEPTH: usize = 256;
/// Rows of A and columns of B that are packed at once: half a MiB each at full depth.
const OUTER_ROWS: usize = 480;
const OUTER_COLS: usize = 512;
/// Outputs of one job; multiples of every backend's tile.
const JOB_ROWS: usize = 48;
const JOB_COLS: usize = 256;
/// Jobs of a small product have fewer rows, so that there are about as many as this for each thread to take.
const JOBS_A_THREAD: usize = 4;
const FEWEST_JOB_ROWS: usize = 12;
/// Elements that one packing job handles, about.
const PACK_GRAIN: usize = 1 << 16;
/// Up to this many rows, reading B where it lies beats packing it.
const THIN_ROWS: usize = 3;
/// Multiplications below which threads do not pay.
const PARALLEL_FROM: usize = 1 << 20;

/// A read-only matrix of any strides: element (i, j) is `data[i * row_stride + j * col_stride]`.
#[derive(Clone, Copy)]
pub struct Operand<'a> {
    /// The storage.
    pub data: &'a [f32],
    /// Distance between vertical neighbours.
    pub row_stride: usize,
    /// Distance between horizontal neighbours.
    pub col_stride: usize,
}

impl<'a> Operand<'a> {
    /// The row-major matrix `data` that has `cols` columns.
    pub fn row_major(data: &'a [f32], cols: usize) -> Self {
        Self { data, row_stride: cols, col_stride: 1 }
    }

    /// The transpose of the row-major matrix `data` that has `cols` columns.
    pub fn transposed(data: &'a [f32], cols: usize) -> Self {
        Self { data, row_stride: 1, col_stride: cols }
    }
}

/// `C[m, n] = alpha * A[m, k] · B[k, n] + beta * C[m, n]`; `C` is row-major; `beta == 0` never reads `C`.
///
/// Of more than a few rows, elements of A and B that are tiny ([`TINY`](super::simd::TINY)) count as 0.
#[allow(clippy::too_many_arguments)]
pub fn gemm(m: usize, k: usize, n: usize, alpha: f32, a: Operand, b: Operand, beta: f32, c: &mut [f32]) {
    if is_empty((m, k, n), beta, c) {
        return;
    }
    let scaling = Scaling { alpha, beta };
    let thin = m <= THIN_ROWS && (b.row_stride == 1 || b.col_stride == 1);
    let narrow = narrow::Way::of((m, k, n), a, b);
    dispatch!(Backend::current(), |isa| {
        if thin {
            thin::multiply(isa, (m, k, n), scaling, a, b, c);
        } else if let Some(way) = narrow {
            narrow::multiply(isa, way, (m, k, n), scaling, a, b, c);
        } else {
            blocked(isa, (m, k, n), scaling, a, Right::Floats(Source::cols_of(b)), c);
        }
    });
}

/// As [`gemm`] with a right operand in another form: bitwise the product with what it decodes to, where that is not one of very few rows.
#[allow(clippy::too_many_arguments)]
pub fn gemm_coded(m: usize, k: usize, n: usize, alpha: f32, a: Operand, b: CodedOperand, beta: f32, c: &mut [f32]) {
    let [rows, columns] = b.matrix.shape();
    let shape = if b.transposed { [columns, rows] } else { [rows, columns] };
    assert_eq!(shape, [k, n], "gemm_coded: B must be [k, n]");
    if !is_empty((m, k, n), beta, c) {
        dispatch!(Backend::current(), |isa| blocked(isa, (m, k, n), Scaling { alpha, beta }, a, Right::Coded(b), c));
    }
}

/// Whether a product has nothing to add up; `c` is then what it is without.
fn is_empty((m, k, n): (usize, usize, usize), beta: f32, c: &mut [f32]) -> bool {
    assert_eq!(c.len(), m * n, "gemm: C must be [m, n] = [{m}, {n}]");
    if k == 0 {
        // Not `0 * x`, which keeps NaN.
        c.iter_mut().for_each(|c| *c = if beta == 0.0 { 0.0 } else { *c * beta });
    }
    k == 0 || c.is_empty()
}

/// The right operand.
#[derive(Clone, Copy)]
enum Right<'a> {
    Floats(Source<'a>),
    Coded(CodedOperand<'a>),
}

impl Right<'_> {
    /// Packs columns into panels as wide as the tile.
    fn pack<S: Simd>(self, isa: S, cols: Range<usize>, depth: Range<usize>, to: &mut [f32]) {
        match self {
            Self::Floats(source) => isa.vectorize(inlined!(|| pack_b::<S, true>(isa, source, cols, depth, to))),
            Self::Coded(coded) => pack_coded(isa, coded, cols, depth, to),
        }
    }
}

thread_local! {
    /// The packed blocks of A and of B, kept from call to call.
    static PACKED: Cell<(Vec<f32>, Vec<f32>)> = const { Cell::new((Vec::new(), Vec::new())) };
}

/// The blocks one after another, each on all threads.
fn blocked<S: Simd>(isa: S, (m, k, n): (usize, usize, usize), s: Scaling, a: Operand, b: Right, c: &mut [f32]) {
    let a = Source::rows_of(a);
    // Taken, not borrowed: while this thread waits for others it may start a second product.
    let (mut packed_a, mut packed_b) = PACKED.take();
    // Blocks of equal size: 300 is 152 + 148 rather than 256 + 44.
    let depth = k.div_ceil(k.div_ceil(DEPTH)).next_multiple_of(4);
    for depth_start in (0..k).step_by(depth) {
        let depth = depth_start..(depth_start + depth).min(k);
        let beta = if depth_start == 0 { s.beta } else { 1.0 };
        let s = Scaling { beta, ..s };
        for col in (0..n).step_by(OUTER_COLS) {
            let cols = OUTER_COLS.min(n - col);
            let len = packed_len(cols, depth.len(), tile_cols::<S>());
            grow(&mut packed_b, len);
            pack_panels(cols, depth.len(), tile_cols::<S>(), &mut packed_b[..len], |lanes, to| {
                b.pack(isa, col + lanes.start..col + lanes.end, depth.clone(), to);
            });
            for row in (0..m).step_by(OUTER_ROWS) {
                let rows = OUTER_ROWS.min(m - row);
                let len_a = packed_len(rows, depth.len(), S::TILE_ROWS);
                grow(&mut packed_a, len_a);
                pack_panels(rows, depth.len(), S::TILE_ROWS, &mut packed_a[..len_a], |lanes, to| {
                    let lanes = row + lanes.start..row + lanes.end;
                    isa.vectorize(inlined!(|| pack_a::<S, true>(isa, a, lanes, depth.clone(), to)));
                });
                let c = (SharedOut::new(&mut c[row * n + col..]), n);
                multiply_blocks(isa, depth.len(), (rows, cols), &packed_a[..len_a], &packed_b[..len], s, c);
            }
        }
    }
    PACKED.set((packed_a, packed_b));
}

fn grow(buffer: &mut Vec<f32>, len: usize) {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
}

/// Packs `lanes` on all threads: `pack_lanes` gets a range of lanes and the panels that they fill.
fn pack_panels(lanes: usize, depth: usize, width: usize, to: &mut [f32], pack_lanes: impl Fn(Range<usize>, &mut [f32]) + Sync) {
    let panels = pool::Rows { data: to, width: width * depth };
    let per_job = (PACK_GRAIN / (width * depth)).max(1);
    pool::split(lanes.div_ceil(width), per_job, panels, |range, part| {
        pack_lanes(range.start * width..(range.end * width).min(lanes), part.data);
    });
}

/// The product of packed blocks on all threads; `c` is its first element and its row stride.
fn multiply_blocks<S: Simd>(
    isa: S,
    depth: usize,
    (rows, cols): (usize, usize),
    a: &[f32],
    b: &[f32],
    scaling: Scaling,
    (c, row_stride): (SharedOut, usize),
) {
    let parallel = pool::work([rows, cols, depth]) >= PARALLEL_FROM;
    let jobs_across = cols.div_ceil(JOB_COLS);
    let job_rows = if parallel { job_rows(rows, jobs_across) } else { JOB_ROWS };
    let jobs_down = rows.div_ceil(job_rows);
    pool::run(jobs_down * jobs_across, parallel, |job| {
        let (row, col) = (job % jobs_down * job_rows, job / jobs_down * JOB_COLS);
        let size = (job_rows.min(rows - row), JOB_COLS.min(cols - col));
        let a = Packed { panels: &a[row * depth..], depth };
        let b = Packed { panels: &b[col * depth..], depth };
        isa.vectorize(inlined!(|| {
            // SAFETY: jobs are disjoint windows within the rows × cols of `c`, which this call borrows mutably.
            unsafe {
                let c = Window { origin: c.at(row * row_stride + col), row_stride };
                multiply(isa, a, b, scaling, c, size);
            }
        }));
    });
}

/// Rows of one job.
fn job_rows(rows: usize, jobs_across: usize) -> usize {
    let wanted_down = (JOBS_A_THREAD * pool::threads()).div_ceil(jobs_across);
    (rows / wanted_down / FEWEST_JOB_ROWS * FEWEST_JOB_ROWS).clamp(FEWEST_JOB_ROWS, JOB_ROWS)
}

#[cfg(test)]
mod tests;
