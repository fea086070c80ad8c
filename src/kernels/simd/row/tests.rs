use super::{max, sum};
use crate::kernels::simd::sums::SUMS;
use crate::kernels::simd::{Backend, Simd, dispatch, inlined};
use crate::kernels::testing::{kernel_test, random};

kernel_test!(
    fn sums_have_the_same_bits_with_every_instruction_set() {
        for len in 0..4 * SUMS + 3 {
            let x = random(len, 7);
            let bits = |backend: Backend| {
                dispatch!(backend, |isa| isa.vectorize(inlined!(|| sum(isa, [&x[..]], inlined!(|[x]| isa.mul(x, x)))))).to_bits()
            };
            let all: Vec<u32> = Backend::available().into_iter().map(bits).collect();
            assert!(all.iter().all(|bits| *bits == all[0]), "{len} floats: {all:x?}");
            let expected: f64 = x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
            assert!((f64::from(f32::from_bits(all[0])) - expected).abs() <= 1e-6 * expected, "{len} floats");
        }
    }

    fn the_largest_element_is_found_wherever_it_stands() {
        for len in 1..2 * SUMS + 3 {
            for at in 0..len {
                let mut x = vec![-1.0; len];
                x[at] = -0.5;
                for backend in Backend::available() {
                    assert_eq!(dispatch!(backend, |isa| isa.vectorize(inlined!(|| max(isa, &x)))), -0.5, "{at} of {len}, {backend:?}");
                }
            }
        }
    }
);
