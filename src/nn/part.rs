//! The part of a model that one rank of a parallel training holds.

use std::ops::Range;

use super::config::{ConfigError, ModelConfig};
use crate::autograd::Split;

/// One of several equal shares of each weight: what a rank of a tensor-parallel group holds (Shoeybi et al. 2019, arXiv:1909.08053).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Which, from 0.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

impl Slice {
    /// All of it.
    pub const WHOLE: Slice = Slice { index: 0, count: 1 };

    /// Whether this rank adds what only one may add: residuals, biases of sums, position embeddings.
    pub fn leads(self) -> bool {
        self.index == 0
    }

    /// This share of `len` items; shares differ by one at most.
    pub fn range(self, len: usize) -> Range<usize> {
        let start = |index: usize| index * (len / self.count) + index.min(len % self.count);
        start(self.index)..start(self.index + 1)
    }

    /// This share of a tensor, and its shape.
    pub(super) fn cut(self, split: Split, shape: &[usize], whole: Vec<f32>) -> (Vec<usize>, Vec<f32>) {
        let width = shape.last().copied().unwrap_or(1);
        match split {
            _ if self.count == 1 => (shape.to_vec(), whole),
            Split::Replicated | Split::Leader => (shape.to_vec(), whole),
            Split::Rows => {
                let row = whole.len() / shape[0];
                let rows = self.range(shape[0]);
                (with(shape, 0, rows.len()), whole[rows.start * row..rows.end * row].to_vec())
            }
            Split::Columns => {
                let cols = self.range(width);
                let mut data = Vec::with_capacity(whole.len() / width * cols.len());
                whole.chunks_exact(width).for_each(|row| data.extend_from_slice(&row[cols.clone()]));
                (with(shape, shape.len() - 1, cols.len()), data)
            }
        }
    }
}

fn with(shape: &[usize], axis: usize, size: usize) -> Vec<usize> {
    let mut shape = shape.to_vec();
    shape[axis] = size;
    shape
}

/// The part of a model that a rank holds: some of its segments, and a slice of each one's weights. Segment 0 is the embedding, then come
/// the attention and the feed-forward half-block of each layer, and last the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Runs of segments, ascending and apart: one for each virtual pipeline stage that the rank has.
    pub chunks: Vec<Range<usize>>,
    /// Which slice of each weight.
    pub slice: Slice,
}

impl Part {
    /// A whole model.
    #[expect(clippy::single_range_in_vec_init, reason = "one chunk, which is a run of segments")]
    pub fn whole(config: &ModelConfig) -> Self {
        Self { chunks: vec![0..config.n_segments()], slice: Slice::WHOLE }
    }

    /// Checks that a model of that configuration has this part.
    ///
    /// # Errors
    /// If heads cannot be shared out.
    ///
    /// # Panics
    /// If the chunks are not ascending runs of the model's segments, or the slice is none of its count.
    pub fn validate(&self, config: &ModelConfig) -> Result<(), ConfigError> {
        let Slice { index, count } = self.slice;
        assert!(index < count, "slice {index} of {count}");
        let ends = self.chunks.iter().flat_map(|chunk| [chunk.start, chunk.end]).chain([config.n_segments()]);
        assert!(ends.is_sorted(), "chunks {:?} of {} segments", self.chunks, config.n_segments());
        let fits = |n: &usize| config.n_heads.is_multiple_of(*n) && config.n_kv_heads.is_multiple_of(*n);
        if !fits(&count) {
            // By the smallest factor, up or down.
            let factor = |n: &usize| (*n as f64 / count as f64).ln().abs();
            let nearest = (1..=config.n_heads).filter(fits).min_by(|a, b| factor(a).total_cmp(&factor(b))).unwrap_or(1);
            return Err(ConfigError::TensorParallel { n_heads: config.n_heads, n_kv_heads: config.n_kv_heads, ranks: count, nearest });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_the_whole() {
        let whole: Vec<f32> = (0..35).map(|i| i as f32).collect();
        for count in 1..=5 {
            let share = |split, index| Slice { index, count }.cut(split, &[7, 5], whole.clone());
            let rows: Vec<f32> = (0..count).flat_map(|index| share(Split::Rows, index).1).collect();
            assert_eq!(rows, whole);
            let cuts: Vec<_> = (0..count).map(|index| share(Split::Columns, index)).collect();
            let columns: Vec<f32> =
                (0..7).flat_map(|row| cuts.iter().flat_map(move |(shape, data)| data[row * shape[1]..][..shape[1]].to_vec())).collect();
            assert_eq!(columns, whole);
            assert_eq!(share(Split::Replicated, count - 1), (vec![7, 5], whole.clone()));
        }
    }

    #[test]
    fn heads_that_cannot_be_shared_out_are_an_error_with_the_nearest_number_that_can() {
        let config = ModelConfig { n_heads: 6, n_kv_heads: 6, ..ModelConfig::default() };
        let part = |count| Part { slice: Slice { index: 0, count }, ..Part::whole(&config) };
        assert_eq!(part(3).validate(&config), Ok(()));
        let message = part(4).validate(&config).unwrap_err().to_string();
        assert!(message.contains("4 ranks") && message.contains("try 3"), "{message}");
    }
}
