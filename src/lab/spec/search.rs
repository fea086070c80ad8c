//! The search for a learning rate.

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

/// A search for the learning rate, before the training: successive halving (Jamieson and Talwalkar 2016, arXiv:1502.07943).
///
/// Every candidate trains with the run's own batches, schedule and masks, and its validation loss is measured; the better half, rounded
/// up, goes on to twice as many steps, until one is left. No candidate takes more steps than the run.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct SearchSpec {
    /// Learning rates that are tried before the training, which then takes the best of them; 0: none is searched for.
    #[schemars(range(min = 0, max = 16), extend("x-step" = 1))]
    pub candidates: u32,
    /// The lowest of them. Their logarithms are evenly spaced; a single one is the geometric mean of the lowest and the highest.
    #[schemars(
        range(min = 1e-8, max = 1.0),
        extend("x-step" = 0.0001, "x-visible-if" = {"training.search.candidates": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]})
    )]
    pub lowest: f64,
    /// The highest of them.
    #[schemars(
        range(min = 1e-8, max = 1.0),
        extend("x-step" = 0.01, "x-visible-if" = {"training.search.candidates": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]})
    )]
    pub highest: f64,
    /// Steps of each in the first round. The better half then goes on to twice as many, and so on until one is left.
    #[schemars(
        range(min = 1, max = 1000),
        extend("x-unit" = "steps", "x-step" = 1, "x-visible-if" = {"training.search.candidates": [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]})
    )]
    pub steps: u32,
}

impl Default for SearchSpec {
    fn default() -> Self {
        Self { candidates: 0, lowest: 1e-4, highest: 1e-1, steps: 8 }
    }
}

impl SearchSpec {
    /// Whether a learning rate is searched for.
    pub fn is_on(&self) -> bool {
        self.candidates > 0
    }
}
