//! `quant-float`: float32 to float16 and bfloat16 and back, bit for bit, through the reader and writer of safetensors.

use std::collections::BTreeMap;

use tinyai::formats::safetensors::{self, Dtype, SaveDtype, TensorFile, TensorRef, TensorSource};

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let input: Vec<f32> = io.tensor("f32_bits")?.to_i64()?.into_iter().map(|bits| f32::from_bits(bits as u32)).collect();
    let nan_count = io.tensor("is_nan")?.to_i64()?.into_iter().filter(|flag| *flag != 0).count();
    checks.expected("count", &[input.len() as f64])?;
    checks.expected("nan_count", &[nan_count as f64])?;

    for (prefix, save_dtype, dtype) in [("f16", SaveDtype::F16, Dtype::F16), ("bf16", SaveDtype::BF16, Dtype::BF16)] {
        let rounded = round(&input, save_dtype)?;
        let back = decode(&rounded, dtype)?;
        let bits: Vec<i64> = rounded.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]]).into()).collect();
        if prefix == "f16" {
            let count = |holds: fn(i64) -> bool| bits.iter().filter(|bits| holds(**bits & 0x7fff)).count() as f64;
            checks.expected("f16_inf", &[count(|magnitude| magnitude == 0x7c00)])?;
            checks.expected("f16_subnormal", &[count(|magnitude| (1..0x400).contains(&magnitude))])?;
        }
        compare_bits(checks, &format!("{prefix}_bits"), bits, &back, &input, &io)?;
        let back_bits = back.iter().map(|value| value.to_bits().into()).collect();
        compare_bits(checks, &format!("{prefix}_back_bits"), back_bits, &back, &input, &io)?;
    }
    let name = "f16_decode_f32_bits";
    let want: Vec<f32> = io.tensor(name)?.to_i64()?.into_iter().map(|bits| f32::from_bits(bits as u32)).collect();
    let got = decode(io.tensor("f16_decode_bits")?.bytes, Dtype::F16)?;
    compare_bits(checks, name, got.iter().map(|value| value.to_bits().into()).collect(), &got, &want, &io)
}

/// Compares bit patterns `bits` of `values`. Of a NaN only that it stays one is prescribed, not its payload: where
/// `reference` is NaN, `values` must be, and the golden file's own bits are put in.
fn compare_bits(checks: &mut Checks, name: &str, mut bits: Vec<i64>, values: &[f32], reference: &[f32], io: &TensorFile) -> CaseResult {
    let want = io.tensor(name)?.to_i64()?;
    for (index, reference) in reference.iter().enumerate().filter(|(_, reference)| reference.is_nan()) {
        let value = values.get(index).copied().unwrap_or_default();
        checks.require(value.is_nan(), || format!("{name}[{index}]: got {value:e}, want {reference}"));
        if let (Some(bits), Some(want)) = (bits.get_mut(index), want.get(index)) {
            *bits = *want;
        }
    }
    checks.integer_tensor(name, &bits, io)
}

/// The bytes of the values in a 16-bit type.
fn round(values: &[f32], dtype: SaveDtype) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let source = TensorSource { name: "x", shape: &[values.len()], data: values };
    let file = safetensors::write(&[source], dtype, &BTreeMap::new());
    Ok(safetensors::read(&file)?.tensor("x")?.bytes.to_vec())
}

/// The float32 values of elements of a 16-bit type.
fn decode(bytes: &[u8], dtype: Dtype) -> Result<Vec<f32>, Box<dyn std::error::Error>> {
    Ok(TensorRef { name: "x".to_owned(), dtype, shape: vec![bytes.len() / 2], bytes }.to_f32()?)
}
