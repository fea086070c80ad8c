use super::*;
use crate::kernels::simd::{Backend, dispatch, inlined, row};
use crate::kernels::testing::{Report, kernel_test};

fn exp_of(x: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    dispatch!(Backend::current(), |isa| isa.vectorize(inlined!(|| row::map(isa, [x], [&mut y[..]], inlined!(|[x], _| [exp(isa, x)])))));
    y
}

kernel_test!(
    fn exp_is_accurate_over_its_whole_range() {
        let x: Vec<f32> = (-87_000..=88_000).map(|i| i as f32 * 1e-3).chain((-999..1000).map(|i| i as f32 * 1e-6)).collect();
        let mut report = Report::default();
        for backend in Backend::available() {
            let y = backend.scope(|| exp_of(&x));
            // Relative to the value, also where it is tiny.
            let ratio: Vec<f32> = x.iter().zip(&y).map(|(x, y)| (f64::from(*y) / f64::from(*x).exp() - 1.0) as f32).collect();
            report.close(backend.name(), 1.5e-7, &vec![0.0; x.len()], &ratio);
        }
        report.finish();
    }

    fn exp_at_the_ends() {
        let mut report = Report::default();
        report.every_backend("exp", 0.0, &[1.0, 0.0, 0.0, 0.0], || exp_of(&[0.0, -90.0, -1e30, f32::NEG_INFINITY]));
        report.finish();
        for backend in Backend::available() {
            let y = backend.scope(|| exp_of(&[f32::NAN, 100.0, f32::INFINITY]));
            assert!(y[0].is_nan() && y[1] > 2e38 && y[2] > 2e38, "{}: {y:?}", backend.name());
        }
    }
);
