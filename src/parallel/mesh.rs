//! How the ranks of a world are laid out over the axes of parallelism.

use thiserror::Error;

/// An axis of a mesh, from the outermost to the innermost.
///
/// Ranks that differ in an inner axis have numbers close to each other, and on machines close ranks have the fast links, so the axes
/// are in the order of how much their ranks talk (Narayanan et al. 2021, section 3): tensor ranks several times in each layer, expert
/// ranks in each mixture layer, pipeline ranks once a stage and microbatch, data ranks once a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Replicas that see different data.
    Data,
    /// Stages of the layers.
    Pipeline,
    /// Parts of the experts of a mixture.
    Expert,
    /// Parts of each layer.
    Tensor,
}

impl Axis {
    /// All axes, outermost first.
    pub const ALL: [Axis; 4] = [Axis::Data, Axis::Pipeline, Axis::Expert, Axis::Tensor];

    /// Name in specs and messages.
    pub fn name(self) -> &'static str {
        match self {
            Axis::Data => "data",
            Axis::Pipeline => "pipeline",
            Axis::Expert => "expert",
            Axis::Tensor => "tensor",
        }
    }
}

/// A number for each axis, in the order of [`Axis::ALL`].
pub type PerAxis = [usize; 4];

/// The sizes of the axes. Rank = ((data * pipelines + pipeline) * experts + expert) * tensors + tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mesh {
    sizes: PerAxis,
}

/// Sizes that make no mesh.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MeshError {
    /// An axis without ranks.
    #[error("the mesh's {} axis has size 0; the nearest is {}", .axis.name(), shown(.nearest))]
    Empty {
        /// The axis.
        axis: Axis,
        /// The nearest sizes that make a mesh.
        nearest: PerAxis,
    },
    /// More ranks than there may be.
    #[error("the mesh {} has {} ranks, more than {limit}", shown(.sizes), ranks_shown(.sizes))]
    TooManyRanks {
        /// The sizes.
        sizes: PerAxis,
        /// The most ranks there may be.
        limit: usize,
        /// The nearest sizes that make a mesh.
        nearest: PerAxis,
    },
}

/// Experts are named only where there are any.
fn shown(sizes: &PerAxis) -> String {
    let named = Axis::ALL.iter().zip(sizes).filter(|&(&axis, &size)| axis != Axis::Expert || size != 1);
    named.map(|(axis, size)| format!("{} {size}", axis.name())).collect::<Vec<_>>().join(" × ")
}

fn ranks_shown(sizes: &PerAxis) -> String {
    product(sizes).map_or("more than 2^32".to_owned(), |ranks| ranks.to_string())
}

fn product(sizes: &PerAxis) -> Option<usize> {
    sizes.iter().try_fold(1, |product: usize, &size| product.checked_mul(size))
}

/// Each size at least 1, and the outer axes cut until all fit: fewer replicas change least of how the model is split.
fn nearest(sizes: PerAxis, limit: usize) -> PerAxis {
    let mut nearest = sizes.map(|size| size.max(1));
    for outer in 0..nearest.len() {
        let others = nearest
            .iter()
            .enumerate()
            .filter(|&(axis, _)| axis != outer)
            .fold(1, |product: usize, (_, &size)| product.saturating_mul(size));
        nearest[outer] = nearest[outer].min(limit / others).max(1);
    }
    nearest
}

impl Mesh {
    /// One rank.
    pub const ONE: Self = Self { sizes: [1; Axis::ALL.len()] };

    /// A mesh of these sizes with at most `limit` ranks.
    ///
    /// # Errors
    /// If a size is 0, or the ranks are more than `limit`.
    pub fn new(sizes: PerAxis, limit: usize) -> Result<Self, MeshError> {
        let nearest = nearest(sizes, limit);
        if let Some((&axis, _)) = Axis::ALL.iter().zip(sizes).find(|&(_, size)| size == 0) {
            return Err(MeshError::Empty { axis, nearest });
        }
        match product(&sizes) {
            Some(ranks) if ranks <= limit => Ok(Self { sizes }),
            _ => Err(MeshError::TooManyRanks { sizes, limit, nearest }),
        }
    }

    /// Number of ranks.
    pub fn ranks(&self) -> usize {
        self.sizes.iter().product()
    }

    /// Ranks along an axis.
    pub fn size(&self, axis: Axis) -> usize {
        self.sizes[axis as usize]
    }

    /// Where a rank is.
    ///
    /// # Panics
    /// If there is no such rank.
    pub fn coordinates(&self, rank: usize) -> PerAxis {
        assert!(rank < self.ranks(), "rank {rank} of {}", self.ranks());
        let mut rest = rank;
        let mut coordinates = [0; 4];
        for (coordinate, size) in coordinates.iter_mut().zip(self.sizes).rev() {
            *coordinate = rest % size;
            rest /= size;
        }
        coordinates
    }

    /// The rank at coordinates.
    ///
    /// # Panics
    /// If a coordinate is not below its axis' size.
    pub fn rank(&self, coordinates: PerAxis) -> usize {
        coordinates.iter().zip(self.sizes).fold(0, |rank, (&coordinate, size)| {
            assert!(coordinate < size, "coordinate {coordinate} of an axis of {size}");
            rank * size + coordinate
        })
    }

    /// The ranks, ascending, that differ from `rank` in these axes only, itself included: `[Data, Expert]` gives the group over both.
    ///
    /// # Panics
    /// If there is no such rank.
    pub fn group(&self, rank: usize, axes: &[Axis]) -> Vec<usize> {
        let home = self.coordinates(rank);
        let fixed = |axis: &Axis| !axes.contains(axis);
        let same = |other: &usize| {
            let there = self.coordinates(*other);
            Axis::ALL.iter().filter(|axis| fixed(axis)).all(|&axis| there[axis as usize] == home[axis as usize])
        };
        (0..self.ranks()).filter(same).collect()
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tensor_is_innermost_and_data_outermost() {
        let mesh = Mesh::new([2, 3, 1, 2], 12).unwrap();
        assert_eq!(mesh.coordinates(1), [0, 0, 0, 1]);
        assert_eq!(mesh.coordinates(2), [0, 1, 0, 0]);
        assert_eq!(mesh.coordinates(6), [1, 0, 0, 0]);
        assert_eq!(mesh.group(3, &[Axis::Tensor]), [2, 3]);
        assert_eq!(mesh.group(3, &[Axis::Pipeline]), [1, 3, 5]);
        assert_eq!(mesh.group(3, &[Axis::Data]), [3, 9]);
        assert_eq!(mesh.group(3, &[Axis::Expert]), [3]);
        assert_eq!(mesh.group(3, &[Axis::Data, Axis::Tensor]), [2, 3, 8, 9]);
    }

    #[test]
    fn errors_name_the_nearest_mesh() {
        let error = Mesh::new([2, 0, 1, 2], 8).unwrap_err();
        assert_eq!(error.to_string(), "the mesh's pipeline axis has size 0; the nearest is data 2 × pipeline 1 × tensor 2");
        let error = Mesh::new([4, 2, 1, 2], 8).unwrap_err();
        // Which of the meshes with fewer ranks a model can be spread over is not known here.
        assert_eq!(error.to_string(), "the mesh data 4 × pipeline 2 × tensor 2 has 16 ranks, more than 8");
        let error = Mesh::new([1, usize::MAX, 2, 3], 8).unwrap_err();
        assert_eq!(error, MeshError::TooManyRanks { sizes: [1, usize::MAX, 2, 3], limit: 8, nearest: [1, 1, 2, 3] });
    }

    proptest! {
        #[test]
        fn coordinates_and_ranks_are_inverse(sizes in prop::array::uniform4(1usize..5)) {
            let mesh = Mesh::new(sizes, 625).unwrap();
            for rank in 0..mesh.ranks() {
                prop_assert_eq!(mesh.rank(mesh.coordinates(rank)), rank);
            }
        }

        /// The groups over some axes cut the world into parts of the size of these axes.
        #[test]
        fn groups_partition_the_ranks(sizes in prop::array::uniform4(1usize..4), over in prop::array::uniform4(any::<bool>())) {
            let mesh = Mesh::new(sizes, 81).unwrap();
            let axes: Vec<Axis> = Axis::ALL.into_iter().zip(over).filter_map(|(axis, over)| over.then_some(axis)).collect();
            let size: usize = axes.iter().map(|&axis| mesh.size(axis)).product();
            for rank in 0..mesh.ranks() {
                let group = mesh.group(rank, &axes);
                prop_assert_eq!(group.len(), size);
                prop_assert!(group.contains(&rank));
                prop_assert!(group.iter().all(|&other| mesh.group(other, &axes) == group));
            }
        }

        #[test]
        fn the_nearest_mesh_is_one(sizes in prop::array::uniform4(prop::num::usize::ANY), limit in 1usize..100) {
            prop_assert!(Mesh::new(nearest(sizes, limit), limit).is_ok());
        }
    }
}
