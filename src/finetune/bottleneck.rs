//! Bottleneck adapters: small networks after, or beside, the branches of every layer (Houlsby et al. 2019, arXiv:1902.00751; parallel:
//! He et al. 2021, arXiv:2110.04366).
//!
//! `adapter(h) = up(gelu(down(h)))` with `down` `[size, d_model]` and `up` `[d_model, size]`, both with biases. `up` starts at zero, so that
//! training starts at the base model. They are not linear in the weights and cannot be merged.

use super::{Attached, HooksOnly, Method, MethodError, Refusal};
use crate::autograd::{ParamId, Result, Split, Tape, Var};
use crate::nn::blueprint::SegmentSpec;
use crate::nn::{Blueprint, BuildError, Init, OutputHook, ParamSpec, Pass, SegmentKind, Transformer, WeightSource, add_param};

/// Standard deviation of `down`'s first values.
const INIT_STD: f32 = 0.02;

/// Where an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// After the branch: `y + adapter(y)`.
    Sequential,
    /// Beside the branch: `y + adapter(x)`, where `x` is what the half-block reads.
    Parallel,
}

/// Settings of bottleneck adapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BottleneckConfig {
    /// Width of the bottleneck.
    pub size: usize,
    /// After each branch or beside it.
    pub placement: Placement,
}

impl BottleneckConfig {
    /// `down.weight`, `down.bias`, `up.weight` and `up.bias` of a half-block: `model.layers.N.adapter_attn` or `model.layers.N.adapter_mlp`.
    fn adapter(&self, blueprint: &Blueprint, segment: &SegmentSpec) -> Vec<ParamSpec> {
        let (place, Some(layer)) = (
            match segment.kind {
                SegmentKind::Attention => "attn",
                SegmentKind::FeedForward => "mlp",
                SegmentKind::Embedding | SegmentKind::Head => return Vec::new(),
            },
            segment.layer,
        ) else {
            return Vec::new();
        };
        let (size, d_model) = (self.size, blueprint.config.d_model);
        let param = |part: &str, shape: &[usize], init| {
            let name = format!("model.layers.{layer}.adapter_{place}.{part}");
            ParamSpec { name, shape: shape.to_vec(), init, split: Split::Copied }
        };
        vec![
            param("down.weight", &[size, d_model], Init::Normal(INIT_STD)),
            param("down.bias", &[size], Init::Zeros),
            param("up.weight", &[d_model, size], Init::Zeros),
            param("up.bias", &[d_model], Init::Zeros),
        ]
    }
}

impl Method for BottleneckConfig {
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError> {
        let (limit, size) = (blueprint.config.d_model, self.size);
        if (1..=limit).contains(&size) {
            return Ok(());
        }
        let messages = [
            format!(
                "{{fine_tuning.adapter.size}} is {size}, but the hidden states of this model have only {limit} numbers a token. Choose 1 to {limit}."
            ),
            format!("{{fine_tuning.adapter.size}}的值是 {size}，但该模型的隐藏状态每个词元只有 {limit} 个数。请选 1 到 {limit}。"),
        ];
        Err(Refusal::out_of_range("adapter.size", size, messages).into())
    }

    fn limits(&self, blueprint: &Blueprint) -> Vec<(&'static str, usize)> {
        vec![("adapter.size", blueprint.config.d_model)]
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        let adapter = |(index, segment)| self.adapter(blueprint, segment).into_iter().map(move |param| (index, param));
        blueprint.segments.iter().enumerate().flat_map(adapter).collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        false
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (blueprint, slice) = (model.blueprint.clone(), model.part.slice);
        model.for_each_site(|segment, sites, params| {
            let specs = self.adapter(&blueprint, &blueprint.segments[segment]);
            if let (Some(output), false) = (sites.output, specs.is_empty()) {
                let make = |spec| Ok(add_param(params, source, slice, spec)?.expect("every rank has it"));
                let made = specs.iter().map(make).collect::<std::result::Result<Vec<_>, BuildError>>()?;
                let parts = made.try_into().expect("four parameters");
                *output = Some(Box::new(Bottleneck { parts, placement: self.placement, enabled: true }));
            }
            Ok::<(), BuildError>(())
        })?;
        Ok(Box::new(HooksOnly))
    }
}

/// The adapter of one half-block.
#[derive(Debug)]
struct Bottleneck {
    /// Weight and bias of `down`, then of `up`.
    parts: [ParamId; 4],
    placement: Placement,
    enabled: bool,
}

impl OutputHook for Bottleneck {
    fn params(&self) -> Vec<ParamId> {
        self.parts.to_vec()
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, y: Var) -> Result<Var> {
        if !self.enabled {
            return Ok(y);
        }
        let [down, down_bias, up, up_bias] = self.parts;
        let input = match self.placement {
            Placement::Sequential => &y,
            Placement::Parallel => x,
        };
        let h = tape.linear(pass.params, input, down, Some(down_bias))?;
        let h = tape.gelu_erf(&h)?;
        let more = tape.linear(pass.params, &h, up, Some(up_bias))?;
        tape.add(more, &y)
    }

    fn set_enabled(&mut self, enabled: bool) {
        self.enabled = enabled;
    }
}
