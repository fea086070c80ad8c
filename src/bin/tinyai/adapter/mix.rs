//! `tinyai adapter mix`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tinyai::formats::peft::{ADAPTER_MODEL, PeftAdapter};
use tinyai::lab::adapter::{self, Mixing};
use tinyai::lab::problem::{Problem, ProblemCode, Text};

use super::{read, warn, write};
use crate::cli::Failure;
use crate::language::Language;
use crate::output;

/// Arguments of `tinyai adapter mix`.
#[derive(Args)]
pub struct Mix {
    /// Adapters, each a folder with adapter_config.json and adapter_model.safetensors, and its weight: 1 is the adapter as it is, a negative
    /// weight takes it away.
    #[arg(required = true, value_name = "DIR=WEIGHT")]
    adapters: Vec<String>,
    /// What is added up.
    #[arg(long, value_enum)]
    how: How,
    /// Rank of the mix, for svd; without it, the largest of the adapters.
    #[arg(long)]
    rank: Option<usize>,
    /// Folder that gets the mix.
    #[arg(long)]
    out: PathBuf,
}

/// How adapters are mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum How {
    /// The matrices A and B by themselves, of equal ranks: small, but not the sum of what the adapters do.
    Linear,
    /// The updates B A, exactly: ranks add up.
    Cat,
    /// The updates, cut to the largest singular values of their sum.
    Svd,
}

/// Writes the mix.
pub fn run(args: &Mix, language: Language) -> Result<(), Failure> {
    let parts: Vec<(&Path, f64)> = args.adapters.iter().map(|part| folder_and_weight(part)).collect::<Result<_, _>>()?;
    let files: Vec<[Vec<u8>; 2]> = parts.iter().map(|(folder, _)| read(folder)).collect::<Result<_, _>>()?;
    let mut adapters = Vec::with_capacity(parts.len());
    for ((folder, _), [config, weights]) in parts.iter().zip(&files) {
        adapters.push(adapter::read(config, weights).map_err(|problem| vec![of_folder(folder, problem)])?);
    }
    let weighted: Vec<(&PeftAdapter, f64)> = adapters.iter().zip(&parts).map(|(adapter, (_, weight))| (adapter, *weight)).collect();
    let how = match args.how {
        How::Linear => Mixing::Linear,
        How::Cat => Mixing::Cat,
        How::Svd => Mixing::Svd,
    };
    let mixed = adapter::mix(&weighted, how, args.rank).map_err(|problem| vec![problem])?;
    warn(adapter::different_bases(&adapters.iter().collect::<Vec<_>>()).as_ref(), language);
    output::prepare(&args.out.join(ADAPTER_MODEL))?;
    write(&args.out, &mixed)?;
    Ok(())
}

/// What `DIR=WEIGHT` says; a folder may have `=` in its name.
fn folder_and_weight(part: &str) -> Result<(&Path, f64), Failure> {
    let split = part.rsplit_once('=').and_then(|(folder, weight)| Some((Path::new(folder), weight.trim().parse().ok()?)));
    split.filter(|(folder, _)| *folder != Path::new("")).ok_or_else(|| {
        let message = Text {
            en: format!("{part} is no folder with its weight. Write DIR=WEIGHT, such as adapters/poems=0.5."),
            zh: format!("{part} 不是“文件夹=权重”的形式。请写成例如 adapters/poems=0.5。"),
        };
        vec![Problem { code: ProblemCode::NotAllowed, run: None, field: None, value: Some(part.to_owned()), message }].into()
    })
}

/// A problem of one adapter of several, which names its folder.
fn of_folder(folder: &Path, mut problem: Problem) -> Problem {
    let folder = folder.display();
    let Text { en, zh } = &problem.message;
    problem.message = Text { en: format!("{folder}: {en}"), zh: format!("{folder}：{zh}") };
    problem
}
