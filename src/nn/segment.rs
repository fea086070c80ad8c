//! The segments of a transformer: what autograd records at once, and what every technique puts its boundaries between.

use super::attention::Attention;
use super::build::{BuildError, Builder};
use super::embedding::Embedding;
use super::feed_forward::FeedForward;
use super::head::Head;
use super::linear::Linear;
use super::norm::Norm;
use super::pass::Pass;
use crate::autograd::{ParamId, Result, Tape, Var};

/// A segment: a function of its input and its parameters.
#[derive(Debug)]
pub enum Segment {
    /// Tokens to hidden states.
    Embedding(Embedding),
    /// Attention half-block.
    Attention(Attention),
    /// Feed-forward half-block.
    FeedForward(FeedForward),
    /// Hidden states to logits.
    Head(Head),
}

impl Segment {
    /// Segment `index` of the builder's model, counted as in [`super::Part`].
    pub(super) fn build(b: &mut Builder, index: usize) -> std::result::Result<Self, BuildError> {
        let (last, layer) = (b.config.n_segments() - 1, index.saturating_sub(1) / 2);
        Ok(match index {
            0 => Segment::Embedding(Embedding::build(b)?),
            _ if index == last => Segment::Head(Head::build(b)?),
            _ if index % 2 == 1 => Segment::Attention(Attention::build(b, layer)?),
            _ => Segment::FeedForward(FeedForward::build(b, layer)?),
        })
    }

    /// `x` is the output of the segment before, `[batch_size * seq_len, d_model]`, and so is this one's, but that of the head:
    /// `[batch_size * seq_len, vocab_size]`. Of a slice of a model, the output is a part of the sum over the ranks, or, from the head, some
    /// of the logits.
    ///
    /// # Panics
    /// If there is no `x`, which only the embedding does without.
    pub fn forward(&self, tape: &mut Tape, pass: &Pass, x: Option<&Var>) -> Result<Var> {
        match (self, x) {
            (Segment::Embedding(segment), _) => segment.forward(tape, pass),
            (Segment::Attention(segment), Some(x)) => segment.forward(tape, pass, x),
            (Segment::FeedForward(segment), Some(x)) => segment.forward(tape, pass, x),
            (Segment::Head(segment), Some(x)) => segment.forward(tape, pass, x),
            (_, None) => panic!("a segment that is not the first needs the output of the one before"),
        }
    }

    /// The segment's norm alone: the first half of [`Segment::forward`], without the residual.
    ///
    /// # Panics
    /// For the embedding, which has none.
    pub fn norm(&self, tape: &mut Tape, pass: &Pass, x: &Var) -> Result<Var> {
        match self {
            Segment::Embedding(_) => panic!("an embedding has no norm"),
            Segment::Attention(Attention { norm, .. })
            | Segment::FeedForward(FeedForward { norm, .. })
            | Segment::Head(Head { norm, .. }) => norm.forward(tape, pass, x),
        }
    }

    /// What follows the norm: the second half of [`Segment::forward`], without the residual.
    ///
    /// # Panics
    /// For the embedding, which has no norm.
    pub fn branch(&self, tape: &mut Tape, pass: &Pass, h: Var) -> Result<Var> {
        match self {
            Segment::Embedding(_) => panic!("an embedding has no norm"),
            Segment::Attention(segment) => segment.branch(tape, pass, h),
            Segment::FeedForward(segment) => segment.branch(tape, pass, h),
            Segment::Head(segment) => segment.branch(tape, pass, h),
        }
    }

    /// The parameters that it reads, in the order of the forward pass: those of adapters included, and a tied one.
    pub fn params(&self) -> Vec<ParamId> {
        let of = |norm: &Norm, linears: &[&Linear]| {
            let linears = linears.iter().flat_map(|linear| linear.params());
            norm.params().into_iter().chain(linears).collect()
        };
        match self {
            Segment::Embedding(Embedding { tokens, positions, .. }) => [*tokens].into_iter().chain(*positions).collect(),
            Segment::Attention(Attention { norm, q_proj, k_proj, v_proj, o_proj, .. }) => of(norm, &[q_proj, k_proj, v_proj, o_proj]),
            Segment::FeedForward(FeedForward { norm, gate_proj: Some(gate_proj), up_proj, down_proj, .. }) => {
                of(norm, &[gate_proj, up_proj, down_proj])
            }
            Segment::FeedForward(FeedForward { norm, gate_proj: None, up_proj, down_proj, .. }) => of(norm, &[up_proj, down_proj]),
            Segment::Head(Head { norm, lm_head }) => norm.params().into_iter().chain([*lm_head]).collect(),
        }
    }

    /// The linear layers that fine-tuning methods attach to, in the order of the forward pass.
    pub(super) fn linears_mut(&mut self) -> Vec<&mut Linear> {
        match self {
            Segment::Embedding(_) | Segment::Head(_) => vec![],
            Segment::Attention(Attention { q_proj, k_proj, v_proj, o_proj, .. }) => vec![q_proj, k_proj, v_proj, o_proj],
            Segment::FeedForward(FeedForward { gate_proj, up_proj, down_proj, .. }) => {
                gate_proj.iter_mut().chain([up_proj, down_proj]).collect()
            }
        }
    }
}
