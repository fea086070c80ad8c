//! The chores of TinyAI Playground. `cargo xtask` (an alias in `.cargo/config.toml`) lists them.

mod apt;
mod bench;
mod bench_page;
mod browser;
mod build;
mod corpora;
mod engine;
mod fonts;
mod npm;
mod package;
mod release_binary;
mod run;
mod serve;
mod setup;
mod test;
mod toolchain;
mod tools;
mod variants;

use anyhow::{Result, bail};
use lexopt::prelude::*;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  setup     fetch what the other commands need (each also does this by itself)
  build     the native command line, the WebAssembly engine and the site, into www/dist     [--peers]
  serve     serve the site while building what changes; with --no-build, serve www/dist
                                              [--port N] [--no-isolation] [--no-build] [--peers]
  test      check and test everything         [--native] [--wasm] [--e2e] [--browsers]   (none: all)
  bench     measure the engine beside its browser peers       [GROUP…] [--rounds N] [--json FILE] [--threads 1,2]
                                              [--variant NAME] [--ms N] [--no-peers]
  package   the engine as an npm package, target/package/*.tgz
  corpora   prepare the training texts again from their source packages
  fonts     make the site's Chinese serif again, for the characters in its texts, of a whole font     FILE
";

fn main() -> ExitCode {
    match chore() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A backtrace of xtask, which RUST_BACKTRACE would add, tells nothing about the chore.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    let command = match args.next()? {
        Some(Value(command)) => command.string()?,
        Some(Long("help") | Short('h')) | None => {
            print!("{USAGE}");
            return Ok(());
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    let here = std::env::current_dir()?;
    std::env::set_current_dir(run::root())?;
    match command.as_str() {
        "setup" => {
            no_more(args)?;
            setup::everything()
        }
        "build" => build::everything(&build::Options::parse(args)?),
        "serve" => serve::serve(&serve::Options::parse(args)?),
        "test" => test::test(&test::Stages::parse(args)?),
        "bench" => bench::bench(args, &here),
        "package" => {
            no_more(args)?;
            package::everything()
        }
        "corpora" => {
            no_more(args)?;
            corpora::prepare()
        }
        "fonts" => fonts::subset(args, &here),
        other => bail!("there is no command {other:?}\n\n{USAGE}"),
    }
}

fn no_more(mut args: lexopt::Parser) -> Result<()> {
    match args.next()? {
        None => Ok(()),
        Some(arg) => Err(arg.unexpected().into()),
    }
}
