//! The wasm-bindgen face of the engine: it converts, calls, and converts back.

mod allocator;
mod bench;
mod blob;
mod experiment;
mod plan;
// Ranks are threads themselves: theirs are the builds without.
#[cfg(not(feature = "threads"))]
mod rank;
mod shelf;

use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::json::FromJson;
use crate::kernels;
use crate::lab::assets::Assets;
use crate::lab::problem::Problem;
use crate::lab::problems;

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

/// The files in a `Map<string, Uint8Array>`.
fn assets_of(map: &JsValue) -> Result<Assets, JsValue> {
    let mut files = Assets::default();
    for entry in js_sys::try_iter(map)?.into_iter().flatten() {
        let pair: js_sys::Array = entry?.dyn_into().map_err(|_| internal("assets is not a Map of names and bytes"))?;
        let name = pair.get(0).as_string().ok_or_else(|| internal("the name of an asset is not a string"))?;
        let bytes: js_sys::Uint8Array = pair.get(1).dyn_into().map_err(|_| internal("the bytes of an asset are not a Uint8Array"))?;
        let mut copy = Vec::new();
        let len = bytes.length() as usize;
        copy.try_reserve_exact(len).map_err(|_| thrown(&[problems::no_room_for_file(&name, len)]))?;
        copy.resize(len, 0);
        bytes.copy_to(&mut copy);
        files.insert(name, copy);
    }
    Ok(files)
}

/// A value that this engine has given before. It comes as text, by which the engine reads JSON everywhere.
fn from_js<T: FromJson>(value: &JsValue) -> Result<T, JsValue> {
    let text = js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string());
    let value: Value = serde_json::from_str(text.as_deref().unwrap_or("null")).map_err(|error| internal(&error.to_string()))?;
    T::from_json(value).map_err(|error| internal(&error.to_string()))
}

/// A value for JavaScript, as JSON has it. Every type is written by the one serializer that the engine has anyway: each adds to the file.
fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    serde_json::to_value(value).map_err(|error| internal(&error.to_string())).and_then(|value| json_to_js(&value))
}

fn json_to_js(value: &Value) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|error| internal(&error.to_string()))
}

fn thrown(problems: &[Problem]) -> JsValue {
    to_js(problems).unwrap_or_else(|e| e)
}

fn internal(error: &str) -> JsValue {
    thrown(&[problems::internal(error)])
}
