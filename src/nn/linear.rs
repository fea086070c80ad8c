//! The linear layer, and the place where a fine-tuning method attaches to it.

use std::fmt::Debug;

use super::build::{BuildError, Builder, Init};
use super::part::Slice;
use super::pass::Pass;
use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};

/// What a fine-tuning method adds to one linear layer.
pub trait LinearAdapter: Debug {
    /// Its parameters.
    fn params(&self) -> Vec<ParamId>;
    /// The layer's output, given its input `x` `[rows, in_features]` and its own output `base` `[rows, out_features]`.
    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, base: Var) -> Result<Var>;
    /// Switches the method off, so that the layer is the base model's, and on again. A merged adapter is unmerged first.
    fn set_enabled(&mut self, params: &mut Params, weight: ParamId, enabled: bool);
    /// Adds the method's effect to the layer's weight, so that it costs nothing any more. No effect when merged or disabled.
    fn merge(&mut self, params: &mut Params, weight: ParamId);
    /// Takes the method's effect out of the weight again. No effect when not merged.
    fn unmerge(&mut self, params: &mut Params, weight: ParamId);
}

/// `y = x Wᵀ + bias`, with whatever a fine-tuning method adds.
#[derive(Debug)]
pub struct Linear {
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
    /// What a fine-tuning method added.
    pub adapter: Option<Box<dyn LinearAdapter>>,
}

impl Linear {
    pub(super) fn build(
        b: &mut Builder,
        name: String,
        in_features: usize,
        out_features: usize,
        std: f32,
        split: Split,
    ) -> std::result::Result<Self, BuildError> {
        let weight = b.param(format!("{name}.weight"), &[out_features, in_features], Init::Normal(std), split)?;
        // A bias that is added to a sum over the ranks may be added once only.
        let bias_split = if split == Split::Columns { Split::Leader } else { split };
        let bias = match b.config.bias && (bias_split != Split::Leader || b.slice.leads()) {
            true => Some(b.param(format!("{name}.bias"), &[out_features], Init::Zeros, bias_split)?),
            false => None,
        };
        Ok(Self { name, weight, bias, features: [in_features, out_features], split, slice: b.slice, adapter: None })
    }

    /// `x` is `[rows, in_features]`; gives `[rows, out_features]`; of both, this rank's share where `split` says so.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        let base = tape.linear(pass.params, x, self.weight, self.bias)?;
        match &self.adapter {
            Some(adapter) => adapter.forward(tape, pass, x, base),
            None => Ok(base),
        }
    }

    /// Its parameters, its adapter's last.
    pub(super) fn params(&self) -> Vec<ParamId> {
        let adapter = self.adapter.iter().flat_map(|adapter| adapter.params());
        [self.weight].into_iter().chain(self.bias).chain(adapter).collect()
    }

    /// The last part of the module's path, e.g. `q_proj`.
    pub fn kind(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}
