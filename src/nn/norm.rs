//! The normalisation layer.

use super::build::{BuildError, Builder, Init};
use super::config::NormKind;
use super::pass::Pass;
use crate::autograd::{ParamId, Result, Split, Tape, Var};

/// RMSNorm or LayerNorm over the last dimension.
#[derive(Debug)]
pub struct Norm {
    /// `[d_model]`.
    pub gain: ParamId,
    /// `[d_model]`; LayerNorm only.
    pub bias: Option<ParamId>,
    eps: f32,
}

impl Norm {
    pub(super) fn build(b: &mut Builder, name: &str) -> std::result::Result<Self, BuildError> {
        let shape = [b.config.d_model];
        let gain = b.param(format!("{name}.weight"), &shape, Init::Ones, Split::Replicated)?;
        let bias = match b.config.norm {
            NormKind::RmsNorm => None,
            NormKind::LayerNorm => Some(b.param(format!("{name}.bias"), &shape, Init::Zeros, Split::Replicated)?),
        };
        Ok(Self { gain, bias, eps: b.config.norm_eps })
    }

    /// Its parameters.
    pub(super) fn params(&self) -> Vec<ParamId> {
        [self.gain].into_iter().chain(self.bias).collect()
    }

    /// `x` is `[rows, d_model]`.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        match self.bias {
            None => tape.rms_norm(pass.params, x, self.gain, 0.0, self.eps),
            Some(bias) => tape.layer_norm(pass.params, x, self.gain, bias, self.eps),
        }
    }
}
