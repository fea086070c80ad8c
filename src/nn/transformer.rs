//! A decoder-only transformer as a list of segments.

use std::rc::Rc;

use super::blueprint::Blueprint;
use super::builder::Builder;
use super::config::ModelConfig;
use super::hooks::Sites;
use super::linear::Linear;
use super::part::Part;
use super::pass::{Input, Pass};
use super::segment::{self, Segment};
use super::source::{BuildError, WeightSource};
use crate::autograd::{Params, Result};
use crate::tensor::Ledger;

/// A decoder-only transformer, or the part of one that a rank holds.
#[derive(Debug)]
pub struct Transformer {
    /// The sizes of the whole.
    pub config: ModelConfig,
    /// The blueprint of the whole.
    pub blueprint: Rc<Blueprint>,
    /// Which part of it this is.
    pub part: Part,
    /// Its parameters.
    pub params: Params,
    /// The segments of the part, in the order of the forward pass.
    pub segments: Vec<Box<dyn Segment>>,
    /// Keys that a fine-tuning method puts before those of each sequence, whose first token is at the position after them.
    pub prefix_keys: usize,
}

impl Transformer {
    /// Builds a model with weights from `source`, all trainable; its memory is written down in `ledger`.
    ///
    /// # Errors
    /// If the sizes do not make a model, a weight is missing or misshapen, or memory runs out.
    pub fn build(config: ModelConfig, ledger: &Ledger, source: &mut dyn WeightSource) -> std::result::Result<Self, BuildError> {
        config.validate()?;
        let blueprint = Rc::new(Blueprint::new(&config));
        let whole = Part::whole(&blueprint);
        Self::build_part(&blueprint, whole, ledger, source)
    }

    /// As [`Transformer::build`], but only a part of the model; `source` gives whole weights nevertheless.
    ///
    /// # Errors
    /// As [`Transformer::build`], or if heads cannot be shared out.
    pub fn build_part(
        blueprint: &Rc<Blueprint>,
        part: Part,
        ledger: &Ledger,
        source: &mut dyn WeightSource,
    ) -> std::result::Result<Self, BuildError> {
        Self::build_by_segment(blueprint, part, ledger, source, |_, _| Ok(()))
    }

    /// As [`Transformer::build_part`], with `built` called after each segment: it may put the segment's values away before those of
    /// the next one come, so that the model is never whole in memory.
    ///
    /// # Errors
    /// As [`Transformer::build_part`], or if `built` fails.
    pub fn build_by_segment(
        blueprint: &Rc<Blueprint>,
        part: Part,
        ledger: &Ledger,
        source: &mut dyn WeightSource,
        mut built: impl FnMut(&mut Params, &dyn Segment) -> Result<()>,
    ) -> std::result::Result<Self, BuildError> {
        let config = &blueprint.config;
        config.validate()?;
        part.validate(blueprint)?;
        let mut params = Params::new(ledger);
        let mut b = Builder { config, slice: part.slice, params: &mut params, source, rotary: Vec::new() };
        let mut segments = Vec::new();
        for index in part.segments() {
            let segment = segment::build(&mut b, &blueprint.segments[index])?;
            built(b.params, &*segment)?;
            segments.push(segment);
        }
        Ok(Self { config: config.clone(), blueprint: blueprint.clone(), part, params, segments, prefix_keys: 0 })
    }

    /// Runs `change` on every linear layer, in the order of the forward pass, with the number of its segment in the whole model.
    pub fn for_each_linear<E>(
        &mut self,
        mut change: impl FnMut(usize, &mut Linear, &mut Params) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        for (index, segment) in self.part.segments().zip(&mut self.segments) {
            for linear in segment.sites_mut().linears {
                change(index, linear, &mut self.params)?;
            }
        }
        Ok(())
    }

    /// Runs `change` on the places of every segment, in the order of the forward pass, with the number of the segment in the whole model.
    pub fn for_each_site<E>(
        &mut self,
        mut change: impl FnMut(usize, Sites, &mut Params) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let segments = self.part.segments().zip(&mut self.segments);
        segments.into_iter().try_for_each(|(index, segment)| change(index, segment.sites_mut(), &mut self.params))
    }

    /// What the segments see of `input`.
    ///
    /// # Panics
    /// If the sequences are longer than the model reads.
    pub fn pass<'a>(&'a self, input: Input<'a>) -> Pass<'a> {
        let Input { tokens, dropout, reading, variants } = input;
        let pass = Pass { params: &self.params, tokens, dropout, reading, variants, first_position: self.prefix_keys };
        let (positions, most) = (pass.reach(), self.config.max_positions);
        assert!(positions <= most, "a sequence of {positions} tokens, the model reads {most}");
        pass
    }
}

#[cfg(all(test, feature = "native"))]
pub(crate) mod tests;
