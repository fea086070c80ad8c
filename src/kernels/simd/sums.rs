//! Sums whose order is one for every instruction set.

use super::Simd;

/// Partial sums of a [`Sums`].
pub const SUMS: usize = 8;

/// Eight partial sums, of every eighth term each, in as many vectors as that takes: so that a sum has the same bits with vectors of four
/// floats, as in WebAssembly, and of eight. Vectors of four thereby form two chains of additions.
#[derive(Clone, Copy)]
pub struct Sums<S: Simd>(pub [S::V; 2]);

impl<S: Simd> Sums<S> {
    /// How many of the vectors are in use.
    pub const VECTORS: usize = SUMS / S::LANES;

    /// No term yet.
    #[inline(always)]
    pub fn zero(isa: S) -> Self {
        Self([isa.splat(0.0); 2])
    }

    /// The sum of all, added pairwise: `((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7))`.
    #[inline(always)]
    pub fn total(self, isa: S) -> f32 {
        let [mut v, more] = self.0;
        if Self::VECTORS == 2 {
            v = isa.add(v, more);
        }
        isa.reduce_add(v)
    }
}
