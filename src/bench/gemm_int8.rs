//! Products of 8-bit integers.

use super::Mulberry32;
use crate::kernels::gemm_int8::{MAX_ACTIVATION, gemm_int8};

/// One product `C[m, n] = A[m, k] · B[n, k]ᵀ` of random bytes.
#[derive(Debug)]
pub struct GemmInt8Work {
    shape: [usize; 3],
    a: Vec<u8>,
    b: Vec<i8>,
    c: Vec<i32>,
}

impl GemmInt8Work {
    /// The product of shape `[m, k, n]`.
    pub fn new([m, k, n]: [usize; 3]) -> Self {
        let random = |seed, len: usize| {
            let mut random = Mulberry32::new(seed);
            (0..len).map(move |_| (256.0 * random.uniform()) as i16 - 128)
        };
        let a = random(1, m * k).map(|x| x.unsigned_abs() as u8 & MAX_ACTIVATION).collect();
        Self { shape: [m, k, n], a, b: random(2, k * n).map(|x| x as i8).collect(), c: vec![0; m * n] }
    }

    /// Computes the product `times` times; nothing is kept from one to the next.
    pub fn run(&mut self, times: usize) {
        let [m, k, n] = self.shape;
        for _ in 0..times {
            gemm_int8(m, k, n, &self.a, &self.b, &mut self.c);
        }
    }

    /// Largest absolute error of some elements of the last product: 0, or the kernel is wrong.
    pub fn error(&self) -> f64 {
        let [m, k, n] = self.shape;
        let exact = |i: usize, j: usize| (0..k).map(|p| i64::from(self.a[i * k + p]) * i64::from(self.b[j * k + p])).sum::<i64>();
        let places = (0..64).map(|t| (t * 7919 % m, t * 104_729 % n));
        places.map(|(i, j)| (exact(i, j) - i64::from(self.c[i * n + j])).abs()).max().unwrap_or(0) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_exact() {
        let mut work = GemmInt8Work::new([9, 33, 17]);
        work.run(2);
        assert_eq!(work.error(), 0.0);
    }
}
