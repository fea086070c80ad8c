//! Messages between ranks: one [`Transport`] end per rank, of which there are three kinds, and [`alone`] for a world of one.
//!
//! | transport | ranks are | bytes go through |
//! |---|---|---|
//! | [`thread`] | threads (native) | a mailbox per rank |
//! | [`rings`] | Web Workers of a cross-origin isolated page | a bounded ring per pair of ranks in a `SharedArrayBuffer` |
//! | `port` | Web Workers of any page | `MessagePort`s |

pub mod alone;
pub mod block_on;
pub mod buffer;
mod lost;
pub mod memory;
#[cfg(target_arch = "wasm32")]
pub mod port;
mod ring;
pub mod rings;
#[cfg(target_arch = "wasm32")]
pub mod shared;
mod stash;
#[cfg(not(target_arch = "wasm32"))]
pub mod thread;

use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};

pub use buffer::{Buffers, Message};
pub use lost::{Lost, Reason};

/// What a message is about. A receive takes the next message of its sender and tag, whatever else arrived before: pipelines, tensor
/// groups and data groups share a pair of ranks without an order between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag(pub u64);

/// A rank's end. Its methods take `&self`: several futures of one rank may wait at the same time.
///
/// An end that is dropped without [`close`](Self::close) counts as a rank that failed: every other rank's receives fail and name it.
pub trait Transport {
    /// This rank's number.
    fn rank(&self) -> usize;

    /// Number of ranks in the world.
    fn ranks(&self) -> usize;

    /// Sends a copy of `bytes`, which arrive in the order of sending per (from, to, tag). Never waits: what does not fit on its way is
    /// kept in an outbox, and goes out while this rank polls anything. Before a long computation, [`poll_flush`](Self::poll_flush)
    /// moves on what has room by now.
    ///
    /// # Errors
    /// If there is no memory for the copy.
    ///
    /// # Panics
    /// If there is no rank `to`.
    fn send(&self, to: usize, tag: Tag, bytes: &[u8]) -> Result<(), Lost>;

    /// The next message of rank `from` with `tag`. One future at a time may wait for the same sender and tag.
    ///
    /// # Errors
    /// If it cannot come any more: see [`Reason`].
    ///
    /// # Panics
    /// If there is no rank `from`.
    fn poll_recv(&self, cx: &mut Context<'_>, from: usize, tag: Tag) -> Poll<Result<Message, Lost>>;

    /// Whether the outbox is empty.
    ///
    /// # Errors
    /// If a message in it can no longer be delivered.
    fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>>;

    /// Says that this rank ended as it should. What it has sent can still be received; see [`finish`].
    fn close(&self);

    /// Bytes of messages that wait to go out; they are part of [`Buffers::bytes`].
    fn outbox_bytes(&self) -> usize;

    /// The memory of messages at this end.
    fn buffers(&self) -> &Rc<Buffers>;
}

/// Waits until all of this rank's messages are on their way. A program does so before its rank turns to something else: nobody pumps
/// the outbox of a rank that polls nothing, and others may wait for what is in it.
///
/// # Errors
/// If a message can no longer be delivered.
pub async fn flush(transport: &dyn Transport) -> Result<(), Lost> {
    poll_fn(|cx| transport.poll_flush(cx)).await
}

/// The last thing that a rank does: [`flush`], and close.
///
/// # Errors
/// If a message can no longer be delivered.
pub async fn finish(transport: &dyn Transport) -> Result<(), Lost> {
    flush(transport).await?;
    transport.close();
    Ok(())
}
