//! The part of a model that one rank of a parallel training holds.

use std::ops::Range;

use super::blueprint::Blueprint;
use super::config::{ConfigError, ModelConfig};
use super::param::ParamSpec;
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

    /// What this share has of a parameter; `None`: nothing.
    pub fn region(self, param: &ParamSpec) -> Option<Region> {
        let [rows, columns] = param.matrix();
        let (mut region, mut shape) = (Region { rows: 0..rows, columns: 0..columns, shape: Vec::new() }, param.shape.clone());
        match param.split {
            Split::Leader if !self.leads() => return None,
            Split::Leader | Split::Replicated | Split::Copied => {}
            // A vector is one row, whose elements belong to the rows of a matrix.
            Split::Rows if !param.is_matrix() => region.columns = self.range(columns),
            Split::Rows => region.rows = self.range(rows),
            Split::Columns => region.columns = self.range(columns),
        }
        *shape.last_mut()? = region.columns.len();
        if param.is_matrix() {
            shape[0] = region.rows.len();
        }
        Some(Region { shape, ..region })
    }
}

/// The part of a parameter that a rank has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Rows, of the parameter seen as a matrix.
    pub rows: Range<usize>,
    /// Columns.
    pub columns: Range<usize>,
    /// Its shape.
    pub shape: Vec<usize>,
}

impl Region {
    /// Its scalars.
    pub fn elements(&self) -> usize {
        self.rows.len() * self.columns.len()
    }
}

/// The part of a model that a rank holds: some of the segments of its blueprint, and a slice of each one's weights.
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
    pub fn whole(blueprint: &Blueprint) -> Self {
        Self { chunks: vec![0..blueprint.segments.len()], slice: Slice::WHOLE }
    }

    /// The numbers of its segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = usize> + '_ {
        self.chunks.iter().flat_map(Clone::clone)
    }

    /// Checks that a model has this part.
    ///
    /// # Errors
    /// If heads cannot be shared out.
    ///
    /// # Panics
    /// If the chunks are not ascending runs of the model's segments, or the slice is none of its count.
    pub fn validate(&self, blueprint: &Blueprint) -> Result<(), ConfigError> {
        let Slice { index, count } = self.slice;
        assert!(index < count, "slice {index} of {count}");
        let segments = blueprint.segments.len();
        let ends = self.chunks.iter().flat_map(|chunk| [chunk.start, chunk.end]).chain([segments]);
        assert!(ends.is_sorted(), "chunks {:?} of {segments} segments", self.chunks);
        let ModelConfig { n_heads, n_kv_heads, .. } = blueprint.config;
        let fits = |n: &usize| n_heads.is_multiple_of(*n) && n_kv_heads.is_multiple_of(*n);
        if !fits(&count) {
            // By the smallest factor, up or down.
            let factor = |n: &usize| (*n as f64 / count as f64).ln().abs();
            let nearest = (1..=n_heads).filter(fits).min_by(|a, b| factor(a).total_cmp(&factor(b))).unwrap_or(1);
            return Err(ConfigError::TensorParallel { n_heads, n_kv_heads, ranks: count, nearest });
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::nn::param::Init;

    #[test]
    fn the_shares_make_the_whole() {
        for (shape, splits) in [(vec![7, 5], vec![Split::Rows, Split::Columns]), (vec![7], vec![Split::Rows])] {
            for (split, count) in splits.into_iter().flat_map(|split| (1..=5).map(move |count| (split, count))) {
                let param = ParamSpec { name: "w".into(), shape: shape.clone(), init: Init::Zeros, split };
                let regions: Vec<Region> = (0..count).filter_map(|index| Slice { index, count }.region(&param)).collect();
                let mut seen = vec![0; param.elements()];
                let [_, columns] = param.matrix();
                for region in &regions {
                    assert_eq!(region.shape.iter().product::<usize>(), region.elements());
                    let cells = region.rows.clone().flat_map(|row| region.columns.clone().map(move |column| row * columns + column));
                    cells.for_each(|at| seen[at] += 1);
                }
                assert!(seen.iter().all(|times| *times == 1), "{split:?} over {count}");
            }
        }
    }

    #[test]
    fn what_only_the_leader_has() {
        let param = |split| ParamSpec { name: "w".into(), shape: vec![4], init: Init::Zeros, split };
        let region = |index, split| Slice { index, count: 2 }.region(&param(split));
        assert!(region(0, Split::Leader).is_some() && region(1, Split::Leader).is_none());
        assert_eq!(region(1, Split::Replicated).unwrap().shape, [4]);
    }

    #[test]
    fn heads_that_cannot_be_shared_out_are_an_error_with_the_nearest_number_that_can() {
        let blueprint = Blueprint::new(&ModelConfig { n_heads: 6, n_kv_heads: 6, ..ModelConfig::default() });
        let part = |count| Part { slice: Slice { index: 0, count }, ..Part::whole(&blueprint) };
        assert_eq!(part(3).validate(&blueprint), Ok(()));
        let message = part(4).validate(&blueprint).unwrap_err().to_string();
        assert!(message.contains("4 ranks") && message.contains("try 3"), "{message}");
    }
}
