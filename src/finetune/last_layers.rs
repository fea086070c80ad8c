//! The last layers: those below are frozen, and no gradient goes there (feature extraction; Howard and Ruder 2018, arXiv:1801.06146,
//! unfreeze from the last layer on).

use super::{Attached, HooksOnly, Method, MethodError, Refusal};
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
        if (1..=limit).contains(&self.layers) {
            return Ok(());
        }
        let messages = [
            format!("{{fine_tuning.last_layers.layers}} is {}, but this model has {limit} layers. Choose 1 to {limit}.", self.layers),
            format!("{{fine_tuning.last_layers.layers}}的值是 {}，但该模型只有 {limit} 层。请选 1 到 {limit}。", self.layers),
        ];
        Err(Refusal::out_of_range("last_layers.layers", self.layers, messages).into())
    }

    fn limits(&self, blueprint: &Blueprint) -> Vec<(&'static str, usize)> {
        vec![("last_layers.layers", blueprint.config.n_layers)]
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
