//! The adapters that `tinyai run` writes.

use std::fs;
use std::path::{Path, PathBuf};

use tinyai::formats::peft::ADAPTER_MODEL;
use tinyai::lab::experiment::Experiment;

use super::write;
use crate::cli::Failure;
use crate::language::Language;
use crate::output;

/// The folder of each run's adapter: named after the run as far as folders may be, no two alike.
fn folders(folder: &Path, runs: &[String]) -> Vec<PathBuf> {
    let may = |c: char| c.is_alphanumeric() || "-_ +=,().".contains(c);
    let mut names: Vec<String> = Vec::new();
    for run in runs {
        let plain: String = run.chars().map(|c| if may(c) { c } else { '_' }).collect();
        let plain = if plain.trim_matches(['.', ' ']).is_empty() { "run".to_owned() } else { plain };
        let is_taken = |name: &String| names.iter().any(|taken| taken.to_lowercase() == name.to_lowercase());
        let numbered = (2..).map(|number| format!("{plain}-{number}"));
        let name = std::iter::once(plain.clone()).chain(numbered).find(|name| !is_taken(name));
        names.extend(name);
    }
    names.iter().map(|name| folder.join(name)).collect()
}

/// Checks that adapters can be written there, before the work begins.
pub fn prepare(folder: &Path, runs: &[String]) -> Result<(), Failure> {
    folders(folder, runs).iter().try_for_each(|folder| output::prepare(&folder.join(ADAPTER_MODEL)))
}

/// Writes what each run has trained; of a run that has no adapter, says why.
pub fn write_all(folder: &Path, experiment: &mut Experiment, runs: &[String], language: Language) -> Result<(), Failure> {
    for (run, folder) in folders(folder, runs).iter().enumerate() {
        match experiment.adapter(run) {
            Ok(files) => write(folder, &files)?,
            Err(reason) => {
                // It was made to see whether it can be; one that has something in it stays.
                let _ = fs::remove_dir(folder);
                eprintln!("! {}: {}", runs[run], language.of(&reason));
            }
        }
    }
    Ok(())
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_a_folder_of_its_own() {
        let runs = ["LoRA r=4", "a/b", "a_b", "A_B", "..", " "].map(str::to_owned);
        let expected = ["LoRA r=4", "a_b", "a_b-2", "A_B-3", "run", "run-2"];
        assert_eq!(folders(Path::new("x"), &runs), expected.map(|name| Path::new("x").join(name)));
    }
}
