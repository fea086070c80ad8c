//! Products of 8-bit integers.

use super::Mulberry32;
use super::gemm::check_product;
use super::limits::{LimitError, collect, zeros};
use crate::kernels::gemm_int8::{MAX_ACTIVATION, MAX_DEPTH, gemm_int8};

/// Products `C[m, n] = A[m, k] · B[n, k]ᵀ` of random bytes: one A, and several B in turn.
#[derive(Debug)]
pub struct GemmInt8Work {
    shape: [usize; 3],
    a: Vec<u8>,
    copies: Vec<Vec<i8>>,
    /// Which B is the next one's.
    next: usize,
    c: Vec<i32>,
}

impl GemmInt8Work {
    /// Products of shape `[m, k, n]`, by each of `copies` matrices B in turn.
    ///
    /// # Errors
    /// If the sizes are not of their range, or together too large.
    pub fn new([m, k, n]: [usize; 3], copies: usize) -> Result<Self, LimitError> {
        check_product([m, k, n], MAX_DEPTH, copies)?;
        let random = |seed| {
            let mut random = Mulberry32::new(seed);
            std::iter::repeat_with(move || (256.0 * random.uniform()) as i16 - 128)
        };
        let a = collect(m * k, random(1).map(|x| x.unsigned_abs() as u8 & MAX_ACTIVATION))?;
        let b = |i| collect(k * n, random(2 + i as u32).map(|x| x as i8));
        let copies = (0..copies).map(b).collect::<Result<_, _>>()?;
        Ok(Self { shape: [m, k, n], a, copies, next: 0, c: zeros(m * n)? })
    }

    /// Computes the next `times` products; nothing is kept from one to the next.
    pub fn run(&mut self, times: usize) {
        let [m, k, n] = self.shape;
        for _ in 0..times {
            gemm_int8(m, k, n, &self.a, &self.copies[self.next], &mut self.c);
            self.next = (self.next + 1) % self.copies.len();
        }
    }

    /// Largest absolute error of some elements of the last product: 0, or the kernel is wrong.
    pub fn error(&self) -> f64 {
        let [m, k, n] = self.shape;
        let b = &self.copies[self.next.checked_sub(1).unwrap_or(self.copies.len() - 1)];
        let exact = |i: usize, j: usize| (0..k).map(|p| i64::from(self.a[i * k + p]) * i64::from(b[j * k + p])).sum::<i64>();
        let places = (0..64).map(|t| (t * 7919 % m, t * 104_729 % n));
        places.map(|(i, j)| (exact(i, j) - i64::from(self.c[i * n + j])).abs()).max().unwrap_or(0) as f64
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_exact() {
        let mut work = GemmInt8Work::new([9, 33, 17], 3).unwrap();
        for times in [2, 1, 1] {
            work.run(times);
            assert_eq!(work.error(), 0.0);
        }
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        let refused = GemmInt8Work::new([1, MAX_DEPTH + 1, 1], 1).expect_err("refused").to_string();
        assert_eq!(refused, format!("k is {}; it has to be a whole number from 1 to {MAX_DEPTH}", MAX_DEPTH + 1));
        let mut longest = GemmInt8Work::new([1, MAX_DEPTH, 1], 1).unwrap();
        longest.run(1);
        assert_eq!(longest.error(), 0.0);
    }
}
