use super::*;
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
);
