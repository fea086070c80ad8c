//! RMSNorm (Zhang & Sennrich, 2019) and LayerNorm (Ba et al., 2016) over the last dimension.

use super::parallel::{add_column_sums, row_grain};
use super::pool::{self, Rows};
use super::simd::{Backend, Simd, dispatch, inlined, row};

/// `y = x * rstd * (offset + gain)` with `rstd = 1 / sqrt(mean(x²) + eps)`; `x`, `y`: `[rows, d]`, `rstd`: `[rows]`. The offset is 0, or
/// 1 in models of the Gemma family, whose gains are differences from 1.
pub fn rms_norm_forward(d: usize, eps: f32, offset: f32, x: &[f32], gain: &[f32], y: &mut [f32], rstd: &mut [f32]) {
    check(d, rstd.len(), &[x, y], &[gain]);
    let rows = rstd.len();
    dispatch!(Backend::current(), |isa| {
        pool::split(rows, row_grain(d), (Rows { data: y, width: d }, rstd), |range, (y, rstd)| {
            isa.vectorize(inlined!(|| {
                let offset = isa.splat(offset);
                for ((r, rstd), i) in range.zip(rstd).zip(0..) {
                    let (x, y) = (&x[r * d..][..d], &mut y.data[i * d..][..d]);
                    let square = row::sum(isa, [x], inlined!(|[x]| isa.mul(x, x))) / d as f32;
                    *rstd = 1.0 / (square + eps).sqrt();
                    let rstd = isa.splat(*rstd);
                    row::map(isa, [x, gain], [y], inlined!(|[x, gain], _| [isa.mul(isa.mul(x, rstd), isa.add(gain, offset))]));
                }
            }));
        });
    });
}

/// Gradients of [`rms_norm_forward`]: overwrites `d_x`, accumulates into `d_gain`.
#[allow(clippy::too_many_arguments)]
pub fn rms_norm_backward(
    d: usize,
    offset: f32,
    x: &[f32],
    gain: &[f32],
    rstd: &[f32],
    d_y: &[f32],
    d_x: &mut [f32],
    d_gain: Option<&mut [f32]>,
) {
    check(d, rstd.len(), &[x, d_y, d_x], &[gain]);
    let rows = rstd.len();
    dispatch!(Backend::current(), |isa| {
        pool::split(rows, row_grain(d), Rows { data: d_x, width: d }, |range, d_x| {
            isa.vectorize(inlined!(|| {
                for (r, i) in range.zip(0..) {
                    let (x, d_y, d_x) = (&x[r * d..][..d], &d_y[r * d..][..d], &mut d_x.data[i * d..][..d]);
                    rms_norm_backward_row(isa, offset, x, gain, rstd[r], d_y, d_x);
                }
            }));
        });
        if let Some(d_gain) = d_gain {
            add_column_sums(isa, rows, [x, d_y], d_gain, inlined!(|r, [x, d_y]| isa.mul(isa.mul(d_y, x), isa.splat(rstd[r]))));
        }
    });
}

/// `d_x = rstd * (g - x̂ mean(g x̂))` with `g = d_y (offset + gain)`, `x̂ = x rstd`.
#[inline(always)]
fn rms_norm_backward_row<S: Simd>(isa: S, offset: f32, x: &[f32], gain: &[f32], rstd: f32, d_y: &[f32], d_x: &mut [f32]) {
    let offset = isa.splat(offset);
    let dot = row::sum(isa, [x, d_y, gain], inlined!(|[x, d_y, gain]| isa.mul(isa.mul(d_y, isa.add(gain, offset)), x)));
    let pull = isa.splat(-rstd * (rstd * dot / x.len() as f32));
    let rstd = isa.splat(rstd);
    row::map(
        isa,
        [x, d_y, gain],
        [d_x],
        inlined!(|[x, d_y, gain], _| {
            let g = isa.mul(d_y, isa.add(gain, offset));
            [isa.drop_tiny(isa.mul(rstd, isa.mul_add(x, pull, g)))]
        }),
    );
}

/// `y = (x - mean) * rstd * gain + bias`, biased variance; `x`, `y`: `[rows, d]`, `mean`, `rstd`: `[rows]`.
#[allow(clippy::too_many_arguments)]
pub fn layer_norm_forward(d: usize, eps: f32, x: &[f32], gain: &[f32], bias: &[f32], y: &mut [f32], mean: &mut [f32], rstd: &mut [f32]) {
    check(d, rstd.len(), &[x, y], &[gain, bias]);
    assert_eq!(mean.len(), rstd.len());
    let rows = rstd.len();
    dispatch!(Backend::current(), |isa| {
        let outputs = (Rows { data: y, width: d }, mean, rstd);
        pool::split(rows, row_grain(d), outputs, |range, (y, means, rstds)| {
            isa.vectorize(inlined!(|| {
                for (r, i) in range.zip(0..) {
                    let (x, y) = (&x[r * d..][..d], &mut y.data[i * d..][..d]);
                    means[i] = row::sum(isa, [x], inlined!(|[x]| x)) / d as f32;
                    let mean = isa.splat(means[i]);
                    let square = row::sum(isa, [x], inlined!(|[x]| isa.mul(isa.sub(x, mean), isa.sub(x, mean))));
                    rstds[i] = 1.0 / (square / d as f32 + eps).sqrt();
                    let rstd = isa.splat(rstds[i]);
                    row::map(
                        isa,
                        [x, gain, bias],
                        [y],
                        inlined!(|[x, gain, bias], _| [isa.mul_add(isa.mul(isa.sub(x, mean), rstd), gain, bias)]),
                    );
                }
            }));
        });
    });
}

/// Gradients of [`layer_norm_forward`]: overwrites `d_x`, accumulates into `d_gain` and `d_bias`.
#[allow(clippy::too_many_arguments)]
pub fn layer_norm_backward(
    d: usize,
    x: &[f32],
    gain: &[f32],
    mean: &[f32],
    rstd: &[f32],
    d_y: &[f32],
    d_x: &mut [f32],
    d_gain: Option<&mut [f32]>,
    d_bias: Option<&mut [f32]>,
) {
    check(d, rstd.len(), &[x, d_y, d_x], &[gain]);
    assert_eq!(mean.len(), rstd.len());
    let rows = rstd.len();
    dispatch!(Backend::current(), |isa| {
        pool::split(rows, row_grain(d), Rows { data: d_x, width: d }, |range, d_x| {
            isa.vectorize(inlined!(|| {
                for (r, i) in range.zip(0..) {
                    let (x, d_y, d_x) = (&x[r * d..][..d], &d_y[r * d..][..d], &mut d_x.data[i * d..][..d]);
                    layer_norm_backward_row(isa, x, gain, mean[r], rstd[r], d_y, d_x);
                }
            }));
        });
        if let Some(d_gain) = d_gain {
            add_column_sums(
                isa,
                rows,
                [x, d_y],
                d_gain,
                inlined!(|r, [x, d_y]| isa.mul(d_y, isa.mul(isa.sub(x, isa.splat(mean[r])), isa.splat(rstd[r])))),
            );
        }
        if let Some(d_bias) = d_bias {
            add_column_sums(isa, rows, [d_y], d_bias, inlined!(|_, [d_y]| d_y));
        }
    });
}

/// `d_x = rstd * (g - mean(g) - x̂ mean(g x̂))` with `g = d_y gain`, `x̂ = (x - mean) rstd`.
#[inline(always)]
fn layer_norm_backward_row<S: Simd>(isa: S, x: &[f32], gain: &[f32], mean: f32, rstd: f32, d_y: &[f32], d_x: &mut [f32]) {
    let d = x.len() as f32;
    let centre = isa.splat(mean);
    let sum = row::sum(isa, [d_y, gain], inlined!(|[d_y, gain]| isa.mul(d_y, gain)));
    let dot = row::sum(isa, [x, d_y, gain], inlined!(|[x, d_y, gain]| isa.mul(isa.mul(d_y, gain), isa.sub(x, centre))));
    let shift = isa.splat(sum / d);
    let pull = isa.splat(-rstd * (rstd * dot / d));
    let rstd = isa.splat(rstd);
    row::map(
        isa,
        [x, d_y, gain],
        [d_x],
        inlined!(|[x, d_y, gain], _| {
            let g = isa.sub(isa.mul(d_y, gain), shift);
            [isa.drop_tiny(isa.mul(rstd, isa.mul_add(isa.sub(x, centre), pull, g)))]
        }),
    );
}

fn check(d: usize, rows: usize, matrices: &[&[f32]], vectors: &[&[f32]]) {
    assert!(
        matrices.iter().all(|x| x.len() == rows * d) && vectors.iter().all(|x| x.len() == d),
        "norm: d = {d}, rows = {rows}, matrices of {:?} and vectors of {:?} floats",
        matrices.iter().map(|x| x.len()).collect::<Vec<_>>(),
        vectors.iter().map(|x| x.len()).collect::<Vec<_>>(),
    );
}

#[cfg(test)]
mod tests;
