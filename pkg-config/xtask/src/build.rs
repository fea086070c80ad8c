//! `cargo xtask build`: the native command line, the WebAssembly engine, the site.

use crate::engine::{self, Builder, Haste, Profile};
use crate::run::{root, run, timed};
use crate::variants::{self, Variant};
use crate::{bench_page, npm};
use anyhow::{Result, anyhow, ensure};
use lexopt::prelude::*;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

/// What `build` was asked for.
#[derive(Default)]
pub struct Options {
    /// Fetch the benchmark's peers, so that its page on the site can measure them too.
    pub peers: bool,
    /// Build this variant of the engine only, and nothing native: for trying out a change.
    pub variant: Option<String>,
}

impl Options {
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let mut options = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                Long("peers") => options.peers = true,
                Long("variant") => options.variant = Some(known(args.value()?.string()?)?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

fn known(name: String) -> Result<String> {
    let names: Vec<&str> = variants::VARIANTS.iter().map(|variant| variant.name).collect();
    ensure!(names.contains(&name.as_str()), "--variant {name}: there are {}", names.join(", "));
    Ok(name)
}

pub fn everything(options: &Options) -> Result<()> {
    if let Some(name) = &options.variant {
        build_engines(Haste::Now, |variant| variant.name == name)?;
    } else {
        programs(Haste::Now)?;
    }
    site(options)
}

/// The command line, and the engine in all variants.
pub fn programs(haste: Haste) -> Result<()> {
    // The last step of each of these, optimising across crates, keeps one core busy: together they end sooner than in turn.
    thread::scope(|scope| {
        let native = scope.spawn(|| native(haste));
        build_engines(haste, |_| true)?;
        joined(native).map(drop)
    })
}

/// All variants, into `www/public/engine/`.
pub fn engines() -> Result<()> {
    build_engines(Haste::Now, |_| true)
}

fn build_engines(haste: Haste, wanted: impl Fn(&Variant) -> bool) -> Result<()> {
    let builder = Builder::ready()?;
    builder.peak()?;
    thread::scope(|scope| {
        let tools = scope.spawn(|| builder.fetch_tools());
        let builds: Vec<_> = variants::VARIANTS
            .iter()
            .filter(|variant| wanted(variant))
            .map(|variant| scope.spawn(|| builder.build(variant, Profile::Release, haste)))
            .collect();
        builds.into_iter().try_for_each(joined)?;
        joined(tools)
    })?;
    engine::forget_dev_builds()
}

fn joined<T>(build: thread::ScopedJoinHandle<Result<T>>) -> Result<T> {
    build.join().map_err(|_| anyhow!("a build step panicked"))?
}

/// `target/release/tinyai`, and where it is.
pub fn native(haste: Haste) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "--bin", "tinyai"]);
    timed("native", "tinyai, the command line", || run(&mut haste.command(cargo)))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release").join(format!("tinyai{}", std::env::consts::EXE_SUFFIX)))
}

/// `www/dist/`.
pub fn site(options: &Options) -> Result<()> {
    bench_page::copy(options.peers)?;
    let site = npm::site()?;
    timed("site", "npm run build in www", || run(&mut site.script("build")))
}
