//! WebAssembly's 128-bit vectors, with and without relaxed (fused) multiply-add.

use crate::kernels::simd::{DotInt8, Inlined, MAX_LANES, Simd, TINY};
use std::arch::wasm32::*;

/// Token of `simd128`: this module exists only in builds that have it.
#[derive(Clone, Copy, Debug)]
pub struct Simd128;

/// Token of `relaxed-simd`.
#[cfg(target_feature = "relaxed-simd")]
#[derive(Clone, Copy, Debug)]
pub struct RelaxedSimd;

/// `b < a ? a : b`, so that a NaN in `b` survives: one instruction on x86, where `f32x4_max` is six.
#[cfg(not(target_feature = "relaxed-simd"))]
#[inline(always)]
fn larger(a: v128, b: v128) -> v128 {
    f32x4_pmax(b, a)
}

/// `a < b ? a : b`, so that a NaN in `b` survives.
#[cfg(not(target_feature = "relaxed-simd"))]
#[inline(always)]
fn smaller(a: v128, b: v128) -> v128 {
    f32x4_pmin(b, a)
}

/// `b < a ? a : b`. Where relaxed SIMD is allowed, LLVM 22 makes `relaxed_max` of `f32x4_pmax`, and that drops the NaN on x86.
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
fn larger(a: v128, b: v128) -> v128 {
    v128_bitselect(a, b, f32x4_lt(b, a))
}

/// `a < b ? a : b`, for the reason of [`larger`].
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
fn smaller(a: v128, b: v128) -> v128 {
    v128_bitselect(a, b, f32x4_lt(a, b))
}

/// 0 in the place of lanes that are smaller than [`TINY`], compared as integers, of which none are subnormal.
#[inline(always)]
fn without_tiny(v: v128) -> v128 {
    let magnitude = v128_and(v, i32x4_splat(i32::MAX));
    v128_andnot(v, i32x4_lt(magnitude, i32x4_splat(TINY.to_bits() as i32)))
}

/// The two differ only in the multiply-add, and in the tile that this leaves registers for.
macro_rules! wasm_backend {
    ($token:ty, $name:literal, $tile_rows:literal, |$a:ident, $b:ident, $c:ident| $mul_add:expr, $dot:expr) => {
        impl Simd for $token {
            type V = v128;
            const NAME: &'static str = $name;
            const LANES: usize = 4;
            const TILE_ROWS: usize = $tile_rows;
            const TILE_VECTORS: usize = 2;

            #[inline(always)]
            fn vectorize<R>(self, f: Inlined<impl FnOnce() -> R>) -> R {
                (f.0)()
            }
            #[inline(always)]
            fn splat(self, x: f32) -> v128 {
                f32x4_splat(x)
            }
            #[inline(always)]
            unsafe fn load_ptr(self, src: *const f32) -> v128 {
                // SAFETY: the caller promises four readable floats; `v128.load` needs no alignment.
                unsafe { v128_load(src.cast()) }
            }
            #[inline(always)]
            unsafe fn store_ptr(self, v: v128, dst: *mut f32) {
                // SAFETY: the caller promises four writable floats; `v128.store` needs no alignment.
                unsafe { v128_store(dst.cast(), v) }
            }
            #[inline(always)]
            fn add(self, a: v128, b: v128) -> v128 {
                f32x4_add(a, b)
            }
            #[inline(always)]
            fn sub(self, a: v128, b: v128) -> v128 {
                f32x4_sub(a, b)
            }
            #[inline(always)]
            fn mul(self, a: v128, b: v128) -> v128 {
                f32x4_mul(a, b)
            }
            #[inline(always)]
            fn div(self, a: v128, b: v128) -> v128 {
                f32x4_div(a, b)
            }
            #[inline(always)]
            fn mul_add(self, $a: v128, $b: v128, $c: v128) -> v128 {
                $mul_add
            }
            #[inline(always)]
            fn max(self, a: v128, b: v128) -> v128 {
                larger(a, b)
            }
            #[inline(always)]
            fn min(self, a: v128, b: v128) -> v128 {
                smaller(a, b)
            }
            #[inline(always)]
            fn sqrt(self, a: v128) -> v128 {
                f32x4_sqrt(a)
            }
            #[inline(always)]
            fn pow2_shifted(self, t: v128) -> v128 {
                i32x4_add(i32x4_shl(t, 23), i32x4_splat(1.0f32.to_bits() as i32))
            }
            #[inline(always)]
            fn drop_tiny(self, v: v128) -> v128 {
                without_tiny(v)
            }
            #[inline(always)]
            fn zero_if_less(self, a: v128, b: v128, v: v128) -> v128 {
                v128_andnot(v, f32x4_lt(a, b))
            }
            #[inline(always)]
            unsafe fn copy_4(self, src: *const f32, dst: *mut f32) {
                // SAFETY: the caller promises four readable and four writable floats.
                unsafe { v128_store(dst.cast(), without_tiny(v128_load(src.cast()))) };
            }
            #[inline(always)]
            unsafe fn transpose_4x4<const DROP: bool>(self, src: *const f32, src_stride: usize, dst: *mut f32, dst_stride: usize) {
                // SAFETY: the caller promises four rows of four floats at both.
                unsafe {
                    let row = |i: usize| {
                        let v = v128_load(src.add(i * src_stride).cast());
                        if DROP { without_tiny(v) } else { v }
                    };
                    let (a, b, c, d) = (row(0), row(1), row(2), row(3));
                    let (ab_low, ab_high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
                    let (cd_low, cd_high) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
                    let put = |j: usize, v: v128| v128_store(dst.add(j * dst_stride).cast(), v);
                    put(0, i64x2_shuffle::<0, 2>(ab_low, cd_low));
                    put(1, i64x2_shuffle::<1, 3>(ab_low, cd_low));
                    put(2, i64x2_shuffle::<0, 2>(ab_high, cd_high));
                    put(3, i64x2_shuffle::<1, 3>(ab_high, cd_high));
                }
            }
            #[inline(always)]
            fn to_array(self, v: v128) -> [f32; MAX_LANES] {
                let mut lanes = [0.0; MAX_LANES];
                self.store(v, &mut lanes);
                lanes
            }
        }

        impl DotInt8 for $token {
            type I = v128;
            const INT8_ROWS: usize = 4;

            #[inline(always)]
            fn splat_quad(self, quad: u32) -> v128 {
                u32x4_splat(quad)
            }
            #[inline(always)]
            unsafe fn load_quads(self, src: *const u32) -> v128 {
                // SAFETY: the caller promises four readable quads; `v128.load` needs no alignment.
                unsafe { v128_load(src.cast()) }
            }
            #[inline(always)]
            fn dot(self, signed: v128, small: v128, acc: v128) -> v128 {
                $dot(signed, small, acc)
            }
            #[inline(always)]
            fn ints(self, v: v128) -> [i32; MAX_LANES] {
                let mut lanes = [0; MAX_LANES];
                // SAFETY: the array has room for four integers.
                unsafe { v128_store(lanes.as_mut_ptr().cast(), v) };
                lanes
            }
            #[inline(always)]
            fn sum_ints(self, a: v128, b: v128) -> i32 {
                let pairs = i32x4_add(a, b);
                let sums = i32x4_add(pairs, i32x4_shuffle::<2, 3, 0, 1>(pairs, pairs));
                i32x4_extract_lane::<0>(sums) + i32x4_extract_lane::<1>(sums)
            }
        }
    };
}

/// `acc + Σ signed small`, four products a lane: bytes widened to 16 bits, of which there is a dot product.
#[inline(always)]
fn dot_widened(signed: v128, small: v128, acc: v128) -> v128 {
    let low = i32x4_dot_i16x8(i16x8_extend_low_i8x16(signed), i16x8_extend_low_i8x16(small));
    let high = i32x4_dot_i16x8(i16x8_extend_high_i8x16(signed), i16x8_extend_high_i8x16(small));
    // The sums of pairs: lanes 0 and 1 of the result lie in `low`, 2 and 3 in `high`.
    let even = i32x4_shuffle::<0, 2, 4, 6>(low, high);
    let odd = i32x4_shuffle::<1, 3, 5, 7>(low, high);
    i32x4_add(acc, i32x4_add(even, odd))
}

// Tiles measured in Chromium on x86-64, of whose 16 vector registers 15 are free. A product that is rounded by itself takes one
// more: 4 × 2 vectors reach 66 % of the multiply-add peak, 6 × 2 spill and reach 50 %.
wasm_backend!(Simd128, "simd128", 4, |a, b, c| f32x4_add(f32x4_mul(a, b), c), dot_widened);
// 12 accumulators, 2 vectors of B and one of A: 100 % of the peak, where 4 × 2 reach 84 % because eight accumulators do not hide
// the latency. It needs the order of the source kept (`-pre-RA-sched=source`); LLVM's own loads A early and spills: 46 %.
#[cfg(target_feature = "relaxed-simd")]
wasm_backend!(RelaxedSimd, "relaxed-simd", 6, |a, b, c| f32x4_relaxed_madd(a, b, c), i32x4_relaxed_dot_i8x16_i7x16_add);
