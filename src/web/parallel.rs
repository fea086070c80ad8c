//! Plans and predictions of a parallel training, for the page that shows it. What a person wrote comes as a `ParallelSpec`,
//! and what is wrong with it is thrown as `Problem[]`.

use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::{assets_of, internal, thrown, to_js};
use crate::lab::parallel::spec::ParallelSpec;
use crate::lab::parallel::subject::Subject;
use crate::lab::parallel::{nearest, planned, predict, setup};
use crate::lab::problem::Problem;

/// The files that [`parallel_plan`] needs, as `string[]`.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen]
pub fn parallel_plan_assets(spec: &JsValue) -> Result<JsValue, JsValue> {
    to_js(&setup::plan_assets(&read(spec)?).map_err(throw)?)
}

/// The files that ranks need, as `string[]`.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen]
pub fn parallel_assets(spec: &JsValue) -> Result<JsValue, JsValue> {
    to_js(&setup::required_assets(&read(spec)?).map_err(throw)?)
}

/// The plan on at most `max_ranks` ranks, as `Planned`; `stages`, a `Prediction`'s or null, divides the layers.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen]
pub fn parallel_plan(spec: &JsValue, assets: &JsValue, max_ranks: usize, stages: &JsValue) -> Result<JsValue, JsValue> {
    let stages: Option<Vec<(usize, usize)>> = from_js(stages)?;
    to_js(&planned::planned(&read(spec)?, &assets_of(assets)?, max_ranks, stages.as_deref()).map_err(throw)?)
}

/// The nearest possible mesh, as `MeshSpec`, or null.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen]
pub fn parallel_nearest(spec: &JsValue, assets: &JsValue, max_ranks: usize) -> Result<JsValue, JsValue> {
    let spec = read(spec)?;
    let subject = Subject::new(&spec, &assets_of(assets)?).map_err(throw)?;
    to_js(&nearest::nearest(&spec, &subject, max_ranks))
}

/// What is to be expected of each step by the `Pilot`s of all ranks, as `Prediction`.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen]
pub fn parallel_predict(spec: &JsValue, assets: &JsValue, pilots: &JsValue, cores: usize) -> Result<JsValue, JsValue> {
    let pilots: Vec<_> = from_js(pilots)?;
    to_js(&predict::predict(&read(spec)?, &assets_of(assets)?, &pilots, cores).map_err(throw)?)
}

/// A spec that a person wrote.
pub(super) fn read(spec: &JsValue) -> Result<ParallelSpec, JsValue> {
    // Through text: it keeps the difference between integers and floats that JSON has.
    let text = js_sys::JSON::stringify(spec).ok().and_then(|text| text.as_string());
    let json = serde_json::from_str(text.as_deref().unwrap_or("null")).map_err(|error| internal(&error.to_string()))?;
    setup::parse(&json).map_err(|problems| thrown(&problems))
}

/// A value that this engine has given before.
pub(super) fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value.clone()).map_err(|error| internal(&error.to_string()))
}

fn throw(problem: Problem) -> JsValue {
    thrown(&[problem])
}
