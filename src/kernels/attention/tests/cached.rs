//! Kept keys and values in blocks.

use super::*;

/// The keys and values of a span in blocks of the given lengths, the last with room for `spare` positions more, of any content.
fn cut(c: &Case, span: &Span, lens: impl IntoIterator<Item = usize>, spare: usize) -> Vec<[Vec<f32>; 2]> {
    let stride = c.s.kv_stride();
    let mut next = span.keys.start;
    let mut blocks = vec![];
    for len in lens {
        let rows = next..(next + len).min(span.keys.end);
        let whole = |x: &[f32]| {
            let mut block = x[rows.start * stride..rows.end * stride].to_vec();
            block.resize(if rows.end == span.keys.end { block.len() + spare * stride } else { block.len() }, f32::NAN);
            block
        };
        blocks.push([whole(&c.k), whole(&c.v)]);
        next = rows.end;
        if next == span.keys.end {
            break;
        }
    }
    assert_eq!(next, span.keys.end, "blocks for all keys");
    blocks
}

fn blocks(kept: &[[Vec<f32>; 2]]) -> Vec<KvBlock<'_>> {
    kept.iter().map(|[keys, values]| KvBlock::F32 { keys, values }).collect()
}

/// The output for the case's spans, whose keys are in blocks of `block_len` positions.
fn run_cached(c: &Case, block_len: usize, spare: usize) -> Vec<f32> {
    let kept: Vec<_> = c.spans.iter().map(|span| cut(c, span, std::iter::repeat(block_len), spare)).collect();
    let blocks: Vec<_> = kept.iter().map(|kept| blocks(kept)).collect();
    let sequences: Vec<_> = c
        .spans
        .iter()
        .zip(&blocks)
        .map(|(span, blocks)| CachedSequence { queries: span.queries.clone(), blocks, n_keys: span.keys.len() })
        .collect();
    let mut out = vec![f32::NAN; c.q.len()];
    attention_cached(c.s, &sequences, &c.q, &mut out);
    out
}

const WHOLE: usize = usize::MAX >> 1;

kernel_test!(
    fn one_query_a_sequence_matches_the_reference() {
        let mut report = Report::default();
        let lens = [1, 2, 3, 4, 5, 8, 17, 33, 130];
        for (n_heads, n_kv_heads, d_head) in [(1, 1, 1), (4, 2, 3), (6, 2, 8), (2, 2, 17), (3, 1, 32), (4, 1, 80)] {
            for window in [None, Some(1), Some(7), Some(130)] {
                let c = case(shape(n_heads, n_kv_heads, d_head, window), &lens.map(|len| (1, len)));
                report.every_backend(&c.name(), 1e-5, &reference(&c)[0], || run_cached(&c, 16, 3));
            }
        }
        report.finish();
    }

    fn chunks_match_the_reference() {
        let mut report = Report::default();
        let lens = [(2, 2), (0, 0), (5, 5), (2, 130), (0, 7), (24, 25), (25, 48), (48, 130), (1, 23)];
        for (n_heads, n_kv_heads, d_head) in [(1, 1, 8), (4, 2, 3), (4, 1, 16)] {
            for window in [None, Some(1), Some(7), Some(130)] {
                let c = case(shape(n_heads, n_kv_heads, d_head, window), &lens);
                for block_len in [1, 16, WHOLE] {
                    report.every_backend(&c.name(), 1e-5, &reference(&c)[0], || run_cached(&c, block_len, 0));
                }
            }
        }
        report.finish();
    }

    fn blocks_change_no_bit() {
        let lens = [(1, 1), (1, 130), (1, 48), (2, 3), (5, 90), (25, 25), (48, 130), (24, 49)];
        for window in [None, Some(1), Some(7), Some(40)] {
            let c = case(shape(4, 2, 12, window), &lens);
            for backend in Backend::available() {
                let whole = backend.scope(|| run_cached(&c, WHOLE, 0));
                for (block_len, spare) in [(1, 0), (3, 0), (16, 5), (100, 0), (WHOLE, 9)] {
                    let cut = backend.scope(|| run_cached(&c, block_len, spare));
                    assert!(bits(&whole) == bits(&cut), "{} blocks of {block_len}, window {window:?}", backend.name());
                }
            }
        }
    }

    // Also: a sequence that is read at once from its kept keys gets what training gives it.
    fn chunks_change_no_bit() {
        for len in [25, 48, 130] {
            for window in [None, Some(1), Some(7), Some(40)] {
                let c = case(shape(4, 2, 12, window), &[(len, len)]);
                for backend in Backend::available() {
                    let [whole, ..] = backend.scope(|| run(&c));
                    for chunk in [2, 3, 17, 24, 26, len] {
                        // A last chunk of one query would go another way: it joins the one before.
                        let starts: Vec<usize> = (0..len - 1).step_by(chunk).collect();
                        for (i, &start) in starts.iter().enumerate() {
                            let end = starts.get(i + 1).map_or(len, |next| *next);
                            let part = part(&c, start..end);
                            let actual = backend.scope(|| run_cached(&part, 16, 0));
                            let expected = &whole[start * c.s.q_stride()..end * c.s.q_stride()];
                            assert!(bits(expected) == bits(&actual), "{} {start}..{end} of {len} {window:?}", backend.name());
                        }
                    }
                }
            }
        }
    }

    fn other_sequences_change_no_bit() {
        let lens = [(1, 40), (30, 90), (1, 1), (0, 5), (2, 70), (1, 130)];
        for window in [None, Some(9)] {
            let c = case(shape(6, 2, 10, window), &lens);
            for backend in Backend::available() {
                let together = backend.scope(|| run_cached(&c, 16, 2));
                for span in &c.spans {
                    let alone = backend.scope(|| run_cached(&spans::alone(&c, span), 16, 0));
                    let rows = &together[span.queries.start * c.s.q_stride()..span.queries.end * c.s.q_stride()];
                    assert!(bits(rows) == bits(&alone), "{} {span:?}", backend.name());
                }
            }
        }
    }

    // A cache that forgets what is beyond the window of its oldest query.
    fn keys_that_nobody_sees_need_not_be_kept() {
        for (n_queries, window) in [(1, 10), (5, 10), (30, 50)] {
            let c = case(shape(4, 2, 8, Some(window)), &[(n_queries, 130)]);
            let mut slid = c.clone();
            slid.spans[0].keys.start = 130 - (window + n_queries - 1);
            for backend in Backend::available() {
                let (all, slid) = (backend.scope(|| run_cached(&c, 16, 0)), backend.scope(|| run_cached(&slid, 16, 0)));
                assert!(bits(&all) == bits(&slid), "{} {n_queries} {window}", backend.name());
            }
        }
    }

    fn sequences_share_blocks_and_rows_of_none_get_zeros() {
        let c = case(shape(2, 1, 8, None), &[(2, 40), (3, 43)]);
        let prefix = cut(&c, &Span { queries: 0..0, keys: 0..32 }, [16, 16], 0);
        let (one, two) = (cut(&c, &Span { queries: 0..0, keys: 32..40 }, [8], 0), cut(&c, &Span { queries: 0..0, keys: 40..51 }, [11], 0));
        // The second sequence has the first 32 keys of the first one.
        let joined = |rest: &[[Vec<f32>; 2]]| prefix.iter().chain(rest).cloned().collect::<Vec<_>>();
        let (one, two) = (joined(&one), joined(&two));
        let separate = |rest: &[[Vec<f32>; 2]]| rest.iter().flat_map(|[keys, _]| keys.clone()).collect::<Vec<f32>>();
        let separate_values = |rest: &[[Vec<f32>; 2]]| rest.iter().flat_map(|[_, values]| values.clone()).collect::<Vec<f32>>();
        let mut copied = c.clone();
        copied.k = [separate(&one), separate(&two)].concat();
        copied.v = [separate_values(&one), separate_values(&two)].concat();
        let expected = reference(&copied)[0].clone();
        let width = c.s.q_stride();
        let (first, second) = expected.split_at(2 * width);
        let zeros = vec![0.0; width];
        let mut report = Report::default();
        report.every_backend("shared", 1e-5, &[&zeros, first, &zeros, &zeros, second, &zeros].concat(), || {
            let (one, two) = (blocks(&one), [blocks(&prefix), blocks(&two[2..])].concat());
            let q = [&vec![f32::NAN; width][..], &c.q[..2 * width], &vec![f32::NAN; 2 * width], &c.q[2 * width..], &vec![f32::NAN; width]]
                .concat();
            let mut out = vec![f32::NAN; q.len()];
            let sequences =
                [CachedSequence { queries: 1..3, blocks: &one, n_keys: 40 }, CachedSequence { queries: 5..8, blocks: &two, n_keys: 43 }];
            attention_cached(c.s, &sequences, &q, &mut out);
            out
        });
        report.finish();
    }
);

/// Some of the queries of a case's only span, with the keys up to the last of them.
fn part(c: &Case, queries: Range<usize>) -> Case {
    let (q_stride, kv_stride) = (c.s.q_stride(), c.s.kv_stride());
    Case {
        s: c.s,
        spans: super::spans(&[(queries.len(), queries.end)]),
        q: c.q[queries.start * q_stride..queries.end * q_stride].to_vec(),
        k: c.k[..queries.end * kv_stride].to_vec(),
        v: c.v[..queries.end * kv_stride].to_vec(),
        d_out: c.d_out[queries.start * q_stride..queries.end * q_stride].to_vec(),
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    for window in [None, Some(9)] {
        let c = case(shape(8, 4, 16, window), &[(1, 300), (1, 200), (60, 200), (1, 5), (3, 90), (1, 250)]);
        testing::same_for_any_threads(|| vec![run_cached(&c, 16, 0)]);
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[should_panic(expected = "21 keys in blocks of 20 positions")]
fn keys_that_are_not_kept_are_refused() {
    let c = case(shape(1, 1, 4, None), &[(1, 20)]);
    let blocks = [KvBlock::F32 { keys: &c.k, values: &c.v }];
    attention_cached(c.s, &[CachedSequence { queries: 0..1, blocks: &blocks, n_keys: 21 }], &c.q, &mut [0.0; 4]);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[should_panic(expected = "queries 0..1 of a sequence come after row 1")]
fn sequences_that_share_a_row_are_refused() {
    let c = case(shape(1, 1, 4, None), &[(1, 20)]);
    let blocks = [KvBlock::F32 { keys: &c.k, values: &c.v }];
    let sequence = CachedSequence { queries: 0..1, blocks: &blocks, n_keys: 20 };
    attention_cached(c.s, &[sequence.clone(), sequence], &c.q, &mut [0.0; 4]);
}

/// `cargo test --release cached_speed -- --ignored --nocapture`
#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "a benchmark"]
fn cached_speed() {
    let of = |n_heads, n_kv_heads, d_head, lens: &[(usize, usize)]| case(shape(n_heads, n_kv_heads, d_head, None), lens);
    let cases = [
        of(4, 4, 32, &[(1, 128)]),
        of(8, 8, 32, &[(1, 1024)]),
        of(8, 2, 64, &[(1, 1024)]),
        of(8, 2, 64, &[(1, 512); 8]),
        of(8, 2, 64, &[(4, 1024)]),
        of(8, 2, 64, &[(32, 1024)]),
    ];
    for (c, block_len) in cases.iter().flat_map(|c| [(c, WHOLE), (c, 16)]) {
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let kept: Vec<_> = c.spans.iter().map(|span| cut(c, span, std::iter::repeat(block_len), 0)).collect();
            let blocks: Vec<_> = kept.iter().map(|kept| blocks(kept)).collect();
            let with_blocks = c.spans.iter().zip(&blocks);
            let sequences: Vec<_> = with_blocks
                .map(|(span, blocks)| CachedSequence { queries: span.queries.clone(), blocks, n_keys: span.keys.len() })
                .collect();
            let mut out = vec![0.0; c.q.len()];
            let best = (0..20)
                .map(|_| {
                    let start = std::time::Instant::now();
                    pool.install(|| (0..20).for_each(|_| attention_cached(c.s, &sequences, &c.q, &mut out)));
                    start.elapsed().as_secs_f64() / 20.0
                })
                .fold(f64::INFINITY, f64::min);
            let cut = if block_len == WHOLE { "whole" } else { "in blocks of 16" };
            println!("{}, keys {cut}, {threads} threads: {:.1} µs", c.name(), best * 1e6);
        }
    }
}
