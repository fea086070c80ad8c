use super::*;
use crate::kernels::testing::{Report, kernel_test};
use rand::{RngExt, SeedableRng};

/// Random operands in which the extremes are frequent.
fn operands(m: usize, k: usize, n: usize) -> (Vec<u8>, Vec<i8>) {
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64((m * 10_000 + k * 100 + n) as u64);
    let a = (0..m * k).map(|i| if i % 3 == 0 { MAX_ACTIVATION } else { rng.random_range(0..=MAX_ACTIVATION) }).collect();
    let b = (0..n * k).map(|i| if i % 5 == 0 { i8::MIN } else { rng.random_range(i8::MIN..=i8::MAX) }).collect();
    (a, b)
}

fn check(report: &mut Report, m: usize, k: usize, n: usize) {
    let (a, b) = operands(m, k, n);
    let exact = |i: usize, j: usize| (0..k).map(|p| i64::from(a[i * k + p]) * i64::from(b[j * k + p])).sum::<i64>() as f64;
    let expected: Vec<f64> = (0..m * n).map(|at| exact(at / n, at % n)).collect();
    for backend in Backend::available() {
        let mut c = vec![-1; m * n];
        backend.scope(|| gemm_int8(m, k, n, &a, &b, &mut c));
        report.exact(&format!("{} {m}x{k}x{n}", backend.name()), &expected, &c);
    }
}

kernel_test!(
    fn matches_the_reference_around_every_edge() {
        let mut report = Report::default();
        for m in [0, 1, 2, 3, 4, 5, 7, 8, 9] {
            for n in [0, 1, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65] {
                for k in [0, 1, 3, 4, 5, 15, 16, 17, 31, 32, 33, 64] {
                    check(&mut report, m, k, n);
                }
            }
        }
        check(&mut report, 33, 300, 130);
        check(&mut report, 1, 1027, 200);
        report.finish();
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_nothing() {
    for (m, k, n) in [(1, 1024, 1024), (40, 256, 300)] {
        let (a, b) = operands(m, k, n);
        let product = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let mut c = vec![0; m * n];
            pool.install(|| gemm_int8(m, k, n, &a, &b, &mut c));
            c
        };
        assert_eq!(product(1), product(3));
    }
}
