//! The experiment of the first lab, for the worker that it runs in.

use wasm_bindgen::prelude::*;

use super::{assets_of, internal, thrown, to_js};
use crate::lab::check;
use crate::lab::event::Event;
use crate::lab::experiment::Experiment as LabExperiment;
use crate::lab::problem::Problem;
use crate::lab::result::Environment;
use crate::lab::spec::Spec;

/// Every problem of a spec, as `Problem[]`; empty if there is none.
#[wasm_bindgen(js_name = check)]
pub fn check_spec(spec: JsValue) -> Result<JsValue, JsValue> {
    let problems = match parse(spec).and_then(|spec| check::resolve(&spec).map(drop)) {
        Ok(()) => Vec::new(),
        Err(problems) => problems,
    };
    to_js(&problems)
}

/// The files that a spec needs, as `string[]`: paths below the asset base, and `file:NAME` for the visitor's own.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen]
pub fn required_assets(spec: JsValue) -> Result<JsValue, JsValue> {
    let files = parse(spec).and_then(|spec| LabExperiment::required_assets(&spec)).map_err(|problems| thrown(&problems))?;
    to_js(&files)
}

/// An experiment under way.
#[wasm_bindgen]
pub struct Experiment {
    inner: LabExperiment,
}

#[wasm_bindgen]
impl Experiment {
    /// An experiment whose files are in `assets`, a `Map<string, Uint8Array>`.
    ///
    /// # Errors
    /// `Problem[]`.
    #[wasm_bindgen(constructor)]
    pub fn new(spec: JsValue, assets: JsValue, environment: JsValue) -> Result<Experiment, JsValue> {
        let spec = parse(spec).map_err(|problems| thrown(&problems))?;
        let files = assets_of(&assets)?;
        let environment: Environment = serde_wasm_bindgen::from_value(environment).map_err(|e| internal(&format!("environment: {e}")))?;
        let inner = LabExperiment::new(spec, files, environment).map_err(|problems| thrown(&problems))?;
        Ok(Self { inner })
    }

    /// Does one unit of work (at most an optimizer step) and gives what happened, as `Event[]`.
    pub fn advance(&mut self) -> Result<JsValue, JsValue> {
        to_js::<Vec<Event>>(&self.inner.advance())
    }

    /// Whether every run has ended.
    #[wasm_bindgen(getter)]
    pub fn finished(&self) -> bool {
        self.inner.finished()
    }

    /// Cancels one run, or all; gives what happened, as `Event[]`.
    pub fn cancel(&mut self, run: Option<usize>) -> Result<JsValue, JsValue> {
        to_js(&self.inner.cancel(run))
    }

    /// What was measured so far, as `ExperimentResult`.
    pub fn result(&self) -> Result<JsValue, JsValue> {
        to_js(&self.inner.result())
    }
}

fn parse(spec: JsValue) -> Result<Spec, Vec<Problem>> {
    // Through text: it keeps the order of fields and the difference between integers and floats that JSON has.
    let text = js_sys::JSON::stringify(&spec).ok().and_then(|text| text.as_string());
    check::parse_str(text.as_deref().unwrap_or("null"))
}
