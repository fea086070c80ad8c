use super::activations::{Rounding, round_row};
use super::*;
use crate::kernels::simd::Backend;
use crate::kernels::testing::{self, Report, kernel_test};

/// A matrix of random weights, whose row 1 is of zeros.
fn matrix([rows, columns]: [usize; 2], seed: u64) -> Int8Matrix {
    let mut weights = testing::random(rows * columns, seed);
    weights.iter_mut().skip(columns).take(columns).for_each(|w| *w = 0.0);
    let mut matrix = Int8Matrix { codes: vec![0; rows * columns], scales: vec![0.0; rows], sums: vec![0; rows], shape: [rows, columns] };
    for (row, weights) in weights.chunks(columns.max(1)).enumerate().take(rows) {
        let codes = &mut matrix.codes[row * columns..][..columns];
        matrix.scales[row] = absmax_scale(weights);
        encode(weights, matrix.scales[row], codes);
        matrix.sums[row] = codes.iter().map(|code| i32::from(*code)).sum();
    }
    matrix
}

/// A row's codes and how they were made, by the definition.
fn rounded(x: &[f32]) -> (Vec<i64>, f32, i64) {
    let low = x.iter().copied().fold(0.0f32, f32::min);
    let high = x.iter().copied().fold(0.0f32, f32::max);
    let scale = high / 127.0 - low / 127.0;
    if scale == 0.0 {
        return (vec![0; x.len()], 0.0, 0);
    }
    let inverse = 1.0 / scale;
    let zero = (-low * inverse).round_ties_even();
    (x.iter().map(|x| (x * inverse + zero).round_ties_even().clamp(0.0, 127.0) as i64).collect(), scale, zero as i64)
}

/// Rows of several kinds: of both signs, of one, of zeros, with an outlier.
fn rows(rows: usize, columns: usize) -> Vec<f32> {
    let mut x = testing::random(rows * columns, 7);
    for (i, row) in x.chunks_mut(columns.max(1)).enumerate() {
        match i % 4 {
            1 => row.iter_mut().for_each(|x| *x = x.abs() + 3.0),
            2 => row.fill(0.0),
            3 => row[0] = -80.0,
            _ => {}
        }
    }
    x
}

fn check(report: &mut Report, m: usize, k: usize, n: usize) {
    let (x, w) = (rows(m, k), matrix([n, k], 5));
    let mut expected = Vec::new();
    for x in (0..m).map(|i| &x[i * k..][..k]) {
        let (codes, scale, zero) = rounded(x);
        for j in 0..n {
            let sum: i64 = codes.iter().zip(&w.codes[j * k..]).map(|(code, w)| (code - zero) * i64::from(*w)).sum();
            expected.push(sum as f64 * f64::from(scale) * f64::from(w.scales[j]));
        }
    }
    let product = || {
        let mut y = vec![f32::NAN; m * n];
        multiply_rounded(m, &x, &w, &mut y);
        y
    };
    // Two products of floats, each rounded.
    report.every_backend(&format!("{m}x{k}x{n}"), 2e-7, &expected, product);
    let bits = |y: Vec<f32>| y.into_iter().map(f32::to_bits).collect::<Vec<_>>();
    let all: Vec<_> = Backend::available().into_iter().map(|backend| bits(backend.scope(product))).collect();
    assert!(all.iter().all(|y| *y == all[0]), "{m}x{k}x{n}: backends differ");
}

kernel_test!(
    fn products_match_the_reference_around_every_edge() {
        let mut report = Report::default();
        for m in [0, 1, 2, 3, 4, 5, 8] {
            for n in [0, 1, 2, 7, 8, 9, 17, 64, 65] {
                for k in [0, 1, 4, 15, 16, 17, 33, 64] {
                    check(&mut report, m, k, n);
                }
            }
        }
        for m in [255, 256, 257] {
            check(&mut report, m, 5, 3);
        }
        check(&mut report, 33, 300, 130);
        report.finish();
    }

    fn a_row_of_the_product_depends_on_its_own_inputs_alone() {
        let (m, k, n) = (9, 70, 31);
        let (x, w) = (rows(m, k), matrix([n, k], 5));
        let mut together = vec![0.0; m * n];
        multiply_rounded(m, &x, &w, &mut together);
        for (x, together) in x.chunks(k).zip(together.chunks(n)) {
            let mut alone = vec![0.0; n];
            multiply_rounded(1, x, &w, &mut alone);
            assert_eq!(alone, together);
        }
    }

    fn a_rounded_row_is_within_half_a_step_and_has_an_exact_zero() {
        for (backend, len) in Backend::available().into_iter().flat_map(|backend| [0, 1, 15, 16, 17, 100].map(|len| (backend, len))) {
            let mut x = testing::random(len, 3);
            x.iter_mut().enumerate().for_each(|(i, x)| *x = if i % 5 == 2 { 0.0 } else { 2.0 * *x + 0.5 });
            let mut codes = vec![0; len];
            let Rounding { scale, zero } = dispatch!(backend, |isa| round_row(isa, &x, &mut codes));
            for (x, code) in x.iter().zip(&codes) {
                let back = scale * (i32::from(*code) - zero) as f32;
                assert!((back - x).abs() <= 0.501 * scale && (*x != 0.0 || back == 0.0), "{x} became {back} in steps of {scale}");
            }
        }
    }

    fn extremes_of_floats_give_no_wrong_number() {
        let w = matrix([3, 4], 5);
        let product = |x: [f32; 4]| {
            let mut y = vec![0.0; 3];
            multiply_rounded(1, &x, &w, &mut y);
            y
        };
        for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(product([1.0, broken, 0.0, -1.0]).iter().all(|y| y.is_nan()));
        }
        assert!(product([0.0; 4]).iter().all(|y| *y == 0.0));
        assert!(product([f32::from_bits(1); 4]).iter().all(|y| *y == 0.0));
        let large = product([f32::MAX, -f32::MAX, 0.0, 0.0]);
        let expected = f64::from(f32::MAX) * f64::from(w.scales[0]) * f64::from(i32::from(w.codes[0]) - i32::from(w.codes[1]));
        assert!(
            large.iter().all(|y| !y.is_nan())
                && (expected.abs() > f64::from(f32::MAX) || (f64::from(large[0]) / expected - 1.0).abs() < 0.01)
        );
    }

    fn codes_are_the_nearest_and_go_back() {
        for len in [0, 1, 7, 8, 9, 33] {
            let x = testing::random(len, 9);
            let (scale, mut codes, mut back) = (absmax_scale(&x), vec![0; len], vec![f32::NAN; len]);
            encode(&x, scale, &mut codes);
            for backend in Backend::available() {
                backend.scope(|| decode(&codes, scale, &mut back));
                for ((x, code), back) in x.iter().zip(&codes).zip(&back) {
                    assert!((x - back).abs() <= 0.5001 * scale && *back == f32::from(*code) * scale, "{}", backend.name());
                }
            }
            assert!(len == 0 || codes.iter().any(|code| code.abs() == 127), "the largest has the largest code");
        }
    }

    fn zeros_have_no_scale_and_what_is_not_finite_shows() {
        let mut codes = [1; 3];
        assert_eq!(absmax_scale(&[0.0; 3]), 0.0);
        encode(&[0.0; 3], 0.0, &mut codes);
        assert_eq!(codes, [0; 3]);
        // So small that a 127th of it is 0.
        assert_eq!(absmax_scale(&[f32::from_bits(20), 0.0]), 0.0);
        for broken in [f32::NAN, f32::INFINITY] {
            let (scale, mut back) = (absmax_scale(&[1.0, broken, 2.0]), [0.0; 3]);
            encode(&[1.0, broken, 2.0], scale, &mut codes);
            decode(&codes, scale, &mut back);
            assert!(back.iter().all(|x| x.is_nan()));
        }
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    for (m, k, n) in [(1, 1024, 3000), (300, 256, 300)] {
        let (x, w) = (rows(m, k), matrix([n, k], 5));
        testing::same_for_any_threads(|| {
            let mut y = vec![0.0; m * n];
            multiply_rounded(m, &x, &w, &mut y);
            vec![y]
        });
    }
}

/// `cargo test --release --lib int8_speed -- --ignored --nocapture`: the products with INT8 weights and those with float32 ones, by turns.
#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "a benchmark"]
fn int8_speed() {
    use crate::kernels::gemm::{CodedOperand, Operand, gemm, gemm_coded};
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for (m, k, n) in [(256, 192, 192), (256, 192, 512), (256, 512, 192), (256, 192, 3859), (1, 192, 512), (1, 192, 3859)] {
            let (x, d_y, w) = (testing::random(m * k, 1), testing::random(m * n, 2), testing::random(n * k, 3));
            let (mut y, mut d_x, matrix) = (vec![0.0; m * n], vec![0.0; m * k], matrix([n, k], 3));
            let coded = |transposed| CodedOperand { matrix: &matrix, transposed };
            let (x_rows, d_y_rows) = (Operand::row_major(&x, k), Operand::row_major(&d_y, n));
            let mut best = [f64::INFINITY; 5];
            for _ in 0..30 {
                for (kind, best) in best.iter_mut().enumerate() {
                    for _ in 0..5 {
                        let start = std::time::Instant::now();
                        pool.install(|| match kind {
                            0 => gemm(m, k, n, 1.0, x_rows, Operand::transposed(&w, k), 0.0, &mut y),
                            1 => gemm_coded(m, k, n, 1.0, x_rows, coded(true), 0.0, &mut y),
                            2 => multiply_rounded(m, &x, &matrix, &mut y),
                            3 => gemm(m, n, k, 1.0, d_y_rows, Operand::row_major(&w, k), 0.0, &mut d_x),
                            _ => gemm_coded(m, n, k, 1.0, d_y_rows, coded(false), 0.0, &mut d_x),
                        });
                        *best = best.min(start.elapsed().as_secs_f64());
                    }
                }
            }
            let [float, decoded, rounded, float_back, decoded_back] = best.map(|seconds| 1e6 * seconds);
            println!(
                "{threads} threads {m}x{k}x{n}: float {float:.0} µs, decoded {decoded:.0} ({:.2} x), rounded {rounded:.0} ({:.2} x); \
                 transposed: float {float_back:.0}, decoded {decoded_back:.0} ({:.2} x)",
                decoded / float,
                rounded / float,
                decoded_back / float_back,
            );
        }
    }
}
