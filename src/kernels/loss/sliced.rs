//! Cross-entropy where each rank has the logits of a slice of the vocabulary (Shoeybi et al. 2019, arXiv:1909.08053, section 3): each
//! sums up its slice in a few numbers a row, all ranks merge those of all, and each computes the gradient of its slice.

use super::{max_and_sum, nll_of};
use crate::kernels::parallel::row_grain;
use crate::kernels::pool::{self, Rows};
use crate::kernels::simd::math::exp;
use crate::kernels::simd::{Backend, Simd, dispatch, inlined, row};

/// Numbers that sum up a row of a slice: its maximum `m`, `Σ e^(x - m)`, and the target's logit, minus infinity where another has it.
pub const SLICE_STATS: usize = 3;

/// Sums up each row of `logits` `[rows, width]`, those of the token ids from `first` on, in `stats` `[rows, SLICE_STATS]`.
pub fn slice_stats(width: usize, first: usize, logits: &[f32], targets: &[i32], stats: &mut [f32]) {
    assert!(logits.len() == targets.len() * width && stats.len() == targets.len() * SLICE_STATS && width > 0);
    dispatch!(Backend::current(), |isa| {
        pool::split(targets.len(), row_grain(width), Rows { data: stats, width: SLICE_STATS }, |rows, stats| {
            isa.vectorize(inlined!(|| {
                for (r, stats) in rows.zip(stats.data.chunks_exact_mut(SLICE_STATS)) {
                    let logits = &logits[r * width..][..width];
                    let (max, sum) = max_and_sum(isa, logits);
                    let target = place(targets[r], first, width).map_or(f32::NEG_INFINITY, |at| logits[at]);
                    stats.copy_from_slice(&[max, sum, target]);
                }
            }));
        });
    });
}

/// Merges the `[rows, SLICE_STATS]` of all slices, one after the other in `all`, into each row's maximum and sum, `merged` `[rows, 2]`;
/// gives the negative log-likelihoods in `nll` `[rows]`, 0 where the target is negative.
pub fn merge_slices(all: &[f32], targets: &[i32], merged: &mut [f32], nll: &mut [f32]) {
    let rows = targets.len();
    assert!(all.len().is_multiple_of(SLICE_STATS * rows.max(1)) && merged.len() == 2 * rows && nll.len() == rows);
    for (r, ((merged, nll), target)) in merged.chunks_exact_mut(2).zip(nll).zip(targets).enumerate() {
        let slices = || all.chunks_exact(SLICE_STATS * rows).map(|slice| &slice[r * SLICE_STATS..][..SLICE_STATS]);
        let max = slices().map(|stats| stats[0]).fold(f32::NEG_INFINITY, f32::max);
        // In f64: exponentials of two libraries that differ in the last of its bits all but never round to different f32.
        let sum = slices().map(|stats| f64::from(stats[1]) * (f64::from(stats[0]) - f64::from(max)).exp()).sum::<f64>() as f32;
        let target_logit = slices().map(|stats| stats[2]).fold(f32::NEG_INFINITY, f32::max);
        merged.copy_from_slice(&[max, sum]);
        *nll = if *target < 0 { 0.0 } else { nll_of(sum, max, target_logit) };
    }
}

/// Replaces the logits of a slice by their gradient; the other arguments are as in [`slice_stats`], [`merge_slices`] and
/// [`super::cross_entropy_in_place`].
pub fn slice_gradient(width: usize, first: usize, logits: &mut [f32], targets: &[i32], merged: &[f32], grad_scale: f32) {
    assert!(logits.len() == targets.len() * width && merged.len() == 2 * targets.len() && width > 0);
    dispatch!(Backend::current(), |isa| {
        pool::split(targets.len(), row_grain(width), Rows { data: logits, width }, |rows, logits| {
            isa.vectorize(inlined!(|| {
                for (r, logits) in rows.zip(logits.data.chunks_exact_mut(width)) {
                    row_gradient(isa, logits, place(targets[r], first, width), (merged[2 * r], merged[2 * r + 1]), grad_scale);
                    if targets[r] < 0 {
                        logits.fill(0.0);
                    }
                }
            }));
        });
    });
}

#[inline(always)]
fn row_gradient<S: Simd>(isa: S, logits: &mut [f32], target: Option<usize>, (max, sum): (f32, f32), grad_scale: f32) {
    let factor = grad_scale / sum;
    row::map(isa, [], [&mut *logits], inlined!(|[], [x]| [isa.mul(exp(isa, isa.sub(x, isa.splat(max))), isa.splat(factor))]));
    if let Some(at) = target {
        logits[at] -= grad_scale;
    }
}

/// Where a target's logit is in a row of the slice.
fn place(target: i32, first: usize, width: usize) -> Option<usize> {
    usize::try_from(target).ok().and_then(|id| id.checked_sub(first)).filter(|at| *at < width)
}
