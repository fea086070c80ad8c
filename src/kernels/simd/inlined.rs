//! Closures that cannot become functions of their own.

/// A closure that is compiled as part of the function that calls it, and so for the instruction set that [`vectorize`] sets there.
///
/// In a function of its own it would be compiled for the oldest processor, and each operation on vectors within it would be a call.
/// So [`inlined!`] alone makes it: of a closure in the source, marked `#[inline(always)]`. It is passed by value: `&F` is a function
/// too, which hands over to `F`, but nothing makes the compiler inline that one.
///
/// [`vectorize`]: super::Simd::vectorize
#[derive(Clone, Copy, Debug)]
pub struct Inlined<F>(pub(in crate::kernels) F);

impl<F> Inlined<F> {
    /// A closure to be called once. Were it known here as one to be called more often, a function of the compiler's would stand between.
    pub(in crate::kernels) fn once<R>(f: F) -> Self
    where
        F: FnOnce() -> R,
    {
        Self(f)
    }
}

/// `inlined!(|x, [a, b]| expression)`: the closure as [`Inlined`]; patterns in brackets are arrays.
macro_rules! inlined {
    (|| $body:expr) => { $crate::kernels::simd::Inlined::once(#[inline(always)] || $body) };
    (|$($argument:tt),*| $body:expr) => {
        $crate::kernels::simd::Inlined(#[inline(always)] |$($argument: $crate::kernels::simd::inlined!(@type $argument)),*| $body)
    };
    (@type [$($element:tt)*]) => { [_; _] };
    (@type $argument:tt) => { _ };
}
pub(in crate::kernels) use inlined;
