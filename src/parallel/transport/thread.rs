//! Ranks as threads of one process.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread;

use super::block_on::{Park, block_on};
use super::stash::Stash;
use super::{Buffers, Lost, Message, Reason, Tag, Transport, finish};

/// What the ranks share.
#[derive(Debug)]
struct World {
    mailboxes: Vec<Mailbox>,
    closed: Vec<AtomicBool>,
    /// The rank that failed first, plus 1; 0: none.
    lost: AtomicUsize,
    stopped: AtomicBool,
}

#[derive(Debug, Default)]
struct Mailbox {
    inner: Mutex<Arrived>,
    rung: Condvar,
}

#[derive(Debug, Default)]
struct Arrived {
    messages: VecDeque<Sent>,
    bell: u32,
}

#[derive(Debug)]
struct Sent {
    from: usize,
    tag: Tag,
    words: Vec<u64>,
    len: usize,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self, message: Option<Sent>) {
        let mut arrived = self.lock();
        arrived.messages.extend(message);
        arrived.bell = arrived.bell.wrapping_add(1);
        self.rung.notify_all();
    }
}

impl World {
    fn ring_all(&self) {
        self.mailboxes.iter().for_each(|mailbox| mailbox.ring(None));
    }
}

/// Stops a world's ranks while they wait; clones stop the same world.
#[derive(Clone, Debug)]
pub struct Stop(Arc<World>);

impl Stop {
    /// From now on every receive fails with [`Reason::Stopped`].
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        self.0.ring_all();
    }
}

/// A rank's place in a world of threads; it is taken within its thread.
#[derive(Debug)]
pub struct Seat {
    world: Arc<World>,
    rank: usize,
    closed: Cell<bool>,
}

/// A world of `ranks` threads.
pub fn world(ranks: usize) -> (Vec<Seat>, Stop) {
    let world = Arc::new(World {
        mailboxes: (0..ranks).map(|_| Mailbox::default()).collect(),
        closed: (0..ranks).map(|_| AtomicBool::new(false)).collect(),
        lost: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
    });
    let seats = (0..ranks).map(|rank| Seat { world: world.clone(), rank, closed: Cell::new(false) }).collect();
    (seats, Stop(world))
}

/// Runs `program` on every rank of a new world of threads; what each gave, or the panic it ended with, in the order of ranks.
pub fn run<T: Send, E: From<Lost> + Send, F: Future<Output = Result<T, E>>>(
    ranks: usize,
    program: impl Fn(Rc<dyn Transport>) -> F + Sync,
) -> Vec<thread::Result<Result<T, E>>> {
    let program = &program;
    thread::scope(|scope| {
        let ranks: Vec<_> = world(ranks).0.into_iter().map(|seat| scope.spawn(move || seat.run(program))).collect();
        ranks.into_iter().map(|rank| rank.join()).collect()
    })
}

impl Seat {
    /// This rank's end.
    pub fn take(self) -> ThreadTransport {
        ThreadTransport { seat: self, buffers: Buffers::new(), stash: RefCell::default() }
    }

    /// Runs this rank's program on the current thread.
    ///
    /// # Errors
    /// The program's own; and if one of its messages cannot be delivered.
    pub fn run<T, E: From<Lost>, F: Future<Output = Result<T, E>>>(self, program: impl FnOnce(Rc<dyn Transport>) -> F) -> Result<T, E> {
        let transport = Rc::new(self.take());
        block_on(&*transport, async {
            let output = program(transport.clone()).await?;
            finish(&*transport).await?;
            Ok(output)
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if !self.closed.get() {
            // Those that fail because of the first to fail do not take its place.
            let _ = self.world.lost.compare_exchange(0, self.rank + 1, Ordering::SeqCst, Ordering::SeqCst);
            self.world.ring_all();
        }
    }
}

/// A rank's end; see [`world`].
#[derive(Debug)]
pub struct ThreadTransport {
    seat: Seat,
    buffers: Rc<Buffers>,
    stash: RefCell<Stash<Sent>>,
}

impl ThreadTransport {
    fn mailbox(&self) -> &Mailbox {
        &self.seat.world.mailboxes[self.seat.rank]
    }

    /// Why nothing more comes from `from`, if so.
    fn missing(&self, from: usize) -> Option<Lost> {
        let world = &self.seat.world;
        match world.lost.load(Ordering::SeqCst) {
            0 => world.closed[from].load(Ordering::SeqCst).then_some(Lost { rank: from, reason: Reason::Closed }),
            lost => Some(Lost { rank: lost - 1, reason: Reason::Died }),
        }
    }

    fn out_of_memory(&self, error: crate::tensor::OutOfMemory) -> Lost {
        Lost { rank: self.seat.rank, reason: Reason::OutOfMemory(error) }
    }
}

impl Transport for ThreadTransport {
    fn rank(&self) -> usize {
        self.seat.rank
    }

    fn ranks(&self) -> usize {
        self.seat.world.mailboxes.len()
    }

    fn send(&self, to: usize, tag: Tag, bytes: &[u8]) -> Result<(), Lost> {
        let copy = self.buffers.copy_of(bytes).map_err(|error| self.out_of_memory(error))?;
        let sent = Sent { from: self.seat.rank, tag, words: copy.into_words(), len: bytes.len() };
        self.seat.world.mailboxes[to].ring(Some(sent));
        Ok(())
    }

    fn poll_recv(&self, _: &mut Context<'_>, from: usize, tag: Tag) -> Poll<Result<Message, Lost>> {
        if self.seat.world.stopped.load(Ordering::SeqCst) {
            return Poll::Ready(Err(Lost { rank: self.seat.rank, reason: Reason::Stopped }));
        }
        // Looked at before the mailbox: what a rank sends before it ends is received.
        let missing = self.missing(from);
        let mut stash = self.stash.borrow_mut();
        for message in self.mailbox().lock().messages.drain(..) {
            stash.put(message.from, message.tag, message);
        }
        match (stash.take(from, tag), missing) {
            (Some(sent), _) => Poll::Ready(self.buffers.adopt(sent.words, sent.len).map_err(|error| self.out_of_memory(error))),
            (None, Some(lost)) => Poll::Ready(Err(lost)),
            (None, None) => Poll::Pending,
        }
    }

    fn poll_flush(&self, _: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        Poll::Ready(Ok(()))
    }

    fn close(&self) {
        self.seat.closed.set(true);
        self.seat.world.closed[self.seat.rank].store(true, Ordering::SeqCst);
        self.seat.world.ring_all();
    }

    fn outbox_bytes(&self) -> usize {
        0
    }

    fn buffers(&self) -> &Rc<Buffers> {
        &self.buffers
    }
}

impl Park for ThreadTransport {
    fn bell(&self) -> u32 {
        self.mailbox().lock().bell
    }

    fn park(&self, seen: u32) {
        let arrived = self.mailbox().lock();
        drop(self.mailbox().rung.wait_while(arrived, |arrived| arrived.bell == seen));
    }
}
