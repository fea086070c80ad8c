//! Running other programs, and saying so in one line per step.

use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The repository.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.ancestors().nth(2).expect("xtask lives two folders below the repository")
}

/// What setup fetched for this repository alone; ignored by git, safe to delete.
pub fn tools() -> PathBuf {
    root().join(".tools")
}

/// Says what a step found or did.
pub fn say(step: &str, what: impl std::fmt::Display) {
    println!("[xtask] {step:<12} {what}");
}

/// Runs `work`, then says its result and how long it took.
pub fn timed<T>(step: &str, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(step, format_args!("{what} …"));
    let start = Instant::now();
    let value = work().with_context(|| format!("{step}: {what}: failed after {:.1} s", start.elapsed().as_secs_f64()))?;
    say(step, format_args!("{what}: done in {:.1} s", start.elapsed().as_secs_f64()));
    Ok(value)
}

/// `PROGRAM ARGUMENTS` as a person would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a command whose output belongs on the screen.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("could not start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// The standard output of a short command, trimmed; `None` if it cannot be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command of long, dull output: it goes to `.tools/log/NAME.log`, and its end on the screen should the command fail.
/// A command that has not ended after `limit` is ended.
pub fn run_logged(name: &str, limit: Duration, command: &mut Command) -> Result<()> {
    let log = tools().join("log").join(format!("{name}.log"));
    fs::create_dir_all(log.parent().expect("the log has a folder"))?;
    let file = File::create(&log)?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("`{}` had not ended after {} s (its output: {})", shown(command), limit.as_secs(), log.display());
        }
        std::thread::sleep(Duration::from_millis(30));
    };
    if !status.success() {
        let text = fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let end = lines[lines.len().saturating_sub(30)..].join("\n");
        bail!("`{}` ended with {status}, saying (all of it is in {}):\n{end}", shown(command), log.display());
    }
    Ok(())
}

/// The first of `names` (or absolute paths) that is on PATH.
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let file = |candidate: PathBuf| candidate.is_file().then_some(candidate);
    names.iter().find_map(|name| {
        if Path::new(name).is_absolute() {
            return file(PathBuf::from(name));
        }
        folders.iter().find_map(|folder| file(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))))
    })
}

/// PATH with `folders` ahead of it.
pub fn path_with(folders: &[PathBuf]) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(folders.iter().cloned().chain(std::env::split_paths(&path)))?)
}
