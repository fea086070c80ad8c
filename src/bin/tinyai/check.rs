//! `tinyai check SPEC.json`

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use tinyai::data::text::utf8;
use tinyai::lab::assets::plan_assets;
use tinyai::lab::base_model::config_of;
use tinyai::lab::check::{check_against_model, check_sizes, diff, parse_str, resolve};
use tinyai::lab::problem::{Problem, Text};
use tinyai::lab::problems::bad_file;
use tinyai::lab::reasons;
use tinyai::lab::spec::{RunSpec, Spec};
use tinyai::nn::Blueprint;

use crate::cli::Failure;
use crate::language::Language;
use crate::run::read_assets;

/// Arguments of `tinyai check`.
#[derive(Args)]
pub struct Check {
    /// The spec, a JSON file; `-` reads standard input.
    spec: PathBuf,
    /// Folder with `models/` and `corpora/`, as of `tinyai run`; where a model is not at hand, what depends on its sizes is left out.
    #[arg(long)]
    assets: Option<PathBuf>,
}

/// Checks the spec and prints, run by run, the fields in which it differs from the base.
pub fn run(args: &Check, language: Language) -> Result<(), Failure> {
    let (spec, runs) = read_spec(&args.spec)?;
    let mut problems = Vec::new();
    let mut unknown = Vec::new();
    for (run, config) in spec.runs.iter().zip(&runs) {
        let files = plan_assets(config).map_err(|problem| vec![problem.in_run(&run.name)])?;
        let found = read_assets(&args.spec, args.assets.as_deref(), &files);
        unknown.push(found.is_err());
        let assets = match found {
            Ok(assets) => assets,
            Err(failure) if args.assets.is_some() => return Err(failure),
            Err(_) => continue,
        };
        let of_run = match config_of(config, &assets) {
            Ok(model) => against(config, &Blueprint::new(&model)),
            Err(problem) => vec![problem],
        };
        problems.extend(of_run.into_iter().map(|problem| problem.in_run(&run.name)));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let mut out = io::stdout().lock();
    for ((run, config), unknown) in spec.runs.iter().zip(&runs).zip(unknown) {
        writeln!(out, "✓ {}", run.name)?;
        if unknown {
            writeln!(out, "    {}", language.of(&not_at_hand(&config.model.base)))?;
        }
        let differences = diff(&spec.base, config);
        if differences.is_empty() {
            let same = Text { en: "as the base".into(), zh: "与 base 相同".into() };
            writeln!(out, "    {}", language.of(&same))?;
        }
        for difference in differences {
            writeln!(out, "    {}: {} → {}", difference.field, difference.base, difference.value)?;
        }
    }
    Ok(())
}

/// What of a run does not go with its model.
fn against(run: &RunSpec, blueprint: &Blueprint) -> Vec<Problem> {
    // How much memory each of several ranks needs is for their plan to say.
    if run.ranks() == 1 { check_against_model(run, blueprint) } else { check_sizes(run, blueprint) }
}

/// Of a model whose files are not here.
fn not_at_hand(base: &str) -> Text {
    Text {
        en: format!("The sizes of the model {base} are not known here: what depends on them was not checked."),
        zh: format!("此处没有模型 {base} 的文件，未检查与其尺寸有关的设置。"),
    }
}

/// Reads and checks a spec; `-` is standard input. With it, the whole configuration of each run.
pub fn read_spec(path: &Path) -> Result<(Spec, Vec<RunSpec>), Failure> {
    let spec = parse_str(&read_text(path)?)?;
    let runs = resolve(&spec)?;
    Ok((spec, runs))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let name = path.display().to_string();
    let bytes = read.map_err(|error| {
        let en = format!("It cannot be read: {error}.");
        vec![bad_file(&name, &Text { en, zh: format!("无法读取：{error}。") })]
    })?;
    match utf8(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(vec![bad_file(&name, &reasons::text(&error))].into()),
    }
}
