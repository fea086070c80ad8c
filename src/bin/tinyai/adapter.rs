//! `tinyai adapter info`, `merge`, `convert` and `logits`; and the adapters that `tinyai run` writes.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use tinyai::finetune::prompt::virtual_ids;
use tinyai::formats::peft::{ADAPTER_CONFIG, ADAPTER_MODEL};
use tinyai::formats::safetensors::{self, Dtype, SaveDtype, TensorSource};
use tinyai::lab::adapter::{self, AdapterFiles, AdapterInfo};
use tinyai::lab::base_model::ModelFile;
use tinyai::lab::experiment::Experiment;
use tinyai::lab::problem::Text;
use tinyai::lab::problems::bad_file;
use tinyai::nn::{Tokens, Transformer};
use tinyai::tensor::Ledger;

use crate::cli::Failure;
use crate::language::Language;
use crate::run::read_file;
use crate::{output, print};

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

/// What is done with an adapter.
#[derive(Subcommand)]
pub enum Adapter {
    /// Tells what an adapter is: method, rank, modules, base, parameters, bytes, and what to know before using it.
    Info(Info),
    /// Puts an adapter into the weights of its base, and writes the model.
    Merge(Merge),
    /// Writes an adapter anew, under the names that PEFT gives today.
    Convert(Convert),
    /// Prints the logits of a base with an adapter after each of some tokens, as JSON.
    Logits(Logits),
}

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

/// Types of the elements of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Elements {
    /// float32.
    F32,
    /// float16.
    F16,
    /// bfloat16.
    Bf16,
}

impl Elements {
    fn saved(self) -> SaveDtype {
        match self {
            Self::F32 => SaveDtype::F32,
            Self::F16 => SaveDtype::F16,
            Self::Bf16 => SaveDtype::BF16,
        }
    }

    /// As `config.json` has it.
    fn name(self) -> &'static str {
        match self {
            Self::F32 => "float32",
            Self::F16 => "float16",
            Self::Bf16 => "bfloat16",
        }
    }
}

/// Does it.
pub fn run(what: &Adapter, language: Language) -> Result<(), Failure> {
    match what {
        Adapter::Info(args) => info(args, language),
        Adapter::Merge(args) => merge(args, language),
        Adapter::Convert(args) => convert(args, language),
        Adapter::Logits(args) => logits(args, language),
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

fn info(args: &Info, language: Language) -> Result<(), Failure> {
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

/// The name of a folder, wherever it is.
fn named(folder: &Path) -> String {
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    absolute.display().to_string()
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

fn merge(args: &Merge, language: Language) -> Result<(), Failure> {
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

fn convert(args: &Convert, language: Language) -> Result<(), Failure> {
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

fn logits(args: &Logits, language: Language) -> Result<(), Failure> {
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

/// The folder of each run's adapter: named after the run as far as folders may be, no two alike.
fn folders(folder: &Path, runs: &[String]) -> Vec<PathBuf> {
    let may = |c: char| c.is_alphanumeric() || "-_ +=,().".contains(c);
    let mut names: Vec<String> = Vec::new();
    for run in runs {
        let plain: String = run.chars().map(|c| if may(c) { c } else { '_' }).collect();
        let plain = if plain.trim_matches(['.', ' ']).is_empty() { "run".to_owned() } else { plain };
        let is_taken = |name: &String| names.iter().any(|taken| taken.to_lowercase() == name.to_lowercase());
        let numbered = (2..).map(|number| format!("{plain}-{number}"));
        let name = std::iter::once(plain.clone()).chain(numbered).find(|name| !is_taken(name));
        names.extend(name);
    }
    names.iter().map(|name| folder.join(name)).collect()
}

/// Checks that adapters can be written there, before the work begins.
pub fn prepare(folder: &Path, runs: &[String]) -> Result<(), Failure> {
    folders(folder, runs).iter().try_for_each(|folder| output::prepare(&folder.join(ADAPTER_MODEL)))
}

/// Writes what each run has trained; of a run that has no adapter, says why.
pub fn write_all(folder: &Path, experiment: &mut Experiment, runs: &[String], language: Language) -> Result<(), Failure> {
    for (run, folder) in folders(folder, runs).iter().enumerate() {
        match experiment.adapter(run) {
            Ok(files) => write(folder, &files)?,
            Err(reason) => {
                // It was made to see whether it can be; one that has something in it stays.
                let _ = fs::remove_dir(folder);
                eprintln!("! {}: {}", runs[run], language.of(&reason));
            }
        }
    }
    Ok(())
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_a_folder_of_its_own() {
        let runs = ["LoRA r=4", "a/b", "a_b", "A_B", "..", " "].map(str::to_owned);
        let expected = ["LoRA r=4", "a_b", "a_b-2", "A_B-3", "run", "run-2"];
        assert_eq!(folders(Path::new("x"), &runs), expected.map(|name| Path::new("x").join(name)));
    }

    #[test]
    fn a_configuration_tells_the_type_that_the_weights_have() {
        let config = br#"{"torch_dtype": "float16", "z": 1, "a": 2}"#;
        let fields: Value = serde_json::from_slice(&of_dtype(config, Elements::F32)).unwrap();
        assert_eq!(fields, serde_json::json!({ "torch_dtype": "float32", "z": 1, "a": 2 }));
        assert_eq!(of_dtype(config, Elements::F16), config, "what is right already stays as it is, letter by letter");
        assert_eq!(of_dtype(b"{}", Elements::Bf16), b"{}");
    }
}
