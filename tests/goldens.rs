//! The golden cases, natively: `cargo test --test goldens [NAME …]`.
//!
//! Prints a line per case and ends like any Rust test. The folder is `tests/goldens`, or the one that the
//! environment variable `TINYAI_GOLDENS` names. Arguments select the cases whose name contains one of them.

mod golden_cases;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use golden_cases::{Files, Outcome, run};

/// Options of the standard test program that take a value; the others are single words.
const OPTIONS_WITH_VALUE: [&str; 6] = ["--test-threads", "--skip", "--color", "--format", "--logfile", "-Z"];

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.join(path)).ok()
    }
}

impl Folder {
    /// The cases, by name: the folders that hold a `case.json`.
    fn cases(&self) -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            let entry = entry?;
            if entry.path().join("case.json").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

fn main() -> ExitCode {
    let start = Instant::now();
    let folder = match std::env::var_os("TINYAI_GOLDENS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens"),
    };
    let files = Folder(folder);
    let names = match files.cases() {
        Ok(names) if !names.is_empty() => names,
        Ok(_) => return fail(&files, "holds no case (a folder with a case.json)"),
        Err(error) => return fail(&files, &format!("cannot be read: {error}")),
    };
    let all = names.len();
    let problems = list_problems(&files, &names);
    let names = select(names);
    println!("\nrunning {} golden cases of {}", names.len(), files.0.display());
    let outcomes: Vec<_> = names.iter().map(|name| report(&files, name)).collect();
    let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| wanted(outcome)).count();
    problems.iter().for_each(|problem| println!("{problem}"));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_))) + problems.len();
    println!(
        "\ntest result: {}. {} passed; {failed} failed; {} not covered; {} filtered out; finished in {:.2}s\n",
        if failed == 0 { "ok" } else { "FAILED" },
        count(|outcome| *outcome == Outcome::Passed),
        count(|outcome| *outcome == Outcome::NotCovered),
        all - names.len(),
        start.elapsed().as_secs_f64(),
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is wrong with the lists of cases: of this folder, and of the one that the projects share, where it is there. That one's index
/// names them.
fn list_problems(files: &Folder, names: &[String]) -> Vec<String> {
    let shared = Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/goldens"));
    let indices = [files, &shared].map(|folder| (folder, folder.read("index.json")));
    let named = |(folder, index): (&Folder, Option<Vec<u8>>)| match index.map(|index| cases_of(&index)) {
        None => Vec::new(),
        Some(Err(error)) => vec![format!("{}/index.json: {error}", folder.0.display())],
        Some(Ok(names)) => {
            golden_cases::list_problems(&names).into_iter().map(|problem| format!("{}: {problem}", folder.0.display())).collect()
        }
    };
    golden_cases::list_problems(names).into_iter().chain(indices.into_iter().flat_map(named)).collect()
}

/// The cases that an `index.json` names: the folders of every `case.json` among its files.
fn cases_of(index: &[u8]) -> Result<Vec<String>, String> {
    let index: serde_json::Value = serde_json::from_slice(index).map_err(|error| error.to_string())?;
    let files = index["files"].as_object().ok_or("files is not an object")?;
    let names: Vec<_> = files.keys().filter_map(|path| path.strip_suffix("/case.json")).map(str::to_owned).collect();
    if names.is_empty() { Err("it names no case".to_owned()) } else { Ok(names) }
}

fn fail(files: &Folder, problem: &str) -> ExitCode {
    println!("goldens: {} {problem}\n\ntest result: FAILED. 0 passed; 1 failed\n", files.0.display());
    ExitCode::FAILURE
}

/// The names that contain one of the arguments; all if there are none.
fn select(mut names: Vec<String>) -> Vec<String> {
    let mut filters = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if OPTIONS_WITH_VALUE.contains(&argument.as_str()) {
            arguments.next();
        } else if !argument.starts_with('-') {
            filters.push(argument);
        }
    }
    names.retain(|name| filters.is_empty() || filters.iter().any(|filter| name.contains(filter)));
    names
}

/// Runs a case and prints its line. A panic fails the case, and the others still run.
fn report(files: &Folder, name: &str) -> Outcome {
    let outcome = std::panic::catch_unwind(|| run(files, name))
        .unwrap_or_else(|_| Outcome::Failed(vec!["panicked, see the message above".to_owned()]));
    match &outcome {
        Outcome::Passed => println!("{name}: passed"),
        Outcome::NotCovered => println!("{name}: not covered"),
        Outcome::Failed(findings) => println!("{name}: failed {}", findings.join("\n    ")),
    }
    outcome
}
