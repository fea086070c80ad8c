//! The ledger's total against the allocator's own count, over a whole run.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use common::{experiment, shipped_assets, short_spec};
use serde_json::json;

/// The system's allocator, counting live bytes and their peak.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

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

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test in this file: another one's allocations would be counted with it.
#[test]
fn the_ledgers_peak_is_the_allocators_to_five_percent() {
    for method in ["full", "lora"] {
        let mut spec = short_spec(4);
        spec["runs"] = json!([{"name": method, "patch": {"fine_tuning": {"method": method}, "training": {"batch_size": 4}}}]);
        let before = LIVE.load(Relaxed);
        let mut experiment = experiment(&spec, shipped_assets(&spec));
        // Loading: afterwards the files are let go, and the peak of the run begins.
        experiment.advance();
        PEAK.store(LIVE.load(Relaxed), Relaxed);
        while !experiment.finished() {
            experiment.advance();
        }
        let allocated = PEAK.load(Relaxed) - before;
        let ledger = experiment.result().runs[0].memory["total"].peak_bytes as usize;
        let difference = (allocated as f64 - ledger as f64) / allocated as f64;
        println!("{method}: ledger {ledger}, allocator {allocated}, {:.2} %", 100.0 * difference);
        assert!(difference.abs() < 0.05, "{method}: the ledger says {ledger}, the allocator {allocated} bytes");
    }
}
