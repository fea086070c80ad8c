//! `cargo xtask fonts FILE`: the Chinese serif that the site ships with, made again for the texts as they are.

use crate::npm;
use crate::run::{run, timed};
use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use std::path::{Path, PathBuf};

/// The font to take the characters of, such as Debian's `NotoSerifCJK-Bold.ttc`; paths start from `here`.
pub fn subset(mut args: lexopt::Parser, here: &Path) -> Result<()> {
    let mut font: Option<PathBuf> = None;
    while let Some(arg) = args.next()? {
        match arg {
            Value(path) if font.is_none() => font = Some(here.join(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let Some(font) = font else {
        bail!(
            "which font? Such as: cargo xtask fonts /usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc (Debian: package fonts-noto-cjk)"
        );
    };
    let font = font.canonicalize().with_context(|| format!("the font {} cannot be read", font.display()))?;
    let project = npm::Project::installed("pkg-config/fonts")?;
    timed("fonts", "node subset.mjs", || run(project.node("subset.mjs").arg(&font)))
}
