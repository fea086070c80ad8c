//! What the compiler made of the kernels in the native command line.

use crate::build;
use crate::engine::Haste;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::fs;

/// An operation on vectors of 256 bits is one instruction where it is inlined; where it is not, the binary has a function of this name.
const OPERATION: &str = "_mm256_";
/// The function that each kernel for AVX2 is inlined into.
const ENTRY: &str = "Avx2Fma$u20$as$u20$tinyai..kernels..simd..Simd$GT$9vectorize5entry";

/// Checks that every operation on vectors is an instruction, and none a call: calls made training natively slower than in the browser.
pub fn check() -> Result<()> {
    let binary = build::native(Haste::Now)?;
    let bytes = fs::read(&binary).with_context(|| format!("{} was not built", binary.display()))?;
    ensure!(!names_with(&bytes, ENTRY).is_empty(), "{} has no symbols, or no kernel for AVX2", binary.display());
    let calls = names_with(&bytes, OPERATION);
    ensure!(
        calls.is_empty(),
        "{} calls functions for operations on vectors; some code within `vectorize` is not inlined (see src/kernels/simd/inlined.rs): {}",
        binary.display(),
        calls.into_iter().collect::<Vec<_>>().join(", ")
    );
    Ok(())
}

/// The names in a binary's tables of strings, which end with a zero byte, that contain `part`.
fn names_with<'a>(bytes: &'a [u8], part: &str) -> BTreeSet<&'a str> {
    let names = bytes.split(|byte| *byte == 0).filter_map(|name| str::from_utf8(name).ok());
    names.filter(|name| name.len() < 1000 && name.starts_with("_") && name.contains(part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_among_other_bytes() {
        let bytes = b"\x7fELF\0\xff\xfe_mm256_x\0_ZN4core9core_arch3x863avx13_mm256_add_ps17h0E\0_ZN4main17h0E\0see _mm256_\0";
        assert_eq!(names_with(bytes, OPERATION).into_iter().collect::<Vec<_>>(), ["_ZN4core9core_arch3x863avx13_mm256_add_ps17h0E"]);
        assert!(names_with(bytes, ENTRY).is_empty());
    }
}
