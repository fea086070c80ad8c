//! The segments of a transformer: what every technique puts its boundaries between.
//!
//! A segment runs in one or more *phases*, each a function that autograd records on a tape. What tensor-parallel ranks exchange stands
//! between two phases: a segment says what it needs, and the walk does it. Where no one shares the tensors, there is nothing to exchange,
//! and all phases run on one tape.

use std::fmt::Debug;

use super::attention::Attention;
use super::blueprint::{SegmentKind, SegmentSpec};
use super::builder::Builder;
use super::embedding::Embedding;
use super::feed_forward::FeedForward;
use super::head::Head;
use super::hooks::Sites;
use super::linear::Linear;
use super::pass::Pass;
use super::source::BuildError;
use crate::autograd::{ParamId, Result, Tape, Var};

/// What tensor-parallel ranks do with the hidden states between a phase and the next one, and with their gradient on its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// Nothing.
    None,
    /// Every rank's hidden states are alike, or some of the rows; the next phase needs all rows. Back, the gradient is a part of a sum.
    Gather,
    /// Every rank has a part of a sum. Back, the gradient is alike at all, or of some of the rows.
    Sum,
}

/// What goes into a phase, or comes out of it.
#[derive(Debug)]
pub struct Values {
    /// The hidden states `[rows, width]`; before the first phase of the embedding there are none.
    pub hidden: Option<Var>,
    /// What a later phase needs, untouched by the exchange.
    pub carried: Vec<Var>,
    /// What the phase adds to the loss, of shape `[1]`: a mean over the tokens of the pass.
    pub aux_loss: Option<Var>,
}

impl Values {
    /// Hidden states alone.
    pub fn of(hidden: Var) -> Self {
        Self { hidden: Some(hidden), carried: Vec::new(), aux_loss: None }
    }

    /// Hidden states, and what a later phase needs.
    pub fn carrying(hidden: Var, carried: Var) -> Self {
        Self { hidden: Some(hidden), carried: vec![carried], aux_loss: None }
    }

    /// The hidden states.
    ///
    /// # Panics
    /// If there are none: only the embedding does without.
    pub fn hidden(&self) -> &Var {
        self.hidden.as_ref().expect("a segment that is not the embedding takes hidden states")
    }
}

/// A segment: a function of its input and its parameters.
pub trait Segment: Debug {
    /// What is exchanged after each of its phases.
    fn exchanges(&self) -> &'static [Exchange];

    /// Runs phase `phase` on what the one before gave, after the exchange. The hidden states of a segment's input and output are
    /// `[rows, d_model]`; those of the head's output are logits `[rows, vocab_size]`, of a slice of a model those of some of the tokens.
    fn run(&self, phase: usize, tape: &mut Tape, pass: &Pass, input: Values) -> Result<Values>;

    /// The parameters that it reads, in the order of the forward pass: those of hooks included, and a tied one.
    fn params(&self) -> Vec<ParamId>;

    /// Its linear layers, in the order of the forward pass.
    fn linears(&self) -> Vec<&Linear>;

    /// The places where a fine-tuning method acts.
    fn sites_mut(&mut self) -> Sites<'_>;

    /// Whether its backward reads its weights.
    fn reads_weights_backward(&self) -> bool {
        true
    }
}

/// Makes the segment of that spec.
pub(super) fn build(b: &mut Builder, spec: &SegmentSpec) -> std::result::Result<Box<dyn Segment>, BuildError> {
    Ok(match spec.kind {
        SegmentKind::Embedding => Box::new(Embedding::build(b, spec)?),
        SegmentKind::Attention => Box::new(Attention::build(b, spec)?),
        SegmentKind::FeedForward => Box::new(FeedForward::build(b, spec)?),
        SegmentKind::Head => Box::new(Head::build(b, spec)?),
    })
}
