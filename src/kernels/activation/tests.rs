use super::*;
use crate::kernels::testing::{self, Report, kernel_test};

/// Lengths around the vectors and around the pieces of the thread pool.
const LENS: [usize; 10] = [0, 1, 3, 4, 5, 7, 8, 9, 31, 40_001];

fn sigmoid64(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn silu64(x: f64) -> f64 {
    x * sigmoid64(x)
}

fn gelu64(x: f64) -> f64 {
    0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
}

/// Central difference.
fn slope(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-5;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

/// Values from small to large, of both signs.
fn inputs(len: usize, seed: u64) -> Vec<f32> {
    let mut x = testing::random(len, seed);
    x.iter_mut().enumerate().for_each(|(i, x)| *x *= [0.1, 3.0, 30.0][i % 3]);
    x
}

fn reference(n: usize, f: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..n).map(f).collect()
}

kernel_test!(
    fn gelu_matches_the_reference() {
        let mut report = Report::default();
        for n in LENS {
            let (x, d_y) = (inputs(n, 1), testing::random(n, 2));
            let y = reference(n, |i| gelu64(x[i].into()));
            report.every_backend(&format!("gelu {n}"), 1e-6, &y, || {
                let mut y = vec![f32::NAN; n];
                gelu_forward(&x, &mut y);
                y
            });
            let d_x = reference(n, |i| f64::from(d_y[i]) * slope(gelu64, x[i].into()));
            // The rounding error of a cubic is multiplied by up to |x|.
            report.every_backend(&format!("d gelu {n}"), 3e-6, &d_x, || {
                let mut d_x = vec![f32::NAN; n];
                gelu_backward(&x, &d_y, &mut d_x);
                d_x
            });
        }
        report.finish();
    }

    fn swiglu_matches_the_reference() {
        let mut report = Report::default();
        for n in LENS {
            let (gate, up, d_y) = (inputs(n, 1), testing::random(n, 2), testing::random(n, 3));
            let f = |i: usize| (f64::from(gate[i]), f64::from(up[i]), f64::from(d_y[i]));
            let y = reference(n, |i| silu64(f(i).0) * f(i).1);
            report.every_backend(&format!("swiglu {n}"), 1e-6, &y, || {
                let mut y = vec![f32::NAN; n];
                swiglu_forward(&gate, &up, &mut y);
                y
            });
            let mut gradients = reference(n, |i| f(i).2 * f(i).1 * slope(silu64, f(i).0));
            gradients.extend(reference(n, |i| f(i).2 * silu64(f(i).0)));
            report.every_backend(&format!("d swiglu {n}"), 1e-6, &gradients, || {
                let (mut d_gate, mut d_up) = (vec![f32::NAN; n], vec![f32::NAN; n]);
                swiglu_backward(&gate, &up, &d_y, &mut d_gate, &mut d_up);
                [d_gate, d_up].concat()
            });
        }
        report.finish();
    }

    fn extreme_inputs_stay_finite() {
        let x = [-1e30, -1000.0, -100.0, -88.5, 88.5, 100.0, 1000.0, 1e30];
        let expected = x.map(|x| f64::from(f32::max(x, 0.0)));
        let mut report = Report::default();
        report.every_backend("gelu", 1e-6, &expected, || {
            let mut y = vec![0.0; x.len()];
            gelu_forward(&x, &mut y);
            y
        });
        report.every_backend("swiglu", 1e-6, &expected, || {
            let mut y = vec![0.0; x.len()];
            swiglu_forward(&x, &vec![1.0; x.len()], &mut y);
            y
        });
        report.finish();
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    let (gate, up) = (inputs(100_001, 1), inputs(100_001, 2));
    testing::same_for_any_threads(|| {
        let mut y = vec![0.0; gate.len()];
        swiglu_forward(&gate, &up, &mut y);
        vec![y]
    });
}
