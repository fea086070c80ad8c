//! Packing of bytes: four neighbours along a lane become one 32-bit element, the last filled up with zeros.

use std::ops::Range;

/// Quads of a lane of `k` bytes.
pub fn quads(k: usize) -> usize {
    k.div_ceil(4)
}

/// Rows of `bytes`, which are `k` long, in panels of `WIDTH`: for each quad along a row, those of the panel's rows side by side.
/// The last panel is filled up with zeros.
pub fn pack_quads<const WIDTH: usize>(bytes: &[u8], k: usize, rows: Range<usize>) -> Vec<u32> {
    let depth = quads(k);
    let mut packed = vec![0; rows.len().next_multiple_of(WIDTH) * depth];
    for (first, panel) in rows.clone().step_by(WIDTH).zip(packed.chunks_exact_mut(WIDTH * depth)) {
        for (lane, row) in (first..rows.end).take(WIDTH).enumerate() {
            let row = &bytes[row * k..][..k];
            let whole = row.chunks_exact(4);
            let rest = whole.remainder();
            let places = &mut panel[lane..];
            for (quad, place) in whole.zip(places.iter_mut().step_by(WIDTH)) {
                *place = u32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]);
            }
            if !rest.is_empty() {
                let mut last = [0; 4];
                last[..rest.len()].copy_from_slice(rest);
                places[(depth - 1) * WIDTH] = u32::from_le_bytes(last);
            }
        }
    }
    packed
}
