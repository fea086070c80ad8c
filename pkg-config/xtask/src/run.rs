//! Running other programs, and saying so in one line per step.

use anyhow::{Context, Result, anyhow, bail};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
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

/// What a command that failed said last.
#[derive(Debug)]
pub struct Failed {
    what: String,
    pub last_lines: String,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failed {}

/// Runs a command whose output belongs on the screen, and remembers the end of it: if it fails, the error is [`Failed`].
pub fn run_remembering(mut command: Command) -> Result<()> {
    let what = shown(&command);
    if std::io::stdout().is_terminal() {
        // It would see no terminal, but a pipe.
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    let (reader, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("could not start `{what}`"))?;
    // The pipe ends when nobody can write to it any more.
    drop(command);
    let last = Arc::new(Mutex::new(VecDeque::new()));
    let copying = thread::spawn({
        let last = Arc::clone(&last);
        move || copy_lines(reader, &last)
    });
    let status = child.wait()?;
    // What the command started and left behind, such as a browser, may hold the pipe for ever.
    let end = Instant::now() + Duration::from_secs(2);
    while !copying.is_finished() && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
    if !status.success() {
        let last_lines = last.lock().map_err(|_| anyhow!("reading what `{what}` printed panicked"))?.iter().cloned().collect();
        bail!(Failed { what: format!("`{what}` ended with {status}"), last_lines });
    }
    Ok(())
}

/// Prints what comes through `pipe`, and keeps the last lines of it.
fn copy_lines(pipe: impl Read, last: &Mutex<VecDeque<String>>) {
    const LINES: usize = 60;
    let (mut pipe, mut screen) = (BufReader::new(pipe), std::io::stdout());
    let mut line = Vec::new();
    while pipe.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        let _ = screen.write_all(&line);
        let Ok(mut last) = last.lock() else { return };
        if last.len() == LINES {
            last.pop_front();
        }
        last.push_back(String::from_utf8_lossy(&line).into_owned());
        line.clear();
    }
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
        thread::sleep(Duration::from_millis(30));
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<()> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run_remembering(command)
    }

    #[test]
    fn what_is_left_behind_is_not_waited_for() {
        let start = Instant::now();
        shell("sleep 60 & echo done").unwrap();
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn what_failed_is_remembered_to_its_end() {
        shell("echo fine").unwrap();
        let error = shell("for i in $(seq 100); do echo line $i; done; echo why >&2; exit 3").unwrap_err();
        let failed = error.downcast_ref::<Failed>().unwrap();
        assert!(failed.to_string().ends_with("ended with exit status: 3"), "{failed}");
        assert!(failed.last_lines.starts_with("line 42\n") && failed.last_lines.ends_with("line 100\nwhy\n"), "{}", failed.last_lines);
    }
}
