//! The first segment: tokens to hidden states.

use std::ops::Range;
use std::rc::Rc;

use super::blueprint::SegmentSpec;
use super::blueprint::rows::EMBEDDING_EXCHANGES;
use super::builder::Builder;
use super::hooks::{EmbeddedHook, LookupHook, Sites};
use super::linear::Linear;
use super::part::Slice;
use super::pass::{Pass, Tokens};
use super::segment::{Exchange, Segment, Values};
use super::source::BuildError;
use crate::autograd::{ParamId, Result, Tape};

/// Token embedding and, where the model has it, the learned position embedding.
#[derive(Debug)]
pub struct Embedding {
    /// `[vocab_size, d_model]`.
    pub tokens: ParamId,
    /// `[max_positions, d_model]`.
    pub positions: Option<ParamId>,
    /// The ids whose rows this rank has.
    vocabulary: Range<i32>,
    scale: f32,
    slice: Slice,
    lookup: Option<Box<dyn LookupHook>>,
    hook: Option<Box<dyn EmbeddedHook>>,
}

impl Embedding {
    pub(super) fn build(b: &mut Builder, spec: &SegmentSpec) -> std::result::Result<Self, BuildError> {
        let tokens = b.weight(spec.site("embed_tokens"))?;
        let positions = match spec.find("embed_positions") {
            Some(site) => b.optional_weight(site)?,
            None => None,
        };
        let vocabulary = b.slice.range(b.config.vocab_size);
        let vocabulary = vocabulary.start as i32..vocabulary.end as i32;
        Ok(Self { tokens, positions, vocabulary, scale: b.config.embedding_scale, slice: b.slice, lookup: None, hook: None })
    }

    /// Rows of this rank's table; negative for the tokens that another rank has.
    fn rows(&self, tokens: &Tokens) -> Rc<[i32]> {
        if self.slice.count == 1 {
            return tokens.ids.clone();
        }
        let Range { start, end } = self.vocabulary;
        tokens.ids.iter().map(|&id| if (start..end).contains(&id) { id - start } else { -1 }).collect()
    }
}

impl Segment for Embedding {
    fn exchanges(&self) -> &'static [Exchange] {
        EMBEDDING_EXCHANGES
    }

    fn run(&self, _: usize, tape: &mut Tape, pass: &Pass, _: Values) -> Result<Values> {
        let rows = self.rows(pass.tokens);
        let x = tape.embedding(pass.params, self.tokens, &rows, self.scale)?;
        let x = match &self.lookup {
            Some(hook) => hook.forward(tape, pass, &rows, self.scale, x)?,
            None => x,
        };
        let x = match self.positions {
            Some(positions) => tape.position_embedding(pass.params, positions, x, &pass.positions())?,
            None => x,
        };
        Ok(Values::of(match &self.hook {
            Some(hook) => hook.forward(tape, pass, x)?,
            None => x,
        }))
    }

    fn params(&self) -> Vec<ParamId> {
        let lookup = self.lookup.iter().flat_map(|hook| hook.params());
        let hook = self.hook.iter().flat_map(|hook| hook.params());
        [self.tokens].into_iter().chain(self.positions).chain(lookup).chain(hook).collect()
    }

    fn linears(&self) -> Vec<&Linear> {
        Vec::new()
    }

    fn sites_mut(&mut self) -> Sites<'_> {
        let leads = self.slice.leads();
        Sites { lookup: Some(&mut self.lookup), embedded: leads.then_some(&mut self.hook), ..Sites::default() }
    }

    fn reads_weights_backward(&self) -> bool {
        self.lookup.is_some() || self.hook.is_some()
    }
}
