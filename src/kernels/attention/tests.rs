use super::*;
use crate::kernels::testing::{self, Report, kernel_test};

fn shape(batch_size: usize, seq_len: usize, n_heads: usize, n_kv_heads: usize, d_head: usize) -> AttentionShape {
    AttentionShape { batch_size, seq_len, n_heads, n_kv_heads, d_head }
}

struct Case {
    s: AttentionShape,
    scale: f32,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    d_out: Vec<f32>,
}

fn case(s: AttentionShape) -> Case {
    let (q_len, kv_len) = (s.batch_size * s.seq_len * s.q_stride(), s.batch_size * s.seq_len * s.kv_stride());
    // Spread-out scores: the softmax then has weights from near 0 to near 1.
    let q = testing::random(q_len, 1).iter().map(|x| x * 4.0).collect();
    let random = testing::random;
    Case { s, scale: 0.7, q, k: random(kv_len, 2), v: random(kv_len, 3), d_out: random(q_len, 4) }
}

/// (out, lse, d_q, d_k, d_v) in f64, element by element.
fn reference(c: &Case) -> [Vec<f64>; 5] {
    let (s, d, scale) = (c.s, c.s.d_head, f64::from(c.scale));
    let mut out = vec![0.0; c.q.len()];
    let mut lse = vec![0.0; s.batch_size * s.n_heads * s.seq_len];
    let (mut d_q, mut d_k, mut d_v) = (vec![0.0; c.q.len()], vec![0.0; c.k.len()], vec![0.0; c.k.len()]);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    for (b, h, t) in positions(s) {
        let qi = ((b * s.seq_len + t) * s.n_heads + h) * d;
        let ki = |u: usize| ((b * s.seq_len + u) * s.n_kv_heads + h / (s.n_heads / s.n_kv_heads)) * d;
        let scores: Vec<f64> = (0..=t).map(|u| scale * dot(&c.q[qi..][..d], &c.k[ki(u)..][..d])).collect();
        let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let row_lse = max + scores.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
        lse[(b * s.n_heads + h) * s.seq_len + t] = row_lse;
        let d_p: Vec<f64> = (0..=t).map(|u| dot(&c.d_out[qi..][..d], &c.v[ki(u)..][..d])).collect();
        let p: Vec<f64> = scores.iter().map(|x| (x - row_lse).exp()).collect();
        let mean: f64 = p.iter().zip(&d_p).map(|(p, d_p)| p * d_p).sum();
        for u in 0..=t {
            let d_s = scale * p[u] * (d_p[u] - mean);
            for j in 0..d {
                out[qi + j] += p[u] * f64::from(c.v[ki(u) + j]);
                d_q[qi + j] += d_s * f64::from(c.k[ki(u) + j]);
                d_k[ki(u) + j] += d_s * f64::from(c.q[qi + j]);
                d_v[ki(u) + j] += p[u] * f64::from(c.d_out[qi + j]);
            }
        }
    }
    [out, lse, d_q, d_k, d_v]
}

fn positions(s: AttentionShape) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..s.batch_size).flat_map(move |b| (0..s.n_heads).flat_map(move |h| (0..s.seq_len).map(move |t| (b, h, t))))
}

fn run(c: &Case) -> [Vec<f32>; 5] {
    let nan = |len: usize| vec![f32::NAN; len];
    let (mut out, mut lse) = (nan(c.q.len()), nan(c.s.batch_size * c.s.n_heads * c.s.seq_len));
    attention_forward(c.s, c.scale, &c.q, &c.k, &c.v, &mut out, &mut lse);
    let (mut d_q, mut d_k, mut d_v) = (nan(c.q.len()), nan(c.k.len()), nan(c.v.len()));
    attention_backward(c.s, c.scale, &c.q, &c.k, &c.v, &out, &lse, &c.d_out, &mut d_q, &mut d_k, &mut d_v);
    [out, lse, d_q, d_k, d_v]
}

kernel_test!(
    fn a_decode_step_matches_the_last_position_of_the_reference() {
        let mut report = Report::default();
        for seq in [1, 2, 3, 4, 5, 8, 17, 33] {
            for (n_heads, n_kv_heads, d) in [(1, 1, 1), (4, 2, 3), (6, 2, 8), (2, 2, 17), (3, 1, 32)] {
                let c = case(shape(1, seq, n_heads, n_kv_heads, d));
                let last = (seq - 1) * c.s.q_stride();
                let expected = &reference(&c)[0][last..];
                report.every_backend(&format!("{:?}", c.s), 1e-5, expected, || {
                    let (mut scores, mut out) = (vec![f32::NAN; seq], vec![f32::NAN; c.s.q_stride()]);
                    attention_decode(c.s, c.scale, &c.q[last..], &c.k, &c.v, &mut scores, &mut out);
                    out
                });
            }
        }
        report.finish();
    }

    fn forward_and_backward_match_the_reference() {
        let mut report = Report::default();
        let mut shapes = vec![
            shape(0, 3, 2, 1, 4),
            shape(2, 0, 2, 1, 4),
            shape(1, 1, 1, 1, 1),
            shape(2, 5, 3, 3, 3),
            shape(2, 30, 4, 2, 16),
            shape(1, 70, 4, 1, 32),
            shape(1, 130, 2, 2, 64),
        ];
        shapes.extend([1, 3, 4, 5, 6, 7, 23, 24, 25, 48, 49].map(|seq| shape(2, seq, 2, 1, 8)));
        shapes.extend([2, 7, 9, 15, 17, 31, 80].map(|d_head| shape(1, 9, 2, 2, d_head)));
        for s in shapes {
            let c = case(s);
            let names = ["out", "lse", "d_q", "d_k", "d_v"];
            let actual: Vec<_> = Backend::available().into_iter().map(|b| (b, b.scope(|| run(&c)))).collect();
            for (i, (name, expected)) in names.iter().zip(reference(&c)).enumerate() {
                for (backend, actual) in &actual {
                    let case = format!("{} {name} {s:?}", backend.name());
                    // Gradients add up to seq_len terms of both signs.
                    report.close(&case, 3e-5, &expected, &actual[i]);
                }
            }
        }
        report.finish();
    }

    fn much_work_is_worth_threads() {
        let worth = |batch_size, seq_len, n_heads, d_head| shape(batch_size, seq_len, n_heads, n_heads, d_head).worth_threads();
        // As many multiplications as there are numbers of 32 bits, of 64 bits: their count must not start again at 0.
        assert!(worth(16, 1024, 8, 32));
        assert!(worth(1 << 16, 1 << 16, 1 << 8, 1 << 8));
        assert!(!worth(1, 16, 2, 16));
    }

    fn large_scores_do_not_overflow() {
        let mut c = case(shape(1, 30, 1, 1, 8));
        c.scale = 1000.0;
        for backend in Backend::available() {
            let outputs = backend.scope(|| run(&c));
            assert!(outputs.iter().flatten().all(|x| x.is_finite()), "{}", backend.name());
        }
    }
);

use crate::kernels::simd::Backend;

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    let c = case(shape(3, 100, 4, 2, 16));
    testing::same_for_any_threads(|| run(&c).to_vec());
}

/// `cargo test --release attention_speed -- --ignored --nocapture`
#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "a benchmark"]
fn attention_speed() {
    for s in [shape(8, 128, 8, 8, 32), shape(8, 256, 4, 4, 64), shape(16, 64, 8, 4, 16)] {
        let c = case(s);
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let (mut out, mut lse) = (vec![0.0; c.q.len()], vec![0.0; s.batch_size * s.n_heads * s.seq_len]);
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
            let forward = best(&mut || attention_forward(s, c.scale, &c.q, &c.k, &c.v, &mut out, &mut lse));
            let backward = best(&mut || {
                attention_backward(s, c.scale, &c.q, &c.k, &c.v, &out, &lse, &c.d_out, &mut d_q, &mut d_k, &mut d_v);
            });
            // Half of the products lie beyond the causal limit.
            let flops = 2.0 * (s.batch_size * s.n_heads * s.seq_len * s.seq_len * s.d_head) as f64;
            println!(
                "{s:?} {threads} threads: forward {:.2} ms {:.0} GFLOP/s, backward {:.2} ms {:.0} GFLOP/s",
                forward * 1e3,
                flops / forward / 1e9,
                backward * 1e3,
                2.5 * flops / backward / 1e9
            );
        }
    }
}
