use crate::kernels::gemm::{Coded, CodedOperand, Operand, gemm, gemm_coded};
use crate::kernels::simd::Backend;
use crate::kernels::testing::{self, Report, kernel_test};
use std::ops::Range;

/// The simplest of other forms: every element is kept doubled.
#[derive(Debug)]
struct Doubled {
    values: Vec<f32>,
    shape: [usize; 2],
}

impl Doubled {
    fn random(shape: [usize; 2], seed: u64) -> Self {
        Self { values: testing::random(shape[0] * shape[1], seed), shape }
    }

    /// The matrix itself.
    fn plain(&self) -> Vec<f32> {
        self.values.iter().map(|x| x / 2.0).collect()
    }
}

impl Coded for Doubled {
    fn shape(&self) -> [usize; 2] {
        self.shape
    }

    fn decode(&self, row: usize, columns: Range<usize>, out: &mut [f32]) {
        let [rows, width] = self.shape;
        assert!(row < rows && columns.end <= width && columns.len() == out.len() && !out.is_empty());
        let from = row * width;
        out.iter_mut().zip(&self.values[from + columns.start..from + columns.end]).for_each(|(out, x)| *out = x / 2.0);
    }
}

/// A product in both forms, on every backend: near the reference and, but for very few rows, the same bits as that of floats.
fn check(report: &mut Report, (m, k, n): (usize, usize, usize), transposed: bool, (alpha, beta): (f32, f32)) {
    let shape = if transposed { [n, k] } else { [k, n] };
    let (a, b) = (testing::random(m * k, 1), Doubled::random(shape, 2));
    let plain = b.plain();
    let c = if beta == 0.0 { vec![f32::NAN; m * n] } else { testing::random(m * n, 3) };
    let at = |p: usize, j: usize| f64::from(if transposed { plain[j * k + p] } else { plain[p * n + j] });
    let element = |at_c: usize| {
        let (i, j) = (at_c / n, at_c % n);
        let dot: f64 = (0..k).map(|p| f64::from(a[i * k + p]) * at(p, j)).sum();
        f64::from(alpha) * dot + if beta == 0.0 { 0.0 } else { f64::from(beta) * f64::from(c[at_c]) }
    };
    let expected: Vec<f64> = (0..m * n).map(element).collect();
    let coded = || {
        let mut c = c.clone();
        gemm_coded(m, k, n, alpha, Operand::row_major(&a, k), CodedOperand { matrix: &b, transposed }, beta, &mut c);
        c
    };
    let case = format!("m={m} k={k} n={n} transposed={transposed} beta={beta}");
    report.every_backend(&case, 1e-6 * (k as f64).sqrt().max(1.0), &expected, coded);
    if m <= 3 {
        return;
    }
    for backend in Backend::available() {
        let mut floats = c.clone();
        let b = if transposed { Operand::transposed(&plain, k) } else { Operand::row_major(&plain, n) };
        backend.scope(|| gemm(m, k, n, alpha, Operand::row_major(&a, k), b, beta, &mut floats));
        let bits = |c: &[f32]| c.iter().map(|c| c.to_bits()).collect::<Vec<_>>();
        assert!(bits(&backend.scope(coded)) == bits(&floats), "{} {case}", backend.name());
    }
}

kernel_test!(
    fn matches_the_reference_and_the_product_of_floats_around_every_edge() {
        let mut report = Report::default();
        for transposed in [false, true] {
            for m in [0, 1, 3, 4, 5, 7] {
                for n in [0, 1, 7, 8, 9, 15, 16, 17, 33] {
                    for k in [0, 1, 7, 8, 9, 16, 17] {
                        check(&mut report, (m, k, n), transposed, (1.0, 0.0));
                    }
                }
            }
            for k in [255, 256, 257, 515] {
                check(&mut report, (5, k, 18), transposed, (-0.5, 2.0));
            }
            for n in [255, 256, 257, 511, 512, 513] {
                check(&mut report, (5, 9, n), transposed, (1.0, 1.0));
            }
            check(&mut report, (481, 9, 18), transposed, (1.0, 0.0));
        }
        report.finish();
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    for (transposed, (m, k, n)) in [(false, (200, 300, 310)), (true, (200, 300, 310)), (true, (2, 515, 1030)), (false, (64, 1024, 64))] {
        let (a, b) = (testing::random(m * k, 1), Doubled::random(if transposed { [n, k] } else { [k, n] }, 2));
        testing::same_for_any_threads(|| {
            let mut c = vec![0.0; m * n];
            gemm_coded(m, k, n, 1.0, Operand::row_major(&a, k), CodedOperand { matrix: &b, transposed }, 0.0, &mut c);
            vec![c]
        });
    }
}
