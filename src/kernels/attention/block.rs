//! Kept keys and values: how they are stored, and how attention reads them. Nothing else knows.

use super::AttentionShape;
use super::workspace::Head;
use crate::kernels::simd::sums::{SUMS, Sums};
use crate::kernels::simd::{Simd, row};
use std::ops::Range;

/// The keys and values of some consecutive positions of a sequence. Sequences may share a block.
#[derive(Clone, Copy, Debug)]
pub enum KvBlock<'a> {
    /// Floats.
    F32 {
        /// `[positions, n_kv_heads * d_head]`.
        keys: &'a [f32],
        /// As the keys.
        values: &'a [f32],
    },
}

impl KvBlock<'_> {
    /// Positions that there is room for, in a block of that shape.
    ///
    /// # Panics
    /// If it is of another shape.
    pub fn positions(&self, s: AttentionShape) -> usize {
        let Self::F32 { keys, values } = self;
        s.key_rows(&[keys, values])
    }
}

/// Which half of a block.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Keys,
    Values,
}

/// The parts of the blocks that hold the positions `keys`, in order.
pub(super) fn parts<'a>(s: AttentionShape, blocks: &'a [KvBlock<'a>], keys: Range<usize>) -> impl Iterator<Item = Part<'a>> + Clone {
    let mut next = 0;
    blocks.iter().filter_map(move |block| {
        let (first, len) = (next, block.positions(s));
        next += len;
        let within = |position: usize| position.saturating_sub(first).min(len);
        let positions = within(keys.start)..within(keys.end);
        (!positions.is_empty()).then_some(Part { block: *block, positions })
    })
}

/// Some positions of a block.
#[derive(Clone)]
pub(super) struct Part<'a> {
    block: KvBlock<'a>,
    positions: Range<usize>,
}

impl<'a> Part<'a> {
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// The rows of a head where they lie, if they are floats.
    fn in_place(&self, s: AttentionShape, kv_head: usize, side: Side) -> Option<Head<'a>> {
        match (self.block, side) {
            (KvBlock::F32 { keys: x, .. }, Side::Keys) | (KvBlock::F32 { values: x, .. }, Side::Values) => Some(self.head(s, x, kv_head)),
        }
    }

    /// Writes the rows of a head as floats to `to`, `[positions, d_head]`.
    fn copy(&self, s: AttentionShape, kv_head: usize, side: Side, to: &mut [f32]) {
        let rows = match (self.block, side) {
            (KvBlock::F32 { keys: x, .. }, Side::Keys) | (KvBlock::F32 { values: x, .. }, Side::Values) => self.head(s, x, kv_head),
        };
        for (t, to) in to.chunks_exact_mut(s.d_head).enumerate() {
            to.copy_from_slice(rows.row(t));
        }
    }

    /// `scores = q·kᵀ` of a query `[d_head]` and the keys of a head; `scores`: `[positions]`.
    #[inline(always)]
    pub fn scores<S: Simd>(&self, isa: S, s: AttentionShape, kv_head: usize, q: &[f32], scores: &mut [f32]) {
        match self.block {
            KvBlock::F32 { keys, .. } => dot_rows(isa, q, self.head(s, keys, kv_head), scores),
        }
    }

    /// `out += weights·v` of the values of a head; `weights`: `[positions]`, `out`: `[d_head]`.
    #[inline(always)]
    pub fn add_weighted<S: Simd>(&self, isa: S, s: AttentionShape, kv_head: usize, weights: &[f32], out: &mut [f32]) {
        match self.block {
            KvBlock::F32 { values, .. } => add_rows(isa, weights, self.head(s, values, kv_head), out),
        }
    }

    /// A head of these positions of the block's keys or values.
    #[inline(always)]
    fn head(&self, s: AttentionShape, x: &'a [f32], kv_head: usize) -> Head<'a> {
        Head::of_keys(s, x, kv_head).skip(self.positions.start)
    }
}

/// Whether [`rows`] finds all keys of a sequence in one piece, so that it copies nothing.
pub(super) fn in_one_piece(blocks: &[KvBlock]) -> bool {
    matches!(blocks, [KvBlock::F32 { .. }])
}

/// The keys or the values of a head as rows of floats: where they lie if that is in one piece, else copied to `to`.
pub(super) fn rows<'a: 'b, 'b>(
    parts: impl Iterator<Item = Part<'a>> + Clone,
    s: AttentionShape,
    kv_head: usize,
    side: Side,
    to: &'b mut [f32],
) -> Head<'b> {
    let mut pieces = parts.clone();
    if let (Some(only), None) = (pieces.next(), pieces.next())
        && let Some(rows) = only.in_place(s, kv_head, side)
    {
        return rows;
    }
    let mut end = 0;
    for part in parts {
        let start = end;
        end += part.len() * s.d_head;
        part.copy(s, kv_head, side, &mut to[start..end]);
    }
    Head { data: to, stride: s.d_head, width: s.d_head }
}

/// Rows that are read side by side.
const SIDE_BY_SIDE: usize = 4;

/// `out[t] = x · row t`.
#[inline(always)]
fn dot_rows<S: Simd>(isa: S, x: &[f32], rows: Head, out: &mut [f32]) {
    let mut t = 0;
    let mut chunks = out.chunks_exact_mut(SIDE_BY_SIDE);
    for out in &mut chunks {
        let dots: [f32; SIDE_BY_SIDE] = dots(isa, x, std::array::from_fn(|i| rows.row(t + i)));
        out.copy_from_slice(&dots);
        t += SIDE_BY_SIDE;
    }
    for (i, out) in chunks.into_remainder().iter_mut().enumerate() {
        [*out] = dots(isa, x, [rows.row(t + i)]);
    }
}

/// The dot products of `x` with some rows of its length.
#[inline(always)]
fn dots<S: Simd, const ROWS: usize>(isa: S, x: &[f32], rows: [&[f32]; ROWS]) -> [f32; ROWS] {
    assert!(rows.iter().all(|row| row.len() == x.len()));
    let full = x.len() - x.len() % SUMS;
    let mut sums = [Sums::zero(isa); ROWS];
    for start in (0..full).step_by(SUMS) {
        for v in 0..Sums::<S>::VECTORS {
            let at = start + v * S::LANES;
            // SAFETY: this vector is one of the `SUMS` floats from `start` on, which are within `x` and each row, of one length.
            let x = unsafe { isa.load_ptr(x.as_ptr().add(at)) };
            for (sums, row) in sums.iter_mut().zip(&rows) {
                // SAFETY: as above.
                let product = isa.mul(x, unsafe { isa.load_ptr(row.as_ptr().add(at)) });
                sums.0[v] = isa.add(sums.0[v], product);
            }
        }
    }
    for (v, at) in (full..x.len()).step_by(S::LANES).enumerate() {
        let x = row::load_partial(isa, x, at);
        for (sums, row) in sums.iter_mut().zip(&rows) {
            sums.0[v] = isa.add(sums.0[v], isa.mul(x, row::load_partial(isa, row, at)));
        }
    }
    sums.map(|sums| sums.total(isa))
}

/// Vectors of the output that are summed in registers.
const LINE: usize = 4;

/// `out += Σ weights[t] row t`.
#[inline(always)]
fn add_rows<S: Simd>(isa: S, weights: &[f32], rows: Head, out: &mut [f32]) {
    let mut col = 0;
    while out.len() - col >= LINE * S::LANES {
        add_columns::<S, LINE>(isa, weights, rows, col, out);
        col += LINE * S::LANES;
    }
    while out.len() - col >= S::LANES {
        add_columns::<S, 1>(isa, weights, rows, col, out);
        col += S::LANES;
    }
    if col < out.len() {
        let mut acc = row::load_partial(isa, out, col);
        for (t, weight) in weights.iter().enumerate() {
            acc = isa.mul_add(isa.splat(*weight), row::load_partial(isa, rows.row(t), col), acc);
        }
        let rest = out.len() - col;
        out[col..].copy_from_slice(&isa.to_array(acc)[..rest]);
    }
}

/// The part of [`add_rows`] in `VECTORS` vectors of columns from `col` on.
#[inline(always)]
fn add_columns<S: Simd, const VECTORS: usize>(isa: S, weights: &[f32], rows: Head, col: usize, out: &mut [f32]) {
    let columns = col..col + VECTORS * S::LANES;
    let out = &mut out[columns.clone()];
    let mut acc = [isa.splat(0.0); VECTORS];
    for (acc, out) in acc.iter_mut().zip(out.chunks_exact(S::LANES)) {
        *acc = isa.load(out);
    }
    for (t, weight) in weights.iter().enumerate() {
        let (weight, row) = (isa.splat(*weight), &rows.row(t)[columns.clone()]);
        for (acc, x) in acc.iter_mut().zip(row.chunks_exact(S::LANES)) {
            *acc = isa.mul_add(weight, isa.load(x), *acc);
        }
    }
    for (acc, out) in acc.into_iter().zip(out.chunks_exact_mut(S::LANES)) {
        isa.store(acc, out);
    }
}

#[cfg(test)]
mod tests {
    use super::dots;
    use crate::kernels::simd::sums::SUMS;
    use crate::kernels::simd::{Backend, Simd, dispatch, inlined};
    use crate::kernels::testing::{kernel_test, random};

    kernel_test!(
        fn scores_have_the_same_bits_with_every_instruction_set() {
            for len in 1..4 * SUMS + 3 {
                let (x, rows) = (random(len, 1), [random(len, 2), random(len, 3), random(len, 4)]);
                let bits = |backend: Backend| {
                    dispatch!(backend, |isa| isa.vectorize(inlined!(|| dots(isa, &x, [&rows[0], &rows[1], &rows[2]])))).map(f32::to_bits)
                };
                let all: Vec<_> = Backend::available().into_iter().map(bits).collect();
                assert!(all.iter().all(|bits| *bits == all[0]), "{len} floats: {all:x?}");
            }
        }
    );
}
