use super::*;
use crate::kernels::testing::{self, Report, kernel_test};

const SHAPES: [(usize, usize); 10] = [(0, 5), (1, 1), (2, 3), (3, 4), (3, 7), (4, 8), (4, 9), (5, 33), (70, 257), (20, 3001)];

/// Logits with a wide spread, and targets of which every third row is ignored.
fn case((rows, vocab): (usize, usize)) -> (Vec<f32>, Vec<i32>) {
    let logits = testing::random(rows * vocab, 1).iter().map(|x| x * 20.0 + 100.0).collect();
    let targets = (0..rows).map(|r| if r % 3 == 2 { -100 } else { (r * 7 % vocab) as i32 }).collect();
    (logits, targets)
}

/// (nll, gradient) in f64.
fn reference(vocab: usize, logits: &[f32], targets: &[i32], grad_scale: f64) -> (Vec<f64>, Vec<f64>) {
    let (mut nll, mut gradient) = (Vec::new(), Vec::new());
    for (r, &target) in targets.iter().enumerate() {
        let x: Vec<f64> = logits[r * vocab..][..vocab].iter().map(|x| f64::from(*x)).collect();
        let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let lse = max + x.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
        nll.push(if target < 0 { 0.0 } else { lse - x[target as usize] });
        gradient.extend((0..vocab).map(|j| match target {
            ..0 => 0.0,
            _ => grad_scale * ((x[j] - lse).exp() - f64::from(u8::from(target as usize == j))),
        }));
    }
    (nll, gradient)
}

/// (gradient, nll) as several ranks compute them, each with a slice of the vocabulary.
fn in_slices(vocab: usize, slices: usize, logits: &[f32], targets: &[i32]) -> (Vec<f32>, Vec<f32>) {
    let rows = targets.len();
    let cut = |i: usize| i * vocab / slices;
    let columns = |x: &[f32], i: usize| -> Vec<f32> { x.chunks(vocab).flat_map(|row| row[cut(i)..cut(i + 1)].to_vec()).collect() };
    let mut all = Vec::new();
    for i in 0..slices {
        let mut stats = vec![f32::NAN; rows * SLICE_STATS];
        slice_stats(cut(i + 1) - cut(i), cut(i), &columns(logits, i), targets, &mut stats);
        all.extend(stats);
    }
    let (mut merged, mut nll, mut gradient) = (vec![f32::NAN; 2 * rows], vec![f32::NAN; rows], vec![f32::NAN; rows * vocab]);
    merge_slices(&all, targets, &mut merged, &mut nll);
    for i in 0..slices {
        let mut slice = columns(logits, i);
        slice_gradient(cut(i + 1) - cut(i), cut(i), &mut slice, targets, &merged, 0.25);
        for (row, part) in gradient.chunks_mut(vocab).zip(slice.chunks(cut(i + 1) - cut(i))) {
            row[cut(i)..cut(i + 1)].copy_from_slice(part);
        }
    }
    (gradient, nll)
}

kernel_test!(
    fn losses_and_gradients_match_the_reference() {
        let mut report = Report::default();
        for shape in SHAPES {
            let (logits, targets) = case(shape);
            let (nll, gradient) = reference(shape.1, &logits, &targets, 0.25);
            let run = || {
                let (mut logits, mut nll) = (logits.clone(), vec![f32::NAN; shape.0]);
                cross_entropy_in_place(shape.1, &mut logits, &targets, 0.25, &mut nll);
                (logits, nll)
            };
            report.every_backend(&format!("gradient {shape:?}"), 1e-6, &gradient, || run().0);
            report.every_backend(&format!("nll {shape:?}"), 1e-6, &nll, || run().1);
            report.every_backend(&format!("nll alone {shape:?}"), 1e-6, &nll, || {
                let mut nll = vec![f32::NAN; shape.0];
                cross_entropy(shape.1, &logits, &targets, &mut nll);
                nll
            });
        }
        report.finish();
    }

    fn slices_of_the_vocabulary_give_the_loss_of_the_whole() {
        let mut report = Report::default();
        for shape @ (_, vocab) in SHAPES {
            let (logits, targets) = case(shape);
            let (nll, gradient) = reference(vocab, &logits, &targets, 0.25);
            for slices in [1, 2, 3].into_iter().filter(|slices| *slices <= vocab) {
                let run = || in_slices(vocab, slices, &logits, &targets);
                report.every_backend(&format!("gradient {shape:?} in {slices}"), 1e-6, &gradient, || run().0);
                report.every_backend(&format!("nll {shape:?} in {slices}"), 1e-6, &nll, || run().1);
            }
        }
        report.finish();
    }

    fn a_broken_logit_shows_in_the_loss_of_slices() {
        for backend in Backend::available() {
            let logits = [0.0, 1.0, f32::NAN, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0];
            let (_, nll) = backend.scope(|| in_slices(9, 3, &logits, &[5]));
            assert!(nll[0].is_nan(), "{}: {nll:?}", backend.name());
        }
    }

    fn a_broken_logit_shows_in_the_loss() {
        for backend in Backend::available() {
            let mut nll = [0.0];
            backend.scope(|| cross_entropy(9, &[0.0, 1.0, f32::NAN, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0], &[1], &mut nll));
            assert!(nll[0].is_nan(), "{}: {nll:?}", backend.name());
        }
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    let (logits, targets) = case((100, 1001));
    testing::same_for_any_threads(|| {
        let (mut logits, mut nll) = (logits.clone(), vec![0.0; 100]);
        cross_entropy_in_place(1001, &mut logits, &targets, 1.0, &mut nll);
        vec![logits, nll]
    });
}
