//! The end of the only rank of a world: there is no one to send to.

use std::rc::Rc;
use std::task::{Context, Poll};

use super::buffer::{Buffers, Message};
use super::{Lost, Tag, Transport};

/// A world of one rank.
pub struct Alone {
    buffers: Rc<Buffers>,
}

impl Alone {
    /// A new world.
    pub fn new() -> Rc<Self> {
        Rc::new(Self { buffers: Buffers::new() })
    }
}

impl Transport for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn ranks(&self) -> usize {
        1
    }

    fn send(&self, to: usize, _: Tag, _: &[u8]) -> Result<(), Lost> {
        panic!("there is no rank {to} in a world of one")
    }

    fn poll_recv(&self, _: &mut Context<'_>, from: usize, _: Tag) -> Poll<Result<Message, Lost>> {
        panic!("there is no rank {from} in a world of one")
    }

    fn poll_flush(&self, _: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        Poll::Ready(Ok(()))
    }

    fn close(&self) {}

    fn outbox_bytes(&self) -> usize {
        0
    }

    fn buffers(&self) -> &Rc<Buffers> {
        &self.buffers
    }
}
