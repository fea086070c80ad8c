//! `cargo xtask bench`: the time of a training step, on the command line and in the browser.

use crate::run::{root, run, say};
use crate::{browser, build, npm};
use anyhow::{Context, Result, ensure};
use lexopt::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The spec that was asked for, if one was, seen from the folder `here`.
pub fn spec(mut args: lexopt::Parser, here: &Path) -> Result<Option<PathBuf>> {
    let spec = match args.next()? {
        None => return Ok(None),
        Some(Value(file)) => here.join(file),
        Some(other) => return Err(other.unexpected().into()),
    };
    crate::no_more(args)?;
    Ok(Some(spec))
}

/// Runs `spec`, by default the first lab's experiment, everywhere and prints what its steps took (median and quartiles).
pub fn bench(spec: Option<PathBuf>) -> Result<()> {
    let chrome = browser::chrome()?;
    build::everything()?;
    let tinyai = root().join("target/release").join(format!("tinyai{}", std::env::consts::EXE_SUFFIX));
    let spec = match spec {
        Some(spec) => spec,
        None => default_spec(&tinyai)?,
    };
    say("bench", format_args!("{} …", spec.display()));
    run(npm::tools()?.node("bench.mjs").arg(tinyai).arg(spec).env("CHROME", chrome))
}

fn default_spec(tinyai: &Path) -> Result<PathBuf> {
    let output = Command::new(tinyai).arg("default-spec").output().context("could not start tinyai")?;
    ensure!(output.status.success(), "`tinyai default-spec` ended with {}", output.status);
    let file = root().join("target/bench-spec.json");
    fs::write(&file, output.stdout)?;
    Ok(file)
}
