//! The operations: one file each, forward and backward side by side.

mod add;
mod attention;
mod bias;
pub(super) mod dropout;
mod embedding;
mod feed_forward;
mod linear;
mod norm;
pub(super) mod prefix;
mod rope;
mod scale;
mod tanh;
mod weighted_mean;

use std::rc::Rc;

pub(super) use linear::WeightGrad;

use super::Result;
use super::params::Params;
use super::tape::Grads;
use crate::tensor::Tensor;

/// An operation on the tape, with what its backward needs.
#[derive(Debug)]
pub(super) enum Op {
    Add(add::Add),
    Attention(attention::Attention),
    Bias(bias::Bias),
    Dropout(dropout::Dropout),
    Embedding(embedding::Embedding),
    Gated(feed_forward::Gated),
    Gelu(feed_forward::Gelu),
    GeluErf(feed_forward::GeluErf),
    LayerNorm(norm::LayerNorm),
    Linear(linear::Linear),
    PositionEmbedding(embedding::PositionEmbedding),
    Prefix(prefix::Prefix),
    RmsNorm(norm::RmsNorm),
    Rope(rope::Rope),
    Scale(scale::Scale),
    Tanh(tanh::Tanh),
    WeightedMean(weighted_mean::WeightedMean),
}

impl Op {
    /// Adds the gradients of the operation's parameters and inputs, given that of its output.
    pub(super) fn backward(self, params: &mut Params, grads: &mut Grads, d_output: Rc<Tensor>) -> Result<()> {
        match self {
            Op::Add(op) => op.backward(grads, d_output),
            Op::Attention(op) => op.backward(grads, &d_output),
            Op::Bias(op) => op.backward(params, grads, d_output),
            Op::Dropout(op) => op.backward(grads, &d_output),
            Op::Embedding(op) => op.backward(params, d_output),
            Op::Gated(op) => op.backward(grads, &d_output),
            Op::Gelu(op) => op.backward(grads, &d_output),
            Op::GeluErf(op) => op.backward(grads, &d_output),
            Op::LayerNorm(op) => op.backward(params, grads, &d_output),
            Op::Linear(op) => op.backward(params, grads, d_output),
            Op::PositionEmbedding(op) => op.backward(params, grads, d_output),
            Op::Prefix(op) => op.backward(params, grads, &d_output),
            Op::RmsNorm(op) => op.backward(params, grads, &d_output),
            Op::Rope(op) => op.backward(grads, d_output),
            Op::Scale(op) => op.backward(params, grads, &d_output),
            Op::Tanh(op) => op.backward(grads, &d_output),
            Op::WeightedMean(op) => op.backward(grads, &d_output),
        }
    }
}
