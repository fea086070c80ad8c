//! Adapters on one base, for the worker that they are in. What cannot be done is thrown as `Problem[]`.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::experiment::{object, parse, state_of_js};
use super::{assets_of, from_js, thrown, to_js};
use crate::lab::adapter::{AdapterFiles, Mixing};
use crate::lab::problem::Problem;
use crate::lab::shelf::{self, MergeStage, TextRequest, TextSampling};

/// The files that a [`Shelf`] needs, as `string[]`.
///
/// # Errors
/// `Problem[]`.
#[wasm_bindgen(js_name = shelf_assets)]
pub fn assets_of_shelf(spec: JsValue) -> Result<JsValue, JsValue> {
    to_js(&parse(spec).and_then(|spec| shelf::Shelf::required_assets(&spec)).map_err(|problems| thrown(&problems))?)
}

/// A base model and the adapters on it; an adapter is named by the number of its entry, and the base by null.
#[wasm_bindgen]
pub struct Shelf(shelf::Shelf);

#[wasm_bindgen]
impl Shelf {
    /// A shelf with the base of a spec, whose files are in `assets`, a `Map<string, Uint8Array>`.
    ///
    /// # Errors
    /// `Problem[]`.
    #[wasm_bindgen(constructor)]
    pub fn new(spec: JsValue, assets: &JsValue) -> Result<Shelf, JsValue> {
        let spec = parse(spec).map_err(|problems| thrown(&problems))?;
        shelf::Shelf::new(&spec, assets_of(assets)?).map(Self).map_err(|problems| thrown(&problems))
    }

    /// Puts PEFT's two files on it; gives the `ShelfEntry`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn add_files(&mut self, name: &str, config: String, weights: Vec<u8>) -> Result<JsValue, JsValue> {
        to_js(&self.0.add_files(name, config, weights).map_err(throw)?)
    }

    /// Puts on it what a run of the spec held, a `RunState`; gives the `ShelfEntry`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn add_run(&mut self, name: &str, run: usize, state: &JsValue) -> Result<JsValue, JsValue> {
        let state = state_of_js(state)?;
        to_js(&self.0.add_run(name, run, &state).map_err(throw)?)
    }

    /// Mixes adapters, `[entry, weight][]`, as `Mixing` says, into one more; gives the `ShelfEntry`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn mix(&mut self, name: &str, parts: &JsValue, how: &JsValue, rank: Option<usize>) -> Result<JsValue, JsValue> {
        let (parts, how): (Vec<(usize, f64)>, Mixing) = (from_js(parts)?, from_js(how)?);
        to_js(&self.0.mix(name, &parts, how, rank).map_err(throw)?)
    }

    /// Takes an adapter off; the others keep their numbers.
    pub fn remove(&mut self, entry: usize) {
        self.0.remove(entry);
    }

    /// PEFT's files of an adapter, `{ config: string, weights: Uint8Array }`.
    ///
    /// # Errors
    /// `Problem[]`: why there are none.
    pub fn files(&mut self, entry: usize) -> Result<JsValue, JsValue> {
        let AdapterFiles { config, weights } = self.0.files(entry).map_err(throw)?;
        object(&[("config", config.into()), ("weights", Uint8Array::from(&weights[..]).into())])
    }

    /// Begins to continue texts, `TextRequest[]` with `TextSampling`; gives `Written`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn write(&mut self, requests: &JsValue, sampling: &JsValue) -> Result<JsValue, JsValue> {
        let (requests, sampling): (Vec<TextRequest>, TextSampling) = (from_js(requests)?, from_js(sampling)?);
        to_js(&self.0.write(&requests, sampling).map_err(throw)?)
    }

    /// Goes on by a token of each text; gives `Written`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn next(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.0.go_on().map_err(throw)?)
    }

    /// Mean negative log-likelihood of the validation text, in nats per token.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn loss(&mut self, entry: Option<usize>) -> Result<f64, JsValue> {
        self.0.loss(entry).map_err(throw)
    }

    /// That of the base in the form that an adapter learned on.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn base_loss(&mut self, entry: usize) -> Result<f64, JsValue> {
        self.0.base_loss(entry).map_err(throw)
    }

    /// As `loss`, with one module as the base has it.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn loss_without(&mut self, entry: usize, module: &str) -> Result<f64, JsValue> {
        self.0.loss_without(entry, module).map_err(throw)
    }

    /// The linear layers that an adapter changes, `string[]`, in the order of the forward pass.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn modules(&self, entry: usize) -> Result<JsValue, JsValue> {
        to_js(&self.0.modules(entry).map_err(throw)?)
    }

    /// What it changes of one of them, as `ModuleChange`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn change(&mut self, entry: usize, module: &str) -> Result<JsValue, JsValue> {
        to_js(&self.0.change(entry, module).map_err(throw)?)
    }

    /// The rounding errors of the base's matrices in a format, as `Rounding[]`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn rounding(&self, format: &str) -> Result<JsValue, JsValue> {
        to_js(&self.0.rounding(format).map_err(throw)?)
    }

    /// What is left of an adapter at a `MergeStage` of being merged into a base in a format and rounded again, as `Survival`.
    ///
    /// # Errors
    /// `Problem[]`.
    pub fn survival(&mut self, entry: usize, format: &str, stage: &JsValue) -> Result<JsValue, JsValue> {
        let stage: MergeStage = from_js(stage)?;
        to_js(&self.0.survival(entry, format, stage).map_err(throw)?)
    }
}

fn throw(problem: Problem) -> JsValue {
    thrown(&[problem])
}
