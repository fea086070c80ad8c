//! Scratch memory of one attention job, kept by each thread from call to call.

use crate::kernels::gemm::Operand;
use crate::kernels::gemm::block::{Packed, pack_a, pack_b, tile_cols};
use crate::kernels::gemm::pack::{Source, packed_len};
use crate::kernels::simd::Simd;
use std::cell::Cell;
use std::ops::Range;

thread_local! {
    static SCRATCH: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Calls `f` with buffers of the given lengths and any content.
pub(super) fn with_buffers<const N: usize, R>(lens: [usize; N], f: impl FnOnce([&mut [f32]; N]) -> R) -> R {
    // Taken, not borrowed, so that no call can find it in use.
    let mut scratch = SCRATCH.take();
    let total = lens.iter().sum();
    if scratch.len() < total {
        scratch.resize(total, 0.0);
    }
    let mut rest = &mut scratch[..];
    let result = f(lens.map(|len| {
        let (head, tail) = std::mem::take(&mut rest).split_at_mut(len);
        rest = tail;
        head
    }));
    SCRATCH.set(scratch);
    result
}

/// The rows of one head: `width` floats every `stride` floats.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    pub data: &'a [f32],
    pub stride: usize,
    pub width: usize,
}

impl<'a> Head<'a> {
    /// Row `t`.
    #[inline(always)]
    pub fn row(self, t: usize) -> &'a [f32] {
        &self.data[t * self.stride..][..self.width]
    }

    fn matrix(self) -> Operand<'a> {
        Operand { data: self.data, row_stride: self.stride, col_stride: 1 }
    }

    /// The rows as a left operand `[rows, width]`.
    #[inline(always)]
    pub fn pack_left<S: Simd>(self, isa: S, rows: Range<usize>, to: &mut [f32]) -> Packed<'_> {
        let to = &mut to[..packed_len(rows.len(), self.width, S::TILE_ROWS)];
        pack_a::<S, false>(isa, Source::rows_of(self.matrix()), rows, 0..self.width, to);
        Packed { panels: to, depth: self.width }
    }

    /// The transpose of the rows as a left operand `[width, rows]`.
    #[inline(always)]
    pub fn pack_left_transposed<S: Simd>(self, isa: S, rows: Range<usize>, to: &mut [f32]) -> Packed<'_> {
        let to = &mut to[..packed_len(self.width, rows.len(), S::TILE_ROWS)];
        let depth = rows.len();
        pack_a::<S, false>(isa, Source::cols_of(self.matrix()), 0..self.width, rows, to);
        Packed { panels: to, depth }
    }

    /// The rows as a right operand `[rows, width]`.
    #[inline(always)]
    pub fn pack_right<S: Simd>(self, isa: S, rows: Range<usize>, to: &mut [f32]) -> Packed<'_> {
        let to = &mut to[..packed_len(self.width, rows.len(), tile_cols::<S>())];
        let depth = rows.len();
        pack_b::<S, false>(isa, Source::cols_of(self.matrix()), 0..self.width, rows, to);
        Packed { panels: to, depth }
    }

    /// The transpose of the rows as a right operand `[width, rows]`.
    #[inline(always)]
    pub fn pack_right_transposed<S: Simd>(self, isa: S, rows: Range<usize>, to: &mut [f32]) -> Packed<'_> {
        let to = &mut to[..packed_len(rows.len(), self.width, tile_cols::<S>())];
        pack_b::<S, false>(isa, Source::rows_of(self.matrix()), rows, 0..self.width, to);
        Packed { panels: to, depth: self.width }
    }
}

/// Floats that a packed operand of `lanes` × `depth` needs on any backend.
pub(super) fn room<S: Simd>(lanes: usize, depth: usize) -> usize {
    packed_len(lanes, depth, tile_cols::<S>()).max(packed_len(lanes, depth, S::TILE_ROWS))
}
