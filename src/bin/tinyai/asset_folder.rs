//! The folder of the files that ship with the site: `models/` and `corpora/`.

use std::path::{Path, PathBuf};

use tinyai::lab::problem::Text;
use tinyai::lab::problems::bad_file;

use crate::cli::Failure;

/// The environment variable that names the folder.
const VARIABLE: &str = "TINYAI_ASSETS";
/// What the folder is found by.
const MARK: &str = "corpora/index.json";

/// The folder that a person named, or else the first of these that has the files: `www/public` in the current folder and above it, the
/// same beside the executable and above it, and in the source code that the program was made from.
///
/// # Errors
/// If the folder does not have the files, or none is found; then those that were tried are named.
pub fn find(option: Option<&Path>) -> Result<PathBuf, Failure> {
    let variable = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let named = option.map(Path::to_owned).or(variable);
    let near = [std::env::current_dir().ok(), std::env::current_exe().ok(), Some(PathBuf::from(env!("CARGO_MANIFEST_DIR")))];
    first(named, near.into_iter().flatten())
}

fn first(named: Option<PathBuf>, near: impl Iterator<Item = PathBuf>) -> Result<PathBuf, Failure> {
    let tried: Vec<PathBuf> = match named {
        Some(folder) => vec![folder],
        None => near.flat_map(|place| place.ancestors().map(|folder| folder.join("www/public")).collect::<Vec<_>>()).collect(),
    };
    if let Some(folder) = tried.iter().find(|folder| folder.join(MARK).is_file()) {
        return Ok(folder.clone());
    }
    let listed = tried.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>();
    let reason = Text {
        en: format!(
            "It is in none of these folders: {}. Name the folder that holds models/ and corpora/ with --assets or {VARIABLE}.",
            listed.join(", ")
        ),
        zh: format!("下列文件夹中都没有它：{}。请用 --assets 或 {VARIABLE} 指定含有 models/ 和 corpora/ 的文件夹。", listed.join("、")),
    };
    Err(vec![bad_file(MARK, &reason)].into())
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_named_is_taken_or_refused_and_others_are_not_tried() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        let public = source.join("www/public");
        assert_eq!(first(Some(public.clone()), std::iter::empty()).ok(), Some(public));
        let Err(Failure::Problems(problems)) = first(Some("no/such".into()), std::iter::once(source.to_owned())) else { panic!() };
        assert!(problems[0].message.en.contains("no/such") && problems[0].message.en.contains("--assets"), "{problems:?}");
        assert!(!problems[0].message.en.contains("www/public"), "{problems:?}");
    }

    #[test]
    fn the_folder_is_found_above_any_of_the_places() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        let places = [PathBuf::from("/no/such"), source.join("src/bin/tinyai")];
        assert_eq!(first(None, places.into_iter()).ok(), Some(source.join("www/public")));
        assert!(first(None, [PathBuf::from("/no/such")].into_iter()).is_err());
    }
}
