//! What the kernels' tests share: seeded data, a report that gathers failures, a comparison over thread counts.

use super::simd::Backend;
use rand::{RngExt, SeedableRng};

/// Declares tests that run natively and, under `wasm-pack test`, in a browser.
macro_rules! kernel_test {
    ($(fn $name:ident() $body:block)*) => {
        $(
            #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
            #[cfg_attr(not(target_arch = "wasm32"), test)]
            fn $name() $body
        )*
    };
}
pub(in crate::kernels) use kernel_test;

/// `len` floats, uniform in [-1, 1).
pub fn random(len: usize, seed: u64) -> Vec<f32> {
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    (0..len).map(|_| rng.random_range(-1.0..1.0)).collect()
}

/// Failures of a table of cases; `finish` prints the first few of them.
#[derive(Default)]
pub struct Report {
    cases: usize,
    failures: Vec<String>,
}

impl Report {
    /// Checks `kernel`'s output on every backend: each element within `tolerance * max(1, |expected|)`.
    pub fn every_backend(&mut self, case: &str, tolerance: f64, expected: &[f64], kernel: impl Fn() -> Vec<f32>) {
        for backend in Backend::available() {
            let actual = backend.scope(&kernel);
            self.close(&format!("{} {case}", backend.name()), tolerance, expected, &actual);
        }
    }

    /// Checks one output.
    pub fn close(&mut self, case: &str, tolerance: f64, expected: &[f64], actual: &[f32]) {
        self.cases += 1;
        if expected.len() != actual.len() {
            self.failures.push(format!("{case}: {} values, not {}", actual.len(), expected.len()));
            return;
        }
        let wrong = expected.iter().zip(actual).position(|(e, a)| {
            let difference = (e - f64::from(*a)).abs();
            difference > tolerance * e.abs().max(1.0) || difference.is_nan()
        });
        if let Some(i) = wrong {
            self.failures.push(format!("{case}: [{i}] is {}, not {}", actual[i], expected[i]));
        }
    }

    /// Checks one output of integers, which have to be exact.
    pub fn exact(&mut self, case: &str, expected: &[f64], actual: &[i32]) {
        self.cases += 1;
        let same = expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| *e == f64::from(*a));
        if !same {
            let wrong = expected.iter().zip(actual).position(|(e, a)| *e != f64::from(*a));
            self.failures.push(format!("{case}: {} values, the first wrong one at {wrong:?}", actual.len()));
        }
    }

    /// Panics if anything failed.
    pub fn finish(self) {
        let few = self.failures[..self.failures.len().min(10)].join("\n");
        assert!(self.failures.is_empty(), "{} of {} cases failed:\n{few}", self.failures.len(), self.cases);
        assert!(self.cases > 0, "no case ran");
    }
}

/// Asserts that `kernel` gives bitwise the same outputs on 1, 2 and 3 threads, on every backend.
#[cfg(not(target_arch = "wasm32"))]
pub fn same_for_any_threads(kernel: impl Fn() -> Vec<Vec<f32>> + Sync) {
    let bits = |threads: usize, backend: Backend| -> Vec<Vec<u32>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let outputs = pool.install(|| backend.scope(&kernel));
        outputs.iter().map(|o| o.iter().map(|x| x.to_bits()).collect()).collect()
    };
    for backend in Backend::available() {
        let one = bits(1, backend);
        for threads in [2, 3] {
            assert!(bits(threads, backend) == one, "{}: {threads} threads differ from 1", backend.name());
        }
    }
}
