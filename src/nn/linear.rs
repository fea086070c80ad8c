//! The linear layer, a site of fine-tuning methods.

use super::blueprint::SiteSpec;
use super::builder::Builder;
use super::hooks::{LinearHook, Product};
use super::part::Slice;
use super::pass::Pass;
use super::source::BuildError;
use crate::autograd::{ParamId, Result, Split, Tape, Var};

/// `y = x Wᵀ + bias`, with whatever a fine-tuning method does at it.
#[derive(Debug)]
pub struct Linear {
    /// The last part of the module's path, e.g. `q_proj`.
    pub role: &'static str,
    /// Path of the module, e.g. `model.layers.0.self_attn.q_proj`.
    pub name: String,
    /// `[out_features, in_features]`.
    pub weight: ParamId,
    /// `[out_features]`.
    pub bias: Option<ParamId>,
    /// `[in_features, out_features]` of the whole layer.
    pub features: [usize; 2],
    /// How its weight is shared out: by rows, so that each rank has some of the outputs, or by columns, so that each has a part of the
    /// sum of every output.
    pub split: Split,
    /// Which share of it this rank has.
    pub slice: Slice,
    /// What a fine-tuning method does at it.
    pub hook: Option<Box<dyn LinearHook>>,
}

impl Linear {
    pub(super) fn build(b: &mut Builder, site: &SiteSpec) -> std::result::Result<Self, BuildError> {
        let [out_features, in_features] = site.features();
        let weight = b.weight(site)?;
        let bias = match site.params.get(1) {
            Some(bias) => b.optional(bias)?,
            None => None,
        };
        Ok(Self {
            role: site.role,
            name: site.module.clone(),
            weight,
            bias,
            features: [in_features, out_features],
            split: site.weight().split,
            slice: b.slice,
            hook: None,
        })
    }

    /// `x` is `[rows, in_features]`; gives `[rows, out_features]`; of both, this rank's share where `split` says so.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        match pass.variants.and_then(|variants| variants.forward(self, tape, pass, x)) {
            Some(y) => y,
            None => self.forward_knowing(tape, pass, x, None),
        }
    }

    /// As [`Linear::forward`]; `known`: `x Wᵀ`, where it has been computed.
    pub(super) fn forward_knowing(&self, tape: &mut Tape, pass: &Pass, x: &Var, known: Option<&Var>) -> Result<Var> {
        let product = Product { known: known.map(|y| (x, y)), ..self.product(pass) };
        match &self.hook {
            Some(hook) => hook.forward(tape, pass, x, product),
            None => product.of(tape, x),
        }
    }

    pub(super) fn product<'a>(&self, pass: &Pass<'a>) -> Product<'a> {
        Product { params: pass.params, weight: self.weight, bias: self.bias, reading: pass.reading.is_some(), known: None }
    }

    /// Its parameters, its hook's last.
    pub(super) fn params(&self) -> Vec<ParamId> {
        let hook = self.hook.iter().flat_map(|hook| hook.params());
        [self.weight].into_iter().chain(self.bias).chain(hook).collect()
    }
}
