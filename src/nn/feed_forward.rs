//! The feed-forward half-block: `x + down_proj(activation(norm(x)))`.

use super::build::{BuildError, Builder};
use super::config::FeedForwardKind;
use super::linear::Linear;
use super::norm::Norm;
use super::pass::Pass;
use crate::autograd::{Result, Split, Tape, Var};

/// The feed-forward block, its norm and its residual.
#[derive(Debug)]
pub struct FeedForward {
    /// Norm of the input.
    pub norm: Norm,
    /// `[d_ff, d_model]`; SwiGLU only.
    pub gate_proj: Option<Linear>,
    /// `[d_ff, d_model]`.
    pub up_proj: Linear,
    /// `[d_model, d_ff]`.
    pub down_proj: Linear,
    /// Whether this rank adds the residual: where the output is a sum over ranks, one does.
    residual: bool,
}

impl FeedForward {
    pub(super) fn build(b: &mut Builder, layer: usize) -> std::result::Result<Self, BuildError> {
        let (d_model, d_ff) = (b.config.d_model, b.config.d_ff);
        let (std, residual_std) = super::transformer::init_std(b.config);
        let name = |part: &str| format!("model.layers.{layer}.mlp.{part}");
        Ok(Self {
            norm: Norm::build(b, &format!("model.layers.{layer}.post_attention_layernorm"))?,
            gate_proj: match b.config.feed_forward {
                FeedForwardKind::SwiGlu => Some(Linear::build(b, name("gate_proj"), d_model, d_ff, std, Split::Rows)?),
                FeedForwardKind::Gelu => None,
            },
            up_proj: Linear::build(b, name("up_proj"), d_model, d_ff, std, Split::Rows)?,
            down_proj: Linear::build(b, name("down_proj"), d_ff, d_model, residual_std, Split::Columns)?,
            residual: b.slice.leads(),
        })
    }

    /// `x` and the output are `[batch_size * seq_len, d_model]`.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        let h = self.norm.forward(tape, pass, x)?;
        let y = self.branch(tape, pass, h)?;
        if self.residual { tape.add(x, &y) } else { Ok(y) }
    }

    /// `down_proj(activation(h))`: of a slice, a part of the sum over the ranks.
    pub fn branch(&self, tape: &mut Tape, pass: &Pass, h: Var) -> Result<Var> {
        let inner = match &self.gate_proj {
            Some(gate_proj) => {
                let gate = gate_proj.forward(tape, pass, &h)?;
                let up = self.up_proj.forward(tape, pass, &h)?;
                tape.swiglu(&gate, &up)?
            }
            None => {
                let up = self.up_proj.forward(tape, pass, &h)?;
                tape.gelu(&up)?
            }
        };
        drop(h);
        self.down_proj.forward(tape, pass, &inner)
    }
}
