//! LoRA: low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).
//!
//! The weight `W` `[out, in]` is frozen; `y = W x + scaling * B A x` with `A` `[rank, in]` and `B` `[out, rank]`. `B` starts
//! at zero, so that training starts at the base model. Names and initial values are PEFT's.

use std::ops::Range;

use super::dora;
use super::effect::Effect;
use super::{Attached, HooksOnly, Method, MethodError, Sharing, targets};
use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};
use crate::kernels::dropout::Mask;
use crate::kernels::gemm::{Operand, gemm};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{
    Blueprint, BuildError, Init, Linear, LinearHook, Masks, MergeError, ParamSpec, Pass, Product, Transformer, WeightSource, add_param,
};

/// How `A` starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoraInit {
    /// Uniform in `±1 / sqrt(in)`: PEFT's default (Kaiming uniform with `a = sqrt(5)`).
    KaimingUniform,
    /// Normal with standard deviation `1 / rank`: PEFT's `gaussian`.
    Gaussian,
}

/// What the update is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoraScaling {
    /// `alpha / rank`.
    Standard,
    /// `alpha / sqrt(rank)`: rank-stabilised LoRA (Kalajdzievski 2023, arXiv:2312.03732).
    RankStabilised,
}

/// Settings of LoRA.
#[derive(Clone, Debug, PartialEq)]
pub struct LoraConfig {
    /// Rows of `A` and columns of `B`.
    pub rank: usize,
    /// The update is scaled by it and by the rank ([`LoraScaling`]).
    pub alpha: f64,
    /// How.
    pub scaling: LoraScaling,
    /// Whether the length of each row of the updated weight is learned by itself: [DoRA](super::dora).
    pub dora: bool,
    /// Probability of dropping an input of `A` in training; below 1.
    pub dropout: f64,
    /// Last parts of the names of the modules that get a pair, e.g. `q_proj`.
    pub target_modules: Vec<String>,
    /// How `A` starts.
    pub init: LoraInit,
}

/// Those of PEFT, on queries and values.
impl Default for LoraConfig {
    fn default() -> Self {
        Self {
            rank: 8,
            alpha: 8.0,
            scaling: LoraScaling::Standard,
            dora: false,
            dropout: 0.0,
            target_modules: ["q_proj", "v_proj"].map(str::to_owned).to_vec(),
            init: LoraInit::KaimingUniform,
        }
    }
}

/// The low-rank pair of one linear layer.
#[derive(Debug)]
pub struct LoraPair {
    a: ParamId,
    b: ParamId,
    /// The learned lengths of the rows, of [DoRA](super::dora).
    magnitude: Option<ParamId>,
    scaling: f32,
    dropout: f32,
    /// Path of the layer, which tells its dropout masks from those of the others.
    name: String,
    /// Inputs of the whole layer, and which of them this rank has.
    in_features: usize,
    inputs: Range<usize>,
    weight: ParamId,
    effect: Effect,
}

impl LoraConfig {
    /// What the update is multiplied by.
    fn scaling(&self) -> f64 {
        match self.scaling {
            LoraScaling::Standard => self.alpha / self.rank as f64,
            LoraScaling::RankStabilised => self.alpha / (self.rank as f64).sqrt(),
        }
    }

    /// A and B of a site: `MODULE.lora_A.weight` and `MODULE.lora_B.weight`; with DoRA, its magnitudes, too.
    fn params(&self, site: &SiteSpec) -> Vec<ParamSpec> {
        let magnitude = self.dora.then(|| dora::magnitude(site));
        self.pair(site).into_iter().chain(magnitude).collect()
    }

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

impl Method for LoraConfig {
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError> {
        targets::check(blueprint, &self.target_modules)?;
        let smallest = targets::sites(blueprint, &self.target_modules).min_by_key(|(_, site)| site.features().into_iter().min());
        let (_, site) = smallest.expect("there is one, as checked");
        let ([out_features, in_features], rank) = (site.features(), self.rank);
        match out_features.min(in_features) {
            limit if rank == 0 || rank > limit => {
                Err(MethodError::Rank { rank, module: site.role.to_owned(), out_features, in_features, limit })
            }
            _ => Ok(()),
        }
    }

    fn check_sharing(&self, blueprint: &Blueprint, sharing: Sharing) -> std::result::Result<(), MethodError> {
        let shared_out = |(_, site): &(usize, &SiteSpec)| site.weight().split == Split::Columns;
        if self.dora && sharing.weights_away {
            return Err(MethodError::WeightsSharedOut);
        }
        match targets::sites(blueprint, &self.target_modules).find(shared_out) {
            Some((_, site)) if self.dora && sharing.tensor > 1 => {
                Err(MethodError::RowsSharedOut { module: site.role.to_owned(), tensor: sharing.tensor })
            }
            _ => Ok(()),
        }
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        targets::sites(blueprint, &self.target_modules)
            .flat_map(|(segment, site)| self.params(site).into_iter().map(move |param| (segment, param)))
            .collect()
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
                let magnitude = match self.dora {
                    true => Some(dora::add_magnitude(params, source, slice, &dora::magnitude(site), linear.weight)?),
                    false => None,
                };
                linear.hook = Some(Box::new(LoraPair { magnitude, ..LoraPair::new(self, linear, a, b) }));
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
            magnitude: None,
            scaling: config.scaling() as f32,
            dropout: config.dropout as f32,
            name: linear.name.clone(),
            in_features,
            inputs: if linear.split == Split::Columns { linear.slice.range(in_features) } else { 0..in_features },
            weight: linear.weight,
            effect: Effect::default(),
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

    /// `W += scaling * B A`.
    fn add_to(&self, params: &mut Params) {
        let (rank, in_features) = (params.get(self.a).shape[0], params.get(self.a).shape[1]);
        let out_features = params.get(self.b).shape[0];
        let (a, b, weight) = params.two_and_mut(self.a, self.b, self.weight);
        let (b, a) = (Operand::row_major(b, rank), Operand::row_major(a, in_features));
        gemm(out_features, rank, in_features, self.scaling, b, a, 1.0, weight);
    }
}

impl LinearHook for LoraPair {
    fn params(&self) -> Vec<ParamId> {
        [self.a, self.b].into_iter().chain(self.magnitude).collect()
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, product: Product) -> Result<Var> {
        if !self.effect.is_beside() {
            return product.of(tape, x);
        }
        let base = match self.magnitude {
            None => product.of(tape, x)?,
            Some(_) => product.without_bias(tape, x)?,
        };
        let h = match pass.dropout.filter(|_| self.dropout > 0.0) {
            Some(masks) => {
                let dropped = tape.dropout(x, self.mask(masks))?;
                tape.linear(pass.params, &dropped, self.a, None)?
            }
            None => tape.linear(pass.params, x, self.a, None)?,
        };
        let y = tape.linear_onto(pass.params, base, self.scaling, &h, self.b)?;
        let Some(magnitude) = self.magnitude else { return Ok(y) };
        let lengths = dora::lengths(pass.params, self.weight, Some((self.scaling, self.a, self.b)))?;
        let y = tape.rescale(pass.params, &y, magnitude, &lengths.into())?;
        product.add_bias(tape, y)
    }

    fn set_enabled(&mut self, params: &mut Params, enabled: bool) {
        self.effect.set_enabled(params, enabled);
    }

    fn merge(&mut self, params: &mut Params) -> std::result::Result<(), MergeError> {
        let mut effect = std::mem::take(&mut self.effect);
        let merged = effect.merge(params, &self.name, &[self.weight], |params| {
            let lengths = self.magnitude.map(|_| dora::lengths(params, self.weight, Some((self.scaling, self.a, self.b)))).transpose()?;
            self.add_to(params);
            if let (Some(magnitude), Some(lengths)) = (self.magnitude, lengths) {
                dora::rescale_rows(params, self.weight, magnitude, &lengths);
            }
            Ok(())
        });
        self.effect = effect;
        merged
    }

    fn unmerge(&mut self, params: &mut Params) {
        self.effect.unmerge(params);
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
