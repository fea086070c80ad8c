//! Matrix products.

use super::Mulberry32;
use super::limits::{LimitError, MAX_COPIES, MAX_SIZE, check, collect, zeros};
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

/// Products `C[m, n]` of random matrices: one A, and several B in turn.
#[derive(Debug)]
pub struct GemmWork {
    form: Form,
    shape: [usize; 3],
    a: Vec<f32>,
    copies: Vec<Vec<f32>>,
    /// Which B is the next one's.
    next: usize,
    c: Vec<f32>,
}

impl GemmWork {
    /// Products of shape `[m, k, n]`, by each of `copies` matrices B in turn.
    ///
    /// # Errors
    /// If the sizes are not of their range, or together too large.
    pub fn new(form: Form, [m, k, n]: [usize; 3], copies: usize) -> Result<Self, LimitError> {
        check_product([m, k, n], MAX_SIZE, copies)?;
        let b = |i| collect(k * n, Mulberry32::centred(2 + i as u32));
        let copies = (0..copies).map(b).collect::<Result<_, _>>()?;
        Ok(Self { form, shape: [m, k, n], a: collect(m * k, Mulberry32::centred(1))?, copies, next: 0, c: zeros(m * n)? })
    }

    /// A, and the B of that number.
    fn operands(&self, copy: usize) -> (Operand<'_>, Operand<'_>) {
        let [m, k, n] = self.shape;
        let b = &self.copies[copy];
        let a = if self.form == Form::Atb { Operand::transposed(&self.a, m) } else { Operand::row_major(&self.a, k) };
        let b = if self.form == Form::Abt { Operand::transposed(b, k) } else { Operand::row_major(b, n) };
        (a, b)
    }

    /// Computes the next `times` products; nothing is kept from one to the next.
    pub fn run(&mut self, times: usize) {
        let [m, k, n] = self.shape;
        let mut c = std::mem::take(&mut self.c);
        for _ in 0..times {
            let (a, b) = self.operands(self.next);
            gemm(m, k, n, 1.0, a, b, 0.0, &mut c);
            self.next = (self.next + 1) % self.copies.len();
        }
        self.c = c;
    }

    /// Largest absolute error of some elements of the last product.
    pub fn error(&self) -> f64 {
        let [m, k, n] = self.shape;
        let last = self.next.checked_sub(1).unwrap_or(self.copies.len() - 1);
        let (a, b) = self.operands(last);
        let of = |x: Operand, row: usize, col: usize| f64::from(x.data[row * x.row_stride + col * x.col_stride]);
        let exact = |i: usize, j: usize| (0..k).map(|p| of(a, i, p) * of(b, p, j)).sum::<f64>();
        let places = (0..64).map(|t| (t * 7919 % m, t * 104_729 % n));
        places.map(|(i, j)| (exact(i, j) - f64::from(self.c[i * n + j])).abs()).fold(0.0, f64::max)
    }
}

/// Checks the shape of a product and the number of its matrices B; `k` may be up to `most_k`.
pub(super) fn check_product([m, k, n]: [usize; 3], most_k: usize, copies: usize) -> Result<(), LimitError> {
    let sizes = [("m", m, MAX_SIZE), ("k", k, most_k), ("n", n, MAX_SIZE), ("copies", copies, MAX_COPIES)];
    let [m, k, n, copies] = [m, k, n, copies].map(|size| size as u128);
    check(&sizes, || m * k + copies * k * n + m * n)
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_the_right_product() {
        for form in ["ab", "abt", "atb"].map(|name| Form::from_name(name).unwrap()) {
            let mut work = GemmWork::new(form, [9, 33, 17], 3).unwrap();
            for times in [2, 1, 1, 0] {
                work.run(times);
                assert!(work.error() < 1e-5, "{form:?}: {}", work.error());
            }
        }
    }

    #[test]
    fn the_matrices_take_turns() {
        let mut work = GemmWork::new(Form::Ab, [2, 3, 4], 2).unwrap();
        let mut products = [(); 3].map(|()| {
            work.run(1);
            work.c.clone()
        });
        assert_eq!(products[0], products[2]);
        products.sort_by(|x, y| x.partial_cmp(y).unwrap());
        assert_ne!(products[0], products[2], "two different matrices");
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        let refused = |shape, copies| GemmWork::new(Form::Ab, shape, copies).expect_err("refused").to_string();
        assert_eq!(refused([0, 1, 1], 1), "m is 0; it has to be a whole number from 1 to 1048576");
        assert_eq!(refused([1, 0, 1], 1), "k is 0; it has to be a whole number from 1 to 1048576");
        assert_eq!(refused([1, 1, usize::MAX], 1), format!("n is {}; it has to be a whole number from 1 to 1048576", usize::MAX as f64));
        assert_eq!(refused([1, 1, 1], 0), "copies is 0; it has to be a whole number from 1 to 1024");
        assert!(refused([1 << 20; 3], 1024).contains("make 1128098930098176 elements"));
        assert!(refused([1, 1 << 14, 1 << 14], 2).starts_with("sizes of m = 1, k = 16384, n = 16384, copies = 2 make 536903680 elements"));
    }
}
