//! What can be told of runs before they run: the plans of those on several ranks, and what each will take. What is wrong with a spec is thrown as `Problem[]`.

use wasm_bindgen::prelude::*;

use super::experiment::parse;
use super::{assets_of, from_js, internal, thrown, to_js};
use crate::lab::assets::plan_assets;
use crate::lab::check::resolve;
use crate::lab::equalise::{EqualisedBy, equalise};
use crate::lab::estimate;
use crate::lab::experiment::max_ranks;
use crate::lab::migrate::{self, Lab};
use crate::lab::parallel::nearest::nearest;
use crate::lab::parallel::planned::planned;
use crate::lab::parallel::subject::Subject;
use crate::lab::problem::Problem;
use crate::lab::spec::RunSpec;

/// The files that [`plan`] needs, as `string[]`.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen(js_name = plan_assets)]
pub fn assets_of_plan(spec: JsValue, run: usize) -> Result<JsValue, JsValue> {
    to_js(&plan_assets(&settings(spec, run)?).map_err(throw)?)
}

/// The plan of a run on a machine of `cores` cores, as `Planned`.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen]
pub fn plan(spec: JsValue, run: usize, assets: &JsValue, cores: usize) -> Result<JsValue, JsValue> {
    to_js(&planned(&settings(spec, run)?, &assets_of(assets)?, max_ranks(cores), None).map_err(throw)?)
}

/// The nearest possible mesh for a run, as `NearestMesh`, or null.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen]
pub fn nearest_mesh(spec: JsValue, run: usize, assets: &JsValue, cores: usize) -> Result<JsValue, JsValue> {
    let settings = settings(spec, run)?;
    let subject = Subject::new(&settings, &assets_of(assets)?).map_err(throw)?;
    to_js(&nearest(&settings, &subject, max_ranks(cores)))
}

/// What a link of an earlier version on the page of a lab, `fine-tuning` or `parallel`, means today: a `Spec`, not yet checked.
///
/// # Errors
/// `Problem[]`, if there is no such lab.
#[wasm_bindgen]
pub fn migrate_link(lab: &str, link: &JsValue) -> Result<JsValue, JsValue> {
    let text = js_sys::JSON::stringify(link).ok().and_then(|text| text.as_string());
    let json = serde_json::from_str(text.as_deref().unwrap_or("null")).map_err(|error| internal(&error.to_string()))?;
    let lab = Lab::named(lab).ok_or_else(|| internal(&format!("there is no lab {lab}")))?;
    to_js(&migrate::link(lab, json))
}

/// The files that an [`Estimator`] needs, as `string[]`.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen(js_name = estimate_assets)]
pub fn assets_of_estimate(spec: JsValue) -> Result<JsValue, JsValue> {
    to_js(&parse(spec).and_then(|spec| estimate::files(&spec)).map_err(|problems| thrown(&problems))?)
}

/// Tells what runs will take, and remembers what it measured for that.
#[wasm_bindgen]
#[derive(Default)]
pub struct Estimator(estimate::Estimator);

#[wasm_bindgen]
impl Estimator {
    /// One that has measured nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// How the runs go with their models and texts, as `Fit`.
    ///
    /// # Errors
    /// `Problem[]`, of the spec itself.
    pub fn fit(&mut self, spec: JsValue, assets: &JsValue) -> Result<JsValue, JsValue> {
        let files = assets_of(assets)?;
        to_js(&parse(spec).and_then(|spec| self.0.fit(&spec, &files)).map_err(|problems| thrown(&problems))?)
    }

    /// The same experiment, as `Spec`, with the sizes or the batches of its runs made to fit what is `by`, as `EqualisedBy`, to be equal.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn equalise(&mut self, spec: JsValue, by: JsValue, assets: &JsValue, cores: usize) -> Result<JsValue, JsValue> {
        let (files, by): (_, EqualisedBy) = (assets_of(assets)?, from_js(&by)?);
        to_js(&parse(spec).and_then(|spec| equalise(&mut self.0, &spec, by, &files, cores)).map_err(|problems| thrown(&problems))?)
    }

    /// What a run will take on a machine of `cores` cores, as `RunEstimate`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn run(&mut self, spec: JsValue, run: usize, assets: &JsValue, cores: usize) -> Result<JsValue, JsValue> {
        let files = assets_of(assets)?;
        to_js(&parse(spec).and_then(|spec| self.0.run(&spec, run, &files, cores)).map_err(|problems| thrown(&problems))?)
    }
}

fn settings(spec: JsValue, run: usize) -> Result<RunSpec, JsValue> {
    let mut runs = parse(spec).and_then(|spec| resolve(&spec)).map_err(|problems| thrown(&problems))?;
    if run >= runs.len() {
        return Err(internal(&format!("there is no run {run}")));
    }
    Ok(runs.swap_remove(run))
}

fn throw(problem: Problem) -> JsValue {
    thrown(&[problem])
}
