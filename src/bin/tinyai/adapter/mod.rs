//! `tinyai adapter`: what is done with adapters, a verb a file; and the adapters that `tinyai run` writes.

mod convert;
mod elements;
mod info;
mod logits;
mod merge;
mod mix;
mod of_runs;

use std::fs;
use std::io;
use std::path::Path;

use clap::Subcommand;
use tinyai::formats::peft::{ADAPTER_CONFIG, ADAPTER_MODEL};
use tinyai::lab::adapter::AdapterFiles;
use tinyai::lab::base_model::ModelFile;
use tinyai::lab::problem::Text;
use tinyai::nn::Transformer;
use tinyai::tensor::Ledger;

pub use self::of_runs::{prepare, write_all};
use crate::cli::Failure;
use crate::language::Language;
use crate::run::read_file;

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";

/// What is done with an adapter.
#[derive(Subcommand)]
pub enum Adapter {
    /// Tells what an adapter is: method, rank, modules, base, parameters, bytes, and what to know before using it.
    Info(info::Info),
    /// Puts an adapter into the weights of its base, and writes the model.
    Merge(merge::Merge),
    /// Writes an adapter anew, under the names that PEFT gives today.
    Convert(convert::Convert),
    /// Mixes adapters of one base, each with a weight, into one, as PEFT's add_weighted_adapter does.
    Mix(mix::Mix),
    /// Prints the logits of a base with an adapter after each of some tokens, as JSON.
    Logits(logits::Logits),
}

/// Does it.
pub fn run(what: &Adapter, language: Language) -> Result<(), Failure> {
    match what {
        Adapter::Info(args) => info::run(args, language),
        Adapter::Merge(args) => merge::run(args, language),
        Adapter::Convert(args) => convert::run(args, language),
        Adapter::Mix(args) => mix::run(args, language),
        Adapter::Logits(args) => logits::run(args, language),
    }
}

/// The two files of an adapter.
fn read(folder: &Path) -> Result<[Vec<u8>; 2], Failure> {
    Ok([read_file(&folder.join(ADAPTER_CONFIG))?, read_file(&folder.join(ADAPTER_MODEL))?])
}

/// The base model of a folder.
fn build(folder: &Path) -> Result<Transformer, Failure> {
    let [config, weights] = [CONFIG, WEIGHTS].map(|name| folder.join(name));
    let (config_bytes, weights_bytes) = (read_file(&config)?, read_file(&weights)?);
    let [config, weights] = [config, weights].map(|path| path.display().to_string());
    let built =
        ModelFile::read((&config, &config_bytes), (&weights, &weights_bytes)).and_then(|file| file.build(&weights, &Ledger::new(None)));
    built.map_err(|problem| vec![problem].into())
}

/// The name of a folder, wherever it is.
fn named(folder: &Path) -> String {
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    absolute.display().to_string()
}

fn warn(warning: Option<&Text>, language: Language) {
    if let Some(warning) = warning {
        eprintln!("! {}", language.of(warning));
    }
}

fn write(folder: &Path, AdapterFiles { config, weights }: &AdapterFiles) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(ADAPTER_CONFIG), config)?;
    fs::write(folder.join(ADAPTER_MODEL), weights)
}
