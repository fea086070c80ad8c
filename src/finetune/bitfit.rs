//! BitFit: only the biases learn (Ben Zaken et al. 2021, arXiv:2106.10199).
//!
//! Linear layers of a block that have no bias, as most of Llama's, get one that starts at zero.

use super::effect::Effect;
use super::{Attached, HooksOnly, Method, MethodError};
use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{
    Blueprint, BuildError, Init, LinearHook, MergeError, ParamSpec, Pass, Product, SiteKind, Transformer, WeightSource, add_param,
};

/// BitFit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitFit;

/// The bias of a linear layer that has none: `MODULE.bias` `[out_features]`.
fn missing_bias(site: &SiteSpec) -> Option<ParamSpec> {
    let missing = site.kind == SiteKind::Linear && site.params.len() == 1;
    missing.then(|| {
        let [out_features, _] = site.features();
        // Where each rank has a part of the sum of every output, one of them adds the bias.
        let split = if site.weight().split == Split::Rows { Split::Rows } else { Split::Leader };
        ParamSpec { name: format!("{}.bias", site.module), shape: vec![out_features], init: Init::Zeros, split }
    })
}

impl Method for BitFit {
    fn check(&self, _: &Blueprint) -> std::result::Result<(), MethodError> {
        Ok(())
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        blueprint.sites().filter_map(|(segment, site)| Some((segment, missing_bias(site)?))).collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, param: &ParamSpec) -> bool {
        param.name.ends_with(".bias")
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (blueprint, slice) = (model.blueprint.clone(), model.part.slice);
        model.for_each_linear(|segment, linear, params| {
            let missing = blueprint.segments[segment].find(linear.role).and_then(missing_bias);
            if let Some(bias) = missing.map(|bias| add_param(params, source, slice, &bias)).transpose()?.flatten() {
                linear.hook = Some(Box::new(AddedBias { bias, name: linear.name.clone(), effect: Effect::default() }));
            }
            Ok::<(), BuildError>(())
        })?;
        Ok(Box::new(HooksOnly))
    }
}

/// The bias of one linear layer.
#[derive(Debug)]
struct AddedBias {
    bias: ParamId,
    /// Path of the layer.
    name: String,
    effect: Effect,
}

impl LinearHook for AddedBias {
    fn params(&self) -> Vec<ParamId> {
        vec![self.bias]
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, product: Product) -> Result<Var> {
        let y = product.of(tape, x)?;
        if self.effect.is_beside() { tape.add_bias(pass.params, y, self.bias) } else { Ok(y) }
    }

    fn set_enabled(&mut self, params: &mut Params, enabled: bool) -> std::result::Result<(), MergeError> {
        self.effect.set_enabled(params, enabled);
        Ok(())
    }

    fn merge(&mut self, _: &mut Params) -> std::result::Result<(), MergeError> {
        if !self.effect.is_beside() {
            return Ok(());
        }
        Err(MergeError::NoPlace { module: self.name.clone(), what: "a bias" })
    }

    fn unmerge(&mut self, params: &mut Params) {
        self.effect.unmerge(params);
    }
}
