//! Cross-entropy over rows of logits.

/// Replaces `logits` `[rows, vocab]` by `d loss / d logits` of `loss = grad_scale * Σ nll`; rows with a negative
/// target are ignored (gradient and `nll` 0). `nll`: `[rows]`, in nats.
pub fn cross_entropy_in_place(
    vocab: usize,
    logits: &mut [f32],
    targets: &[i32],
    grad_scale: f32,
    nll: &mut [f32],
) {
    assert!(logits.len() == targets.len() * vocab && nll.len() == targets.len());
    cross_entropy(vocab, logits, targets, nll);
    for (r, &target) in targets.iter().enumerate() {
        let row = &mut logits[r * vocab..][..vocab];
        if target < 0 {
            row.fill(0.0);
            continue;
        }
        let lse = row[target as usize] + nll[r];
        row.iter_mut()
            .for_each(|x| *x = (*x - lse).exp() * grad_scale);
        row[target as usize] -= grad_scale;
    }
}

/// The negative log-likelihood of each row's target, in nats; 0 where the target is negative.
pub fn cross_entropy(vocab: usize, logits: &[f32], targets: &[i32], nll: &mut [f32]) {
    assert!(logits.len() == targets.len() * vocab && nll.len() == targets.len());
    for (r, &target) in targets.iter().enumerate() {
        let row = &logits[r * vocab..][..vocab];
        if target < 0 {
            nll[r] = 0.0;
            continue;
        }
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = row.iter().map(|x| (x - max).exp()).sum();
        nll[r] = sum.ln() + (max - row[target as usize]);
    }
}
