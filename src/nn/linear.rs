//! The linear layer, and the place where a fine-tuning method attaches to it.

use std::fmt::Debug;

use super::build::{BuildError, Builder, Init};
use super::pass::Pass;
use crate::autograd::{ParamId, Params, Result, Tape, Var};

/// What a fine-tuning method adds to one linear layer.
pub trait LinearAdapter: Debug {
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
    ) -> std::result::Result<Self, BuildError> {
        let weight = b.param(format!("{name}.weight"), &[out_features, in_features], Init::Normal(std))?;
        let bias = match b.config.bias {
            true => Some(b.param(format!("{name}.bias"), &[out_features], Init::Zeros)?),
            false => None,
        };
        Ok(Self { name, weight, bias, adapter: None })
    }

    /// `x` is `[rows, in_features]`; gives `[rows, out_features]`.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        let base = tape.linear(pass.params, x, self.weight, self.bias)?;
        match &self.adapter {
            Some(adapter) => adapter.forward(tape, pass, x, base),
            None => Ok(base),
        }
    }

    /// `[out_features, in_features]`.
    pub fn features(&self, params: &Params) -> (usize, usize) {
        let shape = params.get(self.weight).value.shape();
        (shape[0], shape[1])
    }

    /// The last part of the module's path, e.g. `q_proj`.
    pub fn kind(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}
