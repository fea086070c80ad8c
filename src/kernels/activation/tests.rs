use super::*;
use crate::kernels::simd::TINY;
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

/// GELU by the series of erf whose terms are all positive (Abramowitz and Stegun, eq. 7.1.6).
fn gelu_erf64(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let erf = if z > 6.0 {
        1.0
    } else {
        let terms = (1..200).scan(z, |term, n| {
            let now = *term;
            *term *= 2.0 * z * z / f64::from(2 * n + 1);
            Some(now)
        });
        2.0 / std::f64::consts::PI.sqrt() * (-z * z).exp() * terms.sum::<f64>()
    };
    0.5 * x * (1.0 + erf.copysign(x))
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
    fn tanh_matches_the_reference() {
        let mut report = Report::default();
        for n in LENS {
            let (x, d_y) = (inputs(n, 1), testing::random(n, 2));
            let y = reference(n, |i| f64::from(x[i]).tanh());
            report.every_backend(&format!("tanh {n}"), 1e-6, &y, || {
                let mut out = vec![f32::NAN; n];
                tanh_forward(&x, &mut out);
                out
            });
            let y: Vec<f32> = y.iter().map(|y| *y as f32).collect();
            let d_x = reference(n, |i| f64::from(d_y[i]) * (1.0 - f64::from(y[i]) * f64::from(y[i])));
            report.every_backend(&format!("tanh backward {n}"), 1e-6, &d_x, || {
                let mut out = vec![f32::NAN; n];
                tanh_backward(&y, &d_y, &mut out);
                out
            });
        }
        report.finish();
    }

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

    fn exact_gelu_matches_the_reference() {
        let mut report = Report::default();
        for n in LENS {
            let (x, d_y) = (inputs(n, 1), testing::random(n, 2));
            let y = reference(n, |i| gelu_erf64(x[i].into()));
            report.every_backend(&format!("exact gelu {n}"), 1e-6, &y, || {
                let mut y = vec![f32::NAN; n];
                gelu_erf_forward(&x, &mut y);
                y
            });
            let d_x = reference(n, |i| f64::from(d_y[i]) * slope(gelu_erf64, x[i].into()));
            report.every_backend(&format!("d exact gelu {n}"), 1e-6, &d_x, || {
                let mut d_x = vec![f32::NAN; n];
                gelu_erf_backward(&x, &d_y, &mut d_x);
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

    fn geglu_matches_the_reference() {
        let mut report = Report::default();
        for n in LENS {
            let (gate, up, d_y) = (inputs(n, 1), testing::random(n, 2), testing::random(n, 3));
            let f = |i: usize| (f64::from(gate[i]), f64::from(up[i]), f64::from(d_y[i]));
            let y = reference(n, |i| gelu64(f(i).0) * f(i).1);
            report.every_backend(&format!("geglu {n}"), 1e-6, &y, || {
                let mut y = vec![f32::NAN; n];
                geglu_forward(&gate, &up, &mut y);
                y
            });
            let mut gradients = reference(n, |i| f(i).2 * f(i).1 * slope(gelu64, f(i).0));
            gradients.extend(reference(n, |i| f(i).2 * gelu64(f(i).0)));
            // As for the gradient of GELU.
            report.every_backend(&format!("d geglu {n}"), 3e-6, &gradients, || {
                let (mut d_gate, mut d_up) = (vec![f32::NAN; n], vec![f32::NAN; n]);
                geglu_backward(&gate, &up, &d_y, &mut d_gate, &mut d_up);
                [d_gate, d_up].concat()
            });
        }
        report.finish();
    }

    fn nothing_comes_out_subnormal_and_nan_stays() {
        let n = 4000;
        // Gates down to where the sigmoid vanishes, and factors down to the smallest.
        let gate: Vec<f32> = (0..n).map(|i| -0.03 * i as f32).collect();
        let power = |i: usize, step: f32| (-step * (i % 97) as f32).exp2();
        let (up, d_y): (Vec<f32>, Vec<f32>) = (0..n).map(|i| (power(i, 1.3), power(i + 7, 0.9))).unzip();
        for backend in Backend::available() {
            let normal = |name: &str, outputs: [&[f32]; 2]| {
                let odd = outputs.concat().into_iter().find(|y| *y != 0.0 && y.abs() < TINY || y.is_nan());
                assert!(odd.is_none(), "{} {name}: {odd:?}", backend.name());
            };
            let (mut a, mut b) = (vec![f32::NAN; n], vec![f32::NAN; n]);
            backend.scope(|| {
                swiglu_forward(&gate, &up, &mut a);
                geglu_forward(&gate, &up, &mut b);
                normal("forward", [&a, &b]);
                swiglu_backward(&gate, &up, &d_y, &mut a, &mut b);
                normal("d swiglu", [&a, &b]);
                geglu_backward(&gate, &up, &d_y, &mut a, &mut b);
                normal("d geglu", [&a, &b]);
                gelu_forward(&gate, &mut a);
                gelu_backward(&gate, &d_y, &mut b);
                normal("gelu", [&a, &b]);
                gelu_erf_forward(&gate, &mut a);
                gelu_erf_backward(&gate, &d_y, &mut b);
                normal("exact gelu", [&a, &b]);
                let (mut nan, mut d_nan) = ([0.0], [0.0]);
                swiglu_forward(&[f32::NAN], &[0.0], &mut nan);
                swiglu_backward(&[-1e5], &[1.0], &[f32::NAN], &mut d_nan, &mut [0.0]);
                assert!(nan[0].is_nan() && d_nan[0].is_nan(), "{}", backend.name());
            });
        }
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
        report.every_backend("exact gelu", 1e-6, &expected, || {
            let mut y = vec![0.0; x.len()];
            gelu_erf_forward(&x, &mut y);
            y
        });
        report.every_backend("swiglu", 1e-6, &expected, || {
            let mut y = vec![0.0; x.len()];
            swiglu_forward(&x, &vec![1.0; x.len()], &mut y);
            y
        });
        let slopes = x.map(|x| if x > 0.0 { 1.0 } else { 0.0 });
        report.every_backend("d gelu", 1e-6, &slopes, || {
            let mut d_x = vec![f32::NAN; x.len()];
            gelu_backward(&x, &vec![1.0; x.len()], &mut d_x);
            d_x
        });
        report.every_backend("d exact gelu", 1e-6, &slopes, || {
            let mut d_x = vec![f32::NAN; x.len()];
            gelu_erf_backward(&x, &vec![1.0; x.len()], &mut d_x);
            d_x
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
        let mut z = vec![0.0; gate.len()];
        geglu_forward(&gate, &up, &mut z);
        vec![y, z]
    });
}
