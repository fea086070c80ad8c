//! Attention over a long sequence: what the allocator hands out, scratch memory included, grows with the sequence, not its square;
//! and a token that is generated takes none.

#[path = "common/counting.rs"]
mod counting;

use counting::Counting;
use tinyai::bench::attention::AttentionWork;
use tinyai::kernels::attention::{AttentionShape, CachedSequence, KvBlock, attention_cached};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test in this file: another one's allocations would be counted with it.
#[test]
fn memory_is_linear_in_the_sequence_and_a_token_takes_none() {
    // First: the others' pools of threads are still ending when they are done.
    a_generated_token_allocates_nothing();
    two_thousand_tokens_need_memory_linear_in_their_number();
}

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

fn a_generated_token_allocates_nothing() {
    let shape = AttentionShape { n_heads: 4, n_kv_heads: 2, d_head: 32, scale: 0.2, window: None };
    let (kept, q, mut out) = (vec![0.5; 16 * 64], vec![1.0; 2 * 128], vec![0.0; 2 * 128]);
    let blocks = [KvBlock::F32 { keys: &kept, values: &kept }; 20];
    let sequences = [300, 170].map(|n_keys| CachedSequence { queries: 0..1, blocks: &blocks, n_keys });
    let [first, second] = sequences;
    let sequences = [first, CachedSequence { queries: 1..2, ..second }];
    // The first call makes the scratch memory.
    attention_cached(shape, &sequences, &q, &mut out);
    let before = Counting::live();
    Counting::restart();
    attention_cached(shape, &sequences, &q, &mut out);
    assert_eq!(Counting::peak(), before, "bytes at most, and before");
    assert!(out.iter().all(|x| (x - 0.5).abs() < 1e-5), "the mean of equal values");
}
