//! NF4: 4-bit codes whose 16 levels are quantiles of the normal distribution (Dettmers et al. 2023, arXiv:2305.14314, appendix E), with a
//! scale for each block of 64.

use std::ops::Range;

use super::gemm::Coded;

/// The levels, as bitsandbytes has them.
pub const LEVELS: [f32; 16] = [
    -1.0,
    -0.696_192_8,
    -0.525_073_05,
    -0.394_917_5,
    -0.284_441_38,
    -0.184_773_43,
    -0.091_050_036,
    0.0,
    0.079_580_3,
    0.160_930_2,
    0.246_112_3,
    0.337_915_24,
    0.440_709_83,
    0.562_617,
    0.722_956_84,
    1.0,
];

/// Elements that share a scale.
pub const BLOCK: usize = 64;

/// The code of 0.
const ZERO: u8 = 7;

/// The largest magnitude of `x`, with which it is divided before it is encoded; NaN where an element is not finite.
pub fn absmax(x: &[f32]) -> f32 {
    if x.iter().all(|x| x.is_finite()) { x.iter().fold(0.0, |largest, x| largest.max(x.abs())) } else { f32::NAN }
}

/// The codes of `x`, whose largest magnitude is `absmax`: for each element the index of the level nearest to `x / absmax`.
pub fn encode(x: &[f32], absmax: f32, codes: &mut [u8]) {
    assert_eq!(x.len(), codes.len());
    if absmax == 0.0 {
        return codes.fill(ZERO);
    }
    for (code, x) in codes.iter_mut().zip(x) {
        let value = x / absmax;
        let distance = |code: u8| (value - LEVELS[usize::from(code)]).abs();
        *code = (1..16).fold(0, |nearest, code| if distance(code) < distance(nearest) { code } else { nearest });
    }
}

/// Two codes a byte, the first one in the high half; after an odd number of them comes the code of 0.
pub fn pack(codes: &[u8], packed: &mut [u8]) {
    assert_eq!(packed.len(), codes.len().div_ceil(2));
    for (byte, pair) in packed.iter_mut().zip(codes.chunks(2)) {
        *byte = pair[0] << 4 | pair.get(1).copied().unwrap_or(ZERO);
    }
}

/// The levels of both codes of a byte.
static PAIRS: [[f32; 2]; 256] = {
    let mut pairs = [[0.0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [LEVELS[byte >> 4], LEVELS[byte & 15]];
        byte += 1;
    }
    pairs
};

/// `out` = the levels of the codes from number `first` on in `packed`, times `scale`.
pub fn decode(packed: &[u8], first: usize, scale: f32, out: &mut [f32]) {
    // One that is alone in its byte comes before the pairs.
    let (odd, out) = out.split_at_mut((first % 2).min(out.len()));
    if let [odd] = odd {
        *odd = PAIRS[usize::from(packed[first / 2])][1] * scale;
    }
    let bytes = &packed[first.div_ceil(2).min(packed.len())..];
    let (pairs, last) = out.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        let [high, low] = PAIRS[usize::from(*byte)];
        *pair = [high * scale, low * scale];
    }
    if let [last] = last {
        *last = PAIRS[usize::from(bytes[pairs.len()])][0] * scale;
    }
}

/// A matrix `[rows, columns]`, whose rows are parts of longer ones. Blocks are those of the longer rows, from their first element on: where
/// these are multiples of 64, as nearly everywhere, they are bitsandbytes' blocks of the flattened matrix.
#[derive(Debug)]
pub struct Nf4Matrix {
    /// Two codes a byte, `[rows, ceil(columns / 2)]`.
    pub packed: Vec<u8>,
    /// The scale of each block, in 255ths of its row's, `[rows, blocks]`: the scales are quantised, too (section 3 of the paper), but
    /// evenly, and by the row, so that they are the same wherever a part of the row is kept.
    pub scales: Vec<u8>,
    /// The largest scale of each longer row, `[rows]`.
    pub row_scales: Vec<f32>,
    /// The first column of the longer rows that is here.
    pub first: usize,
    /// Its rows and columns.
    pub shape: [usize; 2],
}

impl Nf4Matrix {
    /// Blocks that a row's columns are in.
    pub fn blocks(first: usize, columns: usize) -> usize {
        (first + columns).div_ceil(BLOCK) - first / BLOCK
    }
}

/// A scale in 255ths of the row's, rounded; what is not zero does not become zero.
pub fn encode_scale(scale: f32, row_scale: f32) -> u8 {
    if scale == 0.0 { 0 } else { (scale / row_scale * 255.0).round_ties_even().clamp(1.0, 255.0) as u8 }
}

impl Coded for Nf4Matrix {
    fn shape(&self) -> [usize; 2] {
        self.shape
    }

    fn decode(&self, row: usize, columns: Range<usize>, out: &mut [f32]) {
        let [_, width] = self.shape;
        let packed = &self.packed[row * width.div_ceil(2)..][..width.div_ceil(2)];
        let scales = &self.scales[row * Self::blocks(self.first, width)..];
        let row_scale = self.row_scales[row] / 255.0;
        let mut at = columns.start;
        while at < columns.end {
            let block = (self.first + at) / BLOCK;
            let end = ((block + 1) * BLOCK - self.first).min(columns.end);
            let scale = f32::from(scales[block - self.first / BLOCK]) * row_scale;
            decode(packed, at, scale, &mut out[at - columns.start..end - columns.start]);
            at = end;
        }
    }
}

#[cfg(test)]
mod tests;
