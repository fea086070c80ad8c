//! `tinyai adapter convert`

use std::io;
use std::path::PathBuf;

use clap::Args;
use tinyai::formats::peft::ADAPTER_MODEL;
use tinyai::formats::safetensors::Dtype;
use tinyai::lab::adapter;
use tinyai::lab::problem::Text;

use super::elements::Elements;
use super::{read, warn, write};
use crate::cli::Failure;
use crate::language::Language;
use crate::output;

/// Arguments of `tinyai adapter convert`.
#[derive(Args)]
pub struct Convert {
    /// Folder with adapter_config.json and adapter_model.safetensors.
    adapter: PathBuf,
    /// Folder that gets the adapter.
    #[arg(long)]
    out: PathBuf,
    /// Type of the weights.
    #[arg(long, value_enum, default_value = "f32")]
    dtype: Elements,
}

/// Writes the adapter anew.
pub fn run(args: &Convert, language: Language) -> Result<(), Failure> {
    let [config, weights] = read(&args.adapter)?;
    let adapter = adapter::read(&config, &weights).map_err(|problem| vec![problem])?;
    output::prepare(&args.out.join(ADAPTER_MODEL))?;
    let tensors = adapter.to_f32().map_err(io::Error::other)?;
    let exact = |dtype: Dtype| match args.dtype {
        Elements::F32 => true,
        Elements::F16 => dtype == Dtype::F16,
        Elements::Bf16 => dtype == Dtype::BF16,
    };
    if let Some(tensor) = adapter.tensors.values().find(|tensor| !exact(tensor.dtype)) {
        let (name, from, to) = (&tensor.name, tensor.dtype, args.dtype.name());
        let text = Text {
            en: format!("Values are rounded to {to}: {name} and others were {from:?}."),
            zh: format!("数值取整为 {to}：{name} 等张量原为 {from:?}。"),
        };
        warn(Some(&text), language);
    }
    write(&args.out, &adapter::files(&adapter.config, &tensors, args.dtype.saved()))?;
    Ok(())
}
