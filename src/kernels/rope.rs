//! Rotary position embedding in Hugging Face's `rotate_half` layout.

/// Rotates `x` `[batch, seq, heads, d_head]` in place: element `i` of the first half of a head pairs with element
/// `i` of the second half; position `t` uses row `t` of `cos`, `sin` `[positions, d_head / 2]`. `inverse` rotates
/// back, which is also the backward pass.
pub fn rope(
    seq_len: usize,
    heads: usize,
    d_head: usize,
    cos: &[f32],
    sin: &[f32],
    x: &mut [f32],
    inverse: bool,
) {
    let (row, half) = (heads * d_head, d_head / 2);
    if x.is_empty() {
        return;
    }
    assert!(d_head.is_multiple_of(2) && x.len().is_multiple_of(seq_len * row));
    assert!(cos.len() >= seq_len * half && sin.len() >= seq_len * half);
    for (i, row) in x.chunks_exact_mut(row).enumerate() {
        let t = i % seq_len;
        let (cos, sin) = (&cos[t * half..][..half], &sin[t * half..][..half]);
        for head in row.chunks_exact_mut(d_head) {
            let (lo, hi) = head.split_at_mut(half);
            for j in 0..half {
                let sin = if inverse { -sin[j] } else { sin[j] };
                (lo[j], hi[j]) = (lo[j] * cos[j] - hi[j] * sin, hi[j] * cos[j] + lo[j] * sin);
            }
        }
    }
}

/// Tables `cos`, `sin` `[positions, d_head / 2]` of the angles `t * theta^(-2i / d_head)`, computed in f64.
pub fn rope_tables(positions: usize, d_head: usize, theta: f64) -> (Vec<f32>, Vec<f32>) {
    let half = d_head / 2;
    let angle = |i: usize| {
        let (t, j) = (i / half, i % half);
        t as f64 * theta.powf(-2.0 * j as f64 / d_head as f64)
    };
    let cos = (0..positions * half)
        .map(|i| angle(i).cos() as f32)
        .collect();
    let sin = (0..positions * half)
        .map(|i| angle(i).sin() as f32)
        .collect();
    (cos, sin)
}
