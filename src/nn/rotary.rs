//! The rotary position embedding: its frequencies, and their tables, which are as long as the longest sequence seen.

use std::cell::RefCell;
use std::f64::consts::TAU;
use std::rc::Rc;

use thiserror::Error;

use crate::autograd::Result;
use crate::kernels::rope::fill_rope_tables;
use crate::tensor::{Category, Ledger, Tensor};

/// A rotary embedding (Su et al. 2021, arXiv:2104.09864): pair `i` of a head turns by `theta^(-2i / d_head)` with each position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rope {
    /// Base of the wavelengths.
    pub theta: f64,
    /// How the frequencies are changed for longer texts than the model first learned on.
    pub scaling: RopeScaling,
}

/// A change of a rotary embedding's frequencies, as Hugging Face names them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RopeScaling {
    /// None.
    Default,
    /// All are divided by `factor` (Chen et al. 2023, arXiv:2306.15595).
    Linear {
        /// How much longer texts become.
        factor: f64,
    },
    /// Low frequencies are divided by `factor`, high ones stay, and those between change over (Llama 3.1).
    Llama3 {
        /// How much longer texts become.
        factor: f64,
        /// Wavelengths above `original_max_position_embeddings / low_freq_factor` are low frequencies.
        low_freq_factor: f64,
        /// Wavelengths below `original_max_position_embeddings / high_freq_factor` are high frequencies.
        high_freq_factor: f64,
        /// Longest text that the model first learned on.
        original_max_position_embeddings: usize,
    },
    /// The base grows with the text's length, beyond that of the texts the model learned on: up to it, nothing changes. A longer text
    /// would turn all earlier keys anew with each token, which has no one meaning with a cache, and is refused.
    Dynamic {
        /// How much longer texts become.
        factor: f64,
        /// Longest text that the model first learned on.
        original_max_position_embeddings: usize,
    },
}

/// A rotary embedding that cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RopeError {
    /// A number is out of range.
    #[error("{field} = {value} of the rotary embedding; it has to be {condition}")]
    Value {
        /// The field, as Hugging Face names it.
        field: &'static str,
        /// Its value.
        value: f64,
        /// What would do.
        condition: &'static str,
    },
    /// Texts may be longer than the frequencies are defined for.
    #[error(
        "rope_type dynamic is defined for texts of up to {original} tokens, and the model reads {max_positions}; set \
         max_position_embeddings to {original}"
    )]
    Dynamic {
        /// Longest text that it is defined for.
        original: usize,
        /// Longest text of the model.
        max_positions: usize,
    },
}

impl Rope {
    /// The plain embedding of that base.
    pub const fn of(theta: f64) -> Self {
        Self { theta, scaling: RopeScaling::Default }
    }

    /// Checks that it is defined for texts of up to `max_positions` tokens.
    ///
    /// # Errors
    /// Naming the field, its value and what would do.
    pub fn validate(&self, max_positions: usize) -> std::result::Result<(), RopeError> {
        let at_least = |field, value: f64, least: f64, condition| match value.is_finite() && value >= least {
            true => Ok(()),
            false => Err(RopeError::Value { field, value, condition }),
        };
        at_least("rope_theta", self.theta, f64::MIN_POSITIVE, "above 0")?;
        match self.scaling {
            RopeScaling::Default => Ok(()),
            RopeScaling::Linear { factor } => at_least("factor", factor, 1.0, "at least 1"),
            RopeScaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings } => {
                at_least("factor", factor, 1.0, "at least 1")?;
                at_least("low_freq_factor", low_freq_factor, f64::MIN_POSITIVE, "above 0")?;
                at_least("original_max_position_embeddings", original_max_position_embeddings as f64, 1.0, "at least 1")?;
                match high_freq_factor.is_finite() && high_freq_factor > low_freq_factor {
                    true => Ok(()),
                    false => {
                        Err(RopeError::Value { field: "high_freq_factor", value: high_freq_factor, condition: "above low_freq_factor" })
                    }
                }
            }
            RopeScaling::Dynamic { original_max_position_embeddings: original, .. } if max_positions > original => {
                Err(RopeError::Dynamic { original, max_positions })
            }
            RopeScaling::Dynamic { .. } => Ok(()),
        }
    }

    /// What each pair of a head turns by with each position, `[d_head / 2]`, in radians.
    pub fn frequencies(&self, d_head: usize) -> Vec<f64> {
        let plain = (0..d_head / 2).map(|i| self.theta.powf(-2.0 * i as f64 / d_head as f64));
        match self.scaling {
            RopeScaling::Default | RopeScaling::Dynamic { .. } => plain.collect(),
            RopeScaling::Linear { factor } => plain.map(|frequency| frequency / factor).collect(),
            RopeScaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings } => plain
                .map(|frequency| {
                    let turns = original_max_position_embeddings as f64 * frequency / TAU;
                    let smooth = ((turns - low_freq_factor) / (high_freq_factor - low_freq_factor)).clamp(0.0, 1.0);
                    (1.0 - smooth) * frequency / factor + smooth * frequency
                })
                .collect(),
        }
    }
}

/// Cosines and sines, `[positions, d_head / 2]` each.
pub type RotaryTables = Rc<(Tensor, Tensor)>;

/// Makes tables when they are needed: a model that could read 131,072 tokens mostly reads a few hundred.
#[derive(Debug)]
pub(super) struct Rotary {
    frequencies: Vec<f64>,
    max_positions: usize,
    tables: RefCell<Option<RotaryTables>>,
}

impl Rotary {
    pub fn new(rope: Rope, d_head: usize, max_positions: usize) -> Self {
        Self { frequencies: rope.frequencies(d_head), max_positions, tables: RefCell::default() }
    }

    /// Tables of at least the first `positions`.
    pub fn tables(&self, positions: usize, ledger: &Ledger) -> Result<RotaryTables> {
        let mut kept = self.tables.borrow_mut();
        match &*kept {
            Some(tables) if tables.0.shape()[0] >= positions => Ok(tables.clone()),
            _ => {
                // By doubling: a text that grows token by token makes few of them.
                let rows = positions.next_power_of_two().min(self.max_positions).max(positions);
                Ok(kept.insert(self.make(rows, ledger)?).clone())
            }
        }
    }

    fn make(&self, positions: usize, ledger: &Ledger) -> Result<RotaryTables> {
        let table = || Tensor::zeros(ledger, Category::Parameters, &[positions, self.frequencies.len()]);
        let (mut cos, mut sin) = (table()?, table()?);
        fill_rope_tables(&self.frequencies, 1.0, cos.data_mut(), sin.data_mut());
        Ok(Rc::new((cos, sin)))
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn llama3_keeps_high_frequencies_and_divides_low_ones() {
        let scaling =
            RopeScaling::Llama3 { factor: 8.0, low_freq_factor: 1.0, high_freq_factor: 4.0, original_max_position_embeddings: 8192 };
        let (plain, scaled) = (Rope::of(500_000.0).frequencies(128), Rope { theta: 500_000.0, scaling }.frequencies(128));
        assert_eq!(plain[0], scaled[0]);
        assert!((scaled[63] - plain[63] / 8.0).abs() < 1e-18);
        let between =
            plain.iter().zip(&scaled).filter(|(plain, scaled)| **scaled < **plain && **scaled > **plain / 8.0 * 1.000_001).count();
        assert!(between > 5, "{between} frequencies change over");
    }

    #[test]
    fn what_is_not_defined_is_refused_with_what_would_do() {
        let dynamic = Rope { theta: 1e4, scaling: RopeScaling::Dynamic { factor: 2.0, original_max_position_embeddings: 2048 } };
        assert_eq!(dynamic.validate(2048), Ok(()));
        assert!(dynamic.validate(2049).unwrap_err().to_string().contains("set max_position_embeddings to 2048"));
        let linear = |factor| Rope { theta: 1e4, scaling: RopeScaling::Linear { factor } };
        assert!(linear(0.5).validate(1).unwrap_err().to_string().contains("factor = 0.5"));
        assert!(linear(f64::NAN).validate(1).is_err() && Rope::of(0.0).validate(1).is_err());
        let halved: Vec<f64> = Rope::of(1e4).frequencies(8).into_iter().map(|frequency| frequency / 2.0).collect();
        assert_eq!(linear(2.0).frequencies(8), halved);
    }
}
