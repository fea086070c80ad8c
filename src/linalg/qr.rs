//! The QR factorisation, by Gram and Schmidt's method done twice (Giraud et al. 2005), which is as orthogonal as Householder's.

use super::matrix::{Matrix, dot};

/// A vector whose length has shrunk below this part of what it was is a combination of those before it.
const DEPENDENT: f64 = 1e-12;

/// `a = q r` with `a` and `q` `[m, n]`, `n <= m`, and `r` `[n, n]` upper triangular with no negative element on its diagonal. A column that
/// depends on those before it has zeros in `q`.
pub fn qr(a: &Matrix) -> (Matrix, Matrix) {
    let mut columns = a.transposed();
    let r = orthonormalise(&mut columns);
    (columns.transposed(), r)
}

/// Makes the rows `[n, m]` of a matrix orthonormal; gives `r` `[n, n]`, with which `rᵀ` times the result is what it was.
pub(super) fn orthonormalise(rows: &mut Matrix) -> Matrix {
    let mut r = Matrix::zeros(rows.rows, rows.rows);
    for index in 0..rows.rows {
        let before = dot(rows.row(index), rows.row(index)).sqrt();
        for _ in 0..2 {
            for earlier in 0..index {
                let (q, v) = rows.two_rows_mut(earlier, index);
                let part = dot(q, v);
                r.data[earlier * r.columns + index] += part;
                v.iter_mut().zip(q).for_each(|(v, q)| *v -= part * *q);
            }
        }
        let length = dot(rows.row(index), rows.row(index)).sqrt();
        let dependent = length <= DEPENDENT * before;
        r.data[index * r.columns + index] = if dependent { 0.0 } else { length };
        let factor = if dependent { 0.0 } else { length.recip() };
        rows.row_mut(index).iter_mut().for_each(|x| *x *= factor);
    }
    r
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::super::svd::tests::{assert_close, matrix};
    use super::*;

    #[test]
    fn the_factors_make_the_matrix_and_the_first_is_orthonormal() {
        for (m, n) in [(1, 1), (5, 1), (7, 7), (20, 6)] {
            let a = matrix(m, n, 3);
            let (q, r) = qr(&a);
            assert_close(&q.times(&r), &a, 1e-12);
            let unit = q.transposed().times(&q);
            let identity = Matrix { data: (0..n * n).map(|i| if i % n == i / n { 1.0 } else { 0.0 }).collect(), ..unit.clone() };
            assert_close(&unit, &identity, 1e-12);
            assert!((0..n).all(|row| (0..row).all(|column| r.row(row)[column] == 0.0) && r.row(row)[row] > 0.0));
        }
    }

    #[test]
    fn a_column_that_depends_on_others_is_zeros() {
        let mut a = matrix(6, 3, 1);
        (0..6).for_each(|row| a.data[row * 3 + 2] = 2.0 * a.data[row * 3] - a.data[row * 3 + 1]);
        let (q, r) = qr(&a);
        assert_close(&q.times(&r), &a, 1e-9);
        assert!((0..6).all(|row| q.row(row)[2] == 0.0) && r.row(2)[2] == 0.0);
    }
}
