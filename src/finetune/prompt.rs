//! Prompt tuning: learned embeddings of virtual tokens before those of each sequence (Lester et al. 2021, arXiv:2104.08691).
//!
//! Whoever makes the sequences puts the virtual tokens there ([`virtual_ids`]); they have positions like all others.

use std::rc::Rc;

use super::{Attached, HooksOnly, Method, MethodError, check_virtual_tokens};
use crate::autograd::{ParamId, Result, Split, Tape, Var};
use crate::nn::{Blueprint, BuildError, EmbeddedHook, Init, ParamSpec, Pass, SegmentKind, Transformer, WeightSource, add_param};

/// Name of the embeddings, as PEFT has it.
pub const PROMPT_EMBEDDINGS: &str = "prompt_embeddings";

/// Settings of prompt tuning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PromptConfig {
    /// How many virtual tokens there are.
    pub virtual_tokens: usize,
    /// Standard deviation of their first embeddings; PEFT's is 1.
    pub init_std: f32,
}

/// The ids of virtual tokens, which stand before those of each sequence: -1, -2, …
pub fn virtual_ids(virtual_tokens: usize) -> impl Iterator<Item = i32> {
    (1..=virtual_tokens as i32).map(|token| -token)
}

impl PromptConfig {
    /// `prompt_embeddings` `[virtual_tokens, d_model]`.
    fn table(&self, blueprint: &Blueprint) -> ParamSpec {
        ParamSpec {
            name: PROMPT_EMBEDDINGS.to_owned(),
            shape: vec![self.virtual_tokens, blueprint.config.d_model],
            init: Init::Normal(self.init_std),
            split: Split::Leader,
        }
    }
}

impl Method for PromptConfig {
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError> {
        Ok(check_virtual_tokens(blueprint, self.virtual_tokens)?)
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        let first = blueprint.segments.iter().position(|segment| segment.kind == SegmentKind::Embedding);
        first.map(|segment| (segment, self.table(blueprint))).into_iter().collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        false
    }

    fn virtual_tokens(&self) -> usize {
        self.virtual_tokens
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (table, slice) = (self.table(&model.blueprint), model.part.slice);
        model.for_each_site(|_, sites, params| {
            if let Some(embedded) = sites.embedded {
                let table = add_param(params, source, slice, &table)?;
                *embedded = table.map(|table| Box::new(Prompt { table }) as Box<dyn EmbeddedHook>);
            }
            Ok::<(), BuildError>(())
        })?;
        Ok(Box::new(HooksOnly))
    }
}

/// Virtual token `-1 - i` is row `i` of the table.
#[derive(Debug)]
pub(super) struct Prompt {
    /// `[virtual_tokens, d_model]`.
    pub table: ParamId,
}

impl EmbeddedHook for Prompt {
    fn params(&self) -> Vec<ParamId> {
        vec![self.table]
    }

    fn forward(&self, tape: &mut Tape, pass: &Pass, x: Var) -> Result<Var> {
        let rows: Rc<[i32]> = pass.tokens.ids.iter().map(|id| -1 - id).collect();
        let prompt = tape.embedding(pass.params, self.table, &rows, 1.0)?;
        tape.add(x, &prompt)
    }
}
