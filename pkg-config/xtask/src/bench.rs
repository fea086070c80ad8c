//! `cargo xtask bench`: this engine and its browser peers on the same work, in turn, in one headless browser.

use crate::run::{root, run, say};
use crate::{browser, build, npm};
use anyhow::Result;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Builds the engine and hands `args` to `tests/bench/run.mjs`, which knows the groups and options; the file of `--json` is seen
/// from the folder `here`.
pub fn bench(mut args: lexopt::Parser, here: &Path) -> Result<()> {
    let args = seen_from(here, args.raw_args()?.collect());
    // Before the build, which takes minutes: a word that is wrong is told at once.
    run(Command::new("node").arg(root().join("tests/bench/options.mjs")).args(&args))?;
    let chrome = browser::chrome()?;
    build::engines()?;
    // Parallel training is measured on the site's own page.
    build::site(&build::Options::default())?;
    let project = npm::Project::installed("tests/bench")?;
    say("bench", "measuring: leave the machine alone until it is done");
    run(project.node("run.mjs").args(args).env("CHROME", chrome))
}

/// The arguments with the file of `--json FILE` or `--json=FILE` as it is seen from `here`.
fn seen_from(here: &Path, args: Vec<OsString>) -> Vec<OsString> {
    let mut is_file = false;
    let seen = |arg: OsString| {
        if std::mem::replace(&mut is_file, arg == "--json") {
            return here.join(arg).into();
        }
        match arg.to_str().and_then(|arg| arg.strip_prefix("--json=")) {
            Some(file) => format!("--json={}", here.join(file).display()).into(),
            None => arg,
        }
    };
    args.into_iter().map(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_the_result_is_seen_from_where_the_command_was_given() {
        let here = std::env::temp_dir();
        let file = here.join("a.json").display().to_string();
        let seen = |args: &[&str]| seen_from(&here, args.iter().map(OsString::from).collect());
        assert_eq!(seen(&["gemm", "--json", "a.json", "train"]), ["gemm", "--json", &file, "train"]);
        assert_eq!(seen(&["--json=a.json", "gemm"]), [&*format!("--json={file}"), "gemm"]);
        assert_eq!(seen(&["--json", &file, "--rounds", "3"]), ["--json", &file, "--rounds", "3"]);
        assert_eq!(seen(&["gemm", "--json"]), ["gemm", "--json"]);
    }
}
