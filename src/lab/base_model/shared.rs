//! Frozen weights of base models, of which the runs of an experiment hold one copy.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use crate::nn::{BuildError, ParamSpec, WeightSource};
use crate::tensor::{WeakWeight, Weight};

/// Weights that some run of an experiment holds, by base model, name and format.
#[derive(Clone, Debug, Default)]
pub struct SharedWeights(Rc<RefCell<HashMap<Key, WeakWeight>>>);

type Key = (String, String, Option<&'static str>);

/// The weights of a base model: those that stay frozen are shared with other runs.
pub struct SharedSource<'a> {
    /// Where they come from the first time.
    pub source: Box<dyn WeightSource + 'a>,
    /// What other runs hold.
    pub shared: &'a SharedWeights,
    /// The base model.
    pub base: &'a str,
    /// Whether a weight learns.
    pub learns: &'a dyn Fn(&ParamSpec) -> bool,
}

impl SharedSource<'_> {
    fn key(&self, param: &ParamSpec, format: Option<&'static str>) -> Key {
        (self.base.to_owned(), param.name.clone(), format)
    }
}

impl WeightSource for SharedSource<'_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        self.source.read(param, rows, take)
    }

    fn shared(&self, param: &ParamSpec, format: Option<&'static str>) -> Option<Weight> {
        match (self.learns)(param) {
            true => None,
            false => self.shared.0.borrow().get(&self.key(param, format))?.upgrade(),
        }
    }

    fn made(&mut self, param: &ParamSpec, weight: &Weight) {
        if let Some(weak) = weight.downgrade().filter(|_| !(self.learns)(param)) {
            self.shared.0.borrow_mut().insert(self.key(param, weight.format()), weak);
        }
    }
}
