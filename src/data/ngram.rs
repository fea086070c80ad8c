//! Unigram and bigram language models: what a model has to beat to have learned more than frequencies.
//!
//! Each function gives the mean negative log-likelihood, in nats a token, of `validation[1..]` under a model counted on
//! `train`; NaN if `validation` has fewer than two tokens. Both predict the same tokens, so their figures compare.

use std::collections::HashMap;

/// Count added to each token of the unigram model (Laplace).
pub const UNIGRAM_ADDED: f64 = 1.0;

/// Discount of the bigram model: the customary value of absolute discounting (Ney, Essen and Kneser 1994).
pub const BIGRAM_DISCOUNT: f64 = 0.75;

/// Unigram model: `p(w) = (count(w) + k) / (tokens + k · vocab_size)`, k = [`UNIGRAM_ADDED`].
///
/// # Panics
/// If an id is not in `0..vocab_size`.
pub fn unigram_nll(vocab_size: usize, train: &[i32], validation: &[i32]) -> f64 {
    let unigram = unigram(vocab_size, train);
    mean_nll(validation, |_, token| unigram[token as usize])
}

/// Bigram model, interpolated with the unigram model by absolute discounting:
/// `p(w | v) = max(count(v w) − D, 0) / count(v) + D · types(v) / count(v) · p(w)`, D = [`BIGRAM_DISCOUNT`], types(v)
/// the number of different tokens seen after v; `p(w | v) = p(w)` for a v that was never followed by anything.
///
/// # Panics
/// If an id is not in `0..vocab_size`.
pub fn bigram_nll(vocab_size: usize, train: &[i32], validation: &[i32]) -> f64 {
    let unigram = unigram(vocab_size, train);
    let mut pairs: HashMap<(i32, i32), u32> = HashMap::new();
    for pair in train.windows(2) {
        *pairs.entry((pair[0], pair[1])).or_default() += 1;
    }
    // Of each token v: how often something followed it, and how many different tokens.
    let (mut followed, mut types) = (vec![0u32; vocab_size], vec![0u32; vocab_size]);
    for (&(before, _), &count) in &pairs {
        followed[before as usize] += count;
        types[before as usize] += 1;
    }
    mean_nll(validation, |before, token| {
        let (base, total) = (unigram[token as usize], f64::from(followed[before as usize]));
        if total == 0.0 {
            return base;
        }
        let count = pairs.get(&(before, token)).map_or(0.0, |&count| f64::from(count));
        ((count - BIGRAM_DISCOUNT).max(0.0) + BIGRAM_DISCOUNT * f64::from(types[before as usize]) * base) / total
    })
}

/// Probability of each token, `[vocab_size]`.
fn unigram(vocab_size: usize, train: &[i32]) -> Vec<f64> {
    let mut counts = vec![UNIGRAM_ADDED; vocab_size];
    for &token in train {
        counts[token as usize] += 1.0;
    }
    let total = train.len() as f64 + UNIGRAM_ADDED * vocab_size as f64;
    counts.into_iter().map(|count| count / total).collect()
}

fn mean_nll(validation: &[i32], probability: impl Fn(i32, i32) -> f64) -> f64 {
    let nll: f64 = validation.windows(2).map(|pair| -probability(pair[0], pair[1]).ln()).sum();
    nll / validation.len().saturating_sub(1) as f64
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() < 1e-12, "{got} is not {want}");
    }

    #[test]
    fn unigram_by_hand() {
        // Counts 3, 1, 0 plus 1 each, of 7.
        close(unigram_nll(3, &[0, 0, 1, 0], &[2, 0, 2]), -((4.0f64 / 7.0).ln() + (1.0f64 / 7.0).ln()) / 2.0);
    }

    #[test]
    fn bigram_by_hand() {
        // Pairs 00, 01, 10: 0 is followed twice, by two types. p(0) = 4/7; p(1 | 0) = (1 − D + D · 2 · 2/7) / 2.
        let expected = (0.25 + 0.75 * 2.0 * (2.0 / 7.0)) / 2.0;
        close(bigram_nll(3, &[0, 0, 1, 0], &[0, 1]), -f64::ln(expected));
        // Nothing ever followed 2: the unigram model.
        close(bigram_nll(3, &[0, 0, 1, 0], &[2, 0]), -(4.0f64 / 7.0).ln());
    }

    #[test]
    fn nothing_to_predict_is_not_a_number() {
        assert!(unigram_nll(3, &[0], &[1]).is_nan());
        assert!(bigram_nll(3, &[], &[]).is_nan());
    }

    proptest! {
        #[test]
        fn probabilities_add_up_to_one(train in proptest::collection::vec(0i32..6, 0..60), before in 0i32..6) {
            let sum = |nll: &dyn Fn(&[i32]) -> f64| (0..6).map(|token| (-nll(&[before, token])).exp()).sum::<f64>();
            prop_assert!((sum(&|v| unigram_nll(6, &train, v)) - 1.0).abs() < 1e-9);
            prop_assert!((sum(&|v| bigram_nll(6, &train, v)) - 1.0).abs() < 1e-9);
        }
    }
}
