use super::*;
use crate::kernels::simd::Backend;
use crate::kernels::testing::{self, Report, kernel_test};

kernel_test!(
    fn three_steps_match_the_reference() {
        let mut report = Report::default();
        for n in [0, 1, 3, 4, 7, 8, 9, 40_001] {
            let start = testing::random(n, 1);
            let step = |t: i32| AdamwStep {
                lr: 0.01,
                beta1: 0.9,
                beta2: 0.95,
                eps: 1e-8,
                weight_decay: 0.1,
                bias_correction1: 1.0 - 0.9f32.powi(t),
                bias_correction2: 1.0 - 0.95f32.powi(t),
                grad_scale: 0.5,
            };
            let gradient = |t: i32| testing::random(n, 10 + t as u64);
            let (mut m, mut v) = (vec![0.0f64; n], vec![0.0f64; n]);
            let mut p: Vec<f64> = start.iter().map(|x| f64::from(*x)).collect();
            for t in 1..=3 {
                for (i, g) in gradient(t).into_iter().enumerate() {
                    let g = 0.5 * f64::from(g);
                    p[i] *= 1.0 - 0.01 * 0.1;
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.95 * v[i] + 0.05 * g * g;
                    let (m_hat, v_hat) = (m[i] / (1.0 - 0.9f64.powi(t)), v[i] / (1.0 - 0.95f64.powi(t)));
                    p[i] -= 0.01 * m_hat / (v_hat.sqrt() + 1e-8);
                }
            }
            report.every_backend(&format!("{n}"), 3e-7, &[p, m, v].concat(), || {
                let (mut p, mut m, mut v) = (start.clone(), vec![0.0; n], vec![0.0; n]);
                for t in 1..=3 {
                    adamw_step(&step(t), &mut p, &mut m, &mut v, &gradient(t));
                }
                [p, m, v].concat()
            });
        }
        report.finish();
    }

    fn moments_never_become_subnormal() {
        let n = 100;
        // From 1 to far below what a float can be, and a scale as of a gradient that was clipped.
        let gradient: Vec<f32> = (0..n).map(|i| (-1.5 * i as f32).exp2()).collect();
        for (grad_scale, backend) in
            [1.0, 1e-25, 0.0].into_iter().flat_map(|scale| Backend::available().into_iter().map(move |b| (scale, b)))
        {
            let (mut p, mut m, mut v) = (vec![0.5; n], vec![0.0; n], vec![0.0; n]);
            // With a second moment that nearly forgets nothing, as far as a spec may have it.
            let step = AdamwStep {
                lr: 0.01,
                beta1: 0.9,
                beta2: 0.99999,
                eps: 1e-8,
                weight_decay: 0.0,
                bias_correction1: 1.0,
                bias_correction2: 1.0,
                grad_scale,
            };
            for t in 0..3000 {
                let g = if t < 5 { gradient.clone() } else { vec![0.0; n] };
                let step = AdamwStep { beta2: if t % 2 == 0 { 0.9 } else { step.beta2 }, ..step };
                backend.scope(|| adamw_step(&step, &mut p, &mut m, &mut v, &g));
                let odd = m.iter().chain(&v).find(|x| x.is_subnormal() || x.is_nan());
                assert!(odd.is_none(), "{}, step {t}: {odd:?}", backend.name());
            }
            assert!(m.iter().all(|m| *m == 0.0) && v.iter().all(|v| *v < 1e-30), "{}", backend.name());
        }
    }

    fn nan_reaches_parameters_and_moments() {
        for backend in Backend::available() {
            let (mut p, mut m, mut v) = ([0.5; 2], [0.0; 2], [0.0; 2]);
            backend.scope(|| {
                adamw_step(
                    &AdamwStep {
                        lr: 0.01,
                        beta1: 0.9,
                        beta2: 0.95,
                        eps: 1e-8,
                        weight_decay: 0.0,
                        bias_correction1: 0.1,
                        bias_correction2: 0.05,
                        grad_scale: 1.0,
                    },
                    &mut p,
                    &mut m,
                    &mut v,
                    &[f32::NAN, 1.0],
                )
            });
            assert!(p[0].is_nan() && m[0].is_nan() && v[0].is_nan() && p[1].is_finite(), "{}", backend.name());
        }
    }
);
