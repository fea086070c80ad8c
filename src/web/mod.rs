//! The wasm-bindgen face of the engine: it converts, calls, and converts back.

mod bench;
// Ranks are the threads of a world: each has a build without threads of its own.
#[cfg(not(feature = "threads"))]
mod rank;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::kernels;
use crate::lab::assets::Assets;
use crate::lab::check;
use crate::lab::event::Event;
use crate::lab::experiment::Experiment as LabExperiment;
use crate::lab::problem::Problem;
use crate::lab::problems;
use crate::lab::result::Environment;
use crate::lab::spec::Spec;

#[cfg(feature = "threads")]
pub use wasm_bindgen_rayon::init_thread_pool;

/// Runs once when the file is loaded: a panic is thrown as a JavaScript error that carries its text, so that the page can show it.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| wasm_bindgen::throw_str(&panic.to_string())));
}

/// Version of the engine.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// SIMD backend of the kernels in this file.
#[wasm_bindgen]
pub fn simd() -> String {
    kernels::backend_name().to_owned()
}

/// Name of this wasm file among the variants.
#[wasm_bindgen]
pub fn variant() -> String {
    let threads = if cfg!(feature = "threads") { "threads" } else { "single" };
    let simd = if cfg!(target_feature = "relaxed-simd") { "relaxed" } else { "simd128" };
    format!("{threads}-{simd}")
}

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
        let mut files = Assets::default();
        for entry in js_sys::try_iter(&assets)?.into_iter().flatten() {
            let pair: js_sys::Array = entry?.dyn_into().map_err(|_| internal("assets is not a Map of names and bytes"))?;
            let name = pair.get(0).as_string().ok_or_else(|| internal("the name of an asset is not a string"))?;
            let bytes: js_sys::Uint8Array = pair.get(1).dyn_into().map_err(|_| internal("the bytes of an asset are not a Uint8Array"))?;
            files.insert(name, bytes.to_vec());
        }
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

    /// What was measured so far, as `Result`.
    pub fn result(&self) -> Result<JsValue, JsValue> {
        to_js(&self.inner.result())
    }
}

fn parse(spec: JsValue) -> Result<Spec, Vec<Problem>> {
    // Through text: it keeps the order of fields and the difference between integers and floats that JSON has.
    let text = js_sys::JSON::stringify(&spec).ok().and_then(|text| text.as_string());
    check::parse_str(text.as_deref().unwrap_or("null"))
}

fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|e| internal(&e.to_string()))
}

fn thrown(problems: &[Problem]) -> JsValue {
    to_js(problems).unwrap_or_else(|e| e)
}

fn internal(error: &str) -> JsValue {
    thrown(&[problems::internal(error)])
}
