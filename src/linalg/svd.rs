//! Singular values: all of them by Jacobi's rotations (Demmel and Veselić 1992), or the largest by a random projection (Halko et al. 2011,
//! arXiv:0909.4061, algorithm 4.4).

use super::matrix::{Matrix, dot};
use super::qr::{orthonormalise, qr};

/// `a = u diag(s) vt`: `u` `[m, k]`, `s` `[k]`, the largest first, `vt` `[k, n]`.
#[derive(Clone, Debug)]
pub struct Svd {
    /// Left singular vectors, as columns.
    pub u: Matrix,
    /// Singular values.
    pub s: Vec<f64>,
    /// Right singular vectors, as rows.
    pub vt: Matrix,
}

/// Rotations of all pairs, at most; a few are enough.
const SWEEPS: usize = 60;
/// Two rows are orthogonal if the cosine of their angle is below this.
const ORTHOGONAL: f64 = 1e-14;
/// Vectors of the random projection beyond those asked for.
const MORE: usize = 8;

/// The singular values and vectors of `a` `[m, n]`; `k` is the smaller of the two.
pub fn svd(a: &Matrix) -> Svd {
    if a.rows > a.columns {
        let Svd { u, s, vt } = svd(&a.transposed());
        return Svd { u: vt.transposed(), s, vt: u.transposed() };
    }
    let k = a.rows;
    // Rotations of the rows make them orthogonal: `left a = diag(s) vt`.
    let (mut rows, mut left) = (a.clone(), Matrix::zeros(k, k));
    (0..k).for_each(|index| left.row_mut(index)[index] = 1.0);
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for second in 1..k {
            for first in 0..second {
                let (x, y) = rows.two_rows_mut(first, second);
                let (xx, yy, xy) = (dot(x, x), dot(y, y), dot(x, y));
                if xy.abs() <= ORTHOGONAL * (xx * yy).sqrt() {
                    continue;
                }
                rotated = true;
                let zeta = (yy - xx) / (2.0 * xy);
                let tangent = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let cosine = (1.0 + tangent * tangent).sqrt().recip();
                rotate(x, y, cosine, cosine * tangent);
                let (x, y) = left.two_rows_mut(first, second);
                rotate(x, y, cosine, cosine * tangent);
            }
        }
        if !rotated {
            break;
        }
    }
    let lengths: Vec<f64> = (0..k).map(|index| dot(rows.row(index), rows.row(index)).sqrt()).collect();
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|a, b| lengths[*b].total_cmp(&lengths[*a]));
    let (mut ut, mut vt) = (Matrix::zeros(k, k), Matrix::zeros(k, a.columns));
    for (to, &from) in order.iter().enumerate() {
        ut.row_mut(to).copy_from_slice(left.row(from));
        let factor = if lengths[from] > 0.0 { lengths[from].recip() } else { 0.0 };
        vt.row_mut(to).iter_mut().zip(rows.row(from)).for_each(|(out, x)| *out = factor * x);
    }
    Svd { u: ut.transposed(), s: order.into_iter().map(|index| lengths[index]).collect(), vt }
}

fn rotate(x: &mut [f64], y: &mut [f64], cosine: f64, sine: f64) {
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

/// The `count` largest singular values of `a` `[m, n]`, at most all, after so many iterations of the projection; the same for the same
/// matrix.
pub fn leading(a: &Matrix, count: usize, iterations: usize) -> Svd {
    let all = a.rows.min(a.columns);
    let width = (count + MORE).min(all);
    let transposed = a.transposed();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (seed >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let start = Matrix { rows: width, columns: a.rows, data: (0..width * a.rows).map(|_| random()).collect() };
    // Rows that span what `a` maps to: `[width, n]`.
    let mut span = start.times(a);
    orthonormalise(&mut span);
    for _ in 0..iterations {
        let mut images = span.times(&transposed);
        orthonormalise(&mut images);
        span = images.times(a);
        orthonormalise(&mut span);
    }
    let Svd { u, s, vt } = svd(&a.times(&span.transposed()));
    let count = count.min(all);
    Svd { u: u.transposed().top(count).transposed(), s: s[..count].to_vec(), vt: vt.times(&span).top(count) }
}

/// Those of `b a`, with `b` `[m, r]` and `a` `[r, n]`, without making the product; `k` is the smallest of `m`, `r` and `n`.
pub fn of_product(b: &Matrix, a: &Matrix) -> Svd {
    if b.rows < b.columns || a.columns < a.rows {
        return svd(&b.times(a));
    }
    let ((q_b, r_b), (q_a, r_a)) = (qr(b), qr(&a.transposed()));
    let Svd { u, s, vt } = svd(&r_b.times(&r_a.transposed()));
    Svd { u: q_b.times(&u), s, vt: vt.times(&q_a.transposed()) }
}

#[cfg(all(test, feature = "native"))]
pub(super) mod tests {
    use super::*;

    pub fn matrix(rows: usize, columns: usize, seed: usize) -> Matrix {
        let value = |i: usize| (((i + 1) * (seed + 7) * 7919 + i * i * 31) % 1009) as f64 / 500.0 - 1.0;
        Matrix { rows, columns, data: (0..rows * columns).map(value).collect() }
    }

    pub fn assert_close(a: &Matrix, b: &Matrix, tolerance: f64) {
        assert_eq!((a.rows, a.columns), (b.rows, b.columns));
        let worst = a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst <= tolerance, "they differ by {worst:e}");
    }

    fn product(Svd { u, s, vt }: &Svd) -> Matrix {
        let mut scaled = vt.clone();
        s.iter().enumerate().for_each(|(row, s)| scaled.row_mut(row).iter_mut().for_each(|x| *x *= s));
        u.times(&scaled)
    }

    #[test]
    fn the_factors_make_the_matrix() {
        for (m, n) in [(1, 1), (1, 9), (9, 1), (6, 6), (5, 17), (17, 5)] {
            let a = matrix(m, n, 2);
            let svd = svd(&a);
            assert_close(&product(&svd), &a, 1e-12);
            assert!(svd.s.is_sorted_by(|a, b| a >= b) && svd.s.iter().all(|s| *s >= 0.0));
            let unit = svd.vt.times(&svd.vt.transposed());
            (0..m.min(n)).for_each(|i| assert!((unit.row(i)[i] - 1.0).abs() < 1e-12));
        }
    }

    #[test]
    fn a_diagonal_matrix_has_its_elements() {
        let mut a = Matrix::zeros(3, 4);
        [(0, 2.0), (1, -5.0), (2, 0.0)].into_iter().for_each(|(i, x)| a.row_mut(i)[i] = x);
        assert_eq!(svd(&a).s, [5.0, 2.0, 0.0]);
    }

    #[test]
    fn the_largest_are_those_of_all() {
        for (m, n) in [(40, 60), (60, 40), (5, 30)] {
            let a = matrix(m, n, 5);
            let (all, some) = (svd(&a), leading(&a, 4, 16));
            for (of_all, s) in all.s.iter().zip(&some.s) {
                assert!((of_all - s).abs() < 1e-6 * of_all, "{of_all} and {s}");
            }
            let best: f64 = all.s[4.min(all.s.len())..].iter().map(|s| s * s).sum::<f64>().sqrt();
            let rest = product(&some).data.iter().zip(&a.data).map(|(x, a)| (x - a) * (x - a)).sum::<f64>().sqrt();
            assert!((rest - best).abs() < 1e-5 * best.max(1.0), "what is left: {rest}, at best {best}");
        }
    }

    #[test]
    fn those_of_a_product_need_no_product() {
        for (m, r, n) in [(12, 3, 9), (4, 6, 5), (7, 7, 7)] {
            let (b, a) = (matrix(m, r, 1), matrix(r, n, 8));
            let (direct, factored) = (svd(&b.times(&a)), of_product(&b, &a));
            assert!(factored.s.iter().zip(&direct.s).all(|(a, b)| (a - b).abs() < 1e-9), "{:?} {:?}", factored.s, direct.s);
            assert_close(&product(&factored), &b.times(&a), 1e-9);
        }
    }
}
