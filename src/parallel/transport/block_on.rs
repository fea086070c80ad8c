//! The executor of ranks that may block: threads, and workers with shared memory.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::Transport;

/// A transport whose rank can sleep until a peer does something.
pub trait Park: Transport {
    /// Counts what peers did that may let this rank go on: a message came, or there is room for one of its own.
    fn bell(&self) -> u32;

    /// Sleeps while [`bell`](Self::bell) is `seen`, or a while less.
    fn park(&self, seen: u32);
}

/// Runs a rank's program to its end. It may wait for nothing but `transport`, since only that wakes it.
pub fn block_on<F: Future>(transport: &dyn Park, program: F) -> F::Output {
    let mut program = pin!(program);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        // Read before polling: what a peer does from here on changes it, and parking returns at once.
        let seen = transport.bell();
        if let Poll::Ready(output) = program.as_mut().poll(&mut cx) {
            return output;
        }
        transport.park(seen);
    }
}
