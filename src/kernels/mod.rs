//! Hot loops over plain `f32` slices, row-major; shapes are the caller's duty (a mismatch is a bug and panics).
//!
//! Every kernel gives bitwise the same result for any number of threads: work is split over outputs.

pub mod activation;
pub mod adamw;
pub mod attention;
pub mod dropout;
pub mod elementwise;
pub mod embedding;
pub mod gemm;
pub mod gemm_int8;
pub mod int8;
pub mod loss;
pub mod nf4;
pub mod norm;
mod parallel;
pub mod pool;
pub mod rope;
pub mod simd;

/// The instruction set the kernels use: `avx2-fma`, `relaxed-simd`, `simd128` or `portable`.
pub fn backend_name() -> &'static str {
    simd::Backend::current().name()
}

#[cfg(test)]
mod testing;
