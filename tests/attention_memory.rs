//! Attention over a long sequence: what the allocator hands out, scratch memory included, grows with the sequence, not its square.

#![cfg(not(target_arch = "wasm32"))]

#[path = "common/counting.rs"]
mod counting;

use counting::Counting;
use tinyai::bench::attention::AttentionWork;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test in this file: another one's allocations would be counted with it.
#[test]
fn two_thousand_tokens_need_memory_linear_in_their_number() {
    let peak = |seq_len: usize| {
        // A new thread has no scratch memory yet.
        let work = move || {
            let before = Counting::live();
            Counting::restart();
            let mut work = AttentionWork::new(2, seq_len, 32).expect("sizes that fit");
            work.forward(1);
            work.backward(1);
            Counting::peak() - before
        };
        rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool").install(work)
    };
    let (half, whole) = (peak(1024), peak(2048));
    println!("1024 tokens: {half} bytes, 2048 tokens: {whole} bytes");
    assert!(whole < 2 * half + half / 10, "{half} bytes for 1024 tokens, {whole} for 2048");
    assert!(whole < 2048 * 2048 * 4, "less than one matrix of sequence x sequence: {whole} bytes");
}
