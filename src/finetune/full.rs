//! Full fine-tuning: every weight learns.

use super::{Attached, HooksOnly, Method, MethodError};
use crate::nn::{Blueprint, ParamSpec, Transformer, WeightSource};

/// Full fine-tuning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Method for Full {
    fn check(&self, _: &Blueprint) -> Result<(), MethodError> {
        Ok(())
    }

    fn added(&self, _: &Blueprint) -> Vec<(usize, ParamSpec)> {
        Vec::new()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        true
    }

    fn hook(&self, _: &mut Transformer, _: &mut dyn WeightSource) -> Result<Box<dyn Attached>, MethodError> {
        Ok(Box::new(HooksOnly))
    }
}
