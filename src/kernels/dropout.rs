//! Dropout by a counter-based generator: element `i` is kept or dropped by a hash of the key and `i`, so that the mask needs no
//! memory and does not depend on how work is split.

/// SplitMix64's finaliser (Steele et al. 2014): a bijection that spreads every input bit over the whole word.
pub fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// `y = x / (1 - probability)` where the mask of `key` keeps an element, zero where it drops it; `probability` is below 1.
/// The same call on gradients is its backward pass.
pub fn dropout(key: u64, probability: f32, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len());
    // One hash decides two elements, with 32 bits each.
    let threshold = (f64::from(probability) * 4_294_967_296.0) as u32;
    let scale = 1.0 / (1.0 - probability);
    for (pair, (x, y)) in x.chunks(2).zip(y.chunks_mut(2)).enumerate() {
        let bits = mix(key.wrapping_add(pair as u64));
        for (half, (x, y)) in x.iter().zip(y).enumerate() {
            let keep = (bits >> (32 * half)) as u32 >= threshold;
            *y = if keep { x * scale } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_mean_and_repeats_its_mask() {
        let x = vec![1.0f32; 100_001];
        let (mut y, mut again, mut other) = (x.clone(), x.clone(), x.clone());
        dropout(7, 0.25, &x, &mut y);
        dropout(7, 0.25, &x, &mut again);
        dropout(8, 0.25, &x, &mut other);
        let dropped = y.iter().filter(|&&v| v == 0.0).count() as f64 / x.len() as f64;
        // Five standard deviations of a binomial share over 1e5 draws.
        assert!((dropped - 0.25).abs() < 5.0 * (0.25f64 * 0.75 / 1e5).sqrt(), "share dropped: {dropped}");
        assert!(y.iter().all(|&v| v == 0.0 || v == 1.0 / 0.75));
        assert_eq!(y, again);
        assert_ne!(y, other);
    }

    #[test]
    fn probability_zero_is_the_identity() {
        let x: Vec<f32> = (0..17).map(|i| i as f32).collect();
        let mut y = vec![0.0; 17];
        dropout(1, 0.0, &x, &mut y);
        assert_eq!(x, y);
    }
}
