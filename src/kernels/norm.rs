//! RMSNorm and LayerNorm over the last dimension.

/// `y = x * rstd * gain` with `rstd = 1 / sqrt(mean(x²) + eps)`; `x`, `y`: `[rows, d]`, `rstd`: `[rows]`.
pub fn rms_norm_forward(
    d: usize,
    eps: f32,
    x: &[f32],
    gain: &[f32],
    y: &mut [f32],
    rstd: &mut [f32],
) {
    assert!(gain.len() == d && x.len() == y.len() && x.len() == rstd.len() * d);
    for (r, rstd) in rstd.iter_mut().enumerate() {
        let x = &x[r * d..][..d];
        let mean = x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>() / d as f64;
        *rstd = (1.0 / (mean + f64::from(eps)).sqrt()) as f32;
        for j in 0..d {
            y[r * d + j] = x[j] * *rstd * gain[j];
        }
    }
}

/// Gradients of [`rms_norm_forward`]: overwrites `d_x`, accumulates into `d_gain`.
pub fn rms_norm_backward(
    d: usize,
    x: &[f32],
    gain: &[f32],
    rstd: &[f32],
    d_y: &[f32],
    d_x: &mut [f32],
    d_gain: Option<&mut [f32]>,
) {
    assert!(
        gain.len() == d
            && x.len() == d_y.len()
            && x.len() == d_x.len()
            && x.len() == rstd.len() * d
    );
    for (r, &rstd) in rstd.iter().enumerate() {
        let (x, d_y) = (&x[r * d..][..d], &d_y[r * d..][..d]);
        let dot: f32 = (0..d).map(|j| d_y[j] * gain[j] * x[j]).sum::<f32>() * rstd / d as f32;
        for j in 0..d {
            d_x[r * d + j] = rstd * (d_y[j] * gain[j] - x[j] * rstd * dot);
        }
    }
    if let Some(d_gain) = d_gain {
        for (r, &rstd) in rstd.iter().enumerate() {
            for j in 0..d {
                d_gain[j] += d_y[r * d + j] * x[r * d + j] * rstd;
            }
        }
    }
}

/// `y = (x - mean) * rstd * gain + bias`, biased variance; `x`, `y`: `[rows, d]`, `mean`, `rstd`: `[rows]`.
#[allow(clippy::too_many_arguments)]
pub fn layer_norm_forward(
    d: usize,
    eps: f32,
    x: &[f32],
    gain: &[f32],
    bias: &[f32],
    y: &mut [f32],
    mean: &mut [f32],
    rstd: &mut [f32],
) {
    assert!(gain.len() == d && bias.len() == d && x.len() == y.len());
    assert!(x.len() == rstd.len() * d && mean.len() == rstd.len());
    for r in 0..rstd.len() {
        let x = &x[r * d..][..d];
        let m = x.iter().map(|x| f64::from(*x)).sum::<f64>() / d as f64;
        let var = x.iter().map(|x| (f64::from(*x) - m).powi(2)).sum::<f64>() / d as f64;
        mean[r] = m as f32;
        rstd[r] = (1.0 / (var + f64::from(eps)).sqrt()) as f32;
        for j in 0..d {
            y[r * d + j] = (x[j] - mean[r]) * rstd[r] * gain[j] + bias[j];
        }
    }
}

/// Gradients of [`layer_norm_forward`]: overwrites `d_x`, accumulates into `d_gain_bias`.
#[allow(clippy::too_many_arguments)]
pub fn layer_norm_backward(
    d: usize,
    x: &[f32],
    gain: &[f32],
    mean: &[f32],
    rstd: &[f32],
    d_y: &[f32],
    d_x: &mut [f32],
    d_gain_bias: Option<(&mut [f32], &mut [f32])>,
) {
    assert!(gain.len() == d && x.len() == d_y.len() && x.len() == d_x.len());
    assert!(x.len() == rstd.len() * d && mean.len() == rstd.len());
    for r in 0..rstd.len() {
        let (x, d_y, mean, rstd) = (&x[r * d..][..d], &d_y[r * d..][..d], mean[r], rstd[r]);
        let sum = (0..d).map(|j| d_y[j] * gain[j]).sum::<f32>() / d as f32;
        let dot = (0..d)
            .map(|j| d_y[j] * gain[j] * (x[j] - mean) * rstd)
            .sum::<f32>()
            / d as f32;
        for j in 0..d {
            d_x[r * d + j] = rstd * (d_y[j] * gain[j] - sum - (x[j] - mean) * rstd * dot);
        }
    }
    if let Some((d_gain, d_bias)) = d_gain_bias {
        for r in 0..rstd.len() {
            for j in 0..d {
                d_gain[j] += d_y[r * d + j] * (x[r * d + j] - mean[r]) * rstd[r];
                d_bias[j] += d_y[r * d + j];
            }
        }
    }
}
