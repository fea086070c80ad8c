//! A dense matrix.

/// A matrix in float64, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// `[rows, columns]`.
    pub data: Vec<f64>,
}

impl Matrix {
    /// Zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, data: vec![0.0; rows * columns] }
    }

    /// From float32, `[rows, columns]`.
    ///
    /// # Panics
    /// If there are not as many.
    pub fn of(rows: usize, columns: usize, values: &[f32]) -> Self {
        assert_eq!(values.len(), rows * columns, "a matrix of {rows} x {columns}");
        Self { rows, columns, data: values.iter().map(|x| f64::from(*x)).collect() }
    }

    /// In float32.
    pub fn to_f32(&self) -> Vec<f32> {
        self.data.iter().map(|x| *x as f32).collect()
    }

    /// Row `index`.
    pub fn row(&self, index: usize) -> &[f64] {
        &self.data[index * self.columns..][..self.columns]
    }

    /// Row `index`, to change.
    pub fn row_mut(&mut self, index: usize) -> &mut [f64] {
        &mut self.data[index * self.columns..][..self.columns]
    }

    /// Two rows, `first` above `second`, to change.
    pub(super) fn two_rows_mut(&mut self, first: usize, second: usize) -> (&mut [f64], &mut [f64]) {
        let (above, below) = self.data.split_at_mut(second * self.columns);
        (&mut above[first * self.columns..][..self.columns], &mut below[..self.columns])
    }

    /// Its first `rows` rows.
    pub fn top(&self, rows: usize) -> Self {
        Self { rows, columns: self.columns, data: self.data[..rows * self.columns].to_vec() }
    }

    /// Rows and columns exchanged.
    pub fn transposed(&self) -> Self {
        let mut out = Self::zeros(self.columns, self.rows);
        for (row, values) in self.data.chunks_exact(self.columns.max(1)).enumerate() {
            values.iter().enumerate().for_each(|(column, value)| out.data[column * self.rows + row] = *value);
        }
        out
    }

    /// `self * other`.
    ///
    /// # Panics
    /// If their sizes do not go together.
    pub fn times(&self, other: &Self) -> Self {
        assert_eq!(self.columns, other.rows, "columns of the first are rows of the second");
        let mut out = Self::zeros(self.rows, other.columns);
        for row in 0..self.rows {
            let sum = &mut out.data[row * other.columns..][..other.columns];
            for (factor, values) in self.row(row).iter().zip(other.data.chunks_exact(other.columns.max(1))) {
                sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor * value);
            }
        }
        out
    }

    /// Adds `factor * other`, which has its size.
    ///
    /// # Panics
    /// If it has another.
    pub fn add(&mut self, factor: f64, other: &Self) {
        assert_eq!((self.rows, self.columns), (other.rows, other.columns), "matrices of one size");
        self.data.iter_mut().zip(&other.data).for_each(|(sum, x)| *sum += factor * x);
    }

    /// Every element times `factor`.
    pub fn scaled(mut self, factor: f64) -> Self {
        self.data.iter_mut().for_each(|x| *x *= factor);
        self
    }
}

/// The inner product of two rows.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
