//! `tinyai run SPEC.json` and `tinyai estimate SPEC.json`

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use tinyai::kernels;
use tinyai::lab;
use tinyai::lab::assets::{Assets, OWN_FILE};
use tinyai::lab::estimate::Estimator;
use tinyai::lab::event::Event;
use tinyai::lab::experiment::Experiment;
use tinyai::lab::problem::{Problem, Text};
use tinyai::lab::problems::bad_file;
use tinyai::lab::result::Environment;
use tinyai::lab::threads::Threads;

use crate::check::read_spec;
use crate::cli::Failure;
use crate::language::Language;
use crate::{adapter, asset_folder, output, print};

/// Arguments of `tinyai run`.
#[derive(Args)]
pub struct Run {
    #[command(flatten)]
    from: Experiments,
    /// Where the result goes, as JSON; without it, to standard output.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Folder that gets what runs have trained, each as an adapter of PEFT in a folder of the run's name; runs that have none are told.
    #[arg(long)]
    adapters: Option<PathBuf>,
}

/// Arguments of `tinyai estimate`.
#[derive(Args)]
pub struct Estimate {
    #[command(flatten)]
    from: Experiments,
}

/// What is run, with what.
#[derive(Args)]
struct Experiments {
    /// The spec, a JSON file; `-` reads standard input.
    spec: PathBuf,
    /// Folder with `models/` and `corpora/`; without it, that of the variable TINYAI_ASSETS, or `www/public` here, beside the program or
    /// in its source code. Files of your own, `file:NAME`, and the folder of a model, `file:FOLDER`, are
    /// looked up from the folder of the spec.
    #[arg(long)]
    assets: Option<PathBuf>,
    /// Threads of the kernels; without it, one per core. The losses do not depend on it.
    #[arg(long)]
    threads: Option<usize>,
}

/// Runs the experiment, its progress on standard error.
pub fn run(args: &Run, language: Language) -> Result<(), Failure> {
    set_threads(args.from.threads)?;
    let (spec, _) = read_spec(&args.from.spec)?;
    let assets = read_assets(&args.from.spec, args.from.assets.as_deref(), &Experiment::required_assets(&spec)?)?;
    if let Some(path) = &args.out {
        output::prepare(path)?;
    }
    let names: Vec<String> = spec.runs.iter().map(|run| run.name.clone()).collect();
    if let Some(folder) = &args.adapters {
        adapter::prepare(folder, &names)?;
    }
    let mut threads = Threads::new(assets.clone());
    let mut experiment = Experiment::new(spec, assets, environment())?;
    let mut told = Ok(());
    threads.run(&mut experiment, |event| {
        // A reader of our progress that is gone is no reason to stop.
        told = std::mem::replace(&mut told, Ok(())).and_then(|()| report(event, &names, language));
    });
    told?;
    if let Some(folder) = &args.adapters {
        adapter::write_all(folder, &mut experiment, &names, language)?;
    }
    let result = experiment.result();
    match &args.out {
        Some(path) => output::write_or(path, &serde_json::to_vec_pretty(&result).map_err(io::Error::from)?, &mut io::stdout().lock())?,
        None => print::json(&result)?,
    }
    let failed: Vec<Problem> = result.runs.into_iter().filter_map(|run| run.problem).collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.into()) }
}

/// Prints what each run of the experiment will take, as JSON.
pub fn estimate(args: &Estimate) -> Result<(), Failure> {
    set_threads(args.from.threads)?;
    let (spec, _) = read_spec(&args.from.spec)?;
    let assets = read_assets(&args.from.spec, args.from.assets.as_deref(), &lab::estimate::files(&spec)?)?;
    let (mut estimator, cores) = (Estimator::default(), environment().cores as usize);
    let runs = (0..spec.runs.len()).map(|run| estimator.run(&spec, run, &assets, cores)).collect::<Result<_, _>>()?;
    print::json(&lab::estimate::Estimate { runs })?;
    Ok(())
}

/// The files of an experiment: shipped ones from the folder of assets, a person's own from that of the spec.
pub fn read_assets(spec: &Path, folder: Option<&Path>, names: &[String]) -> Result<Assets, Failure> {
    let beside_spec = spec.parent().unwrap_or(Path::new(""));
    let mut assets = Assets::default();
    let mut shipped: Option<PathBuf> = None;
    for name in names {
        let path = match name.strip_prefix(OWN_FILE) {
            Some(own) => beside_spec.join(own),
            None => match &shipped {
                Some(folder) => folder.join(name),
                None => shipped.insert(asset_folder::find(folder)?).join(name),
            },
        };
        assets.insert(name, read_file(&path)?);
    }
    Ok(assets)
}

/// Makes the pool of the kernels.
pub fn set_threads(threads: Option<usize>) -> Result<(), Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    pool.build_global().map_err(|error| Failure::System(io::Error::other(error)))
}

/// Reads a file that a person named.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| {
        let [en, zh] = match error.kind() {
            io::ErrorKind::NotFound => [
                "There is no such file. A name after file: is looked up from the folder of the spec.",
                "没有这个文件。file: 之后的文件名从实验文件所在的文件夹算起。",
            ],
            io::ErrorKind::IsADirectory => ["It is a folder. Name a file in it.", "它是一个文件夹，请写出其中的文件。"],
            io::ErrorKind::PermissionDenied => ["It may not be read by you. Change its permissions.", "没有读取它的权限，请修改权限。"],
            _ => ["", ""],
        };
        let reason = match en {
            "" => Text { en: format!("It cannot be read: {error}."), zh: format!("无法读取：{error}。") },
            _ => Text { en: en.into(), zh: zh.into() },
        };
        vec![bad_file(&path.display().to_string(), &reason)].into()
    })
}

fn environment() -> Environment {
    Environment {
        engine: format!("tinyai {}", env!("CARGO_PKG_VERSION")),
        variant: "native".into(),
        simd: kernels::backend_name().into(),
        threads: kernels::pool::threads() as u32,
        isolated: true,
        cores: std::thread::available_parallelism().map_or(1, |n| n.get() as u32),
        user_agent: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

fn report(event: &Event, names: &[String], language: Language) -> io::Result<()> {
    let mut err = io::stderr().lock();
    match event {
        Event::Started { run, trainable_parameters, total_parameters, .. } => {
            writeln!(err, "{}: {trainable_parameters} / {total_parameters} parameters", names[*run])
        }
        Event::Metric { run, series, step, value } if series == "validation_loss" => {
            writeln!(err, "{}: step {step}, validation loss {value:.4}", names[*run])
        }
        Event::Sample { run, text, done: true, .. } => writeln!(err, "{}:\n{}", names[*run], indent(text)),
        Event::Failed { run, problem } => writeln!(err, "{}: {}", names[*run], language.of(&problem.message)),
        _ => Ok(()),
    }
}

/// A text set off from what is around it.
pub fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
