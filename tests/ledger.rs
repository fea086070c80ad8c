//! The ledger's total against the allocator's own count, over a whole run.

mod common;

use common::counting::Counting;
use common::{experiment, shipped_assets, short_spec};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test in this file: another one's allocations would be counted with it.
#[test]
fn the_ledgers_peak_is_the_allocators_to_five_percent() {
    for method in ["full", "lora"] {
        let mut spec = short_spec(4);
        spec["runs"] = json!([{"name": method, "patch": {"fine_tuning": {"method": method}, "training": {"batch_size": 4}}}]);
        let before = Counting::live();
        let mut experiment = experiment(&spec, shipped_assets(&spec));
        // Loading: afterwards the files are let go, and the peak of the run begins.
        experiment.advance();
        Counting::restart();
        while !experiment.finished() {
            experiment.advance();
        }
        let allocated = Counting::peak() - before;
        let ledger = experiment.result().runs[0].memory["total"].peak_bytes as usize;
        let difference = (allocated as f64 - ledger as f64) / allocated as f64;
        println!("{method}: ledger {ledger}, allocator {allocated}, {:.2} %", 100.0 * difference);
        assert!(difference.abs() < 0.05, "{method}: the ledger says {ledger}, the allocator {allocated} bytes");
    }
}
