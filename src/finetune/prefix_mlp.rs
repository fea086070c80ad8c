//! Prefix tuning, reparametrised: the keys and values before those of each sequence come out of a small network, which makes training
//! steadier (Li and Liang 2021, arXiv:2101.00190, section 4.3). What it gives in the end is all that is needed of it.
//!
//! `prefix = W2 tanh(W1 E + b1) + b2` with `E` `[virtual_tokens, width]`, `W1` `[hidden, width]`, and of `W2` and `b2` some rows for the keys
//! and some for the values of each layer; `width` is `n_kv_heads * d_head`. As in PEFT, all layers share `E` and `W1`.

use std::rc::Rc;

use super::prefix::attentions;
use super::{Attached, HooksOnly, Method, MethodError, Refusal, Sharing, check_virtual_tokens};
use crate::autograd::{ParamId, Result, Split, Tape, Var, after_prefix};
use crate::nn::{Blueprint, BuildError, Init, KeysValues, KeysValuesHook, ParamSpec, Pass, Transformer, WeightSource, add_param};

/// Settings of prefix tuning with a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrefixMlpConfig {
    /// How many keys and values there are in each layer.
    pub virtual_tokens: usize,
    /// Hidden units of the network.
    pub hidden: usize,
}

/// Where the parameters are that all layers share.
const SHARED: &str = "prompt_encoder";

impl PrefixMlpConfig {
    /// `prompt_encoder.embedding.weight`, `prompt_encoder.transform.0.weight` and its bias.
    fn shared(&self, blueprint: &Blueprint) -> [ParamSpec; 3] {
        let (width, hidden) = (width(blueprint), self.hidden);
        let param = |part: &str, shape: &[usize], init| ParamSpec {
            name: format!("{SHARED}.{part}"),
            shape: shape.to_vec(),
            init,
            split: Split::Replicated,
        };
        [
            param("embedding.weight", &[self.virtual_tokens, width], Init::Normal(1.0)),
            param("transform.0.weight", &[hidden, width], Init::KaimingUniform),
            param("transform.0.bias", &[hidden], Init::Zeros),
        ]
    }

    /// A layer's rows of the second matrix and its bias, for the keys, then for the values.
    fn of_layer(&self, blueprint: &Blueprint, layer: usize) -> [ParamSpec; 4] {
        let (width, hidden) = (width(blueprint), self.hidden);
        let param = |part: &str, shape: Vec<usize>, init| ParamSpec {
            name: format!("model.layers.{layer}.self_attn.prefix.{part}"),
            shape,
            init,
            split: Split::Rows,
        };
        let matrix = |part| param(part, vec![width, hidden], Init::KaimingUniform);
        let bias = |part| param(part, vec![width], Init::Zeros);
        [matrix("keys.weight"), bias("keys.bias"), matrix("values.weight"), bias("values.bias")]
    }
}

fn width(blueprint: &Blueprint) -> usize {
    blueprint.config.n_kv_heads * blueprint.config.d_head
}

impl Method for PrefixMlpConfig {
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError> {
        Ok(check_virtual_tokens(blueprint, self.virtual_tokens)?)
    }

    fn check_sharing(&self, _: &Blueprint, sharing: Sharing) -> std::result::Result<(), MethodError> {
        if sharing.pipeline == 1 {
            return Ok(());
        }
        let messages = [
            "{fine_tuning.prompt.reparametrised} has one network for all layers, but with {mesh.pipeline} above 1 no rank has all layers. Switch it off, or choose 1 for {mesh.pipeline}.".to_owned(),
            "{fine_tuning.prompt.reparametrised}要所有层共用一个网络，但{mesh.pipeline}大于 1 时，没有一个进程持有所有层。请关闭它，或把{mesh.pipeline}设为 1。".to_owned(),
        ];
        Err(Refusal::conflict("prompt.reparametrised", true, messages).into())
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        let first = attentions(blueprint).next().map(|(index, _)| index);
        let shared = first.into_iter().flat_map(|index| self.shared(blueprint).map(|param| (index, param)));
        let of_layers = attentions(blueprint).flat_map(|(index, layer)| self.of_layer(blueprint, layer).map(|param| (index, param)));
        shared.chain(of_layers).collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        false
    }

    fn positions(&self) -> usize {
        self.virtual_tokens
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (blueprint, slice) = (model.blueprint.clone(), model.part.slice);
        let mut shared: Option<[ParamId; 3]> = None;
        model.for_each_site(|segment, sites, params| {
            let (Some(place), Some(layer)) = (sites.keys_values, blueprint.segments[segment].layer) else { return Ok(()) };
            let mut make = |spec: &ParamSpec| add_param(params, source, slice, spec).map(|made| made.expect("every rank has some heads"));
            let [embedding, first, first_bias] = match shared {
                Some(shared) => shared,
                None => {
                    let [embedding, first, bias] = self.shared(&blueprint);
                    *shared.insert([make(&embedding)?, make(&first)?, make(&bias)?])
                }
            };
            let [keys, keys_bias, values, values_bias] = self.of_layer(&blueprint, layer);
            let (keys, values) = ([make(&keys)?, make(&keys_bias)?], [make(&values)?, make(&values_bias)?]);
            let ids = (0..self.virtual_tokens as i32).collect();
            *place = Some(Box::new(PrefixMlp { ids, embedding, first: [first, first_bias], keys, values }));
            Ok::<(), BuildError>(())
        })?;
        model.prefix_keys = self.virtual_tokens;
        Ok(Box::new(HooksOnly))
    }
}

/// The keys and values of one layer.
#[derive(Debug)]
struct PrefixMlp {
    /// The rows of the embedding: all.
    ids: Rc<[i32]>,
    embedding: ParamId,
    /// Weight and bias of each linear layer.
    first: [ParamId; 2],
    keys: [ParamId; 2],
    values: [ParamId; 2],
}

impl KeysValuesHook for PrefixMlp {
    fn params(&self) -> Vec<ParamId> {
        [self.embedding].into_iter().chain(self.first).chain(self.keys).chain(self.values).collect()
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, KeysValues { keys, values, spans }: KeysValues) -> Result<KeysValues> {
        // Sequences that are read on have theirs in their cache.
        let begins = pass.rows().begins();
        let linear = |tape: &mut Tape, x: &Var, [weight, bias]: [ParamId; 2]| tape.linear(pass.params, x, weight, Some(bias));
        let x = tape.embedding(pass.params, self.embedding, &self.ids, 1.0)?;
        let h = linear(tape, &x, self.first)?;
        let h = tape.tanh(&h)?;
        let (own_keys, own_values) = (linear(tape, &h, self.keys)?, linear(tape, &h, self.values)?);
        let keys = tape.prefix_of(&own_keys, &keys, &spans, &begins)?;
        let values = tape.prefix_of(&own_values, &values, &spans, &begins)?;
        Ok(KeysValues { keys, values, spans: after_prefix(&spans, &begins, self.ids.len()) })
    }
}
