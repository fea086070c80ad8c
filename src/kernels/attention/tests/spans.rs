//! Sequences of unlike lengths, windows, and keys before the first query.

use super::*;

const LENS: [usize; 7] = [0, 1, 23, 24, 25, 48, 130];

kernel_test!(
    fn windows_match_the_reference() {
        let mut report = Report::default();
        for len in LENS {
            for window in [1, 7, 16, 24, len.max(1), len + 1, usize::MAX] {
                for (n_heads, n_kv_heads, d_head) in [(1, 1, 8), (4, 2, 5), (4, 1, 16)] {
                    check(&mut report, &case(shape(n_heads, n_kv_heads, d_head, Some(window)), &[(len, len)]));
                }
            }
        }
        report.finish();
    }

    fn keys_before_the_first_query_match_the_reference() {
        let mut report = Report::default();
        for (n_queries, before) in [(0, 4), (1, 1), (1, 30), (5, 1), (5, 23), (24, 8), (25, 7), (30, 60), (48, 100)] {
            for window in [None, Some(1), Some(7), Some(33)] {
                for (n_heads, n_kv_heads, d_head) in [(1, 1, 8), (4, 1, 6)] {
                    check(&mut report, &case(shape(n_heads, n_kv_heads, d_head, window), &[(n_queries, n_queries + before)]));
                }
            }
        }
        report.finish();
    }

    fn spans_of_unlike_lengths_match_the_reference() {
        let mut report = Report::default();
        for window in [None, Some(1), Some(7), Some(200)] {
            for (n_heads, n_kv_heads, d_head) in [(2, 2, 8), (4, 2, 9), (4, 1, 16)] {
                let s = shape(n_heads, n_kv_heads, d_head, window);
                check(&mut report, &case(s, &LENS.map(|len| (len, len))));
                check(&mut report, &case(s, &[(3, 8), (0, 0), (130, 131), (0, 2), (25, 30), (1, 60)]));
            }
        }
        report.finish();
    }

    fn a_packed_batch_gives_bitwise_what_its_sequences_give_alone() {
        let lens = [(25, 25), (130, 130), (1, 1), (0, 0), (48, 60), (7, 90), (0, 3)];
        for (window, n_kv_heads) in [(None, 1), (None, 4), (Some(1), 2), (Some(30), 2)] {
            let c = case(shape(4, n_kv_heads, 12, window), &lens);
            for backend in Backend::available() {
                let packed = backend.scope(|| run(&c));
                for span in &c.spans {
                    let alone = alone(&c, span);
                    let rows = [&span.queries, &span.queries, &span.queries, &span.keys, &span.keys];
                    let widths = [c.s.q_stride(), c.s.n_heads, c.s.q_stride(), c.s.kv_stride(), c.s.kv_stride()];
                    for (i, output) in backend.scope(|| run(&alone)).iter().enumerate() {
                        let part = &packed[i][rows[i].start * widths[i]..rows[i].end * widths[i]];
                        assert!(bits(part) == bits(output), "{} {} {span:?} {:?}", backend.name(), NAMES[i], c.s);
                    }
                }
            }
        }
    }

    fn rows_of_no_span_get_zeros() {
        let mut c = case(shape(4, 2, 6, None), &[(30, 33), (20, 25)]);
        let expected = reference(&c);
        // Three rows before, between and behind.
        let spread = |x: &[f32], width: usize, cut: usize| {
            let gap = vec![f32::NAN; 3 * width];
            [&gap[..], &x[..cut * width], &gap, &x[cut * width..], &gap].concat()
        };
        let (q_stride, kv_stride) = (c.s.q_stride(), c.s.kv_stride());
        (c.q, c.d_out) = (spread(&c.q, q_stride, 30), spread(&c.d_out, q_stride, 30));
        (c.k, c.v) = (spread(&c.k, kv_stride, 33), spread(&c.v, kv_stride, 33));
        c.spans = vec![Span { queries: 3..33, keys: 3..36 }, Span { queries: 36..56, keys: 39..64 }];
        let mut report = Report::default();
        for backend in Backend::available() {
            let actual = backend.scope(|| run(&c));
            for (i, width) in [q_stride, c.s.n_heads, q_stride, kv_stride, kv_stride].into_iter().enumerate() {
                let cut = if i < 3 { 30 } else { 33 };
                let zeros = vec![0.0; 3 * width];
                let (first, second) = expected[i].split_at(cut * width);
                let expected = [&zeros[..], first, &zeros, second, &zeros].concat();
                report.close(&format!("{} {}", backend.name(), NAMES[i]), 3e-5, &expected, &actual[i]);
            }
        }
        report.finish();
    }

    // The product with a key that is read and hidden would be NaN.
    fn keys_that_no_query_of_a_block_sees_are_not_read() {
        let (len, window, unseen) = (200, 10, 100);
        let c = case(shape(2, 1, 8, Some(window)), &[(len, len)]);
        let mut poisoned = c.clone();
        for x in [&mut poisoned.k, &mut poisoned.v] {
            x[..unseen * c.s.kv_stride()].fill(f32::NAN);
        }
        // The block of the first query that sees no such key may share a tile of keys with them.
        let clear = (unseen + window).next_multiple_of(BLOCK_ROWS) + BLOCK_ROWS;
        for backend in Backend::available() {
            let (whole, poisoned) = (backend.scope(|| run(&c)), backend.scope(|| run(&poisoned)));
            for (i, width) in [(0, c.s.q_stride()), (1, c.s.n_heads), (2, c.s.q_stride()), (3, c.s.kv_stride()), (4, c.s.kv_stride())] {
                let from = clear * width;
                assert!(bits(&whole[i][from..]) == bits(&poisoned[i][from..]), "{} {}", backend.name(), NAMES[i]);
            }
        }
    }
);

/// One sequence of a batch as a batch of its own.
pub(super) fn alone(c: &Case, span: &Span) -> Case {
    let rows = |x: &[f32], rows: &Range<usize>, width: usize| x[rows.start * width..rows.end * width].to_vec();
    let (q_stride, kv_stride) = (c.s.q_stride(), c.s.kv_stride());
    Case {
        s: c.s,
        spans: spans(&[(span.queries.len(), span.keys.len())]),
        q: rows(&c.q, &span.queries, q_stride),
        k: rows(&c.k, &span.keys, kv_stride),
        v: rows(&c.v, &span.keys, kv_stride),
        d_out: rows(&c.d_out, &span.queries, q_stride),
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_gradients_are_the_slopes_of_the_reference() {
    let c = case(shape(2, 1, 3, Some(4)), &[(3, 5), (6, 6)]);
    let loss = |c: &Case| reference(c)[0].iter().zip(&c.d_out).map(|(out, d)| out * f64::from(*d)).sum::<f64>();
    let [.., d_q, d_k, d_v] = reference(&c);
    let step = 2f32.powi(-12);
    let mut report = Report::default();
    for (name, d, part) in
        [("d_q", d_q, (|c: &mut Case| &mut c.q) as fn(&mut Case) -> &mut Vec<f32>), ("d_k", d_k, |c| &mut c.k), ("d_v", d_v, |c| &mut c.v)]
    {
        let slope = |i: usize| {
            let moved = |by: f32| {
                let mut c = c.clone();
                part(&mut c)[i] += by;
                (loss(&c), f64::from(part(&mut c)[i]))
            };
            let ((above, x1), (below, x0)) = (moved(step), moved(-step));
            ((above - below) / (x1 - x0)) as f32
        };
        // The error of a central difference is of the order of step².
        report.close(name, 2e-5, &d, &(0..d.len()).map(slope).collect::<Vec<_>>());
    }
    report.finish();
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[should_panic(expected = "queries 9..20 of a sequence come after row 10")]
fn spans_that_share_rows_are_refused() {
    let mut c = case(shape(1, 1, 4, None), &[(10, 10), (10, 10)]);
    c.spans[1].queries.start = 9;
    c.spans[1].keys.start = 9;
    run(&c);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[should_panic(expected = "keys up to row 21 of 20")]
fn spans_beyond_the_rows_are_refused() {
    let mut c = case(shape(1, 1, 4, None), &[(10, 10), (10, 10)]);
    c.spans[1].keys.end = 21;
    run(&c);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[should_panic(expected = "10 queries are more than their 9 keys")]
fn queries_without_keys_are_refused() {
    let mut c = case(shape(1, 1, 4, None), &[(10, 10)]);
    c.spans[0].keys.start = 1;
    run(&c);
}
