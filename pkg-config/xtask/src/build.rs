//! `cargo xtask build`: the native command line, the WebAssembly engine, the site.

use crate::run::{root, run, say, timed};
use crate::toolchain::Toolchain;
use crate::tools;
use crate::variants::{self, TARGET, Variant};
use crate::{bench_page, npm};
use anyhow::{Context, Result, anyhow, ensure};
use lexopt::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
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
    let names: Vec<&str> = variants::all().map(|variant| variant.name).collect();
    ensure!(names.contains(&name.as_str()), "--variant {name}: there are {}", names.join(", "));
    Ok(name)
}

pub fn everything(options: &Options) -> Result<()> {
    if let Some(name) = &options.variant {
        build_engines(|variant| variant.name == name)?;
        return site(options);
    }
    // The last step of each of these, optimising across crates, keeps one core busy: together they end sooner than in turn.
    thread::scope(|scope| {
        let native = scope.spawn(native);
        engines()?;
        joined(native)
    })?;
    site(options)
}

/// `www/public/engine/`.
pub fn engines() -> Result<()> {
    build_engines(|_| true)
}

fn build_engines(wanted: impl Fn(&Variant) -> bool) -> Result<()> {
    let rust = Toolchain::find_or_install()?;
    peak(&rust)?;
    let bindgen = tools::wasm_bindgen()?;
    let node = npm::tools()?;
    let (rust, bindgen, node) = (&rust, &bindgen, &node);
    thread::scope(|scope| {
        let builds: Vec<_> =
            variants::all().filter(|variant| wanted(variant)).map(|variant| scope.spawn(|| engine(variant, rust, bindgen, node))).collect();
        builds.into_iter().try_for_each(joined)
    })
}

fn joined<T>(build: thread::ScopedJoinHandle<Result<T>>) -> Result<T> {
    build.join().map_err(|_| anyhow!("a build step panicked"))?
}

/// `target/release/tinyai`, and where it is.
pub fn native() -> Result<PathBuf> {
    timed("native", "tinyai, the command line", || run(Command::new("cargo").args(["build", "--release", "--quiet", "--bin", "tinyai"])))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release").join(format!("tinyai{}", std::env::consts::EXE_SUFFIX)))
}

/// `www/public/engine/VARIANT/`.
fn engine(variant: &Variant, rust: &Toolchain, bindgen: &Path, node: &npm::Project) -> Result<()> {
    let what = format!("the engine, {}", variant.name);
    timed("wasm", &what, || compile(variant, rust))?;
    let compiled = variant.target_dir().join(TARGET).join("release/tinyai.wasm");
    let output = root().join("www/public/engine").join(variant.name);
    let stamp = variant.target_dir().join("packaged-from");
    let source = fs::metadata(&compiled).with_context(|| format!("{} was not built", compiled.display()))?;
    let fingerprint = format!("{:?} {} {}", source.modified()?, source.len(), bindgen.display());
    if output.is_dir() && fs::read_to_string(&stamp).is_ok_and(|last| last == fingerprint) {
        return Ok(());
    }
    let bound = variant.target_dir().join("bound");
    timed("wasm", &format!("wasm-bindgen and wasm-opt, {}", variant.name), || {
        bind(&compiled, &bound, bindgen)?;
        optimise(variant, &bound, node)
    })?;
    replace(&bound, &output)?;
    let size = fs::metadata(output.join("tinyai_bg.wasm"))?.len();
    say("wasm", format_args!("{}: {} kB, {} kB as compiled", variant.name, size / 1000, source.len() / 1000));
    let most = variant.max_bytes();
    ensure!(size <= most, "{} has {size} bytes, more than the {most} that a visitor should wait for", variant.name);
    fs::write(stamp, fingerprint)?;
    Ok(())
}

/// `www/public/engine/peak/peak.wasm`: the loops that measure what the machine can do at most (`tests/bench/peak`).
fn peak(rust: &Toolchain) -> Result<()> {
    let target = root().join("target/wasm-peak");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "--target", TARGET, "--manifest-path"]);
    cargo.arg(root().join("tests/bench/peak/Cargo.toml")).arg("--target-dir").arg(&target);
    rust.configure(&mut cargo);
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "core")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-C target-feature=+simd128,+relaxed-simd");
    timed("wasm", "the loops of the multiply-add peak", || run(&mut cargo))?;
    let output = root().join("www/public/engine/peak");
    fs::create_dir_all(&output)?;
    fs::copy(target.join(TARGET).join("release/peak.wasm"), output.join("peak.wasm"))?;
    Ok(())
}

fn compile(variant: &Variant, rust: &Toolchain) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--quiet", "--lib", "--target", TARGET, "--target-dir"])
        .arg(variant.target_dir())
        .args(variant.features());
    // Nothing of these is in a hot loop.
    for package in ["safetensors", "serde_core", "serde_json", "serde-wasm-bindgen", "strsim"] {
        cargo.arg("--config").arg(format!("profile.release.package.{package}.opt-level='s'"));
    }
    variant.configure(rust, &mut cargo);
    run(&mut cargo)
}

fn bind(compiled: &Path, bound: &Path, bindgen: &Path) -> Result<()> {
    if bound.exists() {
        fs::remove_dir_all(bound)?;
    }
    run(Command::new(bindgen).args(["--target", "web", "--out-name", "tinyai", "--out-dir"]).arg(bound).arg(compiled))
}

// Nothing lives below address 1024 (the stack's last bytes): then an added constant becomes the offset of a load, which is free.
fn optimise(variant: &Variant, bound: &Path, node: &npm::Project) -> Result<()> {
    let wasm = bound.join("tinyai_bg.wasm");
    let optimised: PathBuf = bound.join("optimised.wasm");
    run(node
        .program("wasm-opt")?
        .arg("-O3")
        .arg("--low-memory-unused")
        .args(variant.wasm_opt_features())
        .arg(&wasm)
        .arg("-o")
        .arg(&optimised))?;
    fs::rename(optimised, wasm)?;
    Ok(())
}

/// Puts the folder `fresh` in the place of `old`, so that `old` is never half written.
fn replace(fresh: &Path, old: &Path) -> Result<()> {
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    fs::create_dir_all(old.parent().expect("a folder below the repository"))?;
    fs::rename(fresh, old).with_context(|| format!("{} cannot be moved to {}", fresh.display(), old.display()))
}

/// `www/dist/`.
pub fn site(options: &Options) -> Result<()> {
    bench_page::copy(options.peers)?;
    let site = npm::site()?;
    timed("site", "npm run build in www", || run(&mut site.script("build")))
}
