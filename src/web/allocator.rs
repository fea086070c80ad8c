//! Where memory comes from: the standard allocator, with buffers at the beginning of a cache line.
//!
//! By itself it aligns to 8 bytes. Half of all matrices would then lie such that every fourth vector of 16 bytes is in two cache lines,
//! and reading them takes up to 1.4 times as long. In return a buffer that grows or shrinks is always copied.

use std::alloc::{GlobalAlloc, Layout, System};

/// Bytes of a cache line.
const LINE: usize = 64;
/// Bytes from which memory counts as a buffer: aligning what is smaller would cost more memory than it is worth.
const FROM: usize = 512;

struct Lines;

#[global_allocator]
static ALLOCATOR: Lines = Lines;

/// What is asked of the standard allocator for `layout`: always the same for the same layout, as giving memory back requires.
fn by_lines(layout: Layout) -> Layout {
    if layout.size() < FROM { layout } else { layout.align_to(LINE).unwrap_or(layout) }
}

// SAFETY: each call is handed on with a layout that holds at least what is asked for, and is the same when memory is given back.
unsafe impl GlobalAlloc for Lines {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, for a layout of the same size.
        unsafe { System.alloc(by_lines(layout)) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(by_lines(layout)) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory was asked for with this layout.
        unsafe { System.dealloc(memory, by_lines(layout)) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that `size` does not overflow when it is rounded up to the alignment.
        let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if by_lines(layout) == layout && by_lines(new) == new {
            // SAFETY: the caller's promise.
            return unsafe { System.realloc(memory, layout, size) };
        }
        // The standard allocator would copy, too, but while it keeps other threads out.
        // SAFETY: two different allocations, of which as much is copied as both hold.
        unsafe {
            let moved = self.alloc(new);
            if !moved.is_null() {
                memory.copy_to_nonoverlapping(moved, layout.size().min(size));
                self.dealloc(memory, layout);
            }
            moved
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn buffers_begin_at_cache_lines() {
        let kept: Vec<Vec<f32>> = (0..64).map(|i| vec![1.0; FROM / 4 + 3 * i]).collect();
        assert!(kept.iter().all(|buffer| buffer.as_ptr() as usize % LINE == 0));
        let zeros: Vec<Vec<f32>> = (0..64).map(|i| vec![0.0; FROM / 4 + 3 * i]).collect();
        assert!(zeros.iter().all(|buffer| buffer.as_ptr() as usize % LINE == 0));
    }

    /// What lies between two buffers is used again, also where small things stay among them.
    #[wasm_bindgen_test]
    fn memory_stops_growing() {
        let sizes = |round: usize| (0..40).map(move |i| 600 + (i * 7919 + round % 3 * 104_729) % 50_000);
        let mut small: Vec<Vec<u8>> = Vec::new();
        let mut pages = Vec::new();
        for round in 0..600 {
            let mut buffers: Vec<Vec<u8>> = Vec::new();
            for size in sizes(round) {
                buffers.push(vec![1; size]);
                if round < 30 {
                    small.push(vec![2; 40]);
                }
            }
            if round % 100 == 99 {
                pages.push(core::arch::wasm32::memory_size::<0>());
            }
        }
        assert_eq!(small.len(), 1200);
        assert_eq!(pages[0], pages[5], "pages of memory after each hundred rounds: {pages:?}");
    }

    #[wasm_bindgen_test]
    fn what_grows_and_shrinks_keeps_its_content() {
        let mut buffer: Vec<u32> = Vec::new();
        for i in 0..10_000 {
            buffer.push(i);
        }
        assert_eq!(buffer.as_ptr() as usize % LINE, 0);
        for len in [5000, 300, 130, 127, 40, 1] {
            buffer.truncate(len);
            buffer.shrink_to_fit();
            assert!(buffer.iter().copied().eq(0..len as u32));
        }
    }
}
