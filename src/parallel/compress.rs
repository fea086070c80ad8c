//! Gradients in fewer bytes, with error feedback.
//!
//! What an encoding loses of one step's gradient is added to the next one's, so that nothing is lost for good: without this, values
//! that round to nothing would never be learned (Seide et al. 2014; Karimireddy et al. 2019, arXiv:1901.09847).

use half::f16;
use half::slice::HalfFloatSliceExt;
use thiserror::Error;

/// How gradients are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Compression {
    /// As they are: 4 bytes an element.
    None,
    /// As float16: 2 bytes an element (Micikevicius et al. 2018, arXiv:1710.03740).
    Float16,
    /// As 8-bit integers, [`INT8_BLOCK`] of which share a float32 scale (Dettmers 2016, arXiv:1511.04561).
    Int8,
    /// Only this share of the elements, those of the largest magnitude, at 8 bytes each (Aji and Heafield 2017, arXiv:1704.05021).
    TopK {
        /// Above 0, at most 1.
        keep: f64,
    },
}

/// Elements that share a scale in [`Compression::Int8`].
pub const INT8_BLOCK: usize = 256;

/// Bytes that are no encoding of as many elements as were expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{bytes} bytes are no {encoding} encoding of {elements} gradient elements")]
pub struct Malformed {
    /// The encoding.
    pub encoding: &'static str,
    /// Bytes received.
    pub bytes: usize,
    /// Elements expected.
    pub elements: usize,
}

impl Compression {
    /// Name in results.
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Float16 => "float16",
            Compression::Int8 => "int8",
            Compression::TopK { .. } => "top_k",
        }
    }

    /// Bytes of `len` encoded elements.
    pub fn encoded_len(self, len: usize) -> usize {
        match self {
            Compression::None => 4 * len,
            Compression::Float16 => 2 * len,
            Compression::Int8 => len + 4 * len.div_ceil(INT8_BLOCK),
            Compression::TopK { keep } => 8 * kept(keep, len),
        }
    }

    /// Encodes `x`.
    pub fn encode(self, x: &[f32]) -> Vec<u8> {
        match self {
            Compression::None => x.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Compression::Float16 => encode_f16(x),
            Compression::Int8 => x.chunks(INT8_BLOCK).flat_map(encode_block).collect(),
            Compression::TopK { keep } => encode_largest(x, kept(keep, x.len())),
        }
    }

    /// Adds the elements that `bytes` encode to `sum`.
    ///
    /// # Errors
    /// If `bytes` encode another number of elements.
    pub fn decode_add(self, bytes: &[u8], sum: &mut [f32]) -> Result<(), Malformed> {
        let malformed = Malformed { encoding: self.name(), bytes: bytes.len(), elements: sum.len() };
        if bytes.len() != self.encoded_len(sum.len()) {
            return Err(malformed);
        }
        match self {
            Compression::None => {
                for (sum, x) in sum.iter_mut().zip(bytes.chunks_exact(4)) {
                    *sum += le_f32(x);
                }
            }
            Compression::Float16 => {
                for (sum, x) in sum.iter_mut().zip(bytes.chunks_exact(2)) {
                    *sum += f16::from_le_bytes([x[0], x[1]]).to_f32();
                }
            }
            Compression::Int8 => {
                for (sum, block) in sum.chunks_mut(INT8_BLOCK).zip(bytes.chunks(4 + INT8_BLOCK)) {
                    let (scale, values) = block.split_at(4);
                    let scale = le_f32(scale);
                    for (sum, x) in sum.iter_mut().zip(values) {
                        *sum += scale * f32::from(*x as i8);
                    }
                }
            }
            Compression::TopK { .. } => {
                for entry in bytes.chunks_exact(8) {
                    let index = u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]) as usize;
                    *sum.get_mut(index).ok_or(malformed)? += le_f32(&entry[4..]);
                }
            }
        }
        Ok(())
    }
}

/// Elements that top-k keeps of `len`.
fn kept(keep: f64, len: usize) -> usize {
    ((keep * len as f64).ceil() as usize).clamp(len.min(1), len)
}

fn le_f32(bytes: &[u8]) -> f32 {
    f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn encode_f16(x: &[f32]) -> Vec<u8> {
    let mut halves = vec![f16::ZERO; x.len()];
    halves.convert_from_f32_slice(x);
    // A gradient beyond float16's range is sent as its largest number; error feedback carries the rest.
    let bounded = halves.into_iter().map(|h| if h.is_infinite() { f16::MAX.copysign(h) } else { h });
    bounded.flat_map(f16::to_le_bytes).collect()
}

fn encode_block(x: &[f32]) -> Vec<u8> {
    let max = x.iter().fold(0.0f32, |max, x| max.max(x.abs()));
    let scale = max / 127.0;
    let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    let values = x.iter().map(|x| (x * inverse).round_ties_even().clamp(-127.0, 127.0) as i8 as u8);
    scale.to_le_bytes().into_iter().chain(values).collect()
}

fn encode_largest(x: &[f32], count: usize) -> Vec<u8> {
    let mut order: Vec<u32> = (0..x.len() as u32).collect();
    // By index where magnitudes are equal, so that the choice is the same on every machine.
    let larger = |a: &u32, b: &u32| x[*b as usize].abs().total_cmp(&x[*a as usize].abs()).then(a.cmp(b));
    if 0 < count && count < order.len() {
        order.select_nth_unstable_by(count - 1, larger);
    }
    order.truncate(count);
    order.sort_unstable();
    order.into_iter().flat_map(|index| [index.to_le_bytes(), x[index as usize].to_le_bytes()].concat()).collect()
}

/// What encodings have lost so far of one gradient.
#[derive(Debug, Default)]
pub struct ErrorFeedback {
    lost: Vec<f32>,
}

impl ErrorFeedback {
    /// What was lost so far.
    pub fn lost(&self) -> &[f32] {
        &self.lost
    }

    /// What was lost so far, to go on from a snapshot.
    pub fn lost_mut(&mut self) -> &mut Vec<f32> {
        &mut self.lost
    }

    /// Encodes `x` and what was lost before, and keeps what is lost now; `x` is used up.
    pub fn encode(&mut self, compression: Compression, x: &mut [f32]) -> Result<Vec<u8>, Malformed> {
        self.lost.resize(x.len(), 0.0);
        for (x, lost) in x.iter_mut().zip(&self.lost) {
            *x += lost;
        }
        let bytes = compression.encode(x);
        self.lost.fill(0.0);
        compression.decode_add(&bytes, &mut self.lost)?;
        for (lost, x) in self.lost.iter_mut().zip(x) {
            *lost = *x - *lost;
        }
        Ok(bytes)
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
