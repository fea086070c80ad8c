//! Rings in a `SharedArrayBuffer`, for workers of a cross-origin isolated page.

use std::cell::RefCell;
use std::time::Duration;

use js_sys::{Atomics, Int32Array, SharedArrayBuffer, Uint8Array};
use thiserror::Error;

use super::memory::{Layout, LayoutError, SharedMemory};
use super::rings::RingTransport;

/// A `SharedArrayBuffer`. Bytes are copied whole pieces at a time, once in and once out.
pub struct SharedBuffer {
    words: Int32Array,
    bytes: Uint8Array,
    /// For pieces that are not aligned.
    staged: RefCell<Vec<u64>>,
}

/// A rank's end in a world over a `SharedArrayBuffer`.
pub type SharedTransport = RingTransport<SharedBuffer>;

/// Why a rank cannot join a world.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JoinError {
    /// The memory is too small.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// There are not so many ranks.
    #[error("rank {rank} is not one of the {ranks} ranks from 0 on; give a rank below {ranks}")]
    NoSuchRank {
        /// The rank.
        rank: usize,
        /// Ranks in the world.
        ranks: usize,
    },
    /// The page's own thread, for one.
    #[error("this thread may not wait for others; run each rank in a Web Worker of its own")]
    MayNotWait,
}

/// Joins a world of `ranks` over `buffer`, which was all zeros when the first rank joined.
///
/// # Errors
/// If the buffer is too small, there is no such rank, or this thread may not wait.
pub fn join(buffer: &SharedArrayBuffer, rank: usize, ranks: usize) -> Result<SharedTransport, JoinError> {
    let layout = Layout::fit(ranks, buffer.byte_length() as usize)?;
    if rank >= ranks {
        return Err(JoinError::NoSuchRank { rank, ranks });
    }
    let memory = SharedBuffer { words: Int32Array::new(buffer), bytes: Uint8Array::new(buffer), staged: RefCell::default() };
    Atomics::wait_with_timeout(&memory.words, 0, 0, 0.0).map_err(|_| JoinError::MayNotWait)?;
    Ok(RingTransport::new(memory, layout, rank))
}

/// Atomics throw for an index that is not in the array: none of a layout that fits.
const IN_BOUNDS: &str = "a word of the layout, which fits into the buffer";

impl SharedBuffer {
    fn part(&self, at: usize, len: usize) -> Uint8Array {
        self.bytes.subarray(at as u32, (at + len) as u32)
    }
}

impl SharedMemory for SharedBuffer {
    fn load(&self, index: usize) -> u32 {
        Atomics::load(&self.words, index as u32).expect(IN_BOUNDS) as u32
    }

    fn store(&self, index: usize, value: u32) {
        Atomics::store(&self.words, index as u32, value as i32).expect(IN_BOUNDS);
    }

    fn add(&self, index: usize, value: u32) {
        Atomics::add(&self.words, index as u32, value as i32).expect(IN_BOUNDS);
    }

    fn replace(&self, index: usize, current: u32, new: u32) {
        Atomics::compare_exchange(&self.words, index as u32, current as i32, new as i32).expect(IN_BOUNDS);
    }

    fn notify(&self, index: usize) {
        Atomics::notify(&self.words, index as u32).expect(IN_BOUNDS);
    }

    fn wait(&self, index: usize, seen: u32, timeout: Duration) {
        Atomics::wait_with_timeout(&self.words, index as u32, seen as i32, timeout.as_secs_f64() * 1e3).expect(IN_BOUNDS);
    }

    fn write(&self, at: usize, bytes: &[u8]) {
        let part = self.part(at, bytes.len());
        if bytes.as_ptr().align_offset(size_of::<u64>()) == 0 {
            return part.copy_from(bytes);
        }
        // To and from shared memory browsers copy byte by byte, unless both sides are aligned alike: aligning first is faster.
        let mut staged = self.staged.borrow_mut();
        let words = bytes.len().div_ceil(size_of::<u64>());
        if staged.len() < words {
            staged.resize(words, 0);
        }
        let staged = &mut bytemuck::cast_slice_mut(&mut staged)[..bytes.len()];
        staged.copy_from_slice(bytes);
        part.copy_from(staged);
    }

    fn read(&self, at: usize, out: &mut [u8]) {
        self.part(at, out.len()).copy_to(out);
    }
}
