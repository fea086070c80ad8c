//! Where the weights of a model come from. A source is read row by row into memory that the ledger has granted, so that no weight is
//! ever held twice, and a rank that keeps a slice holds no more than it.

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use thiserror::Error;

use super::blueprint::{SiteKind, SiteSpec};
use super::config::ConfigError;
use super::param::{Init, ParamSpec};
use crate::quant::BlockFormat;
use crate::tensor::{OutOfMemory, Weight};

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

/// Gives each weight its first value.
pub trait WeightSource {
    /// Calls `take` with each of `rows` of the whole parameter, in order (see [`ParamSpec::matrix`]).
    ///
    /// # Errors
    /// If the source has no such parameter, or not in that shape.
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError>;

    /// The value of a whole parameter that another model holds in that format and that this one may share.
    fn shared(&self, _: &ParamSpec, _format: Option<&'static str>) -> Option<Weight> {
        None
    }

    /// Whether a model accounts for what it shares as if it held it alone; if not, whoever made it accounts for it.
    fn charges_shared(&self) -> bool {
        true
    }

    /// A whole parameter was made with the values of this source.
    fn made(&mut self, _: &ParamSpec, _: &Weight) {}

    /// Whether it makes what was never trained: what a method derives from the model's weights at its start is to be derived.
    fn starts_anew(&self) -> bool {
        false
    }

    /// The format in which a matrix that does not learn is to be kept; `None`: float32. Linear layers, embedding and head are asked for;
    /// norms and biases are float32 always.
    fn format(&self, _: &ParamSpec) -> Option<&'static dyn BlockFormat> {
        None
    }
}

/// The weights of another source, of which some are to be kept in a format.
pub struct InFormat<'a> {
    /// The other source.
    pub source: &'a mut dyn WeightSource,
    /// The format; `None`: all are in float32.
    pub format: Option<&'static dyn BlockFormat>,
    /// Which are.
    pub which: &'a dyn Fn(&ParamSpec) -> bool,
}

impl<'a> InFormat<'a> {
    /// All of them.
    pub fn all(source: &'a mut dyn WeightSource, format: &'static dyn BlockFormat) -> Self {
        Self { source, format: Some(format), which: &|_| true }
    }
}

impl WeightSource for InFormat<'_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        self.source.read(param, rows, take)
    }

    fn shared(&self, param: &ParamSpec, format: Option<&'static str>) -> Option<Weight> {
        self.source.shared(param, format)
    }

    fn charges_shared(&self) -> bool {
        self.source.charges_shared()
    }

    fn made(&mut self, param: &ParamSpec, value: &Weight) {
        self.source.made(param, value);
    }

    fn starts_anew(&self) -> bool {
        self.source.starts_anew()
    }

    fn format(&self, param: &ParamSpec) -> Option<&'static dyn BlockFormat> {
        self.format.filter(|_| (self.which)(param))
    }
}

/// The format that the weight of a site is to be kept in.
pub fn format_of(source: &dyn WeightSource, site: &SiteSpec) -> Option<&'static dyn BlockFormat> {
    if site.kind == SiteKind::Norm { None } else { source.format(site.weight()) }
}

/// Random weights from a seed; each depends on the seed and its own name only, not on the order of asking.
#[derive(Clone, Copy, Debug)]
pub struct RandomWeights {
    /// The seed.
    pub seed: u64,
}

impl WeightSource for RandomWeights {
    fn starts_anew(&self) -> bool {
        true
    }

    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        let mut rng = Pcg64Mcg::seed_from_u64(self.seed ^ fnv1a(param.name.as_bytes()));
        let bound = 1.0 / (*param.shape.last().unwrap_or(&1) as f32).sqrt();
        read_in_order(param, rows, take, || match param.init {
            Init::Zeros => 0.0,
            Init::Ones => 1.0,
            Init::Normal(std) => std * normal(&mut rng),
            Init::KaimingUniform => bound * (2.0 * rng.random::<f32>() - 1.0),
        });
        Ok(())
    }
}

/// Reads from a source that can only give one element after the other, from the first on.
pub fn read_in_order(param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32]), mut next: impl FnMut() -> f32) {
    let [_, columns] = param.matrix();
    let mut row = vec![0.0; columns];
    for index in 0..rows.end {
        row.fill_with(&mut next);
        if rows.contains(&index) {
            take(&row);
        }
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

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::autograd::Split;

    fn read(seed: u64, name: &str, rows: Range<usize>) -> Vec<f32> {
        let param = ParamSpec { name: name.into(), shape: vec![100, 100], init: Init::Normal(0.02), split: Split::Rows };
        let mut values = Vec::new();
        RandomWeights { seed }.read(&param, rows, &mut |row| values.extend_from_slice(row)).unwrap();
        values
    }

    #[test]
    fn random_weights_repeat_and_have_the_asked_spread() {
        let w = read(1, "a", 0..100);
        assert_eq!(w, read(1, "a", 0..100));
        assert_ne!(w, read(1, "b", 0..100));
        assert_ne!(w, read(2, "a", 0..100));
        let std = (w.iter().map(|x| f64::from(x * x)).sum::<f64>() / 1e4).sqrt();
        assert!((std - 0.02).abs() < 0.001, "standard deviation {std}");
    }

    #[test]
    fn some_of_the_rows_are_those_of_the_whole() {
        assert_eq!(read(1, "a", 37..52), read(1, "a", 0..100)[3700..5200]);
    }
}
