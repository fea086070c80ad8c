//! IA³: learned vectors that scale what passes through some layers (Liu et al. 2022, arXiv:2205.05638).
//!
//! Of most layers the outputs are scaled: `y = l * (W x + bias)`; of those that a feed-forward block ends with, the inputs:
//! `y = W (l * x) + bias`. Vectors start at ones. Names and shapes are PEFT's.

use super::effect::Effect;
use super::{Attached, HooksOnly, Method, MethodError, targets};
use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{
    Blueprint, BuildError, Init, Linear, LinearHook, MergeError, ParamSpec, Pass, Product, SiteKind, Transformer, WeightSource, add_param,
};

/// Settings of IA³.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ia3Config {
    /// Last parts of the names of the modules that get a vector, e.g. `k_proj`.
    pub target_modules: Vec<String>,
    /// Those of them whose inputs it scales, e.g. `down_proj`.
    pub feedforward_modules: Vec<String>,
}

/// The sites that may have a vector.
const KINDS: [SiteKind; 2] = [SiteKind::Linear, SiteKind::Head];

impl Ia3Config {
    fn scales_inputs(&self, role: &str) -> bool {
        self.feedforward_modules.iter().any(|module| module == role)
    }

    /// The vector of a site: `MODULE.ia3_l`, `[out_features, 1]`, or `[1, in_features]` for its inputs.
    fn vector(&self, site: &SiteSpec) -> ParamSpec {
        let ([out_features, in_features], split) = (site.features(), site.weight().split);
        let (shape, own) = match self.scales_inputs(site.role) {
            true => ([1, in_features], Split::Columns),
            false => ([out_features, 1], Split::Rows),
        };
        // Where the layer shares out what the vector scales, the vector is shared out, too.
        let split = if split == own { own } else { Split::Replicated };
        ParamSpec { name: format!("{}.ia3_l", site.module), shape: shape.to_vec(), init: Init::Ones, split }
    }
}

impl Method for Ia3Config {
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError> {
        Ok(targets::check(blueprint, &self.target_modules, &KINDS, "ia3.target_modules")?)
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        targets::sites(blueprint, &self.target_modules, &KINDS).map(|(segment, site)| (segment, self.vector(site))).collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        false
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (blueprint, slice) = (model.blueprint.clone(), model.part.slice);
        model.for_each_linear(|segment, linear, params| {
            let site = blueprint.segments[segment].site(linear.role);
            if targets::named(&self.target_modules, site) {
                let vector = self.vector(site);
                let vector = add_param(params, source, slice, &vector)?.expect("every rank has some of it");
                linear.hook = Some(Box::new(Ia3::new(linear, vector, self.scales_inputs(linear.role))));
            }
            Ok::<(), BuildError>(())
        })?;
        Ok(Box::new(HooksOnly))
    }
}

/// The vector of one linear layer.
#[derive(Debug)]
struct Ia3 {
    vector: ParamId,
    scales_inputs: bool,
    /// Path of the layer.
    name: String,
    weight: ParamId,
    bias: Option<ParamId>,
    effect: Effect,
}

impl Ia3 {
    fn new(linear: &Linear, vector: ParamId, scales_inputs: bool) -> Self {
        let Linear { name, weight, bias, .. } = linear;
        Self { vector, scales_inputs, name: name.clone(), weight: *weight, bias: *bias, effect: Effect::default() }
    }

    fn scale_weight(&self, params: &mut Params) {
        let (vector, in_features) = (params.value(self.vector).to_vec(), params.get(self.weight).shape[1]);
        for (index, row) in params.get_mut(self.weight).value.data_mut().chunks_exact_mut(in_features).enumerate() {
            match self.scales_inputs {
                true => row.iter_mut().zip(&vector).for_each(|(x, l)| *x *= l),
                false => row.iter_mut().for_each(|x| *x *= vector[index]),
            }
        }
        if let Some(bias) = self.bias.filter(|_| !self.scales_inputs) {
            params.get_mut(bias).value.data_mut().iter_mut().zip(&vector).for_each(|(x, l)| *x *= l);
        }
    }
}

impl LinearHook for Ia3 {
    fn params(&self) -> Vec<ParamId> {
        vec![self.vector]
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, product: Product) -> Result<Var> {
        match (self.effect.is_beside(), self.scales_inputs) {
            (false, _) => product.of(tape, x),
            (true, true) => {
                let x = tape.scale_columns(pass.params, x, self.vector)?;
                product.of(tape, &x)
            }
            (true, false) => {
                let y = product.of(tape, x)?;
                tape.scale_columns(pass.params, &y, self.vector)
            }
        }
    }

    fn set_enabled(&mut self, params: &mut Params, enabled: bool) -> std::result::Result<(), MergeError> {
        self.effect.set_enabled(params, enabled);
        Ok(())
    }

    fn merge(&mut self, params: &mut Params) -> std::result::Result<(), MergeError> {
        let layer: Vec<ParamId> = [self.weight].into_iter().chain(self.bias).collect();
        if self.effect.begin_merge(params, &self.name, &layer)? {
            self.scale_weight(params);
        }
        Ok(())
    }

    fn unmerge(&mut self, params: &mut Params) {
        self.effect.unmerge(params);
    }
}
