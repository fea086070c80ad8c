//! Dropout by a counter-based generator: element `i` is kept or dropped by a hash of the key and `i`, so that the mask needs no
//! memory and does not depend on how work is split.

/// SplitMix64's finaliser (Steele et al. 2014): a bijection that spreads every input bit over the whole word.
pub fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Which elements of a row-major matrix are dropped, seen by one who has a window of it: some rows, and of them some columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mask {
    /// Tells it from other masks.
    pub key: u64,
    /// Probability that an element is dropped, below 1.
    pub probability: f32,
    /// The element of the matrix where the window begins.
    pub first: u64,
    /// Elements of the matrix from one row to the next.
    pub stride: usize,
    /// Columns of the window.
    pub width: usize,
}

/// `y = x / (1 - probability)` where the mask keeps an element of its window, zero where it drops it. The same call on gradients is
/// its backward pass.
pub fn dropout(mask: Mask, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len());
    // Rows that follow each other without a gap are one.
    let row = if mask.stride == mask.width { x.len() } else { mask.width }.max(1);
    for (i, (x, y)) in x.chunks(row).zip(y.chunks_mut(row)).enumerate() {
        dropout_row(mask, mask.first + i as u64 * mask.stride as u64, x, y);
    }
}

/// Elements of the matrix from `first` on.
fn dropout_row(mask: Mask, first: u64, x: &[f32], y: &mut [f32]) {
    let threshold = (f64::from(mask.probability) * 4_294_967_296.0) as u32;
    let scale = 1.0 / (1.0 - mask.probability);
    let choose = |bits: u64, half: usize, x: f32| if (bits >> (32 * half)) as u32 >= threshold { x * scale } else { 0.0 };
    // One hash decides two elements, with 32 bits each; of the first two, the window may have the second only.
    let odd = (first % 2) as usize;
    let (x_odd, x) = x.split_at(odd.min(x.len()));
    let (y_odd, y) = y.split_at_mut(x_odd.len());
    for (x, y) in x_odd.iter().zip(y_odd) {
        *y = choose(mix(mask.key.wrapping_add(first / 2)), 1, *x);
    }
    let pairs = first.div_ceil(2);
    for (pair, (x, y)) in x.chunks(2).zip(y.chunks_mut(2)).enumerate() {
        let bits = mix(mask.key.wrapping_add(pairs + pair as u64));
        for (half, (x, y)) in x.iter().zip(y).enumerate() {
            *y = choose(bits, half, *x);
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use std::ops::Range;

    /// All of a matrix.
    fn whole(key: u64, probability: f32, width: usize) -> Mask {
        Mask { key, probability, first: 0, stride: width, width }
    }

    #[test]
    fn keeps_the_mean_and_repeats_its_mask() {
        let x = vec![1.0f32; 100_001];
        let (mut y, mut again, mut other) = (x.clone(), x.clone(), x.clone());
        dropout(whole(7, 0.25, 11), &x, &mut y);
        dropout(whole(7, 0.25, 11), &x, &mut again);
        dropout(whole(8, 0.25, 11), &x, &mut other);
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
        dropout(whole(1, 0.0, 17), &x, &mut y);
        assert_eq!(x, y);
    }

    #[test]
    fn a_window_has_the_mask_of_its_matrix() {
        let (rows, cols) = (9, 7);
        let x: Vec<f32> = (1..=rows * cols).map(|i| i as f32).collect();
        let mut all = vec![0.0; x.len()];
        dropout(whole(3, 0.4, cols), &x, &mut all);
        let cut = |of: &[f32], rows: &Range<usize>, within: &Range<usize>| -> Vec<f32> {
            of.chunks(cols).skip(rows.start).take(rows.len()).flat_map(|row| &row[within.clone()]).copied().collect()
        };
        for (rows, within) in [(0..9, 0..7), (3..5, 0..7), (2..9, 1..4), (1..2, 3..4), (4..9, 6..7), (0..3, 0..3), (5..5, 0..2)] {
            let window = Mask { first: (rows.start * cols + within.start) as u64, width: within.len(), ..whole(3, 0.4, cols) };
            let x = cut(&x, &rows, &within);
            let mut y = vec![0.0; x.len()];
            dropout(window, &x, &mut y);
            assert_eq!(y, cut(&all, &rows, &within), "rows {rows:?}, columns {within:?}");
        }
    }
}
