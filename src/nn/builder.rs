//! Makes the parameters of a model from their specs.

use std::rc::Rc;

use super::config::ModelConfig;
use super::param::ParamSpec;
use super::part::{Region, Slice};
use super::rotary::{Rope, Rotary};
use super::source::{BuildError, WeightSource};
use crate::autograd::{ParamId, Params};
use crate::tensor::{Category, Tensor, Weight};

/// Adds the parameters of a model under construction, with their names.
pub(super) struct Builder<'a> {
    pub config: &'a ModelConfig,
    pub slice: Slice,
    pub params: &'a mut Params,
    pub source: &'a mut dyn WeightSource,
    /// Rotary embeddings made so far: layers with the same one share its tables.
    pub rotary: Vec<(Rope, Rc<Rotary>)>,
}

impl Builder<'_> {
    /// This rank's part of a weight matrix; one that was made before, where two segments share it.
    pub fn weight(&mut self, param: &ParamSpec) -> Result<ParamId, BuildError> {
        match self.params.find(&param.name) {
            Some(tied) => Ok(tied),
            None => self.param(param),
        }
    }

    /// This rank's part of a parameter that every rank has.
    pub fn param(&mut self, param: &ParamSpec) -> Result<ParamId, BuildError> {
        Ok(self.optional(param)?.expect("not one that only the leader has"))
    }

    /// This rank's part of a parameter, if it has one.
    pub fn optional(&mut self, param: &ParamSpec) -> Result<Option<ParamId>, BuildError> {
        add_param(self.params, self.source, self.slice, param)
    }

    /// The rotary embedding of a layer.
    pub fn rotary(&mut self, layer: usize) -> Option<Rc<Rotary>> {
        let rope = self.config.rope(layer)?;
        if let Some((_, made)) = self.rotary.iter().find(|(made, _)| *made == rope) {
            return Some(made.clone());
        }
        let made = Rc::new(Rotary::new(rope, self.config.d_head, self.config.max_positions));
        self.rotary.push((rope, made.clone()));
        Some(made)
    }
}

/// Adds this rank's part of a parameter, if it has one; the memory comes first, then the values.
///
/// # Errors
/// If there is no memory for it, or the source has no such values.
///
/// # Panics
/// If the name is taken.
pub fn add_param(
    params: &mut Params,
    source: &mut dyn WeightSource,
    slice: Slice,
    param: &ParamSpec,
) -> Result<Option<ParamId>, BuildError> {
    let Some(Region { rows, columns, shape }) = slice.region(param) else { return Ok(None) };
    let whole = shape == param.shape;
    if let Some(value) = source.shared(param).filter(|_| whole) {
        return Ok(Some(params.add_shared(param.name.clone(), &shape, param.split, value)?));
    }
    let mut value = Tensor::for_output(params.ledger(), Category::Parameters, &shape)?;
    let mut rest = value.data_mut();
    source.read(param, rows, &mut |row| {
        let (out, after) = std::mem::take(&mut rest).split_at_mut(columns.len());
        out.copy_from_slice(&row[columns.clone()]);
        rest = after;
    })?;
    assert!(rest.is_empty(), "the source gave fewer rows of {} than it was asked for", param.name);
    let value = Weight::of(value);
    if whole {
        source.made(param, &value);
    }
    Ok(Some(params.add(param.name.clone(), &shape, param.split, value)))
}
