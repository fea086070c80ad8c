//! A parameter before it is made.

use crate::autograd::Split;

/// How a weight starts where nothing was learned yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Zeros.
    Zeros,
    /// Ones.
    Ones,
    /// Normal with mean zero and this standard deviation.
    Normal(f32),
    /// Uniform in `±1 / sqrt(in_features)`: PyTorch's linear layers, Kaiming uniform with `a = sqrt(5)`.
    KaimingUniform,
}

/// A parameter of the whole model.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamSpec {
    /// Hugging Face name, e.g. `model.layers.0.self_attn.q_proj.weight`.
    pub name: String,
    /// Its whole shape, of one dimension or two; matrices are `[out_features, in_features]`.
    pub shape: Vec<usize>,
    /// How it starts where nothing was learned yet.
    pub init: Init,
    /// How tensor-parallel ranks share it out.
    pub split: Split,
}

impl ParamSpec {
    /// `[rows, columns]` of the whole; what has one dimension is one row.
    pub fn matrix(&self) -> [usize; 2] {
        match self.shape[..] {
            [rows, columns] => [rows, columns],
            _ => [1, self.elements()],
        }
    }

    /// Its scalars.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it is a matrix: weight decay may act on these only.
    pub fn is_matrix(&self) -> bool {
        self.shape.len() > 1
    }
}
