//! What a run trains: the model, the method, and the outline of their parameters.

use std::collections::HashSet;
use std::rc::Rc;

use crate::finetune::{Method, learns};
use crate::lab::assets::Assets;
use crate::lab::base_model::config_of;
use crate::lab::methods::{format, method};
use crate::lab::problem::Problem;
use crate::lab::problems::Asset;
use crate::lab::spec::RunSpec;
use crate::lab::{problems, unknown};
use crate::nn::Blueprint;
use crate::parallel::outline::Outline;
use crate::parallel::partition::{MAX_SEGMENTS, PartitionError};
use crate::quant::BlockFormat;

/// A model and how it is trained, before any of it is made.
#[derive(Debug)]
pub struct Subject {
    /// The model.
    pub blueprint: Rc<Blueprint>,
    /// The fine-tuning method.
    pub method: Box<dyn Method>,
    /// The format of the matrices that do not learn; `None`: float32.
    pub format: Option<&'static dyn BlockFormat>,
    /// The parameters of both.
    pub outline: Outline,
}

impl Subject {
    /// What `run`, whose [`plan_assets`](crate::lab::assets::plan_assets) are in `assets`, trains.
    ///
    /// # Errors
    /// If its sizes make no model, the context is longer than the model reads, or the model does not know the text's characters.
    pub fn new(run: &RunSpec, assets: &Assets) -> Result<Self, Problem> {
        if let Some(problem) = unknown::check_shipped(Asset::Corpus, &run.model.base, &run.data.corpus, run.data.allow_unknown_percent) {
            return Err(problem);
        }
        Self::of(run, Rc::new(Blueprint::new(&config_of(run, assets)?)))
    }

    /// The same, of a model that is known.
    ///
    /// # Errors
    /// If the context is longer than the model reads, or the model has too many segments.
    pub fn of(run: &RunSpec, blueprint: Rc<Blueprint>) -> Result<Self, Problem> {
        let segments = blueprint.segments.len();
        if segments > MAX_SEGMENTS {
            return Err(problems::plan(&PartitionError::TooManySegments { segments }.into()));
        }
        let (method, format) = (method(run), format(run));
        let (positions, taken) = (blueprint.config.max_positions, method.positions());
        if let Some(problem) = problems::window(run, positions, taken) {
            return Err(problem);
        }
        let outline = Outline::in_format(&blueprint, &*method, format);
        Ok(Self { blueprint, method, format, outline })
    }

    /// Names of the model's parameters that learn.
    pub fn learning(&self) -> HashSet<&str> {
        let params = self.blueprint.params();
        let learning = params.filter(|(segment, param)| learns(&*self.method, &self.blueprint, *segment, param));
        learning.map(|(_, param)| param.name.as_str()).collect()
    }
}
