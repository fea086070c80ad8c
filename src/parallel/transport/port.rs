//! Ranks that are connected by `MessagePort`s, each with every other: for workers of pages that are not cross-origin isolated.
//!
//! Nothing may block here: messages arrive between turns of the event loop, so a rank's program is spawned and wakes by itself.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use super::stash::Stash;
use super::{Buffers, Lost, Message, Reason, Tag, Transport};
use crate::tensor::OutOfMemory;

/// Sent instead of a message by a rank that has ended as it should.
const CLOSED: f64 = -1.0;

/// A rank's end.
pub struct PortTransport {
    rank: usize,
    /// By rank; `None` for this one.
    ports: Vec<Option<MessagePort>>,
    inner: Rc<Inner>,
    closed: Cell<bool>,
    _on_message: Vec<Closure<dyn FnMut(MessageEvent)>>,
}

/// What arrives.
struct Inner {
    rank: usize,
    buffers: Rc<Buffers>,
    arrived: RefCell<Stash<Result<Message, OutOfMemory>>>,
    ended: Vec<Cell<bool>>,
    lost: Cell<Option<usize>>,
    stopped: Cell<bool>,
    wakers: RefCell<Vec<Waker>>,
}

impl PortTransport {
    /// The end of `rank`, whose port to each other rank is at that rank's place in `ports`; what is at its own is not looked at.
    ///
    /// # Errors
    /// With what is wrong, if there is no such rank or something else than a port.
    pub fn new(ports: &Array, rank: usize) -> Result<Self, String> {
        let ranks = ports.length() as usize;
        if rank >= ranks {
            return Err(format!("rank {rank} is not one of the {ranks} ranks from 0 on; give a port, or null, for each rank"));
        }
        let port = |other: usize| match ports.get(other as u32).dyn_into() {
            _ if other == rank => Ok(None),
            Ok(port) => Ok(Some(port)),
            Err(_) => Err(format!("rank {rank} has no MessagePort to rank {other}; give one for each other rank")),
        };
        let ports = (0..ranks).map(port).collect::<Result<Vec<Option<MessagePort>>, _>>()?;
        let inner = Rc::new(Inner::new(rank, ranks));
        let listen = |(from, port): (usize, &Option<MessagePort>)| port.as_ref().map(|port| listen(port, from, Rc::downgrade(&inner)));
        let on_message = ports.iter().enumerate().filter_map(listen).collect();
        Ok(Self { rank, ports, inner, closed: Cell::new(false), _on_message: on_message })
    }

    /// From now on every receive fails with [`Reason::Stopped`].
    pub fn stop(&self) {
        self.inner.stopped.set(true);
        self.inner.wake();
    }

    /// Says that `rank` failed, and could not say so itself.
    pub fn lose(&self, rank: usize) {
        self.inner.lose(rank);
    }

    /// A port that was closed drops what is posted to it, so an error is none that a rank could act upon.
    fn post_all(&self, control: f64) {
        self.ports.iter().flatten().for_each(|port| drop(port.post_message(&control.into())));
    }
}

fn listen(port: &MessagePort, from: usize, inner: Weak<Inner>) -> Closure<dyn FnMut(MessageEvent)> {
    let on_message = Closure::new(move |event: MessageEvent| {
        if let Some(inner) = inner.upgrade() {
            inner.arrive(from, &event.data());
        }
    });
    // Setting it starts the port.
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message
}

impl Inner {
    fn new(rank: usize, ranks: usize) -> Self {
        Self {
            rank,
            buffers: Buffers::new(),
            arrived: RefCell::default(),
            ended: vec![Cell::new(false); ranks],
            lost: Cell::new(None),
            stopped: Cell::new(false),
            wakers: RefCell::default(),
        }
    }

    /// `[lower half of the tag, upper half, ArrayBuffer]`, or a number: [`CLOSED`], or the rank that failed.
    fn arrive(&self, from: usize, data: &JsValue) {
        match data.dyn_ref::<Array>() {
            Some(message) => {
                let half = |index| message.get(index).as_f64().unwrap_or_default() as u32;
                let bytes = Uint8Array::new(&message.get(2));
                let received = self.buffers.message(bytes.length() as usize).map(|mut received| {
                    bytes.copy_to(received.bytes_mut());
                    received
                });
                self.arrived.borrow_mut().put(from, Tag(u64::from(half(1)) << 32 | u64::from(half(0))), received);
            }
            None => match data.as_f64() {
                Some(rank) if rank >= 0.0 => return self.lose(rank as usize),
                _ => self.ended[from].set(true),
            },
        }
        self.wake();
    }

    /// The first to fail is the cause of the others.
    fn lose(&self, rank: usize) {
        self.lost.set(self.lost.get().or(Some(rank)));
        self.wake();
    }

    fn wake(&self) {
        self.wakers.take().into_iter().for_each(Waker::wake);
    }

    fn out_of_memory(&self, error: OutOfMemory) -> Lost {
        Lost { rank: self.rank, reason: Reason::OutOfMemory(error) }
    }
}

impl Transport for PortTransport {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ports.len()
    }

    fn send(&self, to: usize, tag: Tag, bytes: &[u8]) -> Result<(), Lost> {
        let Some(port) = &self.ports[to] else {
            let copy = self.inner.buffers.copy_of(bytes);
            self.inner.arrived.borrow_mut().put(to, tag, copy);
            return Ok(());
        };
        let buffer: ArrayBuffer = Uint8Array::new_from_slice(bytes).buffer();
        let half = |half: u64| JsValue::from(half as u32);
        let message = Array::of3(&half(tag.0 & u64::from(u32::MAX)), &half(tag.0 >> 32), &buffer);
        // The buffer moves: it is not copied again. Whether the other side still listens, a port does not know.
        drop(port.post_message_with_transferable(&message, &Array::of1(&buffer)));
        Ok(())
    }

    fn poll_recv(&self, cx: &mut Context<'_>, from: usize, tag: Tag) -> Poll<Result<Message, Lost>> {
        let inner = &self.inner;
        if inner.stopped.get() {
            return Poll::Ready(Err(Lost { rank: self.rank, reason: Reason::Stopped }));
        }
        if let Some(message) = inner.arrived.borrow_mut().take(from, tag) {
            return Poll::Ready(message.map_err(|error| inner.out_of_memory(error)));
        }
        if let Some(rank) = inner.lost.get() {
            return Poll::Ready(Err(Lost { rank, reason: Reason::Died }));
        }
        if inner.ended[from].get() {
            return Poll::Ready(Err(Lost { rank: from, reason: Reason::Closed }));
        }
        let mut wakers = inner.wakers.borrow_mut();
        if !wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            wakers.push(cx.waker().clone());
        }
        Poll::Pending
    }

    fn poll_flush(&self, _: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        Poll::Ready(Ok(()))
    }

    fn close(&self) {
        self.closed.set(true);
        self.post_all(CLOSED);
    }

    fn outbox_bytes(&self) -> usize {
        0
    }

    fn buffers(&self) -> &Rc<Buffers> {
        &self.inner.buffers
    }
}

impl Drop for PortTransport {
    fn drop(&mut self) {
        self.ports.iter().flatten().for_each(|port| port.set_onmessage(None));
        if !self.closed.get() {
            self.post_all(self.inner.lost.get().unwrap_or(self.rank) as f64);
        }
    }
}
