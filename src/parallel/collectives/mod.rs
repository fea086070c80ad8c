//! The algorithms of the collectives. Who sends what to whom is in [`ring`], [`tree`] and [`naive`]; how much, in
//! [`formula`](super::formula).
//!
//! Long blocks travel as messages of [`PIECE_BYTES`]: a rank adds one piece, or passes it on, while the next is on its way.

pub mod naive;
pub mod ring;
pub mod tree;

use std::ops::Range;

use super::clock;
use super::comm::{Comm, Kind};
use super::exchange::{ExchangeId, ExchangePart};
use super::transport::{Lost, Message, Reason, Tag};
use crate::kernels::elementwise;

/// The most bytes of a message of a collective.
pub const PIECE_BYTES: usize = 64 << 10;

/// How ranks reach a common result. Which is fastest depends on the size: Thakur et al. 2005.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Each rank sends to the next only; all links are busy all the time and no rank sends more than twice the data, whatever their
    /// number. Sends the least for long data (Patarasuk & Yuan 2009).
    Ring,
    /// Along a binomial tree, up, down or both: the fewest steps one after the other, best for short data.
    Tree,
    /// Whoever has a value sends it straight to everyone who needs it: one step, and the most bytes.
    Naive,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Algorithm; 3] = [Algorithm::Ring, Algorithm::Tree, Algorithm::Naive];

    /// Name in specs and results.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Ring => "ring",
            Algorithm::Tree => "tree",
            Algorithm::Naive => "naive",
        }
    }
}

/// How values of several ranks become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduce {
    /// Their sum, in f32. The order of adding is fixed by algorithm, ranks and position, never by time.
    Sum,
    /// The largest; NaN if any is.
    Max,
}

impl Reduce {
    /// `a = a op b`. Commutative, so that only the order of association matters.
    fn apply(self, a: &mut [f32], b: &[f32]) {
        match self {
            Reduce::Sum => elementwise::add_assign(a, b),
            Reduce::Max => a.iter_mut().zip(b).for_each(|(a, &b)| *a = if b > *a || b.is_nan() { b } else { *a }),
        }
    }
}

/// One collective under way at one member.
pub(super) struct Call<'a> {
    pub comm: &'a Comm,
    /// Ranks of the members.
    pub members: &'a [usize],
    /// This member's index.
    pub me: usize,
    pub kind: Kind,
    pub tag: Tag,
    /// When this member came to it.
    start: f64,
}

impl<'a> Call<'a> {
    pub fn new(comm: &'a Comm, members: &'a [usize], me: usize, kind: Kind, tag: Tag) -> Self {
        Self { comm, members, me, kind, tag, start: clock::now() }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        // A member that is alone exchanges nothing.
        if let [first, _, ..] = *self.members {
            self.comm.record(self.kind, ExchangePart::Member, ExchangeId { first, second: first, tag: self.tag.0 }, self.start);
        }
    }
}

impl Call<'_> {
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// The member `ahead` places after this one, in a ring.
    pub fn ahead(&self, ahead: usize) -> usize {
        (self.me + ahead) % self.len()
    }

    /// The member `back` places before this one, in a ring; `back` is at most the number of members.
    pub fn back(&self, back: usize) -> usize {
        (self.me + self.len() - back) % self.len()
    }

    /// All members but this one, the next one first, so that not all ranks send to the same one at the same time.
    pub fn others(&self) -> impl Iterator<Item = usize> {
        (1..self.len()).map(|ahead| self.ahead(ahead))
    }

    pub fn send(&self, to: usize, bytes: &[u8]) -> Result<(), Lost> {
        self.comm.send(self.kind, self.members[to], self.tag, bytes)
    }

    /// Sends a block in pieces.
    pub fn send_block(&self, to: usize, block: &[u8]) -> Result<(), Lost> {
        block.chunks(PIECE_BYTES).try_for_each(|piece| self.send(to, piece))
    }

    /// The next message of a member, of `len` bytes.
    pub async fn recv(&self, from: usize, len: usize) -> Result<Message, Lost> {
        let rank = self.members[from];
        let message = self.comm.recv(rank, self.tag).await?;
        match message.bytes().len() {
            received if received == len => Ok(message),
            received => Err(Lost { rank, reason: Reason::Mismatch { expected: len, received } }),
        }
    }

    /// Receives a block that was sent in pieces.
    pub async fn recv_block(&self, from: usize, block: &mut [u8]) -> Result<(), Lost> {
        for piece in block.chunks_mut(PIECE_BYTES) {
            piece.copy_from_slice(self.recv(from, piece.len()).await?.bytes());
        }
        Ok(())
    }
}

/// The pieces of a block of elements of `size` bytes each.
fn pieces(block: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let step = PIECE_BYTES / size;
    block.clone().step_by(step).map(move |start| start..block.end.min(start + step))
}

fn bytes(range: &Range<usize>) -> Range<usize> {
    range.start * size_of::<f32>()..range.end * size_of::<f32>()
}
