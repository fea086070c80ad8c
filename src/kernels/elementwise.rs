//! Sums, scalings, biases.

/// `out = a + b`.
pub fn add(a: &[f32], b: &[f32], out: &mut [f32]) {
    assert!(a.len() == out.len() && b.len() == out.len());
    for i in 0..out.len() {
        out[i] = a[i] + b[i];
    }
}

/// `a += b`.
pub fn add_assign(a: &mut [f32], b: &[f32]) {
    axpy(1.0, b, a);
}

/// `y += alpha * x`.
pub fn axpy(alpha: f32, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len());
    for (y, x) in y.iter_mut().zip(x) {
        *y += alpha * x;
    }
}

/// `x *= alpha`.
pub fn scale(alpha: f32, x: &mut [f32]) {
    x.iter_mut().for_each(|x| *x *= alpha);
}

/// Adds `bias` to each row of `x` `[rows, bias.len()]`.
pub fn add_bias(bias: &[f32], x: &mut [f32]) {
    if bias.is_empty() {
        return;
    }
    assert!(x.len().is_multiple_of(bias.len()));
    x.chunks_exact_mut(bias.len())
        .for_each(|row| add_assign(row, bias));
}

/// Adds the column sums of `d_y` `[rows, d]` to `d_bias` `[d]`.
pub fn bias_grad(d: usize, d_y: &[f32], d_bias: &mut [f32]) {
    if d == 0 {
        return;
    }
    assert!(d_bias.len() == d && d_y.len().is_multiple_of(d));
    d_y.chunks_exact(d).for_each(|row| add_assign(d_bias, row));
}

/// Σ x², in f64.
pub fn sum_of_squares(x: &[f32]) -> f64 {
    x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
}
