//! A rank's communication: its transport, the tags of its groups, and the books of what it sent, and when.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;

use serde::Serialize;

use super::clock;
use super::exchange::{Exchange, ExchangeId, ExchangePart};
use super::transport::{Lost, Message, Tag, Transport};
use crate::json::FromJson;

/// What messages are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// All ranks get the sum, or maximum, of all.
    AllReduce,
    /// Each rank gets its shard of the sum, or maximum.
    ReduceScatter,
    /// All ranks get the shards of all.
    AllGather,
    /// All ranks get what one has.
    Broadcast,
    /// Each rank gets a part from each.
    AllToAll,
    /// Each rank gets a part from one.
    Scatter,
    /// One rank gets the parts of all.
    Gather,
    /// No rank goes on before all have come.
    Barrier,
    /// From one rank to another.
    PointToPoint,
}

impl Kind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Kind; 9] = [
        Kind::AllReduce,
        Kind::ReduceScatter,
        Kind::AllGather,
        Kind::Broadcast,
        Kind::AllToAll,
        Kind::Scatter,
        Kind::Gather,
        Kind::Barrier,
        Kind::PointToPoint,
    ];

    /// Name in results and in the page.
    pub fn name(self) -> &'static str {
        match self {
            Kind::AllReduce => "all_reduce",
            Kind::ReduceScatter => "reduce_scatter",
            Kind::AllGather => "all_gather",
            Kind::Broadcast => "broadcast",
            Kind::AllToAll => "all_to_all",
            Kind::Scatter => "scatter",
            Kind::Gather => "gather",
            Kind::Barrier => "barrier",
            Kind::PointToPoint => "point_to_point",
        }
    }
}

/// What one rank did for one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    /// Bytes sent, without the transport's headers.
    pub bytes: u64,
    /// Messages sent.
    pub messages: u64,
}

/// What one rank did, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts([Count; Kind::ALL.len()]);

impl Counts {
    /// What it did for one kind.
    pub fn of(&self, kind: Kind) -> Count {
        self.0[kind as usize]
    }

    /// What it did for all kinds together.
    pub fn total(&self) -> Count {
        let sum = |sum: Count, count: &Count| Count { bytes: sum.bytes + count.bytes, messages: sum.messages + count.messages };
        self.0.iter().fold(Count::default(), sum)
    }
}

/// A rank's communication, which its groups share.
pub struct Comm {
    transport: Rc<dyn Transport>,
    counts: RefCell<Counts>,
    /// Collectives begun so far, by tag space.
    begun: RefCell<HashMap<u32, u32>>,
    /// What was exchanged, and when, if that is asked for.
    trace: RefCell<Option<Vec<Exchange>>>,
    /// Called now and then, at work and while waiting.
    heartbeat: RefCell<Option<Box<dyn Fn()>>>,
}

/// Seconds of a rest between two heartbeats.
const REST: f64 = 0.05;

/// In the lower half of a tag: the tag of a message from one rank to another, not the number of a collective.
const POINT_TO_POINT: u32 = 1 << 31;

impl Comm {
    /// Communication over `transport`.
    pub fn new(transport: Rc<dyn Transport>) -> Rc<Self> {
        Rc::new(Self {
            transport,
            counts: RefCell::default(),
            begun: RefCell::default(),
            trace: RefCell::default(),
            heartbeat: RefCell::default(),
        })
    }

    /// From now on `heartbeat` is called whenever this rank finds time: others can tell by it that it has not hung.
    pub fn on_heartbeat(&self, heartbeat: impl Fn() + 'static) {
        *self.heartbeat.borrow_mut() = Some(Box::new(heartbeat));
    }

    /// This rank is at work, or waits as it should.
    pub fn beat(&self) {
        if let Some(heartbeat) = &*self.heartbeat.borrow() {
            heartbeat();
        }
    }

    /// Does nothing for so many seconds, alive: see [`clock::rest`].
    pub fn rest(&self, seconds: f64) {
        let mut left = seconds;
        while left > 0.0 {
            self.beat();
            clock::rest(left.min(REST));
            left -= REST;
        }
    }

    /// What was exchanged since the last call, in the order in which it was done; the first call begins to write that down.
    pub fn take_trace(&self) -> Vec<Exchange> {
        self.trace.borrow_mut().replace(Vec::new()).unwrap_or_default()
    }

    /// Writes down, if that is asked for, what began at `start` and ends now.
    pub(super) fn record(&self, kind: Kind, part: ExchangePart, id: ExchangeId, start: f64) {
        if let Some(trace) = &mut *self.trace.borrow_mut() {
            trace.push(Exchange { kind, part, id, start, end: clock::now() });
        }
    }

    /// The transport.
    pub fn transport(&self) -> &Rc<dyn Transport> {
        &self.transport
    }

    /// What this rank did since the start, or since [`reset_counts`](Self::reset_counts).
    pub fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    /// Counts from 0 again.
    pub fn reset_counts(&self) {
        self.counts.take();
    }

    /// Numbers collectives from 0 again. Ranks that began another number of them in a space, as those of another mesh may have, agree
    /// from then on. All ranks do so while no collective is under way at any of them.
    pub fn renumber(&self) {
        self.begun.borrow_mut().clear();
    }

    /// The tag of the next collective in a space: all members begin their collectives in the same order.
    pub(super) fn next_tag(&self, space: u32) -> Tag {
        let mut begun = self.begun.borrow_mut();
        let number = begun.entry(space).or_default();
        let tag = Tag(u64::from(space) << 32 | u64::from(*number));
        *number = (*number + 1) % POINT_TO_POINT;
        tag
    }

    /// The tag of messages from one rank to another in a space.
    pub(super) fn point_to_point_tag(space: u32, tag: u32) -> Tag {
        assert!(tag < POINT_TO_POINT, "tag {tag} is not below 2^31");
        Tag(u64::from(space) << 32 | u64::from(POINT_TO_POINT | tag))
    }

    pub(super) fn send(&self, kind: Kind, to: usize, tag: Tag, bytes: &[u8]) -> Result<(), Lost> {
        self.transport.send(to, tag, bytes)?;
        let count = &mut self.counts.borrow_mut().0[kind as usize];
        count.bytes += bytes.len() as u64;
        count.messages += 1;
        Ok(())
    }

    pub(super) async fn recv(&self, from: usize, tag: Tag) -> Result<Message, Lost> {
        poll_fn(|cx| {
            self.beat();
            self.transport.poll_recv(cx, from, tag)
        })
        .await
    }
}
