//! Makes the parameters of a model from their specs.

use std::rc::Rc;

use super::blueprint::SiteSpec;
use super::config::ModelConfig;
use super::param::ParamSpec;
use super::part::{Region, Slice};
use super::rotary::{Rope, Rotary};
use super::source::{BuildError, WeightSource, format_of};
use crate::autograd::{ParamId, Params};
use crate::quant::BlockFormat;
use crate::tensor::{Category, Ledger, Tensor, Weight};

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
    /// This rank's part of a site's matrix, in the format that the source asks for; one that was made before, where two segments share it.
    pub fn weight(&mut self, site: &SiteSpec) -> Result<ParamId, BuildError> {
        Ok(self.optional_weight(site)?.expect(EVERY_RANK))
    }

    /// As [`Builder::weight`], if this rank has some of it.
    pub fn optional_weight(&mut self, site: &SiteSpec) -> Result<Option<ParamId>, BuildError> {
        let (param, format) = (site.weight(), format_of(self.source, site));
        match self.params.find(&param.name) {
            Some(tied) => Ok(Some(tied)),
            None => add(self.params, self.source, self.slice, param, format),
        }
    }

    /// This rank's part of a parameter that every rank has.
    pub fn param(&mut self, param: &ParamSpec) -> Result<ParamId, BuildError> {
        Ok(self.optional(param)?.expect(EVERY_RANK))
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

/// Why a rank has a part of it.
const EVERY_RANK: &str = "not one that only the leader has";

/// Adds this rank's part of a parameter in float32, if it has one; the memory comes first, then the values.
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
    add(params, source, slice, param, None)
}

fn add(
    params: &mut Params,
    source: &mut dyn WeightSource,
    slice: Slice,
    param: &ParamSpec,
    format: Option<&dyn BlockFormat>,
) -> Result<Option<ParamId>, BuildError> {
    let Some(region) = slice.region(param) else { return Ok(None) };
    let (name, whole) = (param.name.clone(), region.shape == param.shape);
    if let Some(value) = source.shared(param, format.map(BlockFormat::name)).filter(|_| whole) {
        return Ok(Some(match source.charges_shared() {
            true => params.add_shared(name, &region.shape, param.split, value)?,
            false => params.add(name, &region.shape, param.split, value),
        }));
    }
    let value = match format {
        None => floats(params.ledger(), source, param, &region)?,
        Some(format) => blocks(params.ledger(), source, param, &region, format)?,
    };
    if whole {
        source.made(param, &value);
    }
    Ok(Some(params.add(name, &region.shape, param.split, value)))
}

fn floats(ledger: &Ledger, source: &mut dyn WeightSource, param: &ParamSpec, region: &Region) -> Result<Weight, BuildError> {
    let mut value = Tensor::for_output(ledger, Category::Parameters, &region.shape)?;
    let mut rest = value.data_mut();
    source.read(param, region.rows.clone(), &mut |row| {
        let (out, after) = std::mem::take(&mut rest).split_at_mut(region.columns.len());
        out.copy_from_slice(&row[region.columns.clone()]);
        rest = after;
    })?;
    assert!(rest.is_empty(), "the source gave fewer rows of {} than it was asked for", param.name);
    Ok(Weight::of(value))
}

fn blocks(
    ledger: &Ledger,
    source: &mut dyn WeightSource,
    param: &ParamSpec,
    region: &Region,
    format: &dyn BlockFormat,
) -> Result<Weight, BuildError> {
    let mut writer = format.allocate(ledger, [region.rows.len(), region.columns.len()], region.columns.start)?;
    source.read(param, region.rows.clone(), &mut |row| writer.write(row, region.columns.clone()))?;
    Ok(Weight::Blocks(writer.finish()))
}
