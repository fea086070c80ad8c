//! The places of a model where a fine-tuning method acts.

use std::fmt::Debug;
use std::rc::Rc;

use thiserror::Error;

use super::linear::Linear;
use super::pass::Pass;
use crate::autograd::{ParamId, Params, Result, Tape, Var};
use crate::kernels::attention::Span;
use crate::tensor::OutOfMemory;

/// The layer's own product: `x` `[rows, in_features]` to `x Wᵀ + bias` `[rows, out_features]`.
#[derive(Clone, Copy, Debug)]
pub struct Product<'a> {
    pub(super) params: &'a Params,
    pub(super) weight: ParamId,
    pub(super) bias: Option<ParamId>,
    /// Whether a text is read, so that no gradient passes.
    pub(super) reading: bool,
    /// An `x`, and its `x Wᵀ`, which need not be computed again.
    pub(super) known: Option<(&'a Var, &'a Var)>,
}

impl Product<'_> {
    /// All of it.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn of(&self, tape: &mut Tape, x: &Var) -> Result<Var> {
        self.with(tape, x, self.bias)
    }

    /// `x Wᵀ`.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn without_bias(&self, tape: &mut Tape, x: &Var) -> Result<Var> {
        self.with(tape, x, None)
    }

    /// `y + bias`.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn add_bias(&self, tape: &mut Tape, y: Var) -> Result<Var> {
        match self.bias {
            Some(bias) => tape.add_bias(self.params, y, bias),
            None => Ok(y),
        }
    }

    fn with(&self, tape: &mut Tape, x: &Var, bias: Option<ParamId>) -> Result<Var> {
        if let Some((_, y)) = self.known.filter(|(known, _)| known.is_same(x)) {
            return match bias {
                Some(bias) => tape.add_bias(self.params, y.clone(), bias),
                None => Ok(y.clone()),
            };
        }
        match self.reading {
            false => tape.linear(self.params, x, self.weight, bias),
            true => tape.linear_reading(self.params, x, self.weight, bias),
        }
    }
}

/// Why the effect of a hook cannot be added to a weight.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MergeError {
    /// There is no memory for a copy of a shared weight.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
    /// Another layer reads the weight, too, and must not be changed.
    #[error(
        "{module} cannot be merged: it shares {weight} with another layer, which the adapter does not change; keep it beside the weight"
    )]
    Shared {
        /// Path of the layer.
        module: String,
        /// The weight.
        weight: String,
    },
    /// The layer has no parameter for it.
    #[error("{module} cannot be merged: the layer has no parameter that {what} could be added to; keep it beside the layer")]
    NoPlace {
        /// Path of the layer.
        module: String,
        /// The effect.
        what: &'static str,
    },
    /// The weight would have to be rounded to its format again, and the effect of a small update would be lost.
    #[error(
        "{module} cannot be merged: its weight is kept as {format}, and rounding the sum to {format} again would lose most of the update; \
         keep the adapter beside it, or load the weights in float32 to merge"
    )]
    Quantised {
        /// Path of the layer.
        module: String,
        /// The format of its weight.
        format: &'static str,
    },
}

/// What a method does at one linear layer.
pub trait LinearHook: Debug {
    /// Its parameters.
    fn params(&self) -> Vec<ParamId>;

    /// The layer's output for its input `x`. What the hook does before, after or instead of the layer's own `product` is its choice.
    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, product: Product) -> Result<Var>;

    /// Switches the hook off, so that the layer is the base model's, and on again. One that is merged is unmerged first.
    ///
    /// # Errors
    /// If the weight of the base model has to be made again, and there is no memory for it.
    fn set_enabled(&mut self, params: &mut Params, enabled: bool) -> std::result::Result<(), MergeError>;

    /// Puts the hook's effect into the layer's weight, so that it costs nothing any more. No effect when merged or disabled.
    ///
    /// # Errors
    /// If the weight is not in float32, another layer reads it, or there is no memory for a copy of it.
    fn merge(&mut self, params: &mut Params) -> std::result::Result<(), MergeError>;

    /// Puts back the weight as it was, bit by bit. No effect when not merged.
    fn unmerge(&mut self, params: &mut Params);

    /// What the hook adds to the layer's weight, where that is a product of two matrices.
    fn update(&self, _: &Params) -> Option<LowRank> {
        None
    }
}

/// `scaling * B A`, the change of a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct LowRank {
    /// Rows of `A` and columns of `B`.
    pub rank: usize,
    /// `A` `[rank, in_features]`.
    pub a: Vec<f32>,
    /// `B` `[out_features, rank]`.
    pub b: Vec<f32>,
    /// The factor.
    pub scaling: f32,
}

/// What a method does at the lookup of the token embedding.
pub trait LookupHook: Debug {
    /// Its parameters.
    fn params(&self) -> Vec<ParamId>;

    /// `x` `[rows.len(), d_model]` is `scale` times `rows` of the table, zeros where a row is negative; so is the result of those of the
    /// table as the hook changes it.
    fn forward(&self, tape: &mut Tape, pass: &Pass, rows: &Rc<[i32]>, scale: f32, x: Var) -> Result<Var>;

    /// Switches the hook off, so that the table is the base model's, and on again. One that is merged is unmerged first.
    fn set_enabled(&mut self, params: &mut Params, enabled: bool);

    /// Puts the hook's effect into the table. No effect when merged or disabled.
    ///
    /// # Errors
    /// If the table is not in float32, the head reads it, or there is no memory for a copy of it.
    fn merge(&mut self, params: &mut Params) -> std::result::Result<(), MergeError>;

    /// Puts back the table as it was, bit by bit. No effect when not merged.
    fn unmerge(&mut self, params: &mut Params);
}

/// What a method does with the output of a half-block's branch, before it is added to the residual stream. It sees the rows that a rank
/// has between the segments: its parameters are [copied](crate::autograd::Split::Copied).
pub trait OutputHook: Debug {
    /// Its parameters.
    fn params(&self) -> Vec<ParamId>;

    /// `x`, the residual stream that the half-block reads, `y`, what its branch gives, and the result are `[rows, d_model]`.
    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, y: Var) -> Result<Var>;

    /// Switches the hook off, so that the half-block is the base model's, and on again.
    fn set_enabled(&mut self, enabled: bool);
}

/// Keys and values that attention sees, and which of their rows belong to a sequence.
#[derive(Debug)]
pub struct KeysValues {
    /// `[key_rows, n_kv_heads * d_head]`.
    pub keys: Var,
    /// As the keys.
    pub values: Var,
    /// The rows of each sequence's queries, keys and values.
    pub spans: Rc<[Span]>,
}

/// What a method does with the keys and values of a layer: it may change them, and put learned ones before those of each sequence.
pub trait KeysValuesHook: Debug {
    /// Its parameters.
    fn params(&self) -> Vec<ParamId>;

    /// From the keys and values of the tokens to those that attention sees; of a slice of a model, those of this rank's heads.
    fn forward(&self, tape: &mut Tape, pass: &Pass, kept: KeysValues) -> Result<KeysValues>;
}

/// What a method does with the embedded sequence. Tokens with a negative id are virtual: their rows are zeros, for the hook to fill. Of
/// a sliced model, only the leader has one: its parameters are the [leader's](crate::autograd::Split::Leader).
pub trait EmbeddedHook: Debug {
    /// Its parameters.
    fn params(&self) -> Vec<ParamId>;

    /// `x` and the result are `[rows, d_model]`.
    fn forward(&self, tape: &mut Tape, pass: &Pass, x: Var) -> Result<Var>;
}

/// The places of one segment; those that it does not have are `None`.
#[derive(Debug, Default)]
pub struct Sites<'a> {
    /// Its linear layers, in the order of the forward pass.
    pub linears: Vec<&'a mut Linear>,
    /// At the output of its branch.
    pub output: Option<&'a mut Option<Box<dyn OutputHook>>>,
    /// At its keys and values.
    pub keys_values: Option<&'a mut Option<Box<dyn KeysValuesHook>>>,
    /// At the lookup of tokens.
    pub lookup: Option<&'a mut Option<Box<dyn LookupHook>>>,
    /// At the embedded sequence.
    pub embedded: Option<&'a mut Option<Box<dyn EmbeddedHook>>>,
}
