//! General matrix product.

/// A read-only matrix of any strides: element (i, j) is `data[i * row_stride + j * col_stride]`.
#[derive(Clone, Copy)]
pub struct Operand<'a> {
    /// The storage.
    pub data: &'a [f32],
    /// Distance between vertical neighbours.
    pub row_stride: usize,
    /// Distance between horizontal neighbours.
    pub col_stride: usize,
}

impl<'a> Operand<'a> {
    /// The row-major matrix `data` that has `cols` columns.
    pub fn row_major(data: &'a [f32], cols: usize) -> Self {
        Self {
            data,
            row_stride: cols,
            col_stride: 1,
        }
    }

    /// The transpose of the row-major matrix `data` that has `cols` columns.
    pub fn transposed(data: &'a [f32], cols: usize) -> Self {
        Self {
            data,
            row_stride: 1,
            col_stride: cols,
        }
    }
}

/// `C[m, n] = alpha * A[m, k] · B[k, n] + beta * C[m, n]`; `C` is row-major; `beta == 0` never reads `C`.
#[allow(clippy::too_many_arguments)]
pub fn gemm(
    m: usize,
    k: usize,
    n: usize,
    alpha: f32,
    a: Operand,
    b: Operand,
    beta: f32,
    c: &mut [f32],
) {
    assert_eq!(c.len(), m * n, "gemm: C must be [m, n] = [{m}, {n}]");
    if n == 0 {
        return;
    }
    for (i, row) in c.chunks_exact_mut(n).enumerate() {
        for (j, c) in row.iter_mut().enumerate() {
            let dot: f32 = (0..k)
                .map(|p| {
                    a.data[i * a.row_stride + p * a.col_stride]
                        * b.data[p * b.row_stride + j * b.col_stride]
                })
                .sum();
            *c = if beta == 0.0 {
                alpha * dot
            } else {
                alpha * dot + beta * *c
            };
        }
    }
}
