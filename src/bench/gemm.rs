//! Matrix products.

use super::Mulberry32;
use crate::kernels::gemm::{Operand, gemm};

/// Which operand lies transposed in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `A[m, k] · B[k, n]`.
    Ab,
    /// `A[m, k] · B[n, k]ᵀ`: a linear layer's output.
    Abt,
    /// `A[k, m]ᵀ · B[k, n]`: a weight's gradient.
    Atb,
}

impl Form {
    /// The form of that name: `ab`, `abt` or `atb`.
    pub fn from_name(name: &str) -> Option<Self> {
        [("ab", Self::Ab), ("abt", Self::Abt), ("atb", Self::Atb)].into_iter().find_map(|(known, form)| (known == name).then_some(form))
    }
}

/// One product `C[m, n]` of random matrices.
#[derive(Debug)]
pub struct GemmWork {
    form: Form,
    shape: [usize; 3],
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
}

impl GemmWork {
    /// The product of shape `[m, k, n]`.
    pub fn new(form: Form, [m, k, n]: [usize; 3]) -> Self {
        Self { form, shape: [m, k, n], a: Mulberry32::centred(1, m * k), b: Mulberry32::centred(2, k * n), c: vec![0.0; m * n] }
    }

    fn operands(&self) -> (Operand<'_>, Operand<'_>) {
        let [m, k, n] = self.shape;
        let a = if self.form == Form::Atb { Operand::transposed(&self.a, m) } else { Operand::row_major(&self.a, k) };
        let b = if self.form == Form::Abt { Operand::transposed(&self.b, k) } else { Operand::row_major(&self.b, n) };
        (a, b)
    }

    /// Computes the product `times` times; nothing is kept from one to the next.
    pub fn run(&mut self, times: usize) {
        let [m, k, n] = self.shape;
        let mut c = std::mem::take(&mut self.c);
        let (a, b) = self.operands();
        for _ in 0..times {
            gemm(m, k, n, 1.0, a, b, 0.0, &mut c);
        }
        self.c = c;
    }

    /// Largest absolute error of some elements of the last product.
    pub fn error(&self) -> f64 {
        let [m, k, n] = self.shape;
        let (a, b) = self.operands();
        let of = |x: Operand, row: usize, col: usize| f64::from(x.data[row * x.row_stride + col * x.col_stride]);
        let exact = |i: usize, j: usize| (0..k).map(|p| of(a, i, p) * of(b, p, j)).sum::<f64>();
        let places = (0..64).map(|t| (t * 7919 % m, t * 104_729 % n));
        places.map(|(i, j)| (exact(i, j) - f64::from(self.c[i * n + j])).abs()).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_the_right_product() {
        for form in ["ab", "abt", "atb"].map(|name| Form::from_name(name).unwrap()) {
            let mut work = GemmWork::new(form, [9, 33, 17]);
            work.run(2);
            assert!(work.error() < 1e-5, "{form:?}: {}", work.error());
        }
    }
}
