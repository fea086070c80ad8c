//! Fine-tuning methods, one a file.
//!
//! A method is a [`Method`]: from the blueprint it tells which parameters it adds and which learn, so that plans and predictions know
//! them before any is made; attached to a model, it puts hooks at the model's sites and gives what goes on after that ([`Attached`]).
//! Nothing else in the engine names a method.

pub mod adalora;
pub mod bitfit;
pub mod bottleneck;
mod dora;
mod effect;
pub mod full;
pub mod ia3;
pub mod last_layers;
pub mod lora;
pub mod prefix;
pub mod prefix_mlp;
#[cfg(all(test, feature = "native"))]
pub(crate) mod probe;
pub mod prompt;
mod refusal;
mod targets;

use std::fmt::Debug;

use thiserror::Error;

pub use refusal::Refusal;

use crate::autograd::{ParamId, Params, Result};
use crate::nn::{Blueprint, BuildError, ParamSpec, Transformer, WeightSource};

/// Why a method cannot be attached to a model.
#[derive(Debug, Error)]
pub enum MethodError {
    /// A setting does not go with the model, or with how ranks share it out.
    #[error(transparent)]
    Refused(#[from] Refusal),
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
fn check_virtual_tokens(blueprint: &Blueprint, tokens: usize) -> std::result::Result<(), Refusal> {
    let positions = blueprint.config.max_positions;
    let limit = positions.saturating_sub(2);
    if (1..=limit).contains(&tokens) {
        return Ok(());
    }
    let messages = [
        format!(
            "{{fine_tuning.prompt.virtual_tokens}} is {tokens}, but this model reads {positions} tokens at once, virtual ones included. Choose 1 to {limit}."
        ),
        format!(
            "{{fine_tuning.prompt.virtual_tokens}}的值是 {tokens}，但该模型一次最多读 {positions} 个词元（含虚拟词元）。请选 1 到 {limit}。"
        ),
    ];
    Err(Refusal::out_of_range("prompt.virtual_tokens", tokens, messages))
}

/// How ranks share out a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Tensor-parallel ranks, each of which has a part of each weight.
    pub tensor: usize,
    /// Stages of the pipeline, each of which has some of the segments.
    pub pipeline: usize,
    /// Whether replicas share out the optimizer's state at least, so that none has all gradients at the update (ZeRO).
    pub updates_shared: bool,
    /// Whether weights are at their ranks only while they are used (ZeRO stage 3).
    pub weights_away: bool,
}

/// One rank has everything.
impl Default for Sharing {
    fn default() -> Self {
        Self { tensor: 1, pipeline: 1, updates_shared: false, weights_away: false }
    }
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

    /// The most that its sizes may be on a model, by their paths below `fine_tuning`, e.g. `lora.rank`.
    fn limits(&self, _: &Blueprint) -> Vec<(&'static str, usize)> {
        Vec::new()
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

    /// Called after an update, while its gradients are still there.
    ///
    /// # Errors
    /// If memory runs out.
    fn after_step(&mut self, _: &mut Transformer, _: Update) -> Result<()> {
        Ok(())
    }

    /// What it has to know of earlier steps to go on, beside the values of parameters.
    fn state(&self) -> Vec<f32> {
        Vec::new()
    }

    /// Goes on from such a state; gives whether it is one of this method on this model.
    fn restore(&mut self, state: &[f32]) -> bool {
        state.is_empty()
    }
}

/// An update of the parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Update {
    /// Its number, counted from 1.
    pub step: u32,
    /// What gradients were multiplied by (clipping).
    pub grad_scale: f32,
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
