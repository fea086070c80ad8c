use super::*;
use crate::kernels::simd::Backend;
use crate::kernels::testing::{self, Report, kernel_test};

mod cached;
mod spans;

fn shape(n_heads: usize, n_kv_heads: usize, d_head: usize, window: Option<usize>) -> AttentionShape {
    AttentionShape { n_heads, n_kv_heads, d_head, scale: 0.7, window }
}

/// Spans one after the other, each of so many queries and keys.
fn spans(lens: &[(usize, usize)]) -> Vec<Span> {
    let (mut queries, mut keys) = (0, 0);
    let span = |&(n_queries, n_keys): &(usize, usize)| {
        (queries, keys) = (queries + n_queries, keys + n_keys);
        Span { queries: queries - n_queries..queries, keys: keys - n_keys..keys }
    };
    lens.iter().map(span).collect()
}

#[derive(Clone)]
struct Case {
    s: AttentionShape,
    spans: Vec<Span>,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    d_out: Vec<f32>,
}

fn case(s: AttentionShape, lens: &[(usize, usize)]) -> Case {
    let spans = spans(lens);
    let (q_rows, k_rows) = spans.last().map_or((0, 0), |last| (last.queries.end, last.keys.end));
    // Spread-out scores: the softmax then has weights from near 0 to near 1.
    let q = testing::random(q_rows * s.q_stride(), 1).iter().map(|x| x * 4.0).collect();
    let k = testing::random(k_rows * s.kv_stride(), 2);
    let v = testing::random(k_rows * s.kv_stride(), 3);
    Case { s, spans, q, k, v, d_out: testing::random(q_rows * s.q_stride(), 4) }
}

impl Case {
    fn rows(&self) -> usize {
        self.q.len() / self.s.q_stride()
    }

    fn name(&self) -> String {
        let lens: Vec<_> = self.spans.iter().map(|span| (span.queries.len(), span.keys.len())).collect();
        format!("{:?} {lens:?}", self.s)
    }
}

const NAMES: [&str; 5] = ["out", "lse", "d_q", "d_k", "d_v"];

/// What [`NAMES`] says, in f64, element by element, where query `i` of a span is at the position `keys.len() - queries.len() + i`
/// and sees key `j` if `j <= position` and `j > position - window`.
fn reference(c: &Case) -> [Vec<f64>; 5] {
    let (s, d, scale) = (c.s, c.s.d_head, f64::from(c.s.scale));
    let mut out = vec![0.0; c.q.len()];
    let mut lse = vec![0.0; c.rows() * s.n_heads];
    let (mut d_q, mut d_k, mut d_v) = (vec![0.0; c.q.len()], vec![0.0; c.k.len()], vec![0.0; c.k.len()]);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let queries = c.spans.iter().flat_map(|span| span.queries.clone().enumerate().map(move |(i, row)| (span, i, row)));
    for ((span, i, row), h) in queries.flat_map(|query| (0..s.n_heads).map(move |h| (query, h))) {
        let qi = (row * s.n_heads + h) * d;
        let ki = |key: usize| ((span.keys.start + key) * s.n_kv_heads + h / (s.n_heads / s.n_kv_heads)) * d;
        let position = (span.keys.len() - span.queries.len() + i) as i64;
        let window = s.window.and_then(|window| i64::try_from(window).ok()).unwrap_or(i64::MAX);
        let seen: Vec<usize> = (0..span.keys.len()).filter(|&j| j as i64 <= position && j as i64 > position - window).collect();
        let scores: Vec<f64> = seen.iter().map(|&u| scale * dot(&c.q[qi..][..d], &c.k[ki(u)..][..d])).collect();
        let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let row_lse = max + scores.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
        lse[row * s.n_heads + h] = row_lse;
        let d_p: Vec<f64> = seen.iter().map(|&u| dot(&c.d_out[qi..][..d], &c.v[ki(u)..][..d])).collect();
        let p: Vec<f64> = scores.iter().map(|x| (x - row_lse).exp()).collect();
        let mean: f64 = p.iter().zip(&d_p).map(|(p, d_p)| p * d_p).sum();
        for (at, &u) in seen.iter().enumerate() {
            let d_s = scale * p[at] * (d_p[at] - mean);
            for j in 0..d {
                out[qi + j] += p[at] * f64::from(c.v[ki(u) + j]);
                d_q[qi + j] += d_s * f64::from(c.k[ki(u) + j]);
                d_k[ki(u) + j] += d_s * f64::from(c.q[qi + j]);
                d_v[ki(u) + j] += p[at] * f64::from(c.d_out[qi + j]);
            }
        }
    }
    [out, lse, d_q, d_k, d_v]
}

fn run(c: &Case) -> [Vec<f32>; 5] {
    let nan = |len: usize| vec![f32::NAN; len];
    let (mut out, mut lse) = (nan(c.q.len()), nan(c.rows() * c.s.n_heads));
    attention_forward(c.s, &c.spans, &c.q, &c.k, &c.v, &mut out, &mut lse);
    let (mut d_q, mut d_k, mut d_v) = (nan(c.q.len()), nan(c.k.len()), nan(c.v.len()));
    attention_backward(c.s, &c.spans, &c.q, &c.k, &c.v, &out, &lse, &c.d_out, &mut d_q, &mut d_k, &mut d_v);
    [out, lse, d_q, d_k, d_v]
}

/// Compares [`run`] with [`reference`] on every backend.
fn check(report: &mut Report, c: &Case) {
    let actual: Vec<_> = Backend::available().into_iter().map(|b| (b, b.scope(|| run(c)))).collect();
    for (i, (name, expected)) in NAMES.iter().zip(reference(c)).enumerate() {
        // Gradients add up to a term for each position, of both signs.
        let tolerance = if i < 2 { 1e-5 } else { 3e-5 };
        for (backend, actual) in &actual {
            report.close(&format!("{} {name} {}", backend.name(), c.name()), tolerance, &expected, &actual[i]);
        }
    }
}

fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}

kernel_test!(
    fn forward_and_backward_match_the_reference() {
        let mut report = Report::default();
        let of = |batch_size: usize, seq_len: usize, s| case(s, &vec![(seq_len, seq_len); batch_size]);
        let mut cases = vec![
            of(0, 3, shape(2, 1, 4, None)),
            of(2, 0, shape(2, 1, 4, None)),
            of(1, 1, shape(1, 1, 1, None)),
            of(2, 5, shape(3, 3, 3, None)),
            of(2, 30, shape(4, 2, 16, None)),
            of(1, 70, shape(4, 1, 32, None)),
            of(1, 130, shape(2, 2, 64, None)),
        ];
        cases.extend([1, 3, 4, 5, 6, 7, 23, 24, 25, 48, 49].map(|seq_len| of(2, seq_len, shape(2, 1, 8, None))));
        cases.extend([2, 7, 9, 15, 17, 31, 80].map(|d_head| of(1, 9, shape(2, 2, d_head, None))));
        cases.iter().for_each(|c| check(&mut report, c));
        report.finish();
    }

    // 16 sequences × 8 heads × 1024² × 32 are 2^32, which 32 bits count as 0.
    fn much_work_is_worth_threads() {
        let s = shape(8, 8, 32, None);
        let worth = |sequences: usize, len: usize| s.worth_threads((0..sequences).map(|_| Sight::new(s, len, len)));
        assert!(worth(16, 1024));
        assert!(worth(3, usize::MAX));
        assert!(worth(32, 4));
        assert!(!worth(16, 4));
        assert!(!worth(0, 1024));
    }

    fn large_scores_do_not_overflow() {
        for window in [None, Some(5)] {
            let mut c = case(shape(1, 1, 8, window), &[(30, 30)]);
            c.s.scale = 1000.0;
            for backend in Backend::available() {
                let outputs = backend.scope(|| run(&c));
                assert!(outputs.iter().flatten().all(|x| x.is_finite()), "{}", backend.name());
            }
        }
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    for window in [None, Some(20)] {
        let c = case(shape(4, 2, 16, window), &[(100, 100), (7, 60), (100, 100), (0, 3), (1, 1)]);
        testing::same_for_any_threads(|| run(&c).to_vec());
    }
}

/// `cargo test --release attention_speed -- --ignored --nocapture`
#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "a benchmark"]
fn attention_speed() {
    for (batch_size, seq_len, s) in [
        (8, 128, shape(8, 8, 32, None)),
        (8, 256, shape(4, 4, 64, None)),
        (16, 64, shape(8, 4, 16, None)),
        (8, 256, shape(4, 4, 64, Some(32))),
    ] {
        let c = case(s, &vec![(seq_len, seq_len); batch_size]);
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let (mut out, mut lse) = (vec![0.0; c.q.len()], vec![0.0; c.rows() * s.n_heads]);
            let (mut d_q, mut d_k, mut d_v) = (out.clone(), vec![0.0; c.k.len()], vec![0.0; c.k.len()]);
            let best = |f: &mut (dyn FnMut() + Send)| {
                (0..20)
                    .map(|_| {
                        let start = std::time::Instant::now();
                        pool.install(&mut *f);
                        start.elapsed().as_secs_f64()
                    })
                    .fold(f64::INFINITY, f64::min)
            };
            let forward = best(&mut || attention_forward(s, &c.spans, &c.q, &c.k, &c.v, &mut out, &mut lse));
            let backward = best(&mut || {
                attention_backward(s, &c.spans, &c.q, &c.k, &c.v, &out, &lse, &c.d_out, &mut d_q, &mut d_k, &mut d_v);
            });
            // Half of the products lie beyond the causal limit.
            let flops = 2.0 * (batch_size * s.n_heads * seq_len * seq_len * s.d_head) as f64;
            println!(
                "{batch_size} x {seq_len}, {s:?}, {threads} threads: forward {:.2} ms {:.0} GFLOP/s, backward {:.2} ms {:.0} GFLOP/s",
                forward * 1e3,
                flops / forward / 1e9,
                backward * 1e3,
                2.5 * flops / backward / 1e9
            );
        }
    }
}
