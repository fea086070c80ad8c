//! Prefix tuning: learned keys and values before those of each sequence, in every layer (Li and Liang 2021, arXiv:2101.00190).
//!
//! They have no position, and are not rotated; the first token of a sequence is at the position after them, as in PEFT.

use super::{Attached, HooksOnly, Method, MethodError, check_virtual_tokens};
use crate::autograd::{ParamId, Result, Split, Tape, after_prefix};
use crate::nn::{
    Blueprint, BuildError, Init, KeysValues, KeysValuesHook, ParamSpec, Pass, SegmentKind, Transformer, WeightSource, add_param,
};

/// Settings of prefix tuning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrefixConfig {
    /// How many keys and values there are in each layer.
    pub virtual_tokens: usize,
    /// Standard deviation of their first values; PEFT's is 1.
    pub init_std: f32,
}

impl PrefixConfig {
    /// The keys and the values of a layer: `model.layers.N.self_attn.prefix.keys` and `….values` `[virtual_tokens, n_kv_heads * d_head]`.
    fn tables(&self, blueprint: &Blueprint, layer: usize) -> [ParamSpec; 2] {
        let width = blueprint.config.n_kv_heads * blueprint.config.d_head;
        ["keys", "values"].map(|part| ParamSpec {
            name: format!("model.layers.{layer}.self_attn.prefix.{part}"),
            shape: vec![self.virtual_tokens, width],
            init: Init::Normal(self.init_std),
            split: Split::Columns,
        })
    }
}

/// The segments that attend, with their layers.
pub(super) fn attentions(blueprint: &Blueprint) -> impl Iterator<Item = (usize, usize)> {
    let attentions = blueprint.segments.iter().enumerate().filter(|(_, segment)| segment.kind == SegmentKind::Attention);
    attentions.filter_map(|(index, segment)| Some((index, segment.layer?)))
}

impl Method for PrefixConfig {
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError> {
        Ok(check_virtual_tokens(blueprint, self.virtual_tokens)?)
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        attentions(blueprint).flat_map(|(index, layer)| self.tables(blueprint, layer).map(|table| (index, table))).collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        false
    }

    fn positions(&self) -> usize {
        self.virtual_tokens
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (blueprint, slice) = (model.blueprint.clone(), model.part.slice);
        model.for_each_site(|segment, sites, params| {
            if let (Some(place), Some(layer)) = (sites.keys_values, blueprint.segments[segment].layer) {
                let tables = self.tables(&blueprint, layer);
                let [keys, values] = tables.map(|table| add_param(params, source, slice, &table));
                let (keys, values) = (keys?.expect("every rank has some heads"), values?.expect("every rank has some heads"));
                *place = Some(Box::new(Prefix { keys, values, length: self.virtual_tokens }));
            }
            Ok::<(), BuildError>(())
        })?;
        model.prefix_keys = self.virtual_tokens;
        Ok(Box::new(HooksOnly))
    }
}

/// The learned keys and values of one layer.
#[derive(Debug)]
pub(super) struct Prefix {
    /// `[length, n_kv_heads * d_head]`.
    pub keys: ParamId,
    /// As the keys.
    pub values: ParamId,
    /// How many there are.
    pub length: usize,
}

impl KeysValuesHook for Prefix {
    fn params(&self) -> Vec<ParamId> {
        vec![self.keys, self.values]
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, KeysValues { keys, values, spans }: KeysValues) -> Result<KeysValues> {
        // Sequences that go on have the learned ones in their cache.
        let begins = pass.rows().begins();
        let keys = tape.prefix(pass.params, self.keys, &keys, &spans, &begins)?;
        let values = tape.prefix(pass.params, self.values, &values, &spans, &begins)?;
        Ok(KeysValues { keys, values, spans: after_prefix(&spans, &begins, self.length) })
    }
}
