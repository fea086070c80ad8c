//! The loss of an adapter on the base's validation text, and what each of its modules is worth.

use std::ops::Range;

use super::{Shelf, no_entry};
use crate::lab::problem::Problem;
use crate::lab::training::Prompt;
use crate::lab::{problems, reasons};
use crate::nn::{MergeError, Tokens, Transformer};
use crate::tensor::Weight;

/// Tokens of one pass, about.
const CHUNK: usize = 512;

/// A text in windows, each of which is read by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows<'a> {
    ids: &'a [i32],
    context: usize,
    count: usize,
}

impl<'a> Windows<'a> {
    /// As many as hold `tokens` tokens, where the text is as long.
    pub fn new(ids: &'a [i32], context: usize, tokens: usize) -> Self {
        Self { ids, context, count: (ids.len().saturating_sub(1) / context).min(tokens.div_ceil(context)) }
    }

    /// Tokens that are predicted.
    pub fn tokens(&self) -> usize {
        self.count * self.context
    }

    /// Which windows are read together.
    pub fn groups(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (group, count) = (CHUNK.div_ceil(self.context), self.count);
        (0..count).step_by(group).map(move |first| first..(first + group).min(count))
    }

    /// The tokens of some windows, with so many virtual ones before each, and their targets.
    pub fn batch(&self, windows: Range<usize>, virtual_tokens: usize) -> (Tokens, Vec<i32>) {
        let (from, to) = (windows.start * self.context, windows.end * self.context);
        let prompt = Prompt { virtual_tokens, context: self.context };
        let [inputs, targets] = prompt.before(&self.ids[from..to], &self.ids[from + 1..=to]);
        (Tokens::new(windows.len(), virtual_tokens + self.context, inputs.into_owned()), targets.into_owned())
    }

    /// Mean negative log-likelihood, in nats per token.
    pub fn loss(&self, model: &mut Transformer, virtual_tokens: usize) -> Result<f64, Problem> {
        let mut sum = 0.0;
        for group in self.groups() {
            let (tokens, targets) = self.batch(group, virtual_tokens);
            let nll = model.nll(&tokens, &targets).map_err(|error| reasons::out_of_memory(&error))?;
            sum += nll.into_iter().map(f64::from).sum::<f64>();
        }
        Ok(sum / self.tokens() as f64)
    }
}

impl Shelf {
    pub(super) fn windows<'a>(&self, ids: &'a [i32]) -> Windows<'a> {
        Windows::new(ids, self.run.data.context as usize, self.run.evaluation.tokens as usize)
    }

    /// Mean negative log-likelihood of the validation text, in nats per token; of the base alone, where there is no entry.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn loss(&mut self, entry: Option<usize>) -> Result<f64, Problem> {
        let ids = std::mem::take(&mut self.validation);
        let windows = self.windows(&ids);
        let loss = self.model(entry).and_then(|(model, virtual_tokens)| windows.loss(model, virtual_tokens));
        self.validation = ids;
        loss
    }

    /// The modules of the linear layers that an adapter changes, in the order of the forward pass.
    ///
    /// # Errors
    /// If there is no such entry.
    pub fn modules(&self, entry: usize) -> Result<Vec<String>, Problem> {
        let (model, base) = (&self.entry(entry)?.model, &self.base);
        let linears = model.segments.iter().flat_map(|segment| segment.linears());
        let own = |id| {
            let param = model.params.get(id);
            base.params.find(&param.name).is_some_and(|id| !base.params.get(id).value.is_same(&param.value))
        };
        let changed = linears.filter(|linear| linear.hook.is_some() || own(linear.weight) || linear.bias.is_some_and(own));
        Ok(changed.map(|linear| linear.name.clone()).collect())
    }

    /// As [`Shelf::loss`], with one module as the base has it.
    ///
    /// # Errors
    /// If memory runs out, or there is no such entry or module.
    pub fn loss_without(&mut self, entry: usize, module: &str) -> Result<f64, Problem> {
        let mut there = self.entries.remove(&entry).ok_or_else(|| no_entry(entry))?;
        let loss = match Off::new(&mut there.model, &self.base, module) {
            Ok(off) => {
                let loss = self.windows(&self.validation).loss(&mut there.model, there.virtual_tokens);
                loss.and_then(|loss| off.back(&mut there.model).map(|()| loss))
            }
            Err(problem) => Err(problem),
        };
        self.entries.insert(entry, there);
        loss
    }
}

/// A module that is as the base has it for a while, with its own weights put by.
struct Off {
    module: String,
    own: Vec<(crate::autograd::ParamId, Weight)>,
}

impl Off {
    fn new(model: &mut Transformer, base: &Transformer, module: &str) -> Result<Self, Problem> {
        let mut own = Vec::new();
        let found = switch(model, module, false)?;
        let Some(ids) = found else { return Err(problems::internal(&format!("there is no module {module}"))) };
        let hooked = ids.hooked;
        for id in ids.params {
            let of_base = base.params.find(&model.params.get(id).name).map(|id| base.params.get(id).value.clone());
            // A hook that is off has left the weight as the base's.
            if let (Some(of_base), false) = (of_base, hooked) {
                own.push((id, std::mem::replace(&mut model.params.get_mut(id).value, of_base)));
            }
        }
        Ok(Self { module: module.to_owned(), own })
    }

    fn back(self, model: &mut Transformer) -> Result<(), Problem> {
        for (id, value) in self.own {
            model.params.get_mut(id).value = value;
        }
        switch(model, &self.module, true).map(drop)
    }
}

struct Layer {
    params: Vec<crate::autograd::ParamId>,
    hooked: bool,
}

/// Switches the hook of a module on or off, if it has one.
fn switch(model: &mut Transformer, module: &str, on: bool) -> Result<Option<Layer>, Problem> {
    let mut found = None;
    model
        .for_each_linear(|_, linear, params| {
            if linear.name == module {
                let hook = linear.hook.as_mut().map(|hook| hook.set_enabled(params, on)).transpose()?;
                let layer = [linear.weight].into_iter().chain(linear.bias).collect();
                found = Some(Layer { params: layer, hooked: hook.is_some() });
            }
            Ok(())
        })
        .map_err(|error| match error {
            MergeError::Memory(refused) => reasons::out_of_memory(&refused),
            other => problems::internal(&other.to_string()),
        })?;
    Ok(found)
}
