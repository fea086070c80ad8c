//! The loss of an adapter on the base's validation text, and what each of its modules is worth.

use std::ops::Range;

use super::{Shelf, no_entry};
use crate::autograd::ParamId;
use crate::lab::base_model::BaseModel;
use crate::lab::methods::format as format_of;
use crate::lab::problem::Problem;
use crate::lab::training::Prompt;
use crate::lab::{problems, reasons};
use crate::nn::{MergeError, Tokens, Transformer};
use crate::quant::BlockFormat;
use crate::tensor::{Category, Tensor, Weight};

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

    /// As [`Shelf::loss`], of the base in the form that an adapter learned on: rounded, for one that learned so.
    ///
    /// # Errors
    /// If memory runs out, or there is no such entry.
    pub fn base_loss(&mut self, entry: usize) -> Result<f64, Problem> {
        let format = self.entry(entry)?.origin.format();
        match format.filter(|own| own.map(BlockFormat::name) != format_of(&self.run).map(BlockFormat::name)) {
            None => self.loss(None),
            Some(format) => {
                let mut base = self.base_in(format)?;
                self.windows(&self.validation).loss(&mut base, 0)
            }
        }
    }

    /// The modules of the linear layers that an adapter changes, in the order of the forward pass.
    ///
    /// # Errors
    /// If there is no such entry.
    pub fn modules(&self, entry: usize) -> Result<Vec<String>, Problem> {
        let model = &self.entry(entry)?.model;
        let linears = model.segments.iter().flat_map(|segment| segment.linears());
        let learns = |id: &ParamId| model.params.is_trainable(*id);
        let changed = linears.filter(|linear| linear.hook.is_some() || learns(&linear.weight) || linear.bias.iter().any(learns));
        Ok(changed.map(|linear| linear.name.clone()).collect())
    }

    /// As [`Shelf::loss`], with one module as the base has it.
    ///
    /// # Errors
    /// If memory runs out, or there is no such entry or module.
    pub fn loss_without(&mut self, entry: usize, module: &str) -> Result<f64, Problem> {
        let originals = self.originals(entry, module)?;
        let mut there = self.entries.remove(&entry).ok_or_else(|| no_entry(entry))?;
        let loss = Off::new(&mut there.model, module, originals).and_then(|off| {
            let loss = self.windows(&self.validation).loss(&mut there.model, there.virtual_tokens);
            let back = off.back(&mut there.model);
            loss.and_then(|loss| back.map(|()| loss))
        });
        self.entries.insert(entry, there);
        loss
    }

    /// The base's values of what a method has trained of a module itself, beside or instead of a hook.
    pub(super) fn originals(&self, entry: usize, module: &str) -> Result<Vec<(ParamId, Weight)>, Problem> {
        let model = &self.entry(entry)?.model;
        let mut linears = model.segments.iter().flat_map(|segment| segment.linears());
        let linear = linears.find(|linear| linear.name == module).ok_or_else(|| no_module(module))?;
        let trained = [linear.weight].into_iter().chain(linear.bias).filter(|id| model.params.is_trainable(*id));
        trained.map(|id| Ok((id, self.original(&model.params.get(id).name)?))).collect()
    }

    /// The base's values of a parameter, in float32.
    fn original(&self, name: &str) -> Result<Weight, Problem> {
        let there = self.base.params.find(name).map(|id| &self.base.params.get(id).value).filter(|value| value.format().is_none());
        if let Some(value) = there {
            return Ok(value.clone());
        }
        let base = BaseModel::open(&self.run, &self.assets)?;
        let missing = || problems::internal(&format!("there is no parameter {name}"));
        let (_, param) = base.blueprint.params().find(|(_, param)| param.name == name).ok_or_else(missing)?;
        let [rows, columns] = param.matrix();
        let values = Tensor::zeros(&self.ledger, Category::Parameters, &[rows, columns]);
        let mut values = values.map_err(|error| reasons::out_of_memory(&error))?;
        let mut rest = values.data_mut().chunks_exact_mut(columns);
        let read = base.source().read(param, 0..rows, &mut |row| rest.next().expect("as many rows as there are").copy_from_slice(row));
        read.map_err(|error| base.refused(&error.into()))?;
        Ok(Weight::of(values))
    }
}

/// A module that is as the base has it for a while, with its own weights put by.
struct Off {
    module: String,
    own: Vec<(ParamId, Weight)>,
}

impl Off {
    fn new(model: &mut Transformer, module: &str, originals: Vec<(ParamId, Weight)>) -> Result<Self, Problem> {
        if let Err(problem) = switch(model, module, false) {
            // It may be half off.
            switch(model, module, true)?;
            return Err(problem);
        }
        let swap = |(id, original): (ParamId, Weight)| (id, std::mem::replace(&mut model.params.get_mut(id).value, original));
        Ok(Self { module: module.to_owned(), own: originals.into_iter().map(swap).collect() })
    }

    fn back(self, model: &mut Transformer) -> Result<(), Problem> {
        for (id, value) in self.own {
            model.params.get_mut(id).value = value;
        }
        switch(model, &self.module, true)
    }
}

/// Switches the hook of a module on or off, if it has one.
pub(super) fn switch(model: &mut Transformer, module: &str, on: bool) -> Result<(), Problem> {
    let switched = model.for_each_linear(|_, linear, params| match linear.hook.as_mut().filter(|_| linear.name == module) {
        Some(hook) => hook.set_enabled(params, on),
        None => Ok(()),
    });
    switched.map_err(|error| match error {
        MergeError::Memory(refused) => reasons::out_of_memory(&refused),
        other => problems::internal(&other.to_string()),
    })
}

pub(super) fn no_module(module: &str) -> Problem {
    problems::internal(&format!("there is no module {module}"))
}
