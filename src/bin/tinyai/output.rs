//! Where results go: checked before the work begins, and not lost where it cannot be written after all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tinyai::lab::problem::Text;
use tinyai::lab::problems::bad_file;

use crate::cli::Failure;

/// Makes the folder of a file that is to be written later, and checks that it can be; what the file holds is kept.
///
/// # Errors
/// A problem that names the file, before any work is done for nothing.
pub fn prepare(path: &Path) -> Result<(), Failure> {
    probe(path).map_err(|error| {
        let reason = Text {
            en: format!("The result could not be written there: {error}. Choose another place with --out."),
            zh: format!("结果无法写入该处：{error}。请用 --out 选择其他位置。"),
        };
        vec![bad_file(&path.display().to_string(), &reason)].into()
    })
}

fn probe(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let existed = path.symlink_metadata().is_ok();
    OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    if existed { Ok(()) } else { fs::remove_file(path) }
}

/// Writes a result, or, where that fails, gives it to `instead`.
///
/// # Errors
/// [`Failure::Unwritten`], which says where the result is now; or that `instead` could not take it, either.
pub fn write_or(path: &Path, bytes: &[u8], instead: &mut impl Write) -> Result<(), Failure> {
    let Err(error) = fs::write(path, bytes) else { return Ok(()) };
    instead.write_all(bytes)?;
    instead.write_all(b"\n")?;
    instead.flush()?;
    let path = path.display();
    Err(Failure::Unwritten(Text {
        en: format!("The result could not be written to {path}: {error}. It is on standard output instead."),
        zh: format!("结果无法写入 {path}：{error}。已改为输出到标准输出。"),
    }))
}

/// Writes files into `folder`, or, where that fails, into `other`; gives the folder that has them all.
///
/// # Errors
/// If neither takes them.
pub fn write_files(folder: &Path, other: &Path, files: &[(&str, Vec<u8>)]) -> io::Result<(PathBuf, Option<io::Error>)> {
    let write_all = |folder: &Path| -> io::Result<()> {
        fs::create_dir_all(folder)?;
        files.iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
    };
    match write_all(folder) {
        Ok(()) => Ok((folder.to_owned(), None)),
        Err(error) => write_all(other).map(|()| (other.to_owned(), Some(error))),
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    fn empty_folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tinyai-output-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_folder_that_is_missing_is_made_and_no_file_is_left() {
        let folder = empty_folder("made");
        let path = folder.join("a/b/result.json");
        assert!(prepare(&path).is_ok());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
        fs::write(&path, "old").unwrap();
        assert!(prepare(&path).is_ok());
        assert_eq!(fs::read(&path).unwrap(), b"old", "what is there is kept until there is something new");
        assert!(prepare(&path.join("beyond.json")).is_err(), "a file is no folder");
        assert!(prepare(&folder).is_err(), "a folder is no file");
    }

    #[test]
    fn a_result_that_cannot_be_written_goes_elsewhere() {
        let folder = empty_folder("elsewhere");
        let mut instead = Vec::new();
        let Err(Failure::Unwritten(text)) = write_or(&folder, b"{}", &mut instead) else { panic!("a folder was written as a file") };
        assert_eq!(instead, b"{}\n");
        for text in [text.en, text.zh] {
            assert!(text.contains(&folder.display().to_string()), "{text}");
        }
        let path = folder.join("result.json");
        assert!(write_or(&path, b"{}", &mut instead).is_ok());
        assert_eq!((fs::read(&path).unwrap().len(), instead.len()), (2, 3));
    }

    #[test]
    fn files_go_to_the_other_folder_where_the_first_takes_none() {
        let folder = empty_folder("files");
        let files = [("a.bin", vec![1]), ("b.json", b"{}".to_vec())];
        let (good, other) = (folder.join("good"), folder.join("other"));
        let (written, error) = write_files(&good, &other, &files).unwrap();
        assert_eq!((written, error.is_none(), other.exists()), (good.clone(), true, false));
        let (written, error) = write_files(&good.join("a.bin"), &other, &files).unwrap();
        assert!(error.is_some() && written == other);
        assert_eq!(fs::read(other.join("b.json")).unwrap(), b"{}");
        assert!(write_files(&good.join("a.bin"), &good.join("b.json"), &files).is_err());
    }
}
