//! `cargo xtask bench`: this engine and its browser peers on the same work, in turn, in one headless browser.

use crate::run::{run, say};
use crate::{browser, build, npm};
use anyhow::Result;
use std::ffi::OsString;
use std::path::Path;

/// Builds the engine and hands `args` to `tests/bench/run.mjs`, which knows the groups and options; a file after `--json` is
/// seen from the folder `here`.
pub fn bench(mut args: lexopt::Parser, here: &Path) -> Result<()> {
    let mut args: Vec<OsString> = args.raw_args()?.collect();
    if let Some(file) = args.iter().position(|arg| arg == "--json").and_then(|at| args.get_mut(at + 1)) {
        *file = here.join(&*file).into();
    }
    let chrome = browser::chrome()?;
    build::engines()?;
    let project = npm::Project::installed("tests/bench")?;
    say("bench", "measuring: leave the machine alone until it is done");
    run(project.node("run.mjs").args(args).env("CHROME", chrome))
}
