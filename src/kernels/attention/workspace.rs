//! Scratch memory of one attention job, kept by each thread from call to call.

use super::AttentionShape;
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
    /// A query head of a tensor like the queries.
    pub fn of_queries(s: AttentionShape, x: &'a [f32], head: usize) -> Self {
        Self { data: &x[head * s.d_head..], stride: s.q_stride(), width: s.d_head }
    }

    /// A key/value head of a tensor like the keys.
    pub fn of_keys(s: AttentionShape, x: &'a [f32], kv_head: usize) -> Self {
        Self { data: &x[kv_head * s.d_head..], stride: s.kv_stride(), width: s.d_head }
    }

    /// The rows from `first` on, of which there is one at least.
    pub fn skip(self, first: usize) -> Self {
        Self { data: &self.data[first * self.stride..], ..self }
    }

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

    /// The rows as a right operand `[rows, width]`. For [`rows_from`], `to` has room for a panel more.
    #[inline(always)]
    pub fn pack_right<S: Simd>(self, isa: S, rows: Range<usize>, to: &mut [f32]) -> Packed<'_> {
        let depth = rows.len();
        let len = packed_len(self.width, depth, tile_cols::<S>());
        pack_b::<S, false>(isa, Source::cols_of(self.matrix()), 0..self.width, rows, &mut to[..len]);
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

/// The columns of a packed right operand from `first` on, where a panel starts.
#[inline(always)]
pub(super) fn cols_from(b: Packed, first: usize) -> Packed {
    Packed { panels: &b.panels[first * b.depth..], ..b }
}

/// The rows of a packed right operand from `first` on: for a left operand that is no deeper than these.
#[inline(always)]
pub(super) fn rows_from<S: Simd>(b: Packed, first: usize) -> Packed {
    // Every panel then begins `first` rows later; the last ends in the room behind.
    Packed { panels: &b.panels[first * tile_cols::<S>()..], ..b }
}

/// Floats that [`Head::pack_right`] needs for `n_keys` rows, of which only some may be read.
pub(super) fn room_right<S: Simd>(s: AttentionShape, n_keys: usize) -> usize {
    let behind = if s.window.is_some() { tile_cols::<S>() } else { 0 };
    room::<S>(s.d_head + behind, n_keys)
}

/// Floats that a packed operand of `lanes` × `depth` needs on any backend.
pub(super) fn room<S: Simd>(lanes: usize, depth: usize) -> usize {
    packed_len(lanes, depth, tile_cols::<S>()).max(packed_len(lanes, depth, S::TILE_ROWS))
}
