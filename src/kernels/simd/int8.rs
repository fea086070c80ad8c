//! Products of small integers: four at a time for each 32-bit lane.

use super::{MAX_LANES, Simd};

/// Operations on vectors of [`LANES`](Simd::LANES) quads of bytes, or as many 32-bit integers.
///
/// Signed bytes are multiplied with bytes of 7 bits (0 to 127): with an eighth bit WebAssembly leaves it to the processor whether
/// that byte has a sign, and the sums of two products to whether they saturate at 16 bits.
pub trait DotInt8: Simd {
    /// A vector of quads of bytes or of 32-bit integers.
    type I: Copy;
    /// Rows of the integer product's register tile; it is as wide as that of floats.
    const INT8_ROWS: usize;

    /// All lanes the same four bytes.
    fn splat_quad(self, quad: u32) -> Self::I;
    /// The quads at `src`.
    ///
    /// # Safety
    /// `src` is valid for reading `LANES` quads; no alignment is needed.
    unsafe fn load_quads(self, src: *const u32) -> Self::I;
    /// Adds to each lane of `acc` the dot product of four signed bytes with four bytes of 7 bits.
    fn dot(self, signed: Self::I, small: Self::I, acc: Self::I) -> Self::I;
    /// The lanes as an array; those from `LANES` on are 0.
    fn ints(self, v: Self::I) -> [i32; MAX_LANES];
    /// The sum of all lanes of both.
    #[inline(always)]
    fn sum_ints(self, a: Self::I, b: Self::I) -> i32 {
        self.ints(a).iter().chain(&self.ints(b)).sum()
    }
}
