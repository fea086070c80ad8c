//! Packing: a block of an operand of any strides becomes panels that the tile reads from front to back.
//!
//! A panel holds `width` neighbouring rows of A (or columns of B): for each `p` along the summed dimension, its
//! `width` elements side by side. The last panel is padded with zeros.

use super::Operand;
use crate::kernels::simd::{Simd, drop_tiny};
use std::ops::Range;

/// A matrix seen as `lanes` (rows of A, columns of B) along `depth` (the summed dimension).
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Source<'a> {
    data: &'a [f32],
    lane_stride: usize,
    depth_stride: usize,
}

impl<'a> Source<'a> {
    /// A matrix whose lanes, and whose elements along a lane, are so far apart.
    pub fn new(data: &'a [f32], lane_stride: usize, depth_stride: usize) -> Self {
        Self { data, lane_stride, depth_stride }
    }

    /// A left operand.
    pub fn rows_of(a: Operand<'a>) -> Self {
        Self { data: a.data, lane_stride: a.row_stride, depth_stride: a.col_stride }
    }

    /// A right operand.
    pub fn cols_of(b: Operand<'a>) -> Self {
        Self { data: b.data, lane_stride: b.col_stride, depth_stride: b.row_stride }
    }
}

/// Length of the packed form of `lanes × depth` in panels of `width`.
pub(in crate::kernels) fn packed_len(lanes: usize, depth: usize, width: usize) -> usize {
    lanes.next_multiple_of(width) * depth
}

/// Packs `lanes` × `depth` of `source` into `packed`, which is filled completely; with `DROP`, what is tiny
/// ([`TINY`](crate::kernels::simd::TINY)) becomes 0.
#[inline(always)]
pub(in crate::kernels) fn pack<S: Simd, const WIDTH: usize, const DROP: bool>(
    isa: S,
    source: Source,
    lanes: Range<usize>,
    depth: Range<usize>,
    packed: &mut [f32],
) {
    assert_eq!(packed.len(), packed_len(lanes.len(), depth.len(), WIDTH));
    if packed.is_empty() {
        return;
    }
    let last = (lanes.end - 1) * source.lane_stride + (depth.end - 1) * source.depth_stride;
    assert!(last < source.data.len(), "operand of {} floats is too short", source.data.len());
    for (i, panel) in packed.chunks_exact_mut(WIDTH * depth.len()).enumerate() {
        let first = lanes.start + i * WIDTH;
        let origin = first * source.lane_stride + depth.start * source.depth_stride;
        let data = &source.data[origin..];
        if lanes.end - first < WIDTH {
            pack_edge::<WIDTH, DROP>(data, source, lanes.end - first, panel);
        } else if source.lane_stride == 1 {
            for (p, out) in panel.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
                let from = data[p * source.depth_stride..].first_chunk().expect("as asserted above");
                if DROP { copy(isa, from, out) } else { *out = *from }
            }
        } else {
            // SAFETY: the farthest element read is within the data, as asserted above.
            unsafe { pack_transposed::<S, WIDTH, DROP>(isa, data.as_ptr(), source, panel) };
        }
    }
}

/// One row of a panel, whose elements are side by side in memory, too; what is tiny becomes 0.
#[inline(always)]
fn copy<S: Simd, const WIDTH: usize>(isa: S, from: &[f32; WIDTH], to: &mut [f32; WIDTH]) {
    let (from, to) = (from.as_ptr(), to.as_mut_ptr());
    if WIDTH.is_multiple_of(S::LANES) {
        for at in (0..WIDTH).step_by(S::LANES) {
            // SAFETY: `S::LANES` floats from `at` on are within both.
            unsafe { isa.store_ptr(isa.drop_tiny(isa.load_ptr(from.add(at))), to.add(at)) };
        }
    } else {
        const { assert!(WIDTH >= 4) };
        // The last four overlap those before where the width is no multiple of four.
        for at in (0..WIDTH).step_by(4).map(|at| at.min(WIDTH - 4)) {
            // SAFETY: four floats from `at` on are within both.
            unsafe { isa.copy_4(from.add(at), to.add(at)) };
        }
    }
}

/// A full panel whose lanes are apart in memory: each row of the output gathers from `WIDTH` streams.
///
/// # Safety
/// `WIDTH` lanes of `panel.len() / WIDTH` elements lie in the allocation of `data` at the strides of `source`.
#[inline(always)]
unsafe fn pack_transposed<S: Simd, const WIDTH: usize, const DROP: bool>(isa: S, data: *const f32, source: Source, panel: &mut [f32]) {
    let Source { lane_stride, depth_stride, .. } = source;
    let depth = panel.len() / WIDTH;
    let blocks = if depth_stride == 1 && WIDTH >= 4 { depth / 4 * 4 } else { 0 };
    for p in (0..blocks).step_by(4) {
        // The last block of lanes overlaps the one before where the width is no multiple of four.
        for lane in (0..WIDTH).step_by(4).map(|lane| lane.min(WIDTH - 4)) {
            // SAFETY: four lanes from `lane` on of four elements from `p` on, and the same places of the panel.
            unsafe {
                isa.transpose_4x4::<DROP>(data.add(lane * lane_stride + p), lane_stride, panel.as_mut_ptr().add(p * WIDTH + lane), WIDTH)
            };
        }
    }
    for (p, out) in (blocks..).zip(panel[blocks * WIDTH..].chunks_exact_mut(WIDTH)) {
        for (lane, out) in out.iter_mut().enumerate() {
            // SAFETY: promised by the caller.
            let x = unsafe { *data.add(lane * lane_stride + p * depth_stride) };
            *out = if DROP { drop_tiny(x) } else { x };
        }
    }
}

/// The last panel, of fewer lanes than its width.
fn pack_edge<const WIDTH: usize, const DROP: bool>(data: &[f32], source: Source, lanes: usize, panel: &mut [f32]) {
    for (p, out) in panel.chunks_exact_mut(WIDTH).enumerate() {
        for (lane, out) in out.iter_mut().enumerate() {
            let at = lane * source.lane_stride + p * source.depth_stride;
            *out = match lane < lanes {
                true if DROP => drop_tiny(data[at]),
                true => data[at],
                false => 0.0,
            };
        }
    }
}
