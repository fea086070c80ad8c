use super::*;
use crate::kernels::testing::{self, Report, kernel_test};

/// (rows, d) around the vectors, the column blocks of the gain's gradient, and the pieces of the thread pool.
const SHAPES: [(usize, usize); 18] = [
    (0, 4),
    (70, 4),
    (70, 8),
    (70, 16),
    (1, 1),
    (2, 3),
    (3, 7),
    (3, 8),
    (3, 9),
    (63, 4),
    (64, 16),
    (65, 31),
    (5, 32),
    (5, 33),
    (5, 64),
    (2, 255),
    (300, 128),
    (130, 300),
];
const EPS: f32 = 1e-5;
/// The gradients of the parameters are sums of up to 300 terms of both signs.
const TOLERANCE: f64 = 1e-5;

struct Case {
    d: usize,
    rows: usize,
    x: Vec<f32>,
    gain: Vec<f32>,
    bias: Vec<f32>,
    d_y: Vec<f32>,
}

fn case((rows, d): (usize, usize)) -> Case {
    let random = |len, seed| testing::random(len, seed);
    Case { d, rows, x: random(rows * d, 1), gain: random(d, 2), bias: random(d, 3), d_y: random(rows * d, 4) }
}

/// (y, mean, rstd, d_x, d_gain, d_bias) in f64; with `centred` false the mean counts as 0, which is RMSNorm.
fn reference(c: &Case, centred: bool, offset: f64) -> [Vec<f64>; 6] {
    let (d, n) = (c.d, c.d as f64);
    let mut r: [Vec<f64>; 6] = Default::default();
    (r[4], r[5]) = (vec![0.0; d], vec![0.0; d]);
    for row in 0..c.rows {
        let x: Vec<f64> = c.x[row * d..][..d].iter().map(|x| f64::from(*x)).collect();
        let mean = if centred { x.iter().sum::<f64>() / n } else { 0.0 };
        let rstd = 1.0 / (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n + f64::from(EPS)).sqrt();
        let x_hat: Vec<f64> = x.iter().map(|x| (x - mean) * rstd).collect();
        let d_y: Vec<f64> = c.d_y[row * d..][..d].iter().map(|x| f64::from(*x)).collect();
        let gain: Vec<f64> = c.gain.iter().map(|gain| offset + f64::from(*gain)).collect();
        let g: Vec<f64> = (0..d).map(|j| d_y[j] * gain[j]).collect();
        let g_mean = if centred { g.iter().sum::<f64>() / n } else { 0.0 };
        let g_dot = (0..d).map(|j| g[j] * x_hat[j]).sum::<f64>() / n;
        r[1].push(mean);
        r[2].push(rstd);
        for j in 0..d {
            r[0].push(x_hat[j] * gain[j] + if centred { f64::from(c.bias[j]) } else { 0.0 });
            r[3].push(rstd * (g[j] - g_mean - x_hat[j] * g_dot));
            r[4][j] += d_y[j] * x_hat[j];
            r[5][j] += d_y[j];
        }
    }
    r
}

fn rms(c: &Case, offset: f32) -> [Vec<f32>; 4] {
    let (mut y, mut d_x) = (vec![f32::NAN; c.x.len()], vec![f32::NAN; c.x.len()]);
    let (mut rstd, mut d_gain) = (vec![f32::NAN; c.rows], vec![0.0; c.d]);
    rms_norm_forward(c.d, EPS, offset, &c.x, &c.gain, &mut y, &mut rstd);
    rms_norm_backward(c.d, offset, &c.x, &c.gain, &rstd, &c.d_y, &mut d_x, Some(&mut d_gain));
    [y, rstd, d_x, d_gain]
}

fn layer(c: &Case) -> [Vec<f32>; 6] {
    let (mut y, mut d_x) = (vec![f32::NAN; c.x.len()], vec![f32::NAN; c.x.len()]);
    let (mut mean, mut rstd) = (vec![f32::NAN; c.rows], vec![f32::NAN; c.rows]);
    let (mut d_gain, mut d_bias) = (vec![0.0; c.d], vec![0.0; c.d]);
    layer_norm_forward(c.d, EPS, &c.x, &c.gain, &c.bias, &mut y, &mut mean, &mut rstd);
    layer_norm_backward(c.d, &c.x, &c.gain, &mean, &rstd, &c.d_y, &mut d_x, Some(&mut d_gain), Some(&mut d_bias));
    [y, mean, rstd, d_x, d_gain, d_bias]
}

kernel_test!(
    fn rms_norm_matches_the_reference() {
        let mut report = Report::default();
        for (shape, offset) in SHAPES.into_iter().flat_map(|shape| [(shape, 0.0), (shape, 1.0)]) {
            let c = case(shape);
            let [y, _, rstd, d_x, d_gain, _] = reference(&c, false, offset.into());
            for (i, (name, expected)) in [("y", y), ("rstd", rstd), ("d_x", d_x), ("d_gain", d_gain)].iter().enumerate() {
                report.every_backend(&format!("{name} {shape:?} offset {offset}"), TOLERANCE, expected, || rms(&c, offset)[i].clone());
            }
        }
        report.finish();
    }

    fn layer_norm_matches_the_reference() {
        let mut report = Report::default();
        // One element alone has no variance: there rounding errors are divided by sqrt(eps).
        for shape in SHAPES.into_iter().filter(|(_, d)| *d > 1) {
            let c = case(shape);
            let names = ["y", "mean", "rstd", "d_x", "d_gain", "d_bias"];
            for (i, (name, expected)) in names.iter().zip(reference(&c, true, 0.0)).enumerate() {
                report.every_backend(&format!("{name} {shape:?}"), TOLERANCE, &expected, || layer(&c)[i].clone());
            }
        }
        report.finish();
    }

    fn parameter_gradients_accumulate() {
        let c = case((3, 5));
        let [_, rstd, d_x, once] = rms(&c, 1.0);
        let (mut twice, mut again) = (once.clone(), vec![0.0; d_x.len()]);
        rms_norm_backward(c.d, 1.0, &c.x, &c.gain, &rstd, &c.d_y, &mut again, Some(&mut twice));
        assert!(once.iter().zip(&twice).all(|(once, twice)| (2.0 * once - twice).abs() < 1e-6), "{once:?} {twice:?}");
        rms_norm_backward(c.d, 1.0, &c.x, &c.gain, &rstd, &c.d_y, &mut again, None);
        assert_eq!(again, d_x);
    }

    fn gradients_of_gain_and_bias_do_not_need_each_other() {
        let c = case((5, 33));
        let [_, mean, rstd, d_x, d_gain, d_bias] = layer(&c);
        let (mut d_x_of, mut gain_alone, mut bias_alone) = (vec![f32::NAN; c.x.len()], vec![0.0; c.d], vec![0.0; c.d]);
        layer_norm_backward(c.d, &c.x, &c.gain, &mean, &rstd, &c.d_y, &mut d_x_of, Some(&mut gain_alone), None);
        assert_eq!((&d_x_of, &gain_alone), (&d_x, &d_gain));
        layer_norm_backward(c.d, &c.x, &c.gain, &mean, &rstd, &c.d_y, &mut d_x_of, None, Some(&mut bias_alone));
        assert_eq!((&d_x_of, &bias_alone), (&d_x, &d_bias));
    }

    fn tiny_gradients_become_0_and_nan_stays() {
        let mut c = case((2, 9));
        c.d_y.iter_mut().for_each(|d_y| *d_y *= 1e-33);
        c.d_y[9] = f32::NAN;
        for backend in Backend::available() {
            let (rms, layer) = backend.scope(|| (rms(&c, 0.0)[2].clone(), layer(&c)[3].clone()));
            for d_x in [rms, layer] {
                assert!(d_x[..9].iter().all(|x| *x == 0.0) && d_x[9..].iter().all(|x| x.is_nan()), "{}: {d_x:?}", backend.name());
            }
        }
    }
);

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_bit() {
    let c = case((700, 200));
    testing::same_for_any_threads(|| rms(&c, 1.0).into_iter().chain(layer(&c)).collect());
}
