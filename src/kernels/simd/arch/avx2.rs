//! x86-64 with AVX2 and FMA.

use crate::kernels::simd::{DotInt8, Inlined, MAX_LANES, Simd, TINY};
use std::arch::x86_64::*;

/// Token of AVX2 with FMA: [`Avx2Fma::detect`] is the only way to one.
#[derive(Clone, Copy, Debug)]
pub struct Avx2Fma(());

impl Avx2Fma {
    /// The token, where the machine has both instruction sets.
    pub fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

/// The four floats at `src`, with `DROP` those that are tiny as 0.
///
/// # Safety
/// `src` is valid for reading four floats.
#[inline(always)]
unsafe fn load_4<const DROP: bool>(src: *const f32) -> __m128 {
    // SAFETY: promised by the caller; every x86-64 processor has SSE2.
    unsafe {
        let v = _mm_loadu_ps(src);
        if !DROP {
            return v;
        }
        let magnitude = _mm_and_si128(_mm_castps_si128(v), _mm_set1_epi32(i32::MAX));
        let tiny = _mm_cmpgt_epi32(_mm_set1_epi32(TINY.to_bits() as i32), magnitude);
        _mm_andnot_ps(_mm_castsi128_ps(tiny), v)
    }
}

/// The mask of the first `len` lanes.
///
/// # Safety
/// The machine has AVX2.
#[inline(always)]
unsafe fn first_lanes(len: usize) -> __m256i {
    // SAFETY: promised by the caller.
    unsafe { _mm256_cmpgt_epi32(_mm256_set1_epi32(len as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)) }
}

/// A safe method that is one intrinsic.
macro_rules! intrinsic {
    ($name:ident($($arg:ident),*) = $intrinsic:expr) => {
        #[inline(always)]
        fn $name(self, $($arg: __m256),*) -> __m256 {
            // SAFETY: the token proves that the machine has AVX2 and FMA.
            unsafe { $intrinsic($($arg),*) }
        }
    };
}

impl Simd for Avx2Fma {
    type V = __m256;
    const NAME: &'static str = "avx2-fma";
    const LANES: usize = 8;
    const TILE_ROWS: usize = 6;
    const TILE_VECTORS: usize = 2;

    #[inline(always)]
    fn vectorize<R>(self, f: Inlined<impl FnOnce() -> R>) -> R {
        #[target_feature(enable = "avx2,fma")]
        fn entry<R>(f: Inlined<impl FnOnce() -> R>) -> R {
            (f.0)()
        }
        // SAFETY: the token proves that the machine has AVX2 and FMA.
        unsafe { entry(f) }
    }
    #[inline(always)]
    fn splat(self, x: f32) -> __m256 {
        // SAFETY: the token proves that the machine has AVX2 and FMA.
        unsafe { _mm256_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load_ptr(self, src: *const f32) -> __m256 {
        // SAFETY: the token proves AVX; the caller promises eight readable floats.
        unsafe { _mm256_loadu_ps(src) }
    }
    #[inline(always)]
    unsafe fn store_ptr(self, v: __m256, dst: *mut f32) {
        // SAFETY: the token proves AVX; the caller promises eight writable floats.
        unsafe { _mm256_storeu_ps(dst, v) }
    }
    intrinsic!(add(a, b) = _mm256_add_ps);
    intrinsic!(sub(a, b) = _mm256_sub_ps);
    intrinsic!(mul(a, b) = _mm256_mul_ps);
    intrinsic!(div(a, b) = _mm256_div_ps);
    intrinsic!(mul_add(a, b, c) = _mm256_fmadd_ps);
    intrinsic!(max(a, b) = _mm256_max_ps);
    intrinsic!(min(a, b) = _mm256_min_ps);
    intrinsic!(sqrt(a) = _mm256_sqrt_ps);
    #[inline(always)]
    fn pow2_shifted(self, t: __m256) -> __m256 {
        // SAFETY: the token proves that the machine has AVX2 and FMA.
        unsafe {
            let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(t));
            let one = _mm256_set1_epi32(1.0f32.to_bits() as i32);
            _mm256_castsi256_ps(_mm256_add_epi32(exponent, one))
        }
    }
    #[inline(always)]
    fn drop_tiny(self, v: __m256) -> __m256 {
        // Compared as integers, which have no subnormal ones.
        // SAFETY: the token proves that the machine has AVX2.
        unsafe {
            let magnitude = _mm256_and_si256(_mm256_castps_si256(v), _mm256_set1_epi32(i32::MAX));
            let tiny = _mm256_cmpgt_epi32(_mm256_set1_epi32(TINY.to_bits() as i32), magnitude);
            _mm256_andnot_ps(_mm256_castsi256_ps(tiny), v)
        }
    }
    #[inline(always)]
    fn zero_if_less(self, a: __m256, b: __m256, v: __m256) -> __m256 {
        // SAFETY: the token proves that the machine has AVX2 and FMA.
        unsafe { _mm256_andnot_ps(_mm256_cmp_ps::<_CMP_LT_OQ>(a, b), v) }
    }
    #[inline(always)]
    unsafe fn load_part(self, src: *const f32, len: usize) -> __m256 {
        // SAFETY: the token proves AVX2; the caller promises `len` readable floats, and the lanes from there on are not read.
        unsafe { _mm256_maskload_ps(src, first_lanes(len)) }
    }
    #[inline(always)]
    unsafe fn store_part(self, v: __m256, dst: *mut f32, len: usize) {
        // SAFETY: the token proves AVX2; the caller promises `len` writable floats, and the lanes from there on are not written.
        unsafe { _mm256_maskstore_ps(dst, first_lanes(len), v) };
    }
    #[inline(always)]
    unsafe fn copy_4(self, src: *const f32, dst: *mut f32) {
        // SAFETY: the caller promises four readable and four writable floats.
        unsafe { _mm_storeu_ps(dst, load_4::<true>(src)) };
    }
    #[inline(always)]
    unsafe fn transpose_4x4<const DROP: bool>(self, src: *const f32, src_stride: usize, dst: *mut f32, dst_stride: usize) {
        // SAFETY: the token proves AVX2; the caller promises four rows of four floats at both.
        unsafe {
            let (mut a, mut b) = (load_4::<DROP>(src), load_4::<DROP>(src.add(src_stride)));
            let (mut c, mut d) = (load_4::<DROP>(src.add(2 * src_stride)), load_4::<DROP>(src.add(3 * src_stride)));
            _MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d);
            for (j, v) in [a, b, c, d].into_iter().enumerate() {
                _mm_storeu_ps(dst.add(j * dst_stride), v);
            }
        }
    }
    #[inline(always)]
    fn to_array(self, v: __m256) -> [f32; MAX_LANES] {
        let mut lanes = [0.0; MAX_LANES];
        self.store(v, &mut lanes);
        lanes
    }
}

impl DotInt8 for Avx2Fma {
    type I = __m256i;
    const INT8_ROWS: usize = 4;

    #[inline(always)]
    fn splat_quad(self, quad: u32) -> __m256i {
        // SAFETY: the token proves that the machine has AVX2.
        unsafe { _mm256_set1_epi32(quad as i32) }
    }
    #[inline(always)]
    unsafe fn load_quads(self, src: *const u32) -> __m256i {
        // SAFETY: the token proves AVX2; the caller promises eight readable quads.
        unsafe { _mm256_loadu_si256(src.cast()) }
    }
    #[inline(always)]
    fn dot(self, signed: __m256i, small: __m256i, acc: __m256i) -> __m256i {
        // SAFETY: the token proves that the machine has AVX2.
        unsafe {
            let pairs = _mm256_maddubs_epi16(small, signed);
            _mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
        }
    }
    #[inline(always)]
    fn ints(self, v: __m256i) -> [i32; MAX_LANES] {
        // SAFETY: the token proves that the machine has AVX2; the array has room for eight integers.
        unsafe {
            let mut lanes = [0; MAX_LANES];
            _mm256_storeu_si256(lanes.as_mut_ptr().cast(), v);
            lanes
        }
    }
}
