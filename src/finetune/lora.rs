//! LoRA: low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).
//!
//! The weight `W` `[out, in]` is frozen; `y = W x + (alpha / rank) B A x` with `A` `[rank, in]` and `B` `[out, rank]`. `B` starts
//! at zero, so that training starts at the base model. Names and initial values are PEFT's.

use std::ops::Range;

use thiserror::Error;

use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};
use crate::kernels::dropout::Mask;
use crate::kernels::gemm::{Operand, gemm};
use crate::nn::{BuildError, Init, Linear, LinearAdapter, Masks, Pass, Transformer, WeightSource, add_param};

/// How `A` starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoraInit {
    /// Uniform in `±1 / sqrt(in)`: PEFT's default (Kaiming uniform with `a = sqrt(5)`).
    KaimingUniform,
    /// Normal with standard deviation `1 / rank`: PEFT's `gaussian`.
    Gaussian,
}

/// Settings of LoRA.
#[derive(Clone, Debug, PartialEq)]
pub struct LoraConfig {
    /// Rows of `A` and columns of `B`.
    pub rank: usize,
    /// The update is scaled by `alpha / rank`.
    pub alpha: f64,
    /// Probability of dropping an input of `A` in training; below 1.
    pub dropout: f64,
    /// Last parts of the names of the modules that get a pair, e.g. `q_proj`.
    pub target_modules: Vec<String>,
    /// How `A` starts.
    pub init: LoraInit,
}

/// Why LoRA could not be attached.
#[derive(Debug, Error)]
pub enum LoraError {
    /// The rank is above what the module can use.
    #[error("rank = {rank} is above the size of {module} ({out_features} x {in_features}); it may be 1 to {limit}")]
    Rank {
        /// The rank.
        rank: usize,
        /// The module.
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
    /// The pair could not be made.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// The low-rank pair of one linear layer.
#[derive(Debug)]
pub struct LoraAdapter {
    a: ParamId,
    b: ParamId,
    scaling: f32,
    dropout: f32,
    /// Path of the layer, which tells its dropout masks from those of the others.
    name: String,
    /// Inputs of the whole layer, and which of them this rank has.
    in_features: usize,
    inputs: Range<usize>,
    enabled: bool,
    merged: bool,
}

/// Freezes the model and gives each target module a pair from `source`, which is asked for the weights
/// `MODULE.lora_A.weight` and `MODULE.lora_B.weight`.
///
/// # Errors
/// If the rank is zero or above a module's size, if no module is a target, or if a weight is missing or does not fit; the model may
/// then have some of its pairs.
pub fn attach(model: &mut Transformer, config: &LoraConfig, source: &mut dyn WeightSource) -> std::result::Result<(), LoraError> {
    model.params.freeze_all();
    let mut found = false;
    let mut available = Vec::new();
    model.for_each_linear(|linear, params| {
        if !available.iter().any(|kind| kind == linear.kind()) {
            available.push(linear.kind().to_owned());
        }
        if config.target_modules.iter().any(|target| target == linear.kind()) {
            found = true;
            linear.adapter = Some(Box::new(LoraAdapter::build(linear, params, config, source)?));
        }
        Ok::<(), LoraError>(())
    })?;
    if found { Ok(()) } else { Err(LoraError::NoTarget { targets: config.target_modules.clone(), available }) }
}

impl LoraAdapter {
    fn build(
        linear: &Linear,
        params: &mut Params,
        config: &LoraConfig,
        source: &mut dyn WeightSource,
    ) -> std::result::Result<Self, LoraError> {
        let [in_features, out_features] = linear.features;
        let (rank, limit) = (config.rank, out_features.min(in_features));
        if rank == 0 || rank > limit {
            return Err(LoraError::Rank { rank, module: linear.name.clone(), out_features, in_features, limit });
        }
        let init_a = match config.init {
            LoraInit::KaimingUniform => Init::KaimingUniform,
            LoraInit::Gaussian => Init::Normal(1.0 / rank as f32),
        };
        let mut add = |part: &str, shape: [usize; 2], init: Init, split: Split| {
            // Where the layer's inputs are shared out, so are A's columns; where its outputs are, B's rows.
            let split = if linear.split == split { split } else { Split::Replicated };
            add_param(params, source, linear.slice, format!("{}.{part}.weight", linear.name), &shape, init, split)
        };
        Ok(Self {
            a: add("lora_A", [rank, in_features], init_a, Split::Columns)?,
            b: add("lora_B", [out_features, rank], Init::Zeros, Split::Rows)?,
            scaling: (config.alpha / rank as f64) as f32,
            dropout: config.dropout as f32,
            name: linear.name.clone(),
            in_features,
            inputs: if linear.split == Split::Columns { linear.slice.range(in_features) } else { 0..in_features },
            enabled: true,
            merged: false,
        })
    }

    /// The mask of the layer's inputs `[rows of the batch, in_features]`, of which this rank has some columns, and a pass some rows.
    fn mask(&self, Masks { key, first_row }: Masks) -> Mask {
        Mask {
            key: key.of(&self.name).0,
            probability: self.dropout,
            first: first_row as u64 * self.in_features as u64 + self.inputs.start as u64,
            stride: self.in_features,
            width: self.inputs.len(),
        }
    }

    /// `W += sign * scaling * B A`.
    fn add_to(&self, params: &mut Params, weight: ParamId, sign: f32) {
        let (rank, in_features) = (params.get(self.a).value.shape()[0], params.get(self.a).value.shape()[1]);
        let out_features = params.get(self.b).value.shape()[0];
        let (a, b, weight) = params.two_and_mut(self.a, self.b, weight);
        let (b, a) = (Operand::row_major(b, rank), Operand::row_major(a, in_features));
        gemm(out_features, rank, in_features, sign * self.scaling, b, a, 1.0, weight);
    }
}

impl LinearAdapter for LoraAdapter {
    fn params(&self) -> Vec<ParamId> {
        vec![self.a, self.b]
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, base: Var) -> Result<Var> {
        if !self.enabled || self.merged {
            return Ok(base);
        }
        let h = match pass.dropout.filter(|_| self.dropout > 0.0) {
            Some(masks) => {
                let dropped = tape.dropout(x, self.mask(masks))?;
                tape.linear(pass.params, &dropped, self.a, None)?
            }
            None => tape.linear(pass.params, x, self.a, None)?,
        };
        tape.linear_onto(pass.params, base, self.scaling, &h, self.b)
    }

    fn set_enabled(&mut self, params: &mut Params, weight: ParamId, enabled: bool) {
        self.unmerge(params, weight);
        self.enabled = enabled;
    }

    fn merge(&mut self, params: &mut Params, weight: ParamId) {
        if self.enabled && !self.merged {
            self.add_to(params, weight, 1.0);
            self.merged = true;
        }
    }

    fn unmerge(&mut self, params: &mut Params, weight: ParamId) {
        if self.merged {
            self.add_to(params, weight, -1.0);
            self.merged = false;
        }
    }
}

#[cfg(test)]
mod tests;
