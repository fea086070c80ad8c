//! What a parallel training trains: the model, the method, and the outline of their parameters.

use std::rc::Rc;

use super::setup;
use super::spec::ParallelSpec;
use crate::finetune::Method;
use crate::lab::assets::Assets;
use crate::lab::methods::method;
use crate::lab::problem::Problem;
use crate::nn::Blueprint;
use crate::parallel::outline::Outline;

/// A model and how it is trained, before any of it is made.
#[derive(Debug)]
pub struct Subject {
    /// The model.
    pub blueprint: Rc<Blueprint>,
    /// The fine-tuning method.
    pub method: Box<dyn Method>,
    /// The parameters of both.
    pub outline: Outline,
}

impl Subject {
    /// What `spec`, whose [`plan_assets`](setup::plan_assets) are in `assets`, trains.
    ///
    /// # Errors
    /// If its sizes make no model, or the context is longer than the model reads.
    pub fn new(spec: &ParallelSpec, assets: &Assets) -> Result<Self, Problem> {
        let blueprint = Rc::new(Blueprint::new(&setup::config(spec, assets)?));
        let method = method(&spec.fine_tuning);
        let outline = Outline::new(&blueprint, &*method);
        Ok(Self { blueprint, method, outline })
    }
}
