//! Ranks that share nothing but a memory of bytes: a ring per ordered pair of ranks, and a doorbell per rank.
//!
//! A message is a header (tag and length) and its bytes, streamed: it may be larger than the ring. What the ring does not take waits in
//! the sender's outbox; the reader rings the sender's bell when there is room again.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::block_on::Park;
use super::memory::{LOST_WORD, Layout, STOP_WORD, SharedMemory};
use super::ring::{Reader, Writer};
use super::stash::Stash;
use super::{Buffers, Lost, Message, Reason, Tag, Transport};
use crate::tensor::OutOfMemory;

/// Bytes that are written, or read, before the other side is told: it works on them meanwhile.
const STRIDE: usize = 64 << 10;

/// How long a rank sleeps before it looks whether the run was stopped.
const NAP: Duration = Duration::from_millis(50);

const HEADER: usize = 16;

fn header(tag: Tag, len: usize) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(&tag.0.to_le_bytes());
    header[8..].copy_from_slice(&(len as u64).to_le_bytes());
    header
}

/// A rank's end in a world over `M`.
pub struct RingTransport<M: SharedMemory> {
    memory: M,
    layout: Layout,
    rank: usize,
    closed: Cell<bool>,
    buffers: Rc<Buffers>,
    /// By rank; `None` for this one.
    outgoing: RefCell<Vec<Option<Outgoing>>>,
    incoming: RefCell<Vec<Option<Incoming>>>,
    stash: RefCell<Stash<Message>>,
}

/// Messages to one rank.
struct Outgoing {
    writer: Writer,
    outbox: VecDeque<Waiting>,
    /// The reader was asked to ring.
    asked: bool,
}

/// The rest of a message in the outbox.
struct Waiting {
    /// `None` once it is written.
    header: Option<[u8; HEADER]>,
    rest: Message,
    written: usize,
}

/// Messages from one rank.
struct Incoming {
    reader: Reader,
    partial: Option<Partial>,
}

struct Partial {
    tag: Tag,
    message: Message,
    filled: usize,
}

impl<M: SharedMemory> RingTransport<M> {
    /// The end of `rank`. All ranks give the same layout.
    ///
    /// # Panics
    /// If the layout has no such rank.
    pub fn new(memory: M, layout: Layout, rank: usize) -> Self {
        assert!(rank < layout.ranks(), "rank {rank} of {}", layout.ranks());
        let others = || (0..layout.ranks()).map(|other| (other != rank).then_some(other));
        let outgoing = |to| Outgoing { writer: Writer::new(&memory, layout.ring(rank, to)), outbox: VecDeque::new(), asked: false };
        let incoming = |from| Incoming { reader: Reader::new(&memory, layout.ring(from, rank)), partial: None };
        let outgoing = RefCell::new(others().map(|to| to.map(outgoing)).collect());
        let incoming = RefCell::new(others().map(|from| from.map(incoming)).collect());
        let (closed, stash) = (Cell::new(false), RefCell::default());
        Self { memory, layout, rank, closed, buffers: Buffers::new(), outgoing, incoming, stash }
    }

    fn ring_bell(&self, rank: usize) {
        let word = self.layout.bell(rank);
        self.memory.add(word, 1);
        self.memory.notify(word);
    }

    fn ring_all(&self) {
        (0..self.layout.ranks()).filter(|&rank| rank != self.rank).for_each(|rank| self.ring_bell(rank));
    }

    /// Why no message passes between this rank and `other` any more, if so.
    fn missing(&self, other: usize) -> Option<Lost> {
        match self.memory.load(LOST_WORD) {
            0 => (self.memory.load(self.layout.closed(other)) != 0).then_some(Lost { rank: other, reason: Reason::Closed }),
            lost => Some(Lost { rank: lost as usize - 1, reason: Reason::Died }),
        }
    }

    fn stopped(&self) -> Result<(), Lost> {
        match self.memory.load(STOP_WORD) {
            0 => Ok(()),
            _ => Err(Lost { rank: self.rank, reason: Reason::Stopped }),
        }
    }

    fn out_of_memory(&self, error: OutOfMemory) -> Lost {
        Lost { rank: self.rank, reason: Reason::OutOfMemory(error) }
    }

    /// Writes what there is room for from the outboxes.
    fn pump(&self) {
        for (to, outgoing) in self.outgoing.borrow_mut().iter_mut().enumerate() {
            if let Some(outgoing) = outgoing.as_mut().filter(|outgoing| !outgoing.outbox.is_empty()) {
                outgoing.pump(&self.memory, || self.ring_bell(to));
            }
        }
    }

    /// Reads what `from` has written until the next message with `tag` is complete.
    fn read(&self, from: usize, tag: Tag) -> Result<Option<Message>, Lost> {
        let mut incoming = self.incoming.borrow_mut();
        let Some(incoming) = &mut incoming[from] else { return Ok(None) };
        loop {
            let next = incoming.next(&self.memory, &self.buffers, || self.ring_bell(from));
            match next.map_err(|error| self.out_of_memory(error))? {
                Some((found, message)) if found == tag => return Ok(Some(message)),
                Some((other, message)) => self.stash.borrow_mut().put(from, other, message),
                None => return Ok(None),
            }
        }
    }
}

impl Outgoing {
    fn send(
        &mut self,
        memory: &impl SharedMemory,
        tag: Tag,
        bytes: &[u8],
        buffers: &Rc<Buffers>,
        ring: impl Fn(),
    ) -> Result<(), OutOfMemory> {
        let (mut header, mut written) = (Some(header(tag, bytes.len())), 0);
        if self.outbox.is_empty() && self.write(memory, &mut header, bytes, &mut written, &ring) {
            return Ok(());
        }
        let rest = buffers.copy_of(&bytes[written..])?;
        self.outbox.push_back(Waiting { header, rest, written: 0 });
        self.pump(memory, ring);
        Ok(())
    }

    fn pump(&mut self, memory: &impl SharedMemory, ring: impl Fn()) {
        while let Some(mut waiting) = self.outbox.pop_front() {
            let asked = self.asked;
            if self.write(memory, &mut waiting.header, waiting.rest.bytes(), &mut waiting.written, &ring) {
                continue;
            }
            self.outbox.push_front(waiting);
            if asked {
                return;
            }
            // The reader may have made room before it could see that it is asked to ring: one more look.
            self.writer.want_room(memory, true);
            self.asked = true;
        }
        if self.asked {
            self.writer.want_room(memory, false);
            self.asked = false;
        }
    }

    /// Writes what there is room for of a header and the bytes behind it, and rings; whether that was all.
    fn write(
        &mut self,
        memory: &impl SharedMemory,
        header: &mut Option<[u8; HEADER]>,
        bytes: &[u8],
        written: &mut usize,
        ring: impl Fn(),
    ) -> bool {
        let writer = &mut self.writer;
        if header.is_some() && writer.room(memory, HEADER) < HEADER {
            return false;
        }
        let mut put = header.take().map_or(0, |header| writer.put(memory, &header));
        loop {
            let end = (*written + writer.stride(STRIDE)).min(bytes.len());
            let some = writer.put(memory, &bytes[*written..end]);
            *written += some;
            put += some;
            if put > 0 {
                writer.publish(memory);
                ring();
            }
            if *written == bytes.len() || some == 0 {
                return *written == bytes.len();
            }
            put = 0;
        }
    }
}

impl Incoming {
    /// The next message, if all of it has come.
    fn next(&mut self, memory: &impl SharedMemory, buffers: &Rc<Buffers>, ring: impl Fn()) -> Result<Option<(Tag, Message)>, OutOfMemory> {
        let mut partial = match self.partial.take() {
            Some(partial) => partial,
            None if self.reader.available(memory, HEADER) < HEADER => return Ok(None),
            None => {
                let mut header = [0u64; HEADER / 8];
                self.reader.take(memory, bytemuck::cast_slice_mut(&mut header));
                let [tag, len] = header.map(u64::from_le);
                Partial { tag: Tag(tag), message: buffers.message(usize::try_from(len).unwrap_or(usize::MAX))?, filled: 0 }
            }
        };
        loop {
            let rest = &mut partial.message.bytes_mut()[partial.filled..];
            let (wanted, stride) = (rest.len(), rest.len().min(self.reader.stride(STRIDE)));
            let taken = self.reader.take(memory, &mut rest[..stride]);
            partial.filled += taken;
            if self.reader.room_is_wanted(memory) {
                ring();
            }
            if taken == wanted {
                return Ok(Some((partial.tag, partial.message)));
            }
            if taken == 0 {
                self.partial = Some(partial);
                return Ok(None);
            }
        }
    }
}

impl<M: SharedMemory> Transport for RingTransport<M> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.layout.ranks()
    }

    fn send(&self, to: usize, tag: Tag, bytes: &[u8]) -> Result<(), Lost> {
        let sent = match &mut self.outgoing.borrow_mut()[to] {
            Some(outgoing) => outgoing.send(&self.memory, tag, bytes, &self.buffers, || self.ring_bell(to)),
            None => self.buffers.copy_of(bytes).map(|copy| self.stash.borrow_mut().put(to, tag, copy)),
        };
        sent.map_err(|error| self.out_of_memory(error))
    }

    fn poll_recv(&self, _: &mut Context<'_>, from: usize, tag: Tag) -> Poll<Result<Message, Lost>> {
        self.stopped()?;
        self.pump();
        if let Some(message) = self.stash.borrow_mut().take(from, tag) {
            return Poll::Ready(Ok(message));
        }
        // Looked at before the ring: what a rank sends before it ends is received.
        let missing = self.missing(from);
        match (self.read(from, tag)?, missing) {
            (Some(message), _) => Poll::Ready(Ok(message)),
            (None, Some(lost)) => Poll::Ready(Err(lost)),
            (None, None) => Poll::Pending,
        }
    }

    fn poll_flush(&self, _: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        self.stopped()?;
        self.pump();
        let outgoing = self.outgoing.borrow();
        let mut waiting = outgoing.iter().enumerate().filter(|(_, outgoing)| outgoing.as_ref().is_some_and(|o| !o.outbox.is_empty()));
        match waiting.next() {
            None => Poll::Ready(Ok(())),
            Some((to, _)) => self.missing(to).map_or(Poll::Pending, |lost| Poll::Ready(Err(lost))),
        }
    }

    fn close(&self) {
        self.closed.set(true);
        self.memory.store(self.layout.closed(self.rank), 1);
        self.ring_all();
    }

    fn outbox_bytes(&self) -> usize {
        let outgoing = self.outgoing.borrow();
        outgoing.iter().flatten().flat_map(|outgoing| &outgoing.outbox).map(|waiting| waiting.rest.bytes().len() - waiting.written).sum()
    }

    fn buffers(&self) -> &Rc<Buffers> {
        &self.buffers
    }
}

impl<M: SharedMemory> Park for RingTransport<M> {
    fn bell(&self) -> u32 {
        self.memory.load(self.layout.bell(self.rank))
    }

    fn park(&self, seen: u32) {
        self.memory.wait(self.layout.bell(self.rank), seen, NAP);
    }
}

impl<M: SharedMemory> Drop for RingTransport<M> {
    fn drop(&mut self) {
        if !self.closed.get() {
            // Those that fail because of the first to fail do not take its place.
            self.memory.replace(LOST_WORD, 0, self.rank as u32 + 1);
            self.ring_all();
        }
    }
}
