//! The engine's sources, and whether they have changed.

use crate::run::root;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// What the engine is made of.
const SOURCES: [&str; 4] = ["src", "Cargo.toml", "Cargo.lock", ".cargo/config.toml"];

/// The sources at one time: names, sizes and times of change of all their files. Only good for telling two of one process apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sources(pub u64);

impl Sources {
    pub fn now() -> Self {
        let mut hasher = DefaultHasher::new();
        for source in SOURCES {
            add(&root().join(source), &mut hasher);
        }
        Self(hasher.finish())
    }
}

/// What cannot be read, because an editor is just replacing it, counts as not there: the next look finds it.
fn add(path: &Path, hasher: &mut DefaultHasher) {
    let Ok(meta) = fs::metadata(path) else { return };
    if meta.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| add(entry, hasher));
    } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "toml" || extension == "lock") {
        (path, meta.len(), meta.modified().ok()).hash(hasher);
    }
}
