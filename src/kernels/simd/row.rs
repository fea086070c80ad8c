//! Loops over whole slices: elementwise maps and reductions, generic in the number of inputs and outputs.
//!
//! The end of a slice goes through a vector that is only partly filled and the same code, so an element's value does not depend
//! on where in the slice it stands. Sums are [`Sums`]: they do not depend on how many lanes a vector has.

use super::sums::{SUMS, Sums};
use super::{Inlined, Simd};

/// Up to `LANES` floats of `x` from `start` on, padded with zeros.
#[inline(always)]
pub fn load_partial<S: Simd>(isa: S, x: &[f32], start: usize) -> S::V {
    let rest = &x[start..];
    // SAFETY: that many floats are left.
    unsafe { isa.load_part(rest.as_ptr(), rest.len().min(S::LANES)) }
}

/// `outputs = f(inputs, outputs)`, element by element; all slices have one length.
#[inline(always)]
pub fn map<S: Simd, const IN: usize, const OUT: usize>(
    isa: S,
    inputs: [&[f32]; IN],
    mut outputs: [&mut [f32]; OUT],
    f: Inlined<impl Fn([S::V; IN], [S::V; OUT]) -> [S::V; OUT]>,
) {
    let len = outputs[0].len();
    assert!(inputs.iter().all(|x| x.len() == len) && outputs.iter().all(|x| x.len() == len));
    let full = len - len % S::LANES;
    let (mut x, mut y) = ([isa.splat(0.0); IN], [isa.splat(0.0); OUT]);
    for i in (0..full).step_by(S::LANES) {
        for (x, input) in x.iter_mut().zip(&inputs) {
            // SAFETY: `i + LANES <= len`, the length of every slice.
            *x = unsafe { isa.load_ptr(input.as_ptr().add(i)) };
        }
        for (y, output) in y.iter_mut().zip(&outputs) {
            // SAFETY: as above.
            *y = unsafe { isa.load_ptr(output.as_ptr().add(i)) };
        }
        let results = (f.0)(x, y);
        for (result, output) in results.into_iter().zip(&mut outputs) {
            // SAFETY: as above.
            unsafe { isa.store_ptr(result, output.as_mut_ptr().add(i)) };
        }
    }
    if full < len {
        for (x, input) in x.iter_mut().zip(&inputs) {
            *x = load_partial(isa, input, full);
        }
        for (y, output) in y.iter_mut().zip(&outputs) {
            *y = load_partial(isa, output, full);
        }
        for (output, result) in outputs.into_iter().zip((f.0)(x, y)) {
            // SAFETY: as above, with fewer floats than lanes.
            unsafe { isa.store_part(result, output.as_mut_ptr().add(full), len - full) };
        }
    }
}

/// `Σ f(inputs)`, accumulated in [`Sums`].
#[inline(always)]
pub fn sum<S: Simd, const IN: usize>(isa: S, inputs: [&[f32]; IN], f: Inlined<impl Fn([S::V; IN]) -> S::V>) -> f32 {
    let len = inputs[0].len();
    assert!(inputs.iter().all(|x| x.len() == len));
    let full = len - len % SUMS;
    let mut x = [isa.splat(0.0); IN];
    let mut sums = Sums::zero(isa);
    for start in (0..full).step_by(SUMS) {
        for v in 0..Sums::<S>::VECTORS {
            for (x, input) in x.iter_mut().zip(&inputs) {
                // SAFETY: this vector is one of the `SUMS` floats from `start` on, which are within every slice.
                *x = unsafe { isa.load_ptr(input.as_ptr().add(start + v * S::LANES)) };
            }
            sums.0[v] = isa.add(sums.0[v], (f.0)(x));
        }
    }
    if full < len {
        for (v, at) in (full..len).step_by(S::LANES).enumerate() {
            for (x, input) in x.iter_mut().zip(&inputs) {
                *x = load_partial(isa, input, at);
            }
            // `f` need not map the padding to 0.
            let terms = isa.to_array((f.0)(x));
            sums.0[v] = isa.add(sums.0[v], load_partial(isa, &terms[..S::LANES.min(len - at)], 0));
        }
    }
    sums.total(isa)
}

/// The largest element; minus infinity for none.
#[inline(always)]
pub fn max<S: Simd>(isa: S, x: &[f32]) -> f32 {
    let full = x.len() - x.len() % S::LANES;
    let mut acc = isa.splat(f32::NEG_INFINITY);
    for chunk in x[..full].chunks_exact(S::LANES) {
        acc = isa.max(acc, isa.load(chunk));
    }
    x[full..].iter().copied().fold(isa.reduce_max(acc), f32::max)
}

#[cfg(test)]
mod tests;
