//! `quant-int8`: symmetric 8-bit codes with one scale for a tensor, a row, or 32 elements of a row.

use tinyai::formats::safetensors::{self, TensorFile};
use tinyai::kernels::int8::{absmax_scale, decode, encode};

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let group = case.integer("hyper.group")?;
    let inputs: Vec<&str> = io.tensors.keys().filter_map(|name| name.strip_suffix(".x")).collect();
    for input in inputs {
        let x = io.tensor(&format!("{input}.x"))?;
        let (columns, x) = (x.shape[1], x.to_f32()?);
        check(checks, &io, &format!("{input}.tensor"), &x, [&x[..]])?;
        check(checks, &io, &format!("{input}.row"), &x, x.chunks(columns))?;
        let groups = x.chunks(columns).flat_map(|row| row.chunks(group));
        check(checks, &io, &format!("{input}.group{group}"), &x, groups)?;
    }
    Ok(())
}

/// `groups`: the parts of `x`, in order, that have a scale each.
fn check<'x>(checks: &mut Checks, io: &TensorFile, name: &str, x: &[f32], groups: impl IntoIterator<Item = &'x [f32]>) -> CaseResult {
    let (mut codes, mut scales, mut decoded) = (Vec::new(), Vec::new(), Vec::new());
    for group in groups {
        let (scale, mut of_group, mut back) = (absmax_scale(group), vec![0; group.len()], vec![0.0; group.len()]);
        encode(group, scale, &mut of_group);
        decode(&of_group, scale, &mut back);
        codes.extend(of_group.into_iter().map(i64::from));
        scales.push(scale);
        decoded.extend(back);
    }
    let error = x.iter().zip(&decoded).map(|(x, back)| f64::from((x - back).abs())).fold(0.0, f64::max);
    checks.integer_tensor(&format!("{name}.codes"), &codes, io)?;
    checks.tensor(&format!("{name}.scales"), &scales, io)?;
    checks.tensor(&format!("{name}.dequant"), &decoded, io)?;
    Ok(checks.expected(&format!("{name}.max_abs_error"), &[error])?)
}
