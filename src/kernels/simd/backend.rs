//! The choice of an instruction set: detected once natively, fixed at compile time in wasm.

#[cfg(target_arch = "x86_64")]
use super::arch::avx2::Avx2Fma;
use super::arch::portable::Portable;
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
use super::arch::wasm::RelaxedSimd;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::arch::wasm::Simd128;

use super::Simd;

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug)]
pub enum Backend {
    /// Arrays and plain arithmetic.
    Portable(Portable),
    /// 256-bit vectors and fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2Fma(Avx2Fma),
    /// 128-bit vectors.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128(Simd128),
    /// 128-bit vectors and fused multiply-add.
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    RelaxedSimd(RelaxedSimd),
}

/// `dispatch!(backend, |isa| expression)`: evaluates the expression with the backend's token.
macro_rules! dispatch {
    ($backend:expr, |$isa:ident| $body:expr) => {
        match $backend {
            $crate::kernels::simd::Backend::Portable($isa) => $body,
            #[cfg(target_arch = "x86_64")]
            $crate::kernels::simd::Backend::Avx2Fma($isa) => $body,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            $crate::kernels::simd::Backend::Simd128($isa) => $body,
            #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
            $crate::kernels::simd::Backend::RelaxedSimd($isa) => $body,
        }
    };
}
pub(in crate::kernels) use dispatch;

impl Backend {
    /// The backend the calling thread's kernels use: the best one, unless a test chose another.
    #[inline]
    pub fn current() -> Self {
        #[cfg(test)]
        if let Some(chosen) = CHOSEN.get() {
            return chosen;
        }
        best()
    }

    /// Name for people.
    pub fn name(self) -> &'static str {
        fn name<S: Simd>(_: S) -> &'static str {
            S::NAME
        }
        dispatch!(self, |isa| name(isa))
    }
}

#[cfg(target_arch = "x86_64")]
fn best() -> Backend {
    static BEST: std::sync::OnceLock<Backend> = std::sync::OnceLock::new();
    *BEST.get_or_init(|| Avx2Fma::detect().map_or(Backend::Portable(Portable), Backend::Avx2Fma))
}

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
fn best() -> Backend {
    Backend::RelaxedSimd(RelaxedSimd)
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd")))]
fn best() -> Backend {
    Backend::Simd128(Simd128)
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
fn best() -> Backend {
    Backend::Portable(Portable)
}

#[cfg(test)]
thread_local! {
    static CHOSEN: std::cell::Cell<Option<Backend>> = const { std::cell::Cell::new(None) };
}

#[cfg(test)]
impl Backend {
    /// Every backend of this machine and build.
    pub fn available() -> Vec<Self> {
        vec![
            Self::Portable(Portable),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Self::Simd128(Simd128),
        ]
        .into_iter()
        .chain((!matches!(best(), Self::Portable(_))).then(best))
        .collect()
    }

    /// Runs `f` with this backend as the calling thread's choice.
    pub fn scope<R>(self, f: impl FnOnce() -> R) -> R {
        CHOSEN.set(Some(self));
        let result = f();
        CHOSEN.set(None);
        result
    }
}
