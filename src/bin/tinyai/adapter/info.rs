//! `tinyai adapter info`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use tinyai::lab::adapter::{self, AdapterInfo};
use tinyai::lab::problem::Text;

use super::{build, named, read};
use crate::cli::Failure;
use crate::language::Language;
use crate::print;

/// Arguments of `tinyai adapter info`.
#[derive(Args)]
pub struct Info {
    /// Folder with adapter_config.json and adapter_model.safetensors.
    adapter: PathBuf,
    /// The base that it is to be used with, a folder; the adapter is checked against it.
    #[arg(long)]
    base: Option<PathBuf>,
    /// As JSON, on standard output.
    #[arg(long)]
    json: bool,
}

/// Tells what an adapter is.
pub fn run(args: &Info, language: Language) -> Result<(), Failure> {
    let [config, weights] = read(&args.adapter)?;
    let adapter = adapter::read(&config, &weights).map_err(|problem| vec![problem])?;
    if let Some(base) = &args.base {
        adapter::load(&adapter, &mut build(base)?).map_err(|problem| vec![problem])?;
    }
    let name = args.base.as_ref().map(|base| named(base));
    let info = adapter::info(&adapter, name.as_deref());
    match args.json {
        true => print::json(&info)?,
        false => write!(io::stdout().lock(), "{}", in_words(&info, language))?,
    }
    Ok(())
}

fn in_words(info: &AdapterInfo, language: Language) -> String {
    let words = |en: &str, zh: &str| language.of(&Text { en: en.to_owned(), zh: zh.to_owned() });
    let mut lines = vec![(words("method", "方法"), info.method.clone())];
    let mut add = |name: String, value: Option<String>| lines.extend(value.map(|value| (name, value)));
    add(words("rank", "秩"), info.rank.map(|rank| rank.to_string()));
    add(words("alpha", "alpha"), info.alpha.map(|alpha| alpha.to_string()));
    add(words("virtual tokens", "虚拟词元"), info.virtual_tokens.map(|tokens| tokens.to_string()));
    let variants = [(info.rank_stabilised, "rsLoRA"), (info.dora, "DoRA")].into_iter().filter(|(is, _)| *is).map(|(_, name)| name);
    let variants: Vec<&str> = variants.collect();
    add(words("variant", "变体"), (!variants.is_empty()).then(|| variants.join(", ")));
    let modules = (!info.modules.is_empty()).then(|| format!("{} ({})", info.modules.len(), info.target_modules.join(", ")));
    add(words("modules", "模块"), modules);
    add(words("base", "基座模型"), info.base.clone());
    add(words("parameters", "参数量"), Some(info.parameters.to_string()));
    add(words("bytes", "字节"), Some(format!("{} ({})", info.bytes, info.dtypes.join(", "))));
    let lines = lines.into_iter().map(|(name, value)| format!("{name}: {value}\n"));
    let warnings = info.warnings.iter().map(|warning| format!("! {}\n", language.of(warning)));
    lines.chain(warnings).collect()
}
