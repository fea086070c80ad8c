//! `quant-nf4`: 4-bit codes at the quantiles of the normal distribution, with a scale for each 64 elements.

use tinyai::formats::safetensors;
use tinyai::kernels::nf4::{BLOCK, LEVELS, absmax, decode, encode, pack};

use super::CaseResult;
use super::case::Case;
use super::checks::Checks;

pub fn run(case: &Case, checks: &mut Checks) -> CaseResult {
    let bytes = case.file("io.safetensors")?;
    let io = safetensors::read(&bytes)?;
    let block = case.integer("hyper.block")?;
    checks.require(block == BLOCK, || format!("blocks of {BLOCK}, want {block}"));
    let levels = io.tensor("levels")?.to_f32()?;
    checks.require(levels == LEVELS, || format!("levels {LEVELS:?}, want {levels:?}"));
    let inputs: Vec<&str> = io.tensors.keys().filter_map(|name| name.strip_suffix(".x")).collect();
    for input in inputs {
        let x = io.tensor(&format!("{input}.x"))?.to_f32()?;
        let (mut codes, mut scales, mut decoded) = (vec![0; x.len()], Vec::new(), vec![0.0; x.len()]);
        for ((x, codes), decoded) in x.chunks(BLOCK).zip(codes.chunks_mut(BLOCK)).zip(decoded.chunks_mut(BLOCK)) {
            let scale = absmax(x);
            encode(x, scale, codes);
            let mut packed = vec![0; codes.len().div_ceil(2)];
            pack(codes, &mut packed);
            decode(&packed, 0, scale, decoded);
            scales.push(scale);
        }
        let mut packed = vec![0; x.len().div_ceil(2)];
        pack(&codes, &mut packed);
        let integers = |bytes: &[u8]| bytes.iter().map(|byte| i64::from(*byte)).collect::<Vec<_>>();
        let error = x.iter().zip(&decoded).map(|(x, back)| f64::from((x - back).abs())).fold(0.0, f64::max);
        checks.integer_tensor(&format!("{input}.codes"), &integers(&codes), &io)?;
        checks.integer_tensor(&format!("{input}.packed"), &integers(&packed), &io)?;
        checks.tensor(&format!("{input}.absmax"), &scales, &io)?;
        checks.tensor(&format!("{input}.dequant"), &decoded, &io)?;
        checks.expected(&format!("{input}.max_abs_error"), &[error])?;
    }
    Ok(())
}
