//! Why a rank cannot go on.

use std::fmt;

use crate::tensor::OutOfMemory;

/// A message that cannot come, or go, any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The rank that is the cause: see each [`Reason`].
    pub rank: usize,
    /// What happened.
    pub reason: Reason,
}

/// What happened to a message or to its rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The rank ended its program without sending, or receiving, the message.
    Closed,
    /// The rank failed; it was the first to do so.
    Died,
    /// The run was stopped while this rank waited.
    Stopped,
    /// This rank has no memory for the message.
    OutOfMemory(OutOfMemory),
    /// The rank sent a message of another length than this rank expects, both in bytes.
    Mismatch {
        /// Bytes that this rank waits for.
        expected: usize,
        /// Bytes that came.
        received: usize,
    },
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rank = self.rank;
        match &self.reason {
            Reason::Closed => write!(
                f,
                "rank {rank} ended its program while another rank still exchanges messages with it; run the same program, with the same \
                 mesh, on every rank"
            ),
            Reason::Died => {
                write!(f, "rank {rank} failed, and no rank can go on without it; see that rank's own error, then start the run again")
            }
            Reason::Stopped => write!(f, "the run was stopped while rank {rank} was in it; start it again to go on"),
            Reason::OutOfMemory(error) => write!(f, "rank {rank} has no memory for a message; use fewer ranks or a smaller model: {error}"),
            Reason::Mismatch { expected, received } => write!(
                f,
                "rank {rank} sent {received} bytes where {expected} were expected; run the same program, with the same sizes, on every rank"
            ),
        }
    }
}

impl std::error::Error for Lost {}
