//! A rank of a world of workers, for the worker that it lives in.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::futures::{JsFuture, future_to_promise};
use js_sys::{Array, Function, Object, Promise, Reflect, SharedArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{assets_of, blob, from_js, thrown, to_js};
use crate::lab::base_model::SharedWeights;
use crate::lab::parallel::report::AtGate;
use crate::lab::problem::Problem;
use crate::lab::problems::{self, internal};
use crate::lab::rank::{Program, RankProgram};
use crate::parallel::check::{CheckError, self_check};
use crate::parallel::collectives::Algorithm;
use crate::parallel::comm::Comm;
use crate::parallel::group::Group;
use crate::parallel::measure::all_reduce_seconds;
use crate::parallel::rank::{Gate, Held};
use crate::parallel::schedule::Action;
use crate::parallel::transport::block_on::block_on;
use crate::parallel::transport::port::PortTransport;
use crate::parallel::transport::shared::{self, SharedTransport};
use crate::parallel::transport::{finish, flush};

/// A rank. Over shared memory its programs block the worker until they end, and the page stops them by a word in the memory; over
/// ports the worker hears messages meanwhile. Every method that communicates is called by all ranks, and fails with `Problem[]`.
#[wasm_bindgen]
pub struct Rank {
    end: End,
    comm: Rc<Comm>,
    /// `None`: it has no files yet, or does something.
    program: Rc<RefCell<Option<RankProgram>>>,
}

enum End {
    Shared(Rc<SharedTransport>),
    Ports(Rc<PortTransport>),
}

const BUSY: &str = "a rank was told to do something before it had its files, or while it did something else";

/// What a program gives, or why it could not.
type Outcome = Result<JsValue, Problem>;

#[wasm_bindgen]
impl Rank {
    /// Joins a world of `ranks` over a `SharedArrayBuffer`, which was all zeros before the first rank joined. Word 0 stops the run,
    /// once it is not 0; word 1 is the number, plus 1, of the first rank that failed.
    ///
    /// # Errors
    /// If the buffer is too small, there is no such rank, or this thread may not wait.
    #[wasm_bindgen]
    pub fn shared(buffer: &SharedArrayBuffer, rank: usize, ranks: usize) -> Result<Rank, JsError> {
        let transport = Rc::new(shared::join(buffer, rank, ranks)?);
        Ok(Self { comm: Comm::new(transport.clone()), end: End::Shared(transport), program: Rc::default() })
    }

    /// Joins a world over ports: `ports[i]` leads to rank `i`, and is null for this one.
    ///
    /// # Errors
    /// If there is no such rank, or no port to one.
    #[wasm_bindgen]
    pub fn ports(ports: &Array, rank: usize) -> Result<Rank, JsError> {
        let transport = Rc::new(PortTransport::new(ports, rank).map_err(|error| JsError::new(&error))?);
        Ok(Self { comm: Comm::new(transport.clone()), end: End::Ports(transport), program: Rc::default() })
    }

    /// Calls `heartbeat` now and then from now on, while this rank works or waits.
    pub fn on_heartbeat(&self, heartbeat: Function) {
        // It only posts a message: it does not throw.
        self.comm.on_heartbeat(move || drop(heartbeat.call0(&JsValue::NULL)));
    }

    /// Checks all collectives; gives the number of checks.
    pub fn self_check(&self) -> Promise {
        let comm = self.comm.clone();
        self.run(async move {
            Ok(self_check(&comm)
                .await
                .map_err(|error| match error {
                    CheckError::Lost(error) => problems::lost(&error),
                    wrong => internal(&wrong.to_string()),
                })?
                .into())
        })
    }

    /// Median seconds of an all-reduce of `len` floats over some rounds, by `ring`, `tree` or `naive`.
    ///
    /// # Errors
    /// If there is no such algorithm.
    pub fn measure_all_reduce(&self, len: usize, algorithm: &str, rounds: usize) -> Result<Promise, JsError> {
        let unknown = || JsError::new(&format!("algorithm is {algorithm:?}; it has to be ring, tree or naive"));
        let algorithm = Algorithm::ALL.into_iter().find(|known| known.name() == algorithm).ok_or_else(unknown)?;
        let world = Group::world(&self.comm);
        Ok(self.run(async move {
            let seconds = all_reduce_seconds(&world, len, algorithm, rounds).await;
            Ok(seconds.map_err(|error| problems::lost(&error))?.into())
        }))
    }

    /// Takes its files, a `Map<string, Uint8Array>`.
    ///
    /// # Errors
    /// `Problem[]`, if they are none, or there is no room for them.
    pub fn take_files(&self, assets: &JsValue) -> Result<(), JsValue> {
        let program = RankProgram::new(self.comm.clone(), Rc::new(assets_of(assets)?), SharedWeights::default());
        self.program.replace(Some(program));
        Ok(())
    }

    /// Does what all ranks are told to do: a `Program`, and a `Uint8Array` that this rank goes on from, or null. Gives
    /// `{ reply: Reply, state: Uint8Array | null }`.
    ///
    /// # Errors
    /// `Problem[]`, if that is no program.
    pub fn obey(&self, program: &JsValue, state: &JsValue) -> Result<Promise, JsValue> {
        let program: Program = from_js(program)?;
        let state = if state.is_null() || state.is_undefined() { None } else { Some(blob::of_js(state)?) };
        let slot = self.program.clone();
        Ok(self.run(async move {
            let mut rank = slot.take().ok_or_else(|| internal(BUSY))?;
            let answer = rank.run(&program, state.as_ref()).await;
            slot.replace(Some(rank));
            let (reply, state) = answer?;
            let state = state.map_or(JsValue::NULL, |bytes| Uint8Array::from(&bytes[..]).into());
            let answer = Object::new();
            let set =
                |name: &str, value: &JsValue| Reflect::set(&answer, &name.into(), value).map_err(|_| internal("an answer is no object"));
            set("reply", &as_js(&reply)?)?;
            set("state", &state)?;
            Ok(answer.into())
        }))
    }

    /// Before each action of the steps to come, calls `gate` with an `AtGate` and waits for the promise that it gives; null: no more.
    ///
    /// # Errors
    /// `Problem[]`, over shared memory, where the worker would not hear what lets it go on.
    pub fn set_gate(&self, gate: Option<Function>) -> Result<(), JsValue> {
        if gate.is_some() && matches!(self.end, End::Shared(_)) {
            return Err(thrown(&[internal("a rank in shared memory cannot be stepped through")]));
        }
        let rank = self.comm.transport().rank();
        if let Some(program) = &mut *self.program.borrow_mut() {
            program.set_gate(gate.map(|gate| Box::new(JsGate { rank, gate }) as Box<dyn Gate>));
        }
        Ok(())
    }

    /// Sees this rank's messages out and ends it.
    pub fn close(&self) -> Promise {
        let comm = self.comm.clone();
        self.run(async move {
            finish(&**comm.transport()).await.map_err(|error| problems::lost(&error))?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Stops the run. Over shared memory the page has to set the word: this worker does not hear it.
    pub fn stop(&self) {
        if let End::Ports(transport) = &self.end {
            transport.stop();
        }
    }

    /// Says that another rank failed. Over shared memory the page has to set the word.
    pub fn lose(&self, rank: usize) {
        if let End::Ports(transport) = &self.end {
            transport.lose(rank);
        }
    }

    /// Boxed, so that there is one copy of what drives a program.
    fn run(&self, program: impl Future<Output = Outcome> + 'static) -> Promise {
        self.run_boxed(Box::pin(program))
    }

    fn run_boxed(&self, program: Pin<Box<dyn Future<Output = Outcome>>>) -> Promise {
        let thrown = |problem: Problem| thrown(&[problem]);
        match &self.end {
            End::Ports(_) => future_to_promise(async move { program.await.map_err(thrown) }),
            End::Shared(transport) => {
                // Between programs the worker hears the page, and pumps no outbox: it is empty by then.
                let flushed = async {
                    let value = program.await?;
                    flush(&**transport).await.map_err(|error| problems::lost(&error))?;
                    Ok(value)
                };
                match block_on(&**transport, flushed) {
                    Ok(value) => Promise::resolve(&value),
                    Err(problem) => Promise::reject(&thrown(problem)),
                }
            }
        }
    }
}

fn as_js<T: serde::Serialize + ?Sized>(value: &T) -> Outcome {
    to_js(value).map_err(|_| internal("a report is no JavaScript value"))
}

/// A gate that a JavaScript function keeps.
struct JsGate {
    rank: usize,
    gate: Function,
}

impl Gate for JsGate {
    fn pass(&self, action: Action, held: Vec<Held>) -> Pin<Box<dyn Future<Output = ()>>> {
        let asked = to_js(&AtGate { rank: self.rank, action, held }).and_then(|at| self.gate.call1(&JsValue::NULL, &at));
        Box::pin(async move {
            // Whatever comes of it, the rank goes on: a page that is gone keeps nobody waiting.
            if let Ok(promise) = asked {
                drop(JsFuture::from(Promise::resolve(&promise)).await);
            }
        })
    }
}
