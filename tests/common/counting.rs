//! The system's allocator, counting live bytes and their peak: what a program really takes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The counting allocator; a test file that uses it makes it the global one, and holds one test only: another's allocations would be
/// counted with it.
pub struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    /// Bytes allocated now.
    pub fn live() -> usize {
        LIVE.load(Relaxed)
    }

    /// Most bytes since [`Counting::restart`].
    pub fn peak() -> usize {
        PEAK.load(Relaxed)
    }

    /// Lets the peak start again at what is live now.
    pub fn restart() {
        PEAK.store(Self::live(), Relaxed);
    }
}

// SAFETY: every call is handed on to the system's allocator unchanged; counting touches only atomics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(live, Relaxed);
        // SAFETY: the caller's duties are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's duties are the system allocator's.
        unsafe { System.dealloc(pointer, layout) }
    }
}
