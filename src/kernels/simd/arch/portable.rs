//! Four-lane arrays: correct everywhere, and simple enough for the compiler to vectorise.

use crate::kernels::simd::{self, DotInt8, Inlined, MAX_LANES, Simd};

/// Token of the portable backend.
#[derive(Clone, Copy, Debug)]
pub struct Portable;

/// Four lanes.
#[derive(Clone, Copy)]
#[repr(align(16))]
pub struct Lanes([f32; 4]);

#[inline(always)]
fn zip(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    let (a, b) = (a.0, b.0);
    Lanes([f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])])
}

impl Simd for Portable {
    type V = Lanes;
    const NAME: &'static str = "portable";
    const LANES: usize = 4;
    const TILE_ROWS: usize = 4;
    const TILE_VECTORS: usize = 2;

    #[inline(always)]
    fn vectorize<R>(self, f: Inlined<impl FnOnce() -> R>) -> R {
        (f.0)()
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Lanes {
        Lanes([x; 4])
    }
    #[inline(always)]
    unsafe fn load_ptr(self, src: *const f32) -> Lanes {
        // SAFETY: the caller promises four readable floats.
        Lanes(unsafe { src.cast::<[f32; 4]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store_ptr(self, v: Lanes, dst: *mut f32) {
        // SAFETY: the caller promises four writable floats.
        unsafe { dst.cast::<[f32; 4]>().write_unaligned(v.0) }
    }
    #[inline(always)]
    fn add(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn mul_add(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        // Not `f32::mul_add`: without the instruction that is a call into the maths library.
        self.add(self.mul(a, b), c)
    }
    #[inline(always)]
    fn max(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn min(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn sqrt(self, a: Lanes) -> Lanes {
        Lanes(a.0.map(f32::sqrt))
    }
    #[inline(always)]
    fn pow2_shifted(self, t: Lanes) -> Lanes {
        Lanes(t.0.map(|t| f32::from_bits((t.to_bits() << 23).wrapping_add(1.0f32.to_bits()))))
    }
    #[inline(always)]
    fn drop_tiny(self, v: Lanes) -> Lanes {
        Lanes(v.0.map(simd::drop_tiny))
    }
    #[inline(always)]
    fn zero_if_less(self, a: Lanes, b: Lanes, v: Lanes) -> Lanes {
        let keep = zip(a, b, |a, b| f32::from_bits(if a < b { 0 } else { u32::MAX }));
        zip(v, keep, |v, keep| f32::from_bits(v.to_bits() & keep.to_bits()))
    }
    #[inline(always)]
    fn to_array(self, v: Lanes) -> [f32; MAX_LANES] {
        [v.0[0], v.0[1], v.0[2], v.0[3], 0.0, 0.0, 0.0, 0.0]
    }
}

impl DotInt8 for Portable {
    type I = [i32; 4];
    const INT8_ROWS: usize = 4;

    #[inline(always)]
    fn splat_quad(self, quad: u32) -> [i32; 4] {
        [quad as i32; 4]
    }
    #[inline(always)]
    unsafe fn load_quads(self, src: *const u32) -> [i32; 4] {
        // SAFETY: the caller promises four readable quads.
        unsafe { src.cast::<[i32; 4]>().read_unaligned() }
    }
    #[inline(always)]
    fn dot(self, signed: [i32; 4], small: [i32; 4], acc: [i32; 4]) -> [i32; 4] {
        let product = |a: i32, b: i32| -> i32 {
            a.to_le_bytes().into_iter().zip(b.to_le_bytes()).map(|(a, b)| i32::from(a as i8) * i32::from(b)).sum()
        };
        std::array::from_fn(|lane| acc[lane] + product(signed[lane], small[lane]))
    }
    #[inline(always)]
    fn ints(self, v: [i32; 4]) -> [i32; MAX_LANES] {
        std::array::from_fn(|lane| v.get(lane).copied().unwrap_or(0))
    }
}
