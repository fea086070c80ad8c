//! The product of packed blocks on one thread.
//!
//! Natively these are part of whoever calls them, which was entered with the instruction set switched on. In WebAssembly it always is, and
//! one copy of each makes the file smaller.

use super::pack::{Source, pack};
use super::tile::{Scaling, Window, tile};
use crate::kernels::simd::Simd;
use std::ops::Range;

/// Columns of a tile.
pub(in crate::kernels) const fn tile_cols<S: Simd>() -> usize {
    S::TILE_VECTORS * S::LANES
}

/// Packs rows of a left operand into panels of `TILE_ROWS`; with `DROP`, what is tiny becomes 0.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(in crate::kernels) fn pack_a<S: Simd, const DROP: bool>(isa: S, a: Source, rows: Range<usize>, depth: Range<usize>, to: &mut [f32]) {
    match S::TILE_ROWS {
        4 => pack::<S, 4, DROP>(isa, a, rows, depth, to),
        6 => pack::<S, 6, DROP>(isa, a, rows, depth, to),
        rows => unreachable!("no tile of {rows} rows"),
    }
}

/// Packs columns of a right operand into panels as wide as the tile; with `DROP`, what is tiny becomes 0.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(in crate::kernels) fn pack_b<S: Simd, const DROP: bool>(isa: S, b: Source, cols: Range<usize>, depth: Range<usize>, to: &mut [f32]) {
    match tile_cols::<S>() {
        8 => pack::<S, 8, DROP>(isa, b, cols, depth, to),
        16 => pack::<S, 16, DROP>(isa, b, cols, depth, to),
        cols => unreachable!("no tile of {cols} columns"),
    }
}

/// Packed panels, and how deep each of them is.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Packed<'a> {
    pub panels: &'a [f32],
    pub depth: usize,
}

/// `C[rows, cols] = alpha * A·B + beta * C` from packed A and B; of a B deeper than A only the first `a.depth`
/// rows take part.
///
/// # Safety
/// `rows` × `cols` of `c` may be read and written by this thread alone.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(in crate::kernels) unsafe fn multiply<S: Simd>(
    isa: S,
    a: Packed,
    b: Packed,
    scaling: Scaling,
    c: Window,
    (rows, cols): (usize, usize),
) {
    let (tile_rows, tile_cols) = (S::TILE_ROWS, tile_cols::<S>());
    for (j, b) in (0..cols).step_by(tile_cols).zip(b.panels.chunks_exact(b.depth * tile_cols)) {
        for (i, a) in (0..rows).step_by(tile_rows).zip(a.panels.chunks_exact(a.depth * tile_rows)) {
            let size = (tile_rows.min(rows - i), tile_cols.min(cols - j));
            // SAFETY: the tile lies within the part of `c` that the caller owns.
            unsafe {
                let c = c.at(i, j);
                match (S::TILE_ROWS, S::TILE_VECTORS) {
                    (4, 2) => tile::<S, 4, 2>(isa, a, b, scaling, c, size),
                    (6, 2) => tile::<S, 6, 2>(isa, a, b, scaling, c, size),
                    shape => unreachable!("no tile of shape {shape:?}"),
                }
            }
        }
    }
}
