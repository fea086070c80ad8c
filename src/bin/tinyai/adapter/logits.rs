//! `tinyai adapter logits`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use tinyai::finetune::prompt::virtual_ids;
use tinyai::lab::adapter;
use tinyai::lab::problem::Text;
use tinyai::lab::problems::bad_file;
use tinyai::nn::Tokens;

use super::{build, named, read, warn};
use crate::cli::Failure;
use crate::language::Language;

/// Arguments of `tinyai adapter logits`.
#[derive(Args)]
pub struct Logits {
    /// Folder with adapter_config.json and adapter_model.safetensors; without it, the base alone.
    adapter: Option<PathBuf>,
    /// Folder of the base, with model.safetensors and config.json.
    #[arg(long)]
    base: PathBuf,
    /// Tokens.
    #[arg(long, value_delimiter = ',', required = true)]
    ids: Vec<i32>,
}

/// Prints the logits.
pub fn run(args: &Logits, language: Language) -> Result<(), Failure> {
    let mut model = build(&args.base)?;
    let mut virtual_tokens = 0;
    if let Some(folder) = &args.adapter {
        let [config, weights] = read(folder)?;
        let adapter = adapter::read(&config, &weights).map_err(|problem| vec![problem])?;
        virtual_tokens = adapter::load(&adapter, &mut model).map_err(|problem| vec![problem])?.virtual_tokens;
        warn(adapter::other_base(&adapter, Some(&named(&args.base))).as_ref(), language);
    }
    let (vocab_size, most) = (model.config.vocab_size, model.config.max_positions.saturating_sub(virtual_tokens + model.prefix_keys));
    let unknown = args.ids.iter().find(|id| !(0..vocab_size as i64).contains(&i64::from(**id)));
    if unknown.is_some() || args.ids.len() > most {
        let found = unknown.map_or_else(|| format!("{} tokens", args.ids.len()), |id| id.to_string());
        let reason = Text {
            en: format!("--ids has {found}, but this model takes at most {most} tokens, from 0 to {}.", vocab_size - 1),
            zh: format!("--ids 中有 {found}，而该模型最多读取 {most} 个词元，编号从 0 到 {}。", vocab_size - 1),
        };
        return Err(vec![bad_file(&args.base.display().to_string(), &reason)].into());
    }
    let ids: Vec<i32> = virtual_ids(virtual_tokens).chain(args.ids.iter().copied()).collect();
    let logits = model.logits(&Tokens::new(1, ids.len(), ids)).map_err(io::Error::other)?;
    let rows: Vec<&[f32]> = logits.data().chunks_exact(vocab_size).skip(virtual_tokens).collect();
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &rows).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
