use super::*;
use crate::kernels::testing::{self, Report, kernel_test};

const SHAPES: [(usize, usize, usize, usize); 7] =
    [(0, 3, 1, 4), (1, 1, 1, 2), (2, 3, 2, 6), (1, 5, 3, 8), (2, 4, 1, 16), (1, 3, 2, 18), (3, 60, 4, 64)];

fn tables(positions: usize, d: usize) -> (Vec<f32>, Vec<f32>) {
    let frequencies: Vec<f64> = (0..d / 2).map(|i| 10_000f64.powf(-2.0 * i as f64 / d as f64)).collect();
    let (mut cos, mut sin) = (vec![0.0; positions * d / 2], vec![0.0; positions * d / 2]);
    fill_rope_tables(&frequencies, &mut cos, &mut sin);
    (cos, sin)
}

kernel_test!(
    fn rotates_each_pair_by_its_angle_and_back() {
        let mut report = Report::default();
        for (batch, seq, heads, d) in SHAPES {
            let x = testing::random(batch * seq * heads * d, 1);
            let (cos, sin) = tables(seq + 2, d);
            let expected: Vec<f64> = (0..x.len())
                .map(|i| {
                    let (j, t) = (i % d, i / (heads * d) % seq);
                    let angle = t as f64 / 10_000f64.powf(2.0 * (j % (d / 2)) as f64 / d as f64);
                    let at = |i: usize| f64::from(x[i]);
                    let other = if j < d / 2 { -at(i + d / 2) } else { at(i - d / 2) };
                    at(i) * angle.cos() + other * angle.sin()
                })
                .collect();
            let case = format!("{batch} {seq} {heads} {d}");
            let rotate = |inverse: &[bool]| {
                let mut x = x.clone();
                inverse.iter().for_each(|inverse| rope(seq, heads, d, &cos, &sin, &mut x, *inverse));
                x
            };
            report.every_backend(&case, 3e-7, &expected, || rotate(&[false]));
            let same: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
            report.every_backend(&format!("{case} and back"), 5e-7, &same, || rotate(&[false, true]));
        }
        report.finish();
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    let x = testing::random(4 * 100 * 128, 1);
    let (cos, sin) = tables(100, 32);
    testing::same_for_any_threads(|| {
        let mut x = x.clone();
        rope(100, 4, 32, &cos, &sin, &mut x, false);
        vec![x]
    });
}
