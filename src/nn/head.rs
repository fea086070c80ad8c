//! The last segment: hidden states to logits.

use super::blueprint::SegmentSpec;
use super::blueprint::rows::HEAD_EXCHANGES;
use super::builder::Builder;
use super::hooks::Sites;
use super::linear::Linear;
use super::norm::Norm;
use super::pass::Pass;
use super::segment::{Exchange, Segment, Values};
use super::source::BuildError;
use crate::autograd::{ParamId, Result, Tape};

/// Final norm and language-model head.
#[derive(Debug)]
pub struct Head {
    norm: Norm,
    /// `[vocab_size, d_model]`; its weight is the embedding's where the two are tied.
    lm_head: Linear,
}

impl Head {
    pub(super) fn build(b: &mut Builder, spec: &SegmentSpec) -> std::result::Result<Self, BuildError> {
        Ok(Self { norm: Norm::build(b, spec.site("norm"))?, lm_head: Linear::build(b, spec.site("lm_head"))? })
    }
}

impl Segment for Head {
    fn exchanges(&self) -> &'static [Exchange] {
        HEAD_EXCHANGES
    }

    fn run(&self, phase: usize, tape: &mut Tape, pass: &Pass, input: Values) -> Result<Values> {
        let x = input.hidden();
        Ok(Values::of(match phase {
            0 => self.norm.forward(tape, pass, x)?,
            _ => self.lm_head.forward(tape, pass, x)?,
        }))
    }

    fn params(&self) -> Vec<ParamId> {
        self.norm.params().into_iter().chain(self.lm_head.params()).collect()
    }

    fn linears(&self) -> Vec<&Linear> {
        vec![&self.lm_head]
    }

    fn sites_mut(&mut self) -> Sites<'_> {
        Sites { linears: vec![&mut self.lm_head], ..Sites::default() }
    }
}
