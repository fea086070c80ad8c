//! A rank of a world of workers, for the worker that it lives in.

use std::rc::Rc;

use js_sys::futures::future_to_promise;
use js_sys::{Array, Promise, SharedArrayBuffer};
use wasm_bindgen::prelude::*;

use crate::parallel::check::self_check;
use crate::parallel::collectives::Algorithm;
use crate::parallel::comm::Comm;
use crate::parallel::group::Group;
use crate::parallel::measure::all_reduce_seconds;
use crate::parallel::transport::block_on::block_on;
use crate::parallel::transport::port::PortTransport;
use crate::parallel::transport::shared::{self, SharedTransport};
use crate::parallel::transport::{finish, flush};

/// A rank. Over shared memory its programs block the worker until they end, and the page stops them by a word in the memory; over
/// ports the worker hears messages meanwhile.
#[wasm_bindgen]
pub struct Rank {
    end: End,
    comm: Rc<Comm>,
}

enum End {
    Shared(Rc<SharedTransport>),
    Ports(Rc<PortTransport>),
}

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
        Ok(Self { comm: Comm::new(transport.clone()), end: End::Shared(transport) })
    }

    /// Joins a world over ports: `ports[i]` leads to rank `i`, and is null for this one.
    ///
    /// # Errors
    /// If there is no such rank, or no port to one.
    #[wasm_bindgen]
    pub fn ports(ports: &Array, rank: usize) -> Result<Rank, JsError> {
        let transport = Rc::new(PortTransport::new(ports, rank).map_err(|error| JsError::new(&error))?);
        Ok(Self { comm: Comm::new(transport.clone()), end: End::Ports(transport) })
    }

    /// Checks all collectives; gives the number of checks. All ranks call it.
    pub fn self_check(&self) -> Promise {
        let comm = self.comm.clone();
        self.run(async move { Ok(self_check(&comm).await.map_err(JsError::from)?.into()) })
    }

    /// Median seconds of an all-reduce of `len` floats over some rounds, by `ring`, `tree` or `naive`. All ranks call it.
    ///
    /// # Errors
    /// If there is no such algorithm.
    pub fn measure_all_reduce(&self, len: usize, algorithm: &str, rounds: usize) -> Result<Promise, JsError> {
        let unknown = || JsError::new(&format!("algorithm is {algorithm:?}; it has to be ring, tree or naive"));
        let algorithm = Algorithm::ALL.into_iter().find(|known| known.name() == algorithm).ok_or_else(unknown)?;
        let world = Group::world(&self.comm);
        Ok(self.run(async move { Ok(all_reduce_seconds(&world, len, algorithm, rounds).await.map_err(JsError::from)?.into()) }))
    }

    /// Sees this rank's messages out and ends it.
    pub fn close(&self) -> Promise {
        let comm = self.comm.clone();
        self.run(async move {
            finish(&**comm.transport()).await.map_err(JsError::from)?;
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

    /// Between programs the worker hears the page, and pumps no outbox: it is empty by then.
    async fn flushed(&self, program: impl Future<Output = Result<JsValue, JsValue>>) -> Result<JsValue, JsValue> {
        let value = program.await?;
        flush(&**self.comm.transport()).await.map_err(JsError::from)?;
        Ok(value)
    }

    fn run(&self, program: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
        match &self.end {
            End::Ports(_) => future_to_promise(program),
            End::Shared(transport) => match block_on(&**transport, self.flushed(program)) {
                Ok(value) => Promise::resolve(&value),
                Err(error) => Promise::reject(&error),
            },
        }
    }
}
