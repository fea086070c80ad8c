//! The feed-forward half-block: `x + down_proj(activation(norm(x)))`.

use super::blueprint::SegmentSpec;
use super::blueprint::rows::BLOCK_EXCHANGES;
use super::builder::Builder;
use super::config::FeedForwardKind;
use super::hooks::Sites;
use super::linear::Linear;
use super::pass::Pass;
use super::residual::Residual;
use super::segment::{Exchange, Segment, Values};
use super::source::BuildError;
use crate::autograd::{ParamId, Result, Tape, Var};

/// The feed-forward block, its norm and its residual.
#[derive(Debug)]
pub struct FeedForward {
    residual: Residual,
    kind: FeedForwardKind,
    /// `[d_ff, d_model]`; of a gated block only.
    gate_proj: Option<Linear>,
    /// `[d_ff, d_model]`.
    up_proj: Linear,
    /// `[d_model, d_ff]`.
    down_proj: Linear,
}

impl FeedForward {
    pub(super) fn build(b: &mut Builder, spec: &SegmentSpec) -> std::result::Result<Self, BuildError> {
        let residual = Residual::build(b, spec, spec.sites[0].role)?;
        let gate_proj = spec.find("gate_proj").map(|site| Linear::build(b, site)).transpose()?;
        let (up_proj, down_proj) = (Linear::build(b, spec.site("up_proj"))?, Linear::build(b, spec.site("down_proj"))?);
        let residual = residual.and_after(b, spec, "post_feedforward_layernorm")?;
        Ok(Self { residual, kind: b.config.feed_forward, gate_proj, up_proj, down_proj })
    }

    /// `down_proj(activation(h))`: of a slice, a part of the sum over the ranks.
    fn branch(&self, tape: &mut Tape, pass: &Pass, h: Var) -> Result<Var> {
        let gate = self.gate_proj.as_ref().map(|gate_proj| gate_proj.forward(tape, pass, &h)).transpose()?;
        let up = self.up_proj.forward(tape, pass, &h)?;
        drop(h);
        let inner = match (self.kind, &gate) {
            (FeedForwardKind::SwiGlu, Some(gate)) => tape.swiglu(gate, &up)?,
            (FeedForwardKind::GeGlu, Some(gate)) => tape.geglu(gate, &up)?,
            _ => tape.gelu(&up)?,
        };
        drop((gate, up));
        self.down_proj.forward(tape, pass, &inner)
    }
}

impl Segment for FeedForward {
    fn exchanges(&self) -> &'static [Exchange] {
        BLOCK_EXCHANGES
    }

    fn run(&self, phase: usize, tape: &mut Tape, pass: &Pass, input: Values) -> Result<Values> {
        self.residual.run(phase, tape, pass, input, |tape, h| self.branch(tape, pass, h))
    }

    fn params(&self) -> Vec<ParamId> {
        let linears = self.gate_proj.iter().chain([&self.up_proj, &self.down_proj]);
        self.residual.params(linears.flat_map(Linear::params))
    }

    fn linears(&self) -> Vec<&Linear> {
        self.gate_proj.iter().chain([&self.up_proj, &self.down_proj]).collect()
    }

    fn sites_mut(&mut self) -> Sites<'_> {
        let linears = self.gate_proj.iter_mut().chain([&mut self.up_proj, &mut self.down_proj]).collect();
        Sites { linears, output: Some(&mut self.residual.hook), ..Sites::default() }
    }
}
