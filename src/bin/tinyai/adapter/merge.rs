//! `tinyai adapter merge`

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use tinyai::formats::safetensors::{self, TensorSource};
use tinyai::lab::adapter;
use tinyai::lab::problem::Text;

use super::elements::Elements;
use super::{CONFIG, WEIGHTS, build, named, read, warn};
use crate::cli::Failure;
use crate::language::Language;
use crate::output;
use crate::run::read_file;

const TOKENIZER: &str = "tokenizer.json";

/// Arguments of `tinyai adapter merge`.
#[derive(Args)]
pub struct Merge {
    /// Folder with adapter_config.json and adapter_model.safetensors.
    adapter: PathBuf,
    /// Folder of the base, with model.safetensors and config.json.
    #[arg(long)]
    base: PathBuf,
    /// Folder that gets the merged model.
    #[arg(long)]
    out: PathBuf,
    /// Type of the merged weights; what is not float32 rounds them.
    #[arg(long, value_enum, default_value = "f32")]
    dtype: Elements,
}

/// Writes the merged model.
pub fn run(args: &Merge, language: Language) -> Result<(), Failure> {
    let [config, weights] = read(&args.adapter)?;
    let adapter = adapter::read(&config, &weights).map_err(|problem| vec![problem])?;
    output::prepare(&args.out.join(WEIGHTS))?;
    let mut model = build(&args.base)?;
    let loaded = adapter::load(&adapter, &mut model).map_err(|problem| vec![problem])?;
    warn(adapter::other_base(&adapter, Some(&named(&args.base))).as_ref(), language);
    adapter::merge(&loaded, &mut model).map_err(|problem| vec![problem])?;
    let asked: Vec<&str> = model.blueprint.params().map(|(_, param)| param.name.as_str()).collect();
    let params = model.params.iter().filter(|param| asked.contains(&param.name.as_str()));
    let tensors: Vec<TensorSource> =
        params.map(|param| TensorSource { name: &param.name, shape: &param.shape, data: param.value.data() }).collect();
    let bytes = safetensors::write(&tensors, args.dtype.saved(), &safetensors::hf_metadata());
    warn(rounded(&tensors, &bytes, args.dtype)?.as_ref(), language);
    fs::write(args.out.join(WEIGHTS), bytes)?;
    fs::write(args.out.join(CONFIG), of_dtype(&read_file(&args.base.join(CONFIG))?, args.dtype))?;
    if let Ok(tokenizer) = fs::read(args.base.join(TOKENIZER)) {
        fs::write(args.out.join(TOKENIZER), tokenizer)?;
    }
    Ok(())
}

/// What rounding costs, where there is any.
fn rounded(tensors: &[TensorSource], bytes: &[u8], dtype: Elements) -> Result<Option<Text>, Failure> {
    if dtype == Elements::F32 {
        return Ok(None);
    }
    let file = safetensors::read(bytes).map_err(io::Error::other)?;
    let mut worst = (0.0f32, "");
    for tensor in tensors {
        let saved = file.tensor(tensor.name).and_then(|tensor| tensor.to_f32()).map_err(io::Error::other)?;
        let by = saved.iter().zip(tensor.data).map(|(saved, exact)| (saved - exact).abs()).fold(0.0, f32::max);
        worst = if by > worst.0 { (by, tensor.name) } else { worst };
    }
    let ((by, tensor), name) = (worst, dtype.name());
    Ok((by > 0.0).then(|| Text {
        en: format!("The merged weights are rounded to {name}: by at most {by:e}, in {tensor}. With --dtype f32 they are exact."),
        zh: format!("合并后的权重取整为 {name}，误差最大为 {by:e}（{tensor}）。使用 --dtype f32 则没有误差。"),
    }))
}

/// A `config.json` that tells the type that the weights have now; otherwise as it was.
fn of_dtype(config: &[u8], dtype: Elements) -> Vec<u8> {
    let Ok(mut fields) = serde_json::from_slice::<Value>(config) else { return config.to_vec() };
    let stated: Vec<&str> = ["dtype", "torch_dtype"].into_iter().filter(|field| fields.get(*field).is_some()).collect();
    if stated.iter().all(|field| fields[*field] == dtype.name()) {
        return config.to_vec();
    }
    stated.iter().for_each(|field| fields[*field] = dtype.name().into());
    format!("{fields:#}\n").into_bytes()
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_tells_the_type_that_the_weights_have() {
        let config = br#"{"torch_dtype": "float16", "z": 1, "a": 2}"#;
        let fields: Value = serde_json::from_slice(&of_dtype(config, Elements::F32)).unwrap();
        assert_eq!(fields, serde_json::json!({ "torch_dtype": "float32", "z": 1, "a": 2 }));
        assert_eq!(of_dtype(config, Elements::F16), config, "what is right already stays as it is, letter by letter");
        assert_eq!(of_dtype(b"{}", Elements::Bf16), b"{}");
    }
}
