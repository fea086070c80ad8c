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
        let x: Vec<f32> = (-69_314..87_000).map(|i| i as f32 * 1e-3).chain((-999..1000).map(|i| i as f32 * 1e-6)).collect();
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
        report
            .every_backend("exp", 0.0, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], || exp_of(&[0.0, -69.315, -87.5, -90.0, -1e30, f32::NEG_INFINITY]));
        report.finish();
        for backend in Backend::available() {
            let y = backend.scope(|| exp_of(&[f32::NAN, 100.0, f32::INFINITY]));
            assert!(y[0].is_nan() && y[1..].iter().all(|y| (5e37..7e37).contains(y)), "{}: {y:?}", backend.name());
        }
    }

    fn sigmoid_has_no_subnormal_values() {
        let x: Vec<f32> = (-200_000..=200_000).map(|i| i as f32 * 1e-3).chain([-1e30, 1e30, f32::NEG_INFINITY, f32::INFINITY]).collect();
        let exact = |x: f32| if x < EXP_MIN { 0.0 } else { 1.0 / (1.0 + (-f64::from(x)).exp()) };
        let mut report = Report::default();
        for backend in Backend::available() {
            let mut y = vec![0.0; x.len()];
            backend.scope(|| {
                dispatch!(Backend::current(), |isa| isa.vectorize(inlined!(|| {
                    row::map(isa, [&x], [&mut y[..]], inlined!(|[x], _| [sigmoid(isa, x)]));
                })));
            });
            // Relative to the value, also where it is tiny.
            let error = |(x, y): (&f32, &f32)| if exact(*x) == 0.0 { *y } else { (f64::from(*y) / exact(*x) - 1.0) as f32 };
            let errors: Vec<f32> = x.iter().zip(&y).map(error).collect();
            report.close(backend.name(), 3e-7, &vec![0.0; x.len()], &errors);
            assert!(y.iter().all(|y| *y == 0.0 || y.is_normal()), "{}", backend.name());
        }
        report.finish();
    }
);
