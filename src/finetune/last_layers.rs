//! The last layers: those below are frozen, and no gradient goes there (feature extraction; Howard and Ruder 2018, arXiv:1801.06146,
//! unfreeze from the last layer on).

use super::{Attached, HooksOnly, Method, MethodError};
use crate::nn::{Blueprint, ParamSpec, SegmentKind, Transformer, WeightSource};

/// Trains the last layers with the final norm and the head; a head that shares the embedding's weight stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastLayers {
    /// How many layers.
    pub layers: usize,
}

impl Method for LastLayers {
    fn check(&self, blueprint: &Blueprint) -> Result<(), MethodError> {
        let limit = blueprint.config.n_layers;
        if (1..=limit).contains(&self.layers) { Ok(()) } else { Err(MethodError::Layers { layers: self.layers, limit }) }
    }

    fn added(&self, _: &Blueprint) -> Vec<(usize, ParamSpec)> {
        Vec::new()
    }

    fn learns(&self, blueprint: &Blueprint, segment: usize, _: &ParamSpec) -> bool {
        let segment = &blueprint.segments[segment];
        match segment.layer {
            Some(layer) => layer + self.layers >= blueprint.config.n_layers,
            None => segment.kind == SegmentKind::Head,
        }
    }

    fn hook(&self, _: &mut Transformer, _: &mut dyn WeightSource) -> Result<Box<dyn Attached>, MethodError> {
        Ok(Box::new(HooksOnly))
    }
}
