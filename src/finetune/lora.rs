//! LoRA: low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).
//!
//! The weight `W` `[out, in]` is frozen; `y = W x + (alpha / rank) B A x` with `A` `[rank, in]` and `B` `[out, rank]`. `B` starts
//! at zero, so that training starts at the base model. Names and initial values are PEFT's.

use std::ops::Range;

use super::{Attached, HooksOnly, Method, MethodError};
use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};
use crate::kernels::dropout::Mask;
use crate::kernels::gemm::{Operand, gemm};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{
    Blueprint, BuildError, Init, Linear, LinearHook, Masks, MergeError, ParamSpec, Pass, Product, SiteKind, Transformer, WeightSource,
    add_param,
};

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

/// The low-rank pair of one linear layer.
#[derive(Debug)]
pub struct LoraPair {
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

impl LoraConfig {
    fn targets<'a>(&'a self, blueprint: &'a Blueprint) -> impl Iterator<Item = (usize, &'a SiteSpec)> {
        blueprint.sites().filter(|(_, site)| is_linear(site) && self.target_modules.iter().any(|target| target == site.role))
    }

    /// A and B of a site: `MODULE.lora_A.weight` and `MODULE.lora_B.weight`.
    fn pair(&self, site: &SiteSpec) -> [ParamSpec; 2] {
        let ([out_features, in_features], rank) = (site.features(), self.rank);
        let init_a = match self.init {
            LoraInit::KaimingUniform => Init::KaimingUniform,
            LoraInit::Gaussian => Init::Normal(1.0 / rank as f32),
        };
        // Where the layer's inputs are shared out, so are A's columns; where its outputs are, B's rows.
        let split = |split| if site.weight().split == split { split } else { Split::Replicated };
        let param = |part: &str, shape: [usize; 2], init, split| ParamSpec {
            name: format!("{}.{part}.weight", site.module),
            shape: shape.to_vec(),
            init,
            split,
        };
        [
            param("lora_A", [rank, in_features], init_a, split(Split::Columns)),
            param("lora_B", [out_features, rank], Init::Zeros, split(Split::Rows)),
        ]
    }
}

fn is_linear(site: &SiteSpec) -> bool {
    matches!(site.kind, SiteKind::Linear | SiteKind::Head)
}

impl Method for LoraConfig {
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError> {
        let smallest = self.targets(blueprint).min_by_key(|(_, site)| site.features().into_iter().min());
        let Some((_, site)) = smallest else {
            let available = blueprint.roles(SiteKind::Linear).into_iter().map(str::to_owned).collect();
            return Err(MethodError::NoTarget { targets: self.target_modules.clone(), available });
        };
        let ([out_features, in_features], rank) = (site.features(), self.rank);
        match out_features.min(in_features) {
            limit if rank == 0 || rank > limit => {
                Err(MethodError::Rank { rank, module: site.role.to_owned(), out_features, in_features, limit })
            }
            _ => Ok(()),
        }
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        self.targets(blueprint).flat_map(|(segment, site)| self.pair(site).map(|param| (segment, param))).collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        false
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (blueprint, slice) = (model.blueprint.clone(), model.part.slice);
        model.for_each_linear(|segment, linear, params| {
            let site = blueprint.segments[segment].site(linear.role);
            if self.target_modules.iter().any(|target| target == site.role) {
                let [a, b] = self.pair(site).map(|param| add_param(params, source, slice, &param));
                let (a, b) = (a?.expect("every rank has some of A"), b?.expect("every rank has some of B"));
                linear.hook = Some(Box::new(LoraPair::new(self, linear, a, b)));
            }
            Ok::<(), BuildError>(())
        })?;
        Ok(Box::new(HooksOnly))
    }
}

impl LoraPair {
    fn new(config: &LoraConfig, linear: &Linear, a: ParamId, b: ParamId) -> Self {
        let [in_features, _] = linear.features;
        Self {
            a,
            b,
            scaling: (config.alpha / config.rank as f64) as f32,
            dropout: config.dropout as f32,
            name: linear.name.clone(),
            in_features,
            inputs: if linear.split == Split::Columns { linear.slice.range(in_features) } else { 0..in_features },
            enabled: true,
            merged: false,
        }
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
    fn add_to(&self, params: &mut Params, weight: ParamId, sign: f32) -> Result<()> {
        let (rank, in_features) = (params.get(self.a).shape[0], params.get(self.a).shape[1]);
        let out_features = params.get(self.b).shape[0];
        params.get_mut(weight).value.make_own()?;
        let (a, b, weight) = params.two_and_mut(self.a, self.b, weight);
        let (b, a) = (Operand::row_major(b, rank), Operand::row_major(a, in_features));
        gemm(out_features, rank, in_features, sign * self.scaling, b, a, 1.0, weight);
        Ok(())
    }
}

impl LinearHook for LoraPair {
    fn params(&self) -> Vec<ParamId> {
        vec![self.a, self.b]
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, product: Product) -> Result<Var> {
        let base = product(tape, x)?;
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

    fn set_enabled(&mut self, params: &mut Params, weight: ParamId, enabled: bool) -> Result<()> {
        self.unmerge(params, weight)?;
        self.enabled = enabled;
        Ok(())
    }

    fn merge(&mut self, params: &mut Params, weight: ParamId) -> std::result::Result<(), MergeError> {
        if self.enabled && !self.merged {
            let base = params.get(weight);
            if !base.name.starts_with(&self.name) {
                return Err(MergeError::Shared { module: self.name.clone(), weight: base.name.clone() });
            }
            if let Some(format) = base.value.format() {
                return Err(MergeError::Quantised { module: self.name.clone(), format });
            }
            self.add_to(params, weight, 1.0)?;
            self.merged = true;
        }
        Ok(())
    }

    fn unmerge(&mut self, params: &mut Params, weight: ParamId) -> Result<()> {
        if self.merged {
            self.add_to(params, weight, -1.0)?;
            self.merged = false;
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
