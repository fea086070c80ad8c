//! The random numbers that the benchmark's pages use too.

/// Tommy Ettinger's `mulberry32`: small, and the same in every language.
#[derive(Clone, Debug)]
pub struct Mulberry32(u32);

impl Mulberry32 {
    /// A sequence from a seed.
    pub fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// The next number, uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6D2B_79F5);
        let mut t = self.0;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// Numbers without end, uniform in [-0.5, 0.5).
    pub fn centred(seed: u32) -> impl Iterator<Item = f32> {
        let mut random = Self::new(seed);
        std::iter::repeat_with(move || (random.uniform() - 0.5) as f32)
    }
}
