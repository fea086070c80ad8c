//! The commands and their arguments; one file per command does the work.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tinyai::lab::problem::{Problem, Text};
use tinyai::lab::schema::schema;
use tinyai::lab::spec::default_spec;

use crate::language::Language;
use crate::{adapter, check, pretrain, print, run};

/// Trains small transformer language models: the experiments of TinyAI Playground on the command line.
#[derive(Parser)]
#[command(name = "tinyai", version, max_term_width = 100)]
struct Cli {
    /// Language of the messages; without it, that of the environment (LC_ALL, LC_MESSAGES, LANG).
    #[arg(long, value_enum, global = true)]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the JSON Schema of a spec.
    Schema,
    /// Prints the spec that the Fine-tuning lab opens with: all weights beside LoRA.
    DefaultSpec,
    /// Checks a spec, also beside the sizes of its models, and prints what each run changes of the base.
    Check(check::Check),
    /// Tells what an experiment will take on this machine: seconds, and bytes at the peak.
    Estimate(run::Estimate),
    /// Runs an experiment.
    Run(run::Run),
    /// Reads, merges and rewrites adapters of Hugging Face PEFT.
    #[command(subcommand)]
    Adapter(adapter::Adapter),
    /// Trains a base model that ships with the site.
    Pretrain(pretrain::Pretrain),
}

/// Why a command did not do its work.
pub enum Failure {
    /// What a person gave us is wrong.
    Problems(Vec<Problem>),
    /// The system refused something, such as writing to a closed pipe.
    System(std::io::Error),
    /// A result is not where it should be; the text says where it is.
    Unwritten(Text),
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Problems(problems)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::System(error)
    }
}

/// Exit codes: 0 done, 1 the system refused something, 2 wrong input (also clap's code for wrong arguments).
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let language = cli.lang.unwrap_or_else(Language::of_environment);
    let outcome = match cli.command {
        Command::Schema => print::json(&schema()).map_err(Failure::from),
        Command::DefaultSpec => print::json(&default_spec()).map_err(Failure::from),
        Command::Check(args) => check::run(&args, language),
        Command::Estimate(args) => run::estimate(&args),
        Command::Run(args) => run::run(&args, language),
        Command::Adapter(args) => adapter::run(&args, language),
        Command::Pretrain(args) => pretrain::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Problems(problems)) => {
            print::problems(&problems, language);
            ExitCode::from(2)
        }
        // The reader of our output has had enough, as in `tinyai schema | head`.
        Err(Failure::System(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Unwritten(text)) => {
            eprintln!("✗ {}", language.of(&text));
            ExitCode::FAILURE
        }
        Err(Failure::System(error)) => {
            eprintln!("tinyai: {error}");
            ExitCode::FAILURE
        }
    }
}
