//! One trait over the vector instructions of every target; a zero-size token per instruction set.
//!
//! A token exists only where its instructions do, so the operations that take it are safe. Target-specific code
//! sits in [`arch`]; kernels are written once, generic over [`Simd`], and reach the token through [`dispatch!`].

pub mod arch;
pub mod int8;
pub mod math;
pub mod row;
pub mod sums;

mod backend;
mod inlined;

pub use backend::Backend;
pub(super) use backend::dispatch;
pub use inlined::Inlined;
pub(super) use inlined::inlined;
pub use int8::DotInt8;

/// The most lanes any instruction set has: the size of the buffers for the ends of slices.
pub const MAX_LANES: usize = 8;

/// The smallest magnitude, 2^-100, that takes part in products of matrices and comes out of elementwise kernels: what is smaller
/// becomes 0. Numbers that small lead to subnormal ones, below 2^-126, and an operation on those takes a hundred times as long;
/// WebAssembly cannot tell the processor to take them for 0.
pub const TINY: f32 = f32::from_bits((127 - 100) << 23);

/// As [`Simd::drop_tiny`], of one float.
#[inline(always)]
pub fn drop_tiny(x: f32) -> f32 {
    if x.to_bits() & 0x7fff_ffff < TINY.to_bits() { 0.0 } else { x }
}

/// An instruction set: operations on vectors of [`LANES`](Simd::LANES) floats, lane by lane.
pub trait Simd: Copy + Send + Sync + 'static {
    /// A vector of floats.
    type V: Copy;
    /// Name for people.
    const NAME: &'static str;
    /// Floats per vector.
    const LANES: usize;
    /// Rows of the matrix product's register tile.
    const TILE_ROWS: usize;
    /// Vectors per row of the matrix product's register tile.
    const TILE_VECTORS: usize;

    /// Runs `f` compiled for this instruction set.
    fn vectorize<R>(self, f: Inlined<impl FnOnce() -> R>) -> R;

    /// All lanes `x`.
    fn splat(self, x: f32) -> Self::V;
    /// The lanes at `src`.
    ///
    /// # Safety
    /// `src` is valid for reading `LANES` floats; no alignment is needed.
    unsafe fn load_ptr(self, src: *const f32) -> Self::V;
    /// Writes the lanes of `v` to `dst`.
    ///
    /// # Safety
    /// `dst` is valid for writing `LANES` floats; no alignment is needed.
    unsafe fn store_ptr(self, v: Self::V, dst: *mut f32);

    /// `a + b`.
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a - b`.
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a * b`.
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a / b`.
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c`, rounded once where the hardware can, else twice.
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `a > b ? a : b`, so `b` where either is NaN.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a < b ? a : b`, so `b` where either is NaN.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// Square root.
    fn sqrt(self, a: Self::V) -> Self::V;
    /// `2^n` for `t = 1.5 * 2^23 + n`, `n` an integer from -126 to 127; anything for other integers.
    fn pow2_shifted(self, t: Self::V) -> Self::V;
    /// 0 in the place of lanes that are smaller than [`TINY`]; NaN stays NaN.
    fn drop_tiny(self, v: Self::V) -> Self::V;
    /// `a < b ? 0 : v`, so `v` where `a` or `b` is NaN.
    fn zero_if_less(self, a: Self::V, b: Self::V, v: Self::V) -> Self::V;
    /// The lanes as an array; those from `LANES` on are 0.
    fn to_array(self, v: Self::V) -> [f32; MAX_LANES];

    /// Copies four floats, those that are tiny as 0.
    ///
    /// # Safety
    /// Four floats are readable at `src` and writable at `dst`, and the two do not overlap.
    #[inline(always)]
    unsafe fn copy_4(self, src: *const f32, dst: *mut f32) {
        for i in 0..4 {
            // SAFETY: promised by the caller.
            unsafe { *dst.add(i) = drop_tiny(*src.add(i)) };
        }
    }

    /// Transposes a block of 4 × 4 floats, with `DROP` those that are tiny as 0; strides are the distances between rows.
    ///
    /// # Safety
    /// Four rows of four floats are readable at `src` and writable at `dst`, and the two do not overlap.
    #[inline(always)]
    unsafe fn transpose_4x4<const DROP: bool>(self, src: *const f32, src_stride: usize, dst: *mut f32, dst_stride: usize) {
        for (i, j) in (0..16).map(|at| (at / 4, at % 4)) {
            // SAFETY: promised by the caller.
            unsafe {
                let x = *src.add(i * src_stride + j);
                *dst.add(j * dst_stride + i) = if DROP { drop_tiny(x) } else { x };
            }
        }
    }

    /// The first `len` lanes, at most all, from `src`; the others are 0.
    ///
    /// # Safety
    /// `src` is valid for reading `len` floats.
    #[inline(always)]
    unsafe fn load_part(self, src: *const f32, len: usize) -> Self::V {
        let mut buffer = [0.0; MAX_LANES];
        // SAFETY: promised by the caller.
        buffer[..len].copy_from_slice(unsafe { std::slice::from_raw_parts(src, len) });
        self.load(&buffer)
    }

    /// Writes the first `len` lanes of `v`, at most all, to `dst`.
    ///
    /// # Safety
    /// `dst` is valid for writing `len` floats.
    #[inline(always)]
    unsafe fn store_part(self, v: Self::V, dst: *mut f32, len: usize) {
        // SAFETY: promised by the caller.
        unsafe { std::slice::from_raw_parts_mut(dst, len) }.copy_from_slice(&self.to_array(v)[..len]);
    }

    /// The first `LANES` floats of `src`.
    #[inline(always)]
    fn load(self, src: &[f32]) -> Self::V {
        assert!(src.len() >= Self::LANES);
        // SAFETY: the length was checked.
        unsafe { self.load_ptr(src.as_ptr()) }
    }

    /// Writes the lanes of `v` to the first `LANES` floats of `dst`.
    #[inline(always)]
    fn store(self, v: Self::V, dst: &mut [f32]) {
        assert!(dst.len() >= Self::LANES);
        // SAFETY: the length was checked.
        unsafe { self.store_ptr(v, dst.as_mut_ptr()) }
    }

    /// The sum of the lanes, added pairwise.
    #[inline(always)]
    fn reduce_add(self, v: Self::V) -> f32 {
        let x = self.to_array(v);
        ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
    }

    /// The largest lane.
    #[inline(always)]
    fn reduce_max(self, v: Self::V) -> f32 {
        self.to_array(v)[..Self::LANES].iter().copied().fold(f32::NEG_INFINITY, f32::max)
    }
}
