//! The normalisation layer.

use super::blueprint::SiteSpec;
use super::builder::Builder;
use super::config::NormKind;
use super::pass::Pass;
use super::source::BuildError;
use crate::autograd::{ParamId, Result, Tape, Var};

/// RMSNorm or LayerNorm over rows as wide as its gain.
#[derive(Debug)]
pub struct Norm {
    /// `[width]`.
    pub gain: ParamId,
    /// `[width]`; LayerNorm only.
    pub bias: Option<ParamId>,
    kind: NormKind,
    eps: f32,
}

impl Norm {
    pub(super) fn build(b: &mut Builder, site: &SiteSpec) -> std::result::Result<Self, BuildError> {
        let gain = b.param(site.weight())?;
        let bias = site.params.get(1).map(|bias| b.param(bias)).transpose()?;
        Ok(Self { gain, bias, kind: b.config.norm, eps: b.config.norm_eps })
    }

    /// Its parameters.
    pub(super) fn params(&self) -> Vec<ParamId> {
        [self.gain].into_iter().chain(self.bias).collect()
    }

    /// `x` is of rows as wide as the gain, or as wide as several of them.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        match self.bias {
            Some(bias) => tape.layer_norm(pass.params, x, self.gain, bias, self.eps),
            None => {
                let offset = if self.kind == NormKind::OffsetRmsNorm { 1.0 } else { 0.0 };
                tape.rms_norm(pass.params, x, self.gain, offset, self.eps)
            }
        }
    }
}
