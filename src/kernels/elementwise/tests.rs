use super::*;
use crate::kernels::testing::{self, Report, kernel_test};

const LENS: [usize; 9] = [0, 1, 3, 4, 7, 8, 9, 33, 40_001];

fn wide(x: &[f32]) -> impl Iterator<Item = f64> {
    x.iter().map(|x| f64::from(*x))
}

kernel_test!(
    fn sums_and_scalings_match_the_reference() {
        let mut report = Report::default();
        for n in LENS {
            let (a, b) = (testing::random(n, 1), testing::random(n, 2));
            let sum: Vec<f64> = wide(&a).zip(wide(&b)).map(|(a, b)| a + b).collect();
            report.every_backend(&format!("add {n}"), 1e-7, &sum, || {
                let mut out = vec![f32::NAN; n];
                add(&a, &b, &mut out);
                out
            });
            report.every_backend(&format!("add_assign {n}"), 1e-7, &sum, || {
                let mut out = a.clone();
                add_assign(&mut out, &b);
                out
            });
            let scaled: Vec<f64> = wide(&a).map(|a| 0.5 * a).collect();
            report.every_backend(&format!("scale {n}"), 0.0, &scaled, || {
                let mut out = a.clone();
                scale(0.5, &mut out);
                out
            });
            let squares: f64 = wide(&a).map(|a| a * a).sum();
            report.every_backend(&format!("sum_of_squares {n}"), 1e-7, &[squares], || vec![sum_of_squares(&a) as f32]);
        }
        report.finish();
    }

    fn biases_match_the_reference() {
        let mut report = Report::default();
        for (rows, d) in [(0, 3), (2, 0), (1, 1), (5, 3), (64, 4), (65, 8), (3, 31), (3, 33), (300, 130)] {
            let (x, bias) = (testing::random(rows * d, 1), testing::random(d, 2));
            let sum: Vec<f64> = wide(&x).enumerate().map(|(i, x)| x + f64::from(bias[i % d])).collect();
            report.every_backend(&format!("add_bias {rows} {d}"), 1e-7, &sum, || {
                let mut x = x.clone();
                add_bias(&bias, &mut x);
                x
            });
            let columns: Vec<f64> = (0..d).map(|j| f64::from(bias[j]) + (0..rows).map(|r| f64::from(x[r * d + j])).sum::<f64>()).collect();
            report.every_backend(&format!("bias_grad {rows} {d}"), 2e-6, &columns, || {
                let mut d_bias = bias.clone();
                bias_grad(d, &x, &mut d_bias);
                d_bias
            });
        }
        report.finish();
    }

    fn scaled_columns_match_the_reference() {
        let mut report = Report::default();
        for (rows, d) in [(0, 3), (1, 1), (5, 3), (64, 4), (65, 8), (3, 31), (3, 33), (300, 130)] {
            let (x, d_y, scale) = (testing::random(rows * d, 1), testing::random(rows * d, 2), testing::random(d, 3));
            let scaled: Vec<f64> = wide(&x).enumerate().map(|(i, x)| x * f64::from(scale[i % d])).collect();
            report.every_backend(&format!("scale_columns {rows} {d}"), 1e-7, &scaled, || {
                let mut out = vec![f32::NAN; x.len()];
                scale_columns(&scale, &x, &mut out);
                out
            });
            let product = |i: usize| f64::from(x[i]) * f64::from(d_y[i]);
            let columns: Vec<f64> = (0..d).map(|j| f64::from(scale[j]) + (0..rows).map(|r| product(r * d + j)).sum::<f64>()).collect();
            // Products of both signs: sums on the way are larger than the last one.
            report.every_backend(&format!("scale_grad {rows} {d}"), 5e-6, &columns, || {
                let mut d_scale = scale.clone();
                scale_grad(d, &x, &d_y, &mut d_scale);
                d_scale
            });
        }
        report.finish();
    }

    fn squares_of_large_numbers_do_not_overflow() {
        assert!((sum_of_squares(&[1e30; 100]) / 1e62 - 1.0).abs() < 1e-6);
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    let x = testing::random(500 * 300, 1);
    testing::same_for_any_threads(|| {
        let mut sums = vec![0.0; 300];
        bias_grad(300, &x, &mut sums);
        let norm = sum_of_squares(&x).to_bits();
        sums.extend([f32::from_bits(norm as u32), f32::from_bits((norm >> 32) as u32)]);
        vec![sums]
    });
}
