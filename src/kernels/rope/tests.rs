use super::*;
use crate::kernels::testing::{self, Report, kernel_test};

const SHAPES: [(usize, usize, usize); 7] = [(0, 1, 4), (1, 1, 2), (6, 2, 6), (5, 3, 8), (8, 1, 16), (3, 2, 18), (180, 4, 64)];

const MAX_POSITIONS: usize = 300;

fn frequencies(d_head: usize) -> Vec<f64> {
    (0..d_head / 2).map(|i| 10_000f64.powf(-2.0 * i as f64 / d_head as f64)).collect()
}

fn tables(d_head: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut cos, mut sin) = (vec![0.0; MAX_POSITIONS * d_head / 2], vec![0.0; MAX_POSITIONS * d_head / 2]);
    fill_rope_tables(&frequencies(d_head), 1.0, &mut cos, &mut sin);
    (cos, sin)
}

/// Positions in no order, some of them twice.
fn positions(rows: usize) -> Vec<u32> {
    (0..rows).map(|row| (row * 7 % MAX_POSITIONS) as u32).collect()
}

kernel_test!(
    fn rotates_each_pair_by_its_angle_and_back() {
        let mut report = Report::default();
        for (rows, heads, d) in SHAPES {
            let x = testing::random(rows * heads * d, 1);
            let (cos, sin) = tables(d);
            let positions = positions(rows);
            let expected: Vec<f64> = (0..x.len())
                .map(|i| {
                    let (j, position) = (i % d, positions[i / (heads * d)]);
                    let angle = f64::from(position) / 10_000f64.powf(2.0 * (j % (d / 2)) as f64 / d as f64);
                    let at = |i: usize| f64::from(x[i]);
                    let other = if j < d / 2 { -at(i + d / 2) } else { at(i - d / 2) };
                    at(i) * angle.cos() + other * angle.sin()
                })
                .collect();
            let case = format!("{rows} {heads} {d}");
            let rotate = |inverse: &[bool]| {
                let mut x = x.clone();
                inverse.iter().for_each(|inverse| rope(&positions, heads, d, &cos, &sin, &mut x, *inverse));
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
fn tables_are_those_of_the_given_frequencies() {
    let (mut cos, mut sin) = ([0.0; 8], [0.0; 8]);
    fill_rope_tables(&[0.25, 1e-3], 1.5, &mut cos, &mut sin);
    for (i, (cos, sin)) in cos.iter().zip(sin).enumerate() {
        let angle = (i / 2) as f64 * [0.25, 1e-3][i % 2];
        assert_eq!((*cos, sin), ((1.5 * angle.cos()) as f32, (1.5 * angle.sin()) as f32), "{i}");
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[should_panic(expected = "tables of 300 positions end before 300")]
fn positions_beyond_the_tables_are_refused() {
    let (cos, sin) = tables(4);
    rope(&[0, 300, 7], 1, 4, &cos, &sin, &mut [0.0; 12], false);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    let x = testing::random(400 * 128, 1);
    let (cos, sin) = tables(32);
    testing::same_for_any_threads(|| {
        let mut x = x.clone();
        rope(&positions(400), 4, 32, &cos, &sin, &mut x, false);
        vec![x]
    });
}
