//! The golden cases, natively: `cargo test --test goldens [NAME …]`.
//!
//! Prints a line per case and ends like any Rust test. The folder is `tests/goldens`, or the one that the
//! environment variable `TINYAI_GOLDENS` names. Arguments select the cases whose name contains one of them.

#[cfg(not(target_arch = "wasm32"))]
mod golden_cases;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;
    use std::time::Instant;

    use super::golden_cases::{Files, Outcome, run};

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

    pub fn main() -> ExitCode {
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
        let names = select(names);
        println!("\nrunning {} golden cases of {}", names.len(), files.0.display());
        let outcomes: Vec<_> = names.iter().map(|name| report(&files, name)).collect();
        let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| wanted(outcome)).count();
        let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
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
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}

/// In a browser the cases run as `tests/goldens_web.rs`.
#[cfg(target_arch = "wasm32")]
fn main() {}
