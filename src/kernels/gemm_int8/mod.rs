//! Products of 8-bit integers, exact on every processor: `C[m, n] = A[m, k] · B[n, k]ᵀ` in 32-bit integers.
//!
//! A, the activations, has 7 bits (0 to 127, see [`DotInt8`]); B, the weights, is signed. Both are packed like float operands, with
//! four neighbours along `k` in the place of one float.

mod pack;

use super::gemm::tile::for_each_step;
use super::pool::{self, SharedOut};
use super::simd::{Backend, DotInt8, dispatch, inlined};
use pack::{pack_quads, quads};

/// The largest value of an activation.
pub const MAX_ACTIVATION: u8 = 127;

/// Longest `k` whose sums fit 32 bits.
pub const MAX_DEPTH: usize = i32::MAX as usize / (127 * 128);

/// Columns of one job.
const JOB_COLS: usize = 64;
/// Multiplications below which threads do not pay.
const PARALLEL_FROM: usize = 1 << 20;
/// Up to this many rows, reading B where it lies beats packing it.
const THIN_ROWS: usize = 3;

/// `C = A · Bᵀ`: `a` is `[m, k]` of values up to [`MAX_ACTIVATION`], `b` is `[n, k]`, `c` is `[m, n]`, all row-major. With a larger value
/// in `a` the result would depend on the processor; debug builds check it.
///
/// # Panics
/// If a length is not that of its shape, or `k` is above [`MAX_DEPTH`].
pub fn gemm_int8(m: usize, k: usize, n: usize, a: &[u8], b: &[i8], c: &mut [i32]) {
    assert!(a.len() == m * k && b.len() == n * k && c.len() == m * n, "gemm_int8: operands do not have [m, k, n] = [{m}, {k}, {n}]");
    assert!(k <= MAX_DEPTH, "gemm_int8: sums of {k} products do not fit 32 bits");
    debug_assert!(a.iter().all(|a| *a <= MAX_ACTIVATION), "gemm_int8: an activation of more than 7 bits");
    if c.is_empty() || k == 0 {
        c.fill(0);
        return;
    }
    dispatch!(Backend::current(), |isa| {
        if m <= THIN_ROWS {
            thin(isa, (m, k, n), a, b, c);
        } else {
            blocked(isa, (m, k, n), a, b, c);
        }
    });
}

/// Few rows: each output is a dot product with a row of B, which is read once, where it lies.
fn thin<S: DotInt8>(isa: S, (m, k, n): (usize, usize, usize), a: &[u8], b: &[i8], c: &mut [i32]) {
    let parallel = pool::work([m, k, n]) >= PARALLEL_FROM / 4;
    let c = SharedOut::new(c);
    let grain = if parallel { n.div_ceil(pool::threads()) } else { n };
    pool::run(n.div_ceil(grain), parallel, |job| {
        let cols = job * grain..(job * grain + grain).min(n);
        for i in 0..m {
            // SAFETY: the columns of this job in row `i` of C; no other job writes them.
            let out = unsafe { std::slice::from_raw_parts_mut(c.at(i * n + cols.start), cols.len()) };
            dot_rows(isa, &a[i * k..][..k], &b[cols.start * k..cols.end * k], out);
        }
    });
}

/// Each output is the dot product of `a` with a row of its length.
///
/// Not inlined: within a large function WebAssembly's compiler in the browser runs out of registers for the loop.
#[inline(never)]
fn dot_rows<S: DotInt8>(isa: S, a: &[u8], rows: &[i8], out: &mut [i32]) {
    let k = a.len();
    isa.vectorize(inlined!(|| {
        let apart = out.len() / STREAMS;
        for j in 0..apart {
            let sums: [i32; STREAMS] = dots(isa, a, &rows[j * k..], apart * k);
            for (stream, sum) in sums.into_iter().enumerate() {
                out[j + stream * apart] = sum;
            }
        }
        for j in STREAMS * apart..out.len() {
            [out[j]] = dots(isa, a, &rows[j * k..], 0);
        }
    }));
}

/// Rows of B that are read side by side. They lie far apart, so that each stream goes on from one row to the next without a gap, and
/// the processor fetches ahead of all.
const STREAMS: usize = 6;

/// The dot products of `a` with `N` rows of its length, which begin `apart` bytes from each other.
#[inline(always)]
fn dots<S: DotInt8, const N: usize>(isa: S, a: &[u8], rows: &[i8], apart: usize) -> [i32; N] {
    assert!((N - 1) * apart + a.len() <= rows.len(), "the last row is cut off");
    let vector = 4 * S::LANES;
    // Two chains a row, so that the latency of the products does not rule.
    let mut acc = [[isa.splat_quad(0); 2]; N];
    let pairs = a.len() / (2 * vector) * (2 * vector);
    for p in (0..pairs).step_by(2 * vector) {
        // SAFETY: two vectors from `p` on are within `a`, and each row is as long.
        unsafe {
            let [a0, a1] = load_pair(isa, a.as_ptr().add(p));
            // One pointer that steps from row to row: one for each would not find a register.
            let mut row = rows.as_ptr().cast::<u8>().add(p);
            for acc in &mut acc {
                let [b0, b1] = load_pair(isa, row);
                *acc = [isa.dot(b0, a0, acc[0]), isa.dot(b1, a1, acc[1])];
                row = row.wrapping_add(apart);
            }
        }
    }
    let mut sums = [0; N];
    for (sum, [even, odd]) in sums.iter_mut().zip(acc) {
        *sum = isa.sum_ints(even, odd);
    }
    if pairs < a.len() {
        for (sum, row) in sums.iter_mut().zip((0..N).map(|i| &rows[i * apart..])) {
            *sum += a[pairs..].iter().zip(&row[pairs..]).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum::<i32>();
        }
    }
    sums
}

/// The two vectors of quads at `src`.
///
/// # Safety
/// `src` is valid for reading two vectors of quads.
#[inline(always)]
unsafe fn load_pair<S: DotInt8>(isa: S, src: *const u8) -> [S::I; 2] {
    // SAFETY: promised by the caller.
    unsafe { [isa.load_quads(src.cast()), isa.load_quads(src.add(4 * S::LANES).cast())] }
}

/// Packs all of A, and, a job at a time, the columns that it computes.
fn blocked<S: DotInt8>(isa: S, (m, k, n): (usize, usize, usize), a: &[u8], b: &[i8], c: &mut [i32]) {
    let depth = quads(k);
    let width = S::TILE_VECTORS * S::LANES;
    let packed_a = pack_rows::<S>(a, k, 0..m);
    let c = SharedOut::new(c);
    pool::run(n.div_ceil(JOB_COLS), pool::work([m, k, n]) >= PARALLEL_FROM, |job| {
        let cols = job * JOB_COLS..(job * JOB_COLS + JOB_COLS).min(n);
        let packed_b = pack_columns::<S>(b, k, cols.clone());
        isa.vectorize(inlined!(|| {
            for (j, b) in cols.clone().step_by(width).zip(packed_b.chunks_exact(width * depth)) {
                for (i, a) in (0..m).step_by(S::INT8_ROWS).zip(packed_a.chunks_exact(S::INT8_ROWS * depth)) {
                    let size = (S::INT8_ROWS.min(m - i), width.min(cols.end - j));
                    // SAFETY: the tile lies within the columns of this job.
                    unsafe {
                        match (S::INT8_ROWS, S::TILE_VECTORS) {
                            (4, 2) => tile::<S, 4, 2>(isa, a, b, c.at(i * n + j), n, size),
                            shape => unreachable!("no integer tile of shape {shape:?}"),
                        }
                    }
                }
            }
        }));
    });
}

fn pack_rows<S: DotInt8>(a: &[u8], k: usize, rows: std::ops::Range<usize>) -> Vec<u32> {
    match S::INT8_ROWS {
        4 => pack_quads::<4>(a, k, rows),
        rows => unreachable!("no integer tile of {rows} rows"),
    }
}

fn pack_columns<S: DotInt8>(b: &[i8], k: usize, cols: std::ops::Range<usize>) -> Vec<u32> {
    // SAFETY: `i8` and `u8` have one size and alignment, and every pattern of bits is a value of both.
    let bytes = unsafe { std::slice::from_raw_parts(b.as_ptr().cast::<u8>(), b.len()) };
    match S::TILE_VECTORS * S::LANES {
        8 => pack_quads::<8>(bytes, k, cols),
        16 => pack_quads::<16>(bytes, k, cols),
        cols => unreachable!("no integer tile of {cols} columns"),
    }
}

/// One register tile of C, of which the first `rows` × `cols` are written.
///
/// # Safety
/// `rows` × `cols` of `c`, whose rows are `row_stride` apart, may be written by this thread alone.
#[inline(always)]
unsafe fn tile<S: DotInt8, const ROWS: usize, const VECTORS: usize>(
    isa: S,
    a: &[u32],
    b: &[u32],
    c: *mut i32,
    row_stride: usize,
    (rows, cols): (usize, usize),
) {
    let mut acc = [[isa.splat_quad(0); VECTORS]; ROWS];
    for_each_step(
        (a, ROWS),
        (b, VECTORS * S::LANES),
        // SAFETY: a step has `ROWS` quads of A and `VECTORS` vectors of B.
        inlined!(|a, b| unsafe { accumulate(isa, a, b, &mut acc) }),
    );
    let mut whole = [[[0; 8]; VECTORS]; ROWS];
    for (acc, out) in acc.iter().zip(&mut whole) {
        for (acc, out) in acc.iter().zip(out) {
            *out = isa.ints(*acc);
        }
    }
    for (i, tile) in whole.iter().enumerate().take(rows) {
        for (v, lanes) in tile.iter().enumerate() {
            let len = S::LANES.min(cols.saturating_sub(v * S::LANES));
            // SAFETY: `len` columns of row `i` that the caller owns.
            unsafe { std::ptr::copy_nonoverlapping(lanes.as_ptr(), c.add(i * row_stride + (v * S::LANES).min(cols)), len) };
        }
    }
}

/// Adds the products of a column of quads of A and a row of quads of B to the tile.
///
/// # Safety
/// `a` is valid for reading `ROWS` quads and `b` for `VECTORS` vectors.
#[inline(always)]
unsafe fn accumulate<S: DotInt8, const ROWS: usize, const VECTORS: usize>(
    isa: S,
    a: *const u32,
    b: *const u32,
    acc: &mut [[S::I; VECTORS]; ROWS],
) {
    let mut weights = [isa.splat_quad(0); VECTORS];
    for (v, weights) in weights.iter_mut().enumerate() {
        // SAFETY: promised by the caller.
        *weights = unsafe { isa.load_quads(b.add(v * S::LANES)) };
    }
    for (i, acc) in acc.iter_mut().enumerate() {
        // SAFETY: promised by the caller.
        let activations = isa.splat_quad(unsafe { *a.add(i) });
        for (acc, weights) in acc.iter_mut().zip(weights) {
            *acc = isa.dot(weights, activations, *acc);
        }
    }
}

#[cfg(test)]
mod tests;
