use super::*;
use crate::kernels::simd::Backend;
use crate::kernels::testing::{self, Report, kernel_test};

/// A matrix in one of several layouts, and its values row by row.
fn operand(rows: usize, cols: usize, layout: usize, data: &[f32]) -> Operand<'_> {
    match layout {
        0 => Operand::row_major(data, cols),
        1 => Operand::transposed(data, rows),
        _ => Operand { data, row_stride: 2 * cols + 3, col_stride: 2 },
    }
}

/// The transpose.
fn swap_of(o: Operand) -> Operand {
    Operand { row_stride: o.col_stride, col_stride: o.row_stride, ..o }
}

/// Numbers of twelve bits: products of them are exact, so that it does not matter whether they are rounded before they are added.
fn rounded(len: usize, seed: u64) -> Vec<f32> {
    testing::random(len, seed).into_iter().map(|x| (x * 2048.0).round() / 2048.0).collect()
}

fn storage(rows: usize, cols: usize, layout: usize) -> usize {
    if layout < 2 { rows * cols } else { rows * (2 * cols + 3) }
}

fn check(report: &mut Report, (m, k, n): (usize, usize, usize), layouts: (usize, usize), (alpha, beta): (f32, f32)) {
    let a_data = testing::random(storage(m, k, layouts.0), 1);
    let b_data = testing::random(storage(k, n, layouts.1), 2);
    let (a, b) = (operand(m, k, layouts.0, &a_data), operand(k, n, layouts.1, &b_data));
    // What is never read may hold anything.
    let c = if beta == 0.0 { vec![f32::NAN; m * n] } else { testing::random(m * n, 3) };
    let mut expected = Vec::new();
    for i in 0..m {
        for j in 0..n {
            let at = |o: Operand, i: usize, j: usize| f64::from(o.data[i * o.row_stride + j * o.col_stride]);
            let dot: f64 = (0..k).map(|p| at(a, i, p) * at(b, p, j)).sum();
            let old = if beta == 0.0 { 0.0 } else { f64::from(beta) * f64::from(c[i * n + j]) };
            expected.push(f64::from(alpha) * dot + old);
        }
    }
    let tolerance = 1e-6 * (k as f64).sqrt().max(1.0);
    report.every_backend(&format!("m={m} k={k} n={n} layouts={layouts:?} beta={beta}"), tolerance, &expected, || {
        let mut c = c.clone();
        gemm(m, k, n, alpha, a, b, beta, &mut c);
        c
    });
}

kernel_test!(
    fn matches_the_reference_around_every_tile_edge() {
        let mut report = Report::default();
        for m in [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13] {
            for n in [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 33] {
                for k in [0, 1, 2, 5, 16] {
                    check(&mut report, (m, k, n), (0, 0), (1.0, 0.0));
                    check(&mut report, (m, k, n), (1, 1), (0.5, 1.0));
                }
            }
        }
        report.finish();
    }

    fn matches_the_reference_in_every_layout() {
        let mut report = Report::default();
        for layout_a in 0..3 {
            for layout_b in 0..3 {
                for scaling in [(1.0, 0.0), (1.0, 1.0), (-0.5, 2.0)] {
                    check(&mut report, (13, 19, 37), (layout_a, layout_b), scaling);
                }
            }
        }
        report.finish();
    }

    fn matches_the_reference_around_block_edges() {
        let mut report = Report::default();
        for k in [255, 256, 257, 515] {
            check(&mut report, (7, k, 18), (0, 1), (1.0, 0.0));
        }
        for m in [47, 48, 49, 97, 479, 480, 481] {
            check(&mut report, (m, 9, 18), (0, 0), (1.0, 1.0));
        }
        for n in [255, 256, 257, 511, 512, 513] {
            check(&mut report, (7, 9, n), (0, 0), (1.0, 1.0));
        }
        report.finish();
    }

    fn few_rows_match_the_reference() {
        let mut report = Report::default();
        for m in 1..=4 {
            for k in [1, 7, 8, 9, 17, 31, 33, 515] {
                for n in [1, 3, 5, 18, 1030] {
                    for layouts in [(0, 0), (0, 1), (1, 0), (2, 1)] {
                        check(&mut report, (m, k, n), layouts, (1.0, 0.0));
                        check(&mut report, (m, k, n), layouts, (-0.5, 2.0));
                    }
                }
            }
        }
        report.finish();
    }

    fn narrow_products_match_the_reference() {
        let mut report = Report::default();
        for small in [1, 3, 4, 5, 8, 13, 16, 17] {
            for [wide, other] in [[63, 64], [64, 64], [65, 79], [71, 300], [257, 64]] {
                for layouts in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1)] {
                    for scaling in [(1.0, 0.0), (-0.5, 1.0), (2.0, 0.5)] {
                        for size in [(wide, small, other), (wide, other, small), (small, wide, other)] {
                            check(&mut report, size, layouts, scaling);
                        }
                    }
                }
            }
        }
        report.finish();
    }

    fn narrow_products_have_the_same_bits_with_every_instruction_set() {
        for small in [1, 4, 7, 16] {
            for (m, k, n) in [(67, small, 93), (67, 93, small), (small, 93, 67)] {
                let (a, b) = (rounded(m * k, 1), rounded(k * n, 2));
                for layouts in [(0, 0), (0, 1), (1, 0)] {
                    let bits = |backend: Backend| -> Vec<u32> {
                        let mut c = vec![0.25; m * n];
                        backend.scope(|| gemm(m, k, n, 1.0, operand(m, k, layouts.0, &a), operand(k, n, layouts.1, &b), 1.0, &mut c));
                        c.iter().map(|x| x.to_bits()).collect()
                    };
                    let all: Vec<_> = Backend::available().into_iter().map(bits).collect();
                    assert!(all.iter().all(|bits| *bits == all[0]), "{m} x {k} x {n}, {layouts:?}");
                }
            }
        }
    }

    fn one_row_has_the_same_bits_with_every_instruction_set() {
        for k in (1..40).chain([64, 129]) {
            for n in [1, 5, 6, 7, 13, 40] {
                let (a, b) = (rounded(k, 1), rounded(k * n, 2));
                for b in [Operand::row_major(&b, n), Operand::transposed(&b, k)] {
                    let bits = |backend: Backend| -> Vec<u32> {
                        let mut c = vec![0.0; n];
                        backend.scope(|| gemm(1, k, n, 1.0, Operand::row_major(&a, k), b, 0.0, &mut c));
                        c.iter().map(|x| x.to_bits()).collect()
                    };
                    let all: Vec<_> = Backend::available().into_iter().map(bits).collect();
                    assert!(all.iter().all(|bits| *bits == all[0]), "{k} products, {n} columns: {all:x?}");
                }
            }
        }
    }

    fn what_is_tiny_counts_as_0_and_nan_stays() {
        let tiny = 7e-31;
        for (backend, layouts) in Backend::available().into_iter().flat_map(|b| [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2)].map(|l| (b, l))) {
            for (m, k, n) in [(7, 9, 17), (12, 16, 32), (64, 5, 80), (65, 80, 4), (7, 65, 70)] {
                let mut a_data = vec![tiny; storage(m, k, layouts.0)];
                let b_data = vec![1e30; storage(k, n, layouts.1)];
                let (mut c, mut transposed) = (vec![f32::NAN; m * n], vec![f32::NAN; m * n]);
                let product = |a: &[f32], c: &mut [f32], transposed: &mut [f32]| {
                    let (a, b) = (operand(m, k, layouts.0, a), operand(k, n, layouts.1, &b_data));
                    backend.scope(|| {
                        gemm(m, k, n, 1.0, a, b, 0.0, c);
                        gemm(n, k, m, 1.0, swap_of(b), swap_of(a), 0.0, transposed);
                    });
                };
                product(&a_data, &mut c, &mut transposed);
                assert!(c.iter().chain(&transposed).all(|c| *c == 0.0), "{} {layouts:?}: {c:?}", backend.name());
                a_data.fill(f32::NAN);
                product(&a_data, &mut c, &mut transposed);
                assert!(c.iter().chain(&transposed).all(|c| c.is_nan()), "{} {layouts:?}: {c:?}", backend.name());
            }
        }
    }

    fn the_identity_changes_nothing() {
        let n = 50;
        let identity: Vec<f32> = (0..n * n).map(|i| if i % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
        let b = testing::random(n * n, 4);
        let expected: Vec<f64> = b.iter().map(|x| f64::from(*x)).collect();
        let mut report = Report::default();
        report.every_backend("identity", 0.0, &expected, || {
            let mut c = vec![0.0; n * n];
            gemm(n, n, n, 1.0, Operand::row_major(&identity, n), Operand::row_major(&b, n), 0.0, &mut c);
            c
        });
        report.finish();
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    for (m, k, n) in
        [(1, 512, 3000), (3, 515, 1030), (200, 300, 310), (1000, 64, 1100), (64, 1024, 64), (260, 8, 190), (260, 190, 8), (8, 260, 190)]
    {
        let (a, b, c) = (testing::random(m * k, 1), testing::random(k * n, 2), testing::random(m * n, 3));
        for layouts in [(0, 0), (0, 1), (1, 0)] {
            testing::same_for_any_threads(|| {
                let mut c = c.clone();
                gemm(m, k, n, 1.0, operand(m, k, layouts.0, &a), operand(k, n, layouts.1, &b), 0.5, &mut c);
                vec![c]
            });
        }
    }
}

/// `cargo test --release gemm_speed -- --ignored --nocapture`
#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "a benchmark"]
fn gemm_speed() {
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for (m, k, n) in [
            (256, 256, 256),
            (512, 512, 512),
            (1024, 1024, 1024),
            (1024, 256, 256),
            (1, 256, 768),
            (256, 4, 512),
            (256, 512, 4),
            (4, 256, 512),
            (256, 8, 512),
            (256, 512, 8),
            (8, 256, 512),
            (256, 16, 512),
            (256, 512, 16),
            (16, 256, 512),
            (512, 256, 4),
            (512, 256, 8),
            (512, 256, 16),
        ] {
            let (a, b, mut c) = (testing::random(m * k, 1), testing::random(k * n, 2), vec![0.0; m * n]);
            for layouts in [(0, 0), (0, 1), (1, 0)] {
                let (a, b) = (operand(m, k, layouts.0, &a), operand(k, n, layouts.1, &b));
                let flops = 2.0 * (m * k * n) as f64;
                let best = (0..20.max((4e8 / flops) as usize).min(2000))
                    .map(|_| {
                        let start = std::time::Instant::now();
                        pool.install(|| gemm(m, k, n, 1.0, a, b, 0.0, &mut c));
                        start.elapsed().as_secs_f64()
                    })
                    .fold(f64::INFINITY, f64::min);
                println!("{threads} threads {m}x{k}x{n} {layouts:?}: {:.1} GFLOP/s", flops / best / 1e9);
            }
        }
    }
}
