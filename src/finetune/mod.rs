//! Fine-tuning methods, one a file.
//!
//! A method is a [`Method`]: from the blueprint it tells which parameters it adds and which learn, so that plans and predictions know
//! them before any is made; attached to a model, it puts hooks at the model's sites and gives what goes on after that ([`Attached`]).
//! Nothing else in the engine names a method.

pub mod bitfit;
pub mod bottleneck;
mod dora;
mod effect;
pub mod full;
pub mod ia3;
pub mod last_layers;
pub mod lora;
pub mod prefix;
#[cfg(all(test, feature = "native"))]
pub(crate) mod probe;
pub mod prompt;
mod targets;

use std::fmt::Debug;

use thiserror::Error;

use crate::autograd::{ParamId, Params, Result};
use crate::nn::{Blueprint, BuildError, ParamSpec, Transformer, WeightSource};

/// Why a method cannot be attached to a model.
#[derive(Debug, Error)]
pub enum MethodError {
    /// The rank is above what a module can use.
    #[error("rank = {rank} is above the size of {module} ({out_features} x {in_features}); it may be 1 to {limit}")]
    Rank {
        /// The rank.
        rank: usize,
        /// The last part of the module's path.
        module: String,
        /// Its outputs.
        out_features: usize,
        /// Its inputs.
        in_features: usize,
        /// The largest rank.
        limit: usize,
    },
    /// No module of the model is a target.
    #[error("target_modules = {targets:?} name no module of the model; it has {available:?}")]
    NoTarget {
        /// The targets.
        targets: Vec<String>,
        /// What the model has.
        available: Vec<String>,
    },
    /// More layers are to learn than there are.
    #[error("layers = {layers} are to learn, the model has {limit}; it may be 1 to {limit}")]
    Layers {
        /// How many are to learn.
        layers: usize,
        /// How many there are.
        limit: usize,
    },
    /// A bottleneck is wider than what it is to narrow.
    #[error("size = {size} is above the width of the model, {limit}; it may be 1 to {limit}")]
    Bottleneck {
        /// The width of the bottleneck.
        size: usize,
        /// That of the model.
        limit: usize,
    },
    /// Virtual tokens leave no room for others.
    #[error("virtual_tokens = {tokens} leave no room for others: the model reads {positions}; it may be 1 to {limit}")]
    VirtualTokens {
        /// How many there are to be.
        tokens: usize,
        /// What the model reads at once.
        positions: usize,
        /// How many there may be.
        limit: usize,
    },
    /// It needs rows of a weight whole, of which each rank has a part only.
    #[error(
        "the lengths of the rows of {module} cannot be known where {tensor} tensor-parallel ranks each have some of its columns; take {module} \
         out of target_modules, or use another method"
    )]
    RowsSharedOut {
        /// The last part of the module's path.
        module: String,
        /// How many ranks have a part.
        tensor: usize,
    },
    /// It needs weights when it is attached, which are not there then.
    #[error("the lengths of the rows of the weights cannot be known where ranks share the weights out; use a lower stage of ZeRO")]
    WeightsSharedOut,
    /// It trains a weight that cannot learn.
    #[error(
        "{name} is to learn, but it is kept as {format}, which does not; train an adapter such as LoRA, or load the weights in float32"
    )]
    Frozen {
        /// The weight.
        name: String,
        /// Its format.
        format: &'static str,
    },
    /// What it adds could not be made.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// Refuses virtual tokens that leave no room for a token and the one that follows it.
fn check_virtual_tokens(blueprint: &Blueprint, tokens: usize) -> std::result::Result<(), MethodError> {
    let positions = blueprint.config.max_positions;
    let limit = positions.saturating_sub(2);
    if (1..=limit).contains(&tokens) { Ok(()) } else { Err(MethodError::VirtualTokens { tokens, positions, limit }) }
}

/// How ranks share out a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Tensor-parallel ranks, each of which has a part of each weight.
    pub tensor: usize,
    /// Whether weights are at their ranks only while they are used (ZeRO stage 3).
    pub weights_away: bool,
}

/// A fine-tuning method with its settings.
pub trait Method: Debug {
    /// Checks that it goes with a model.
    ///
    /// # Errors
    /// Naming the setting that does not, and what would.
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError>;

    /// Checks that it goes with a model, which ranks share out like this.
    ///
    /// # Errors
    /// Naming what does not go together.
    fn check_sharing(&self, _: &Blueprint, _: Sharing) -> std::result::Result<(), MethodError> {
        Ok(())
    }

    /// The parameters that it adds to the whole model, with the numbers of their segments; all of them learn.
    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)>;

    /// Whether it trains this parameter of the model, which belongs to segment `segment`; to be asked through [`learns`].
    fn learns(&self, blueprint: &Blueprint, segment: usize, param: &ParamSpec) -> bool;

    /// Virtual tokens that stand before each sequence, with [negative ids](prompt::virtual_ids).
    fn virtual_tokens(&self) -> usize {
        0
    }

    /// Positions before the first token of each sequence that the method takes.
    fn positions(&self) -> usize {
        self.virtual_tokens()
    }

    /// Makes its parameters for the part of the model that is here, with values from `source`, and puts its hooks in place. What learns
    /// has been set before.
    ///
    /// # Errors
    /// If a weight is missing or does not fit.
    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError>;
}

/// Whether a method trains a parameter that segment `segment` reads: of a tied weight, wherever a rank has it, the answer is that for the
/// first segment.
pub fn learns(method: &dyn Method, blueprint: &Blueprint, segment: usize, param: &ParamSpec) -> bool {
    method.learns(blueprint, blueprint.owner(segment, param), param)
}

/// A method on a model.
pub trait Attached: Debug {
    /// Whether it leaves the values of parameters alone between two steps; weights that ranks share out (ZeRO stage 3) are away then.
    fn leaves_values(&self) -> bool {
        false
    }

    /// Penalties on the values of parameters: gives each with its parameter, and adds its gradient to the parameter's. Called once a
    /// step, before the first forward. Of a parameter that a rank has a region of, the penalty is that of the region.
    ///
    /// # Errors
    /// If memory runs out.
    fn penalties(&self, _: &mut Params) -> Result<Vec<(ParamId, f64)>> {
        Ok(Vec::new())
    }

    /// Called after update number `step`, counted from 1.
    ///
    /// # Errors
    /// If memory runs out.
    fn after_step(&mut self, _: &mut Transformer, _step: u32) -> Result<()> {
        Ok(())
    }
}

/// A method that needs nothing beyond its hooks.
#[derive(Clone, Copy, Debug)]
pub struct HooksOnly;

impl Attached for HooksOnly {
    fn leaves_values(&self) -> bool {
        true
    }
}

/// Prepares a model, or a part of one, for training by `method`: the only place where methods are attached.
///
/// # Errors
/// If the method does not go with the model, or a weight is missing or does not fit.
pub fn attach(
    method: &dyn Method,
    model: &mut Transformer,
    source: &mut dyn WeightSource,
) -> std::result::Result<Box<dyn Attached>, MethodError> {
    let blueprint = model.blueprint.clone();
    method.check(&blueprint)?;
    for (segment, spec) in blueprint.params_of(&model.part) {
        if let Some(id) = model.params.find(&spec.name) {
            let learns = learns(method, &blueprint, segment, spec);
            if let Some(format) = model.params.get(id).value.format().filter(|_| learns) {
                return Err(MethodError::Frozen { name: spec.name.clone(), format });
            }
            model.params.set_trainable(id, learns).map_err(BuildError::from)?;
        }
    }
    method.hook(model, source)
}

#[cfg(all(test, feature = "native"))]
mod tests;
