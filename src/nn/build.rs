//! Where the weights of a new model come from.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use thiserror::Error;

use super::config::{ConfigError, ModelConfig};
use super::part::Slice;
use crate::autograd::{ParamId, Params, Split};
use crate::tensor::OutOfMemory;

/// Why a model could not be built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// Its sizes do not make a model.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It does not fit.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
    /// The source has no such weight.
    #[error("the weight {name} of shape {shape:?} is missing; the file has to hold every weight that its config.json asks for")]
    MissingWeight {
        /// Its name.
        name: String,
        /// The shape it would have.
        shape: Vec<usize>,
    },
    /// The source has the weight in another shape.
    #[error("the weight {name} has the shape {found:?}, where config.json asks for {expected:?}")]
    WrongShape {
        /// Its name.
        name: String,
        /// The shape it should have.
        expected: Vec<usize>,
        /// The shape it has.
        found: Vec<usize>,
    },
    /// The source has the weight in a form that cannot be read.
    #[error("the weight {name} cannot be read: {reason}")]
    UnreadableWeight {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
}

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

/// Gives each weight its first value.
pub trait WeightSource {
    /// The values of the weight `name` of that shape, row-major.
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<Vec<f32>, BuildError>;
}

/// Random weights from a seed; each depends on the seed and its own name only, not on the order of asking.
#[derive(Clone, Copy, Debug)]
pub struct RandomWeights {
    /// The seed.
    pub seed: u64,
}

impl WeightSource for RandomWeights {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<Vec<f32>, BuildError> {
        let len = shape.iter().product();
        let mut rng = Pcg64Mcg::seed_from_u64(self.seed ^ fnv1a(name.as_bytes()));
        Ok(match init {
            Init::Zeros => vec![0.0; len],
            Init::Ones => vec![1.0; len],
            Init::Normal(std) => (0..len).map(|_| std * normal(&mut rng)).collect(),
            Init::KaimingUniform => {
                let bound = 1.0 / (*shape.last().unwrap_or(&1) as f32).sqrt();
                (0..len).map(|_| bound * (2.0 * rng.random::<f32>() - 1.0)).collect()
            }
        })
    }
}

/// A standard normal number by the method of Box and Muller (1958).
fn normal(rng: &mut Pcg64Mcg) -> f32 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
}

/// The FNV-1a hash: spreads names over seeds.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Adds the parameters of a model under construction, with their names.
pub(super) struct Builder<'a> {
    pub config: &'a ModelConfig,
    pub slice: Slice,
    pub params: &'a mut Params,
    pub source: &'a mut dyn WeightSource,
}

impl Builder<'_> {
    /// This rank's part of the weight `name`, whose whole shape is `shape`.
    pub fn param(&mut self, name: String, shape: &[usize], init: Init, split: Split) -> Result<ParamId, BuildError> {
        add_param(self.params, self.source, self.slice, name, shape, init, split)
    }
}

/// Adds this rank's part of the weight `name`, whose whole shape is `shape`.
pub fn add_param(
    params: &mut Params,
    source: &mut dyn WeightSource,
    slice: Slice,
    name: String,
    shape: &[usize],
    init: Init,
    split: Split,
) -> Result<ParamId, BuildError> {
    let whole = source.weight(&name, shape, init)?;
    let (shape, data) = slice.cut(split, shape, whole);
    Ok(params.add(name, &shape, data, split)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_weights_repeat_and_have_the_asked_spread() {
        let make = |seed, name| RandomWeights { seed }.weight(name, &[100, 100], Init::Normal(0.02)).unwrap();
        let w = make(1, "a");
        assert_eq!(w, make(1, "a"));
        assert_ne!(w, make(1, "b"));
        assert_ne!(w, make(2, "a"));
        let std = (w.iter().map(|x| f64::from(x * x)).sum::<f64>() / 1e4).sqrt();
        assert!((std - 0.02).abs() < 0.001, "standard deviation {std}");
    }
}
