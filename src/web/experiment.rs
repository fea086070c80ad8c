//! The experiment, for the worker that it runs in.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{assets_of, blob, from_js, internal, thrown, to_js};
use crate::lab::adapter::{self, AdapterFiles};
use crate::lab::check;
use crate::lab::event::Event;
use crate::lab::experiment::Experiment as LabExperiment;
use crate::lab::parallel::setup::Stages;
use crate::lab::problem::Problem;
use crate::lab::rank::{Answer, Reply};
use crate::lab::result::{Environment, RunResult};
use crate::lab::run::Saved;
use crate::lab::spec::Spec;
use crate::lab::state::State;

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

/// What an adapter of PEFT's files is, as `AdapterInfo`.
///
/// # Errors
/// `Problem[]`: which file cannot be used, and why.
#[wasm_bindgen]
pub fn read_adapter(config: &str, weights: &[u8]) -> Result<JsValue, JsValue> {
    let adapter = adapter::read(config.as_bytes(), weights).map_err(|problem| thrown(&[problem]))?;
    to_js(&adapter::info(&adapter, None))
}

/// An experiment under way.
#[wasm_bindgen]
pub struct Experiment {
    inner: LabExperiment,
}

#[wasm_bindgen]
impl Experiment {
    /// An experiment whose files are in `assets`, a `Map<string, Uint8Array>`, by the names that [`required_assets`] gives.
    ///
    /// # Errors
    /// `Problem[]`.
    #[wasm_bindgen(constructor)]
    pub fn new(spec: JsValue, assets: JsValue, environment: JsValue) -> Result<Experiment, JsValue> {
        let spec = parse(spec).map_err(|problems| thrown(&problems))?;
        let files = assets_of(&assets)?;
        let environment: Environment = from_js(&environment)?;
        let mut inner = LabExperiment::new(spec, files, environment).map_err(|problems| thrown(&problems))?;
        inner.set_keeper(blob::outside);
        Ok(Self { inner })
    }

    /// Does one unit of work (at most an optimizer step), or orders it, and gives what happened, as `Event[]`.
    pub fn advance(&mut self) -> Result<JsValue, JsValue> {
        to_js::<Vec<Event>>(&self.inner.advance())
    }

    /// Whether every run has ended.
    #[wasm_bindgen(getter)]
    pub fn finished(&self) -> bool {
        self.inner.finished()
    }

    /// Whether nothing goes on before a rank that is lost is replaced, or its run is cancelled.
    #[wasm_bindgen(getter)]
    pub fn stuck(&self) -> bool {
        self.inner.stuck()
    }

    /// What the ranks of a run are to do before anything else goes on, as `Order`, or null.
    pub fn order(&self) -> Result<JsValue, JsValue> {
        let Some(order) = self.inner.order() else { return Ok(JsValue::NULL) };
        object(&[
            ("run", JsValue::from(order.run as u32)),
            ("program", to_js(&order.program)?),
            ("states", blob::array(&order.states).into()),
            ("by_hand", order.by_hand.into()),
        ])
    }

    /// Takes what all ranks answered to the order, `{ reply: Reply, state: Uint8Array | null }[]`; gives what happened, as `Event[]`.
    ///
    /// # Errors
    /// `Problem[]`, if these are no answers.
    pub fn replied(&mut self, answers: &Array) -> Result<JsValue, JsValue> {
        let answers = answers.iter().map(|answer| {
            let state = get(&answer, "state")?;
            let state = if state.is_null() || state.is_undefined() { None } else { Some(blob::of_js(&state)?) };
            Ok(Answer { reply: from_js::<Reply>(&get(&answer, "reply")?)?, state })
        });
        let answers = answers.collect::<Result<Vec<Answer>, JsValue>>()?;
        to_js(&self.inner.replied(Ok(answers)))
    }

    /// Says why ranks could not do what was ordered, a `Problem`; gives what happened, as `Event[]`.
    pub fn failed(&mut self, problem: &JsValue) -> Result<JsValue, JsValue> {
        let problem: Problem = from_js(problem)?;
        to_js(&self.inner.replied(Err(problem)))
    }

    /// Replaces the ranks of a run of which one was lost; it goes on from its last state.
    pub fn recover(&mut self, run: usize) {
        self.inner.recover(run);
    }

    /// Whether every action of ranks waits for somebody, from the next step on.
    pub fn set_by_hand(&mut self, on: bool) {
        self.inner.set_by_hand(on);
    }

    /// Cancels one run, or all; gives what happened, as `Event[]`.
    pub fn cancel(&mut self, run: Option<usize>) -> Result<JsValue, JsValue> {
        to_js(&self.inner.cancel(run))
    }

    /// What a run has trained, as PEFT's files, `{ config: string, weights: Uint8Array }`; null, where there is no adapter.
    pub fn adapter(&mut self, run: usize) -> Result<JsValue, JsValue> {
        let Ok(AdapterFiles { config, weights }) = self.inner.adapter(run) else { return Ok(JsValue::NULL) };
        object(&[("config", config.into()), ("weights", Uint8Array::from(&weights[..]).into())])
    }

    /// What was measured so far, as `ExperimentResult`.
    pub fn result(&self) -> Result<JsValue, JsValue> {
        to_js(&self.inner.result())
    }

    /// Has runs on several ranks write down what these hold as soon as they can, for `saved`.
    pub fn want_states(&mut self) {
        self.inner.want_states();
    }

    /// Whether some of them have not done so yet.
    #[wasm_bindgen(getter)]
    pub fn wants_states(&self) -> bool {
        self.inner.wants_states()
    }

    /// Whether it is what happens next.
    #[wasm_bindgen(getter)]
    pub fn state_is_next(&self) -> bool {
        self.inner.state_is_next()
    }

    /// What a run would go on from if everything ended now, as `SavedRun`; null, before its first step.
    pub fn saved(&mut self, run: usize) -> Result<JsValue, JsValue> {
        let Some(Saved { result, state }) = self.inner.saved(run) else { return Ok(JsValue::NULL) };
        let state = state.as_ref().map_or(Ok(JsValue::NULL), state_to_js)?;
        object(&[("run", JsValue::from(run as u32)), ("result", to_js(&result)?), ("state", state)])
    }

    /// Has a run go on from a `SavedRun`, before the first `advance`; one that had ended stays as it was.
    ///
    /// # Errors
    /// `Problem[]`, if it is none.
    pub fn resume(&mut self, saved: &JsValue) -> Result<(), JsValue> {
        let (run, state) = (from_js(&get(saved, "run")?)?, get(saved, "state")?);
        let result: RunResult = from_js(&get(saved, "result")?)?;
        let state = if state.is_null() || state.is_undefined() { None } else { Some(state_of_js(&state)?) };
        self.inner.resume(run, Saved { result, state });
        Ok(())
    }

    /// Keeps, in at most so many bytes, what runs held along the way, for forks of them that may come later.
    pub fn keep_states(&mut self, budget: usize) {
        self.inner.keep_states(budget);
    }

    /// Those, as `{ run: number, state: RunState }[]`.
    pub fn states(&self) -> Result<Array, JsValue> {
        let states = self.inner.states();
        states.map(|(run, state)| object(&[("run", JsValue::from(run as u32)), ("state", state_to_js(state)?)])).collect()
    }

    /// What a run held after some step, a `RunState`, for its forks to begin there.
    ///
    /// # Errors
    /// `Problem[]`, if it is none.
    pub fn provide(&mut self, run: usize, state: &JsValue) -> Result<(), JsValue> {
        self.inner.provide(run, state_of_js(state)?);
        Ok(())
    }
}

/// As `RunState`: `{ step: number, stages: [number, number][] | null, ranks: Uint8Array[] }`.
fn state_to_js(state: &State) -> Result<JsValue, JsValue> {
    object(&[("step", state.step.into()), ("stages", to_js(&state.stages)?), ("ranks", blob::array(&state.ranks).into())])
}

pub(super) fn state_of_js(value: &JsValue) -> Result<State, JsValue> {
    let ranks: Array = get(value, "ranks")?.dyn_into().map_err(|_| internal("the ranks of a state are no array"))?;
    let ranks = ranks.iter().map(|rank| blob::of_js(&rank)).collect::<Result<Vec<_>, JsValue>>()?;
    // One by one: the whole as text would be several times as large as the bytes.
    let stages: Option<Stages> = from_js(&get(value, "stages")?)?;
    Ok(State { step: from_js(&get(value, "step")?)?, stages, ranks })
}

fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into()).map_err(|_| internal(&format!("there is no {name} in what the page sent")))
}

pub(super) fn object(fields: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object.into())
}

pub(super) fn parse(spec: JsValue) -> Result<Spec, Vec<Problem>> {
    // Through text: it keeps the order of fields and the difference between integers and floats that JSON has.
    let text = js_sys::JSON::stringify(&spec).ok().and_then(|text| text.as_string());
    check::parse_str(text.as_deref().unwrap_or("null"))
}
