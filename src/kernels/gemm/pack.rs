//! Packing: a block of an operand of any strides becomes panels that the tile reads from front to back.
//!
//! A panel holds `width` neighbouring rows of A (or columns of B): for each `p` along the summed dimension, its
//! `width` elements side by side. The last panel is padded with zeros.

use super::Operand;
use std::ops::Range;

/// A matrix seen as `lanes` (rows of A, columns of B) along `depth` (the summed dimension).
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Source<'a> {
    data: &'a [f32],
    lane_stride: usize,
    depth_stride: usize,
}

impl<'a> Source<'a> {
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

/// Packs `lanes` × `depth` of `source` into `packed`, which is filled completely.
#[inline(always)]
pub(in crate::kernels) fn pack<const WIDTH: usize>(source: Source, lanes: Range<usize>, depth: Range<usize>, packed: &mut [f32]) {
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
            pack_edge::<WIDTH>(data, source, lanes.end - first, panel);
        } else if source.lane_stride == 1 {
            for (p, out) in panel.chunks_exact_mut(WIDTH).enumerate() {
                out.copy_from_slice(&data[p * source.depth_stride..][..WIDTH]);
            }
        } else {
            // SAFETY: the farthest element read is within the data, as asserted above.
            unsafe { pack_transposed::<WIDTH>(data.as_ptr(), source, panel) };
        }
    }
}

/// Elements of each lane that [`pack_transposed`] takes at a time: a vector's worth, so that it becomes loads and shuffles.
const RUN: usize = 4;

/// A full panel whose lanes are apart in memory: each row of the output gathers from `WIDTH` streams.
///
/// # Safety
/// `WIDTH` lanes of `panel.len() / WIDTH` elements lie in the allocation of `data` at the strides of `source`.
#[inline(always)]
unsafe fn pack_transposed<const WIDTH: usize>(data: *const f32, source: Source, panel: &mut [f32]) {
    let Source { lane_stride, depth_stride, .. } = source;
    let mut depth = 0;
    let mut rest = panel;
    if depth_stride == 1 {
        let mut runs = rest.chunks_exact_mut(RUN * WIDTH);
        for out in &mut runs {
            let mut lanes = [[0.0; RUN]; WIDTH];
            for (i, lane) in lanes.iter_mut().enumerate() {
                // SAFETY: promised by the caller; arrays of floats need no more alignment than floats.
                *lane = unsafe { data.add(i * lane_stride + depth).cast::<[f32; RUN]>().read() };
            }
            for (p, out) in out.chunks_exact_mut(WIDTH).enumerate() {
                for (out, lane) in out.iter_mut().zip(&lanes) {
                    *out = lane[p];
                }
            }
            depth += RUN;
        }
        rest = runs.into_remainder();
    }
    for (p, out) in (depth..).zip(rest.chunks_exact_mut(WIDTH)) {
        for (lane, out) in out.iter_mut().enumerate() {
            // SAFETY: promised by the caller.
            *out = unsafe { *data.add(lane * lane_stride + p * depth_stride) };
        }
    }
}

/// The last panel, of fewer lanes than its width.
fn pack_edge<const WIDTH: usize>(data: &[f32], source: Source, lanes: usize, panel: &mut [f32]) {
    for (p, out) in panel.chunks_exact_mut(WIDTH).enumerate() {
        for (lane, out) in out.iter_mut().enumerate() {
            let at = lane * source.lane_stride + p * source.depth_stride;
            *out = if lane < lanes { data[at] } else { 0.0 };
        }
    }
}
