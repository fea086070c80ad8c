//! Cross-entropy over rows of logits.

mod sliced;

pub use sliced::{SLICE_STATS, merge_slices, slice_gradient, slice_stats};

use super::parallel::row_grain;
use super::pool::{self, Rows};
use super::simd::math::exp;
use super::simd::{Backend, Simd, dispatch, inlined, row};

/// Replaces `logits` `[rows, vocab]` by `d loss / d logits` of `loss = grad_scale * Σ nll`; rows with a negative
/// target are ignored (gradient and `nll` 0). `nll`: `[rows]`, in nats.
pub fn cross_entropy_in_place(vocab: usize, logits: &mut [f32], targets: &[i32], grad_scale: f32, nll: &mut [f32]) {
    check(vocab, logits, targets, nll);
    let outputs = (Rows { data: logits, width: vocab }, nll);
    dispatch!(Backend::current(), |isa| {
        pool::split(targets.len(), row_grain(vocab), outputs, |rows, (logits, nll)| {
            isa.vectorize(inlined!(|| {
                for ((logits, &target), nll) in logits.data.chunks_exact_mut(vocab).zip(&targets[rows]).zip(nll) {
                    *nll = row_in_place(isa, logits, target, grad_scale);
                }
            }));
        });
    });
}

/// The negative log-likelihood of each row's target, in nats; 0 where the target is negative.
pub fn cross_entropy(vocab: usize, logits: &[f32], targets: &[i32], nll: &mut [f32]) {
    check(vocab, logits, targets, nll);
    dispatch!(Backend::current(), |isa| {
        pool::split(targets.len(), row_grain(vocab), nll, |rows, nll| {
            isa.vectorize(inlined!(|| {
                for (r, nll) in rows.zip(nll) {
                    let logits = &logits[r * vocab..][..vocab];
                    *nll = row_nll(isa, logits, targets[r]);
                }
            }));
        });
    });
}

fn check(vocab: usize, logits: &[f32], targets: &[i32], nll: &[f32]) {
    assert!(
        logits.len() == targets.len() * vocab && nll.len() == targets.len() && (vocab > 0 || nll.is_empty()),
        "cross_entropy: {} logits, {} targets, {} losses, vocab = {vocab}",
        logits.len(),
        targets.len(),
        nll.len()
    );
}

/// `ln Σ exp(x - max) + max - x_target`; `sum` is that sum.
fn nll_of(sum: f32, max: f32, target: f32) -> f32 {
    (f64::from(sum).ln() + (f64::from(max) - f64::from(target))) as f32
}

#[inline(always)]
fn row_in_place<S: Simd>(isa: S, logits: &mut [f32], target: i32, grad_scale: f32) -> f32 {
    if target < 0 {
        logits.fill(0.0);
        return 0.0;
    }
    let max = row::max(isa, logits);
    let target_logit = logits[target as usize];
    row::map(isa, [], [&mut *logits], inlined!(|[], [x]| [exp(isa, isa.sub(x, isa.splat(max)))]));
    let sum = row::sum(isa, [logits], inlined!(|[x]| x));
    let factor = grad_scale / sum;
    row::map(isa, [], [&mut *logits], inlined!(|[], [x]| [isa.mul(x, isa.splat(factor))]));
    logits[target as usize] -= grad_scale;
    nll_of(sum, max, target_logit)
}

#[inline(always)]
fn row_nll<S: Simd>(isa: S, logits: &[f32], target: i32) -> f32 {
    if target < 0 {
        return 0.0;
    }
    let (max, sum) = max_and_sum(isa, logits);
    nll_of(sum, max, logits[target as usize])
}

/// The largest logit, and `Σ exp(x - max)`.
#[inline(always)]
fn max_and_sum<S: Simd>(isa: S, logits: &[f32]) -> (f32, f32) {
    let max = row::max(isa, logits);
    let sum = row::sum(isa, [logits], inlined!(|[x]| exp(isa, isa.sub(x, isa.splat(max)))));
    (max, sum)
}

#[cfg(test)]
mod tests;
