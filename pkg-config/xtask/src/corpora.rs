//! `cargo xtask corpora`: the training texts, prepared again from their source packages.

use crate::npm;
use crate::run::{run, timed};
use anyhow::Result;

pub fn prepare() -> Result<()> {
    let project = npm::Project::installed("pkg-config/corpora")?;
    timed("corpora", "node prepare.mjs", || run(&mut project.node("prepare.mjs")))
}
