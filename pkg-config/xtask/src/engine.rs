//! The engine's WebAssembly builds: compiled, bound to JavaScript, made small, and put where the site has them.

use crate::npm;
use crate::run::{root, run, say, timed};
use crate::toolchain::Toolchain;
use crate::tools;
use crate::variants::{TARGET, Variant};
use anyhow::{Context, Result, anyhow, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// How far a build is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What is shipped.
    Release,
    /// Sooner there after a change, half as large again and slower: not yet through `wasm-opt`. Fewer optimisations of the compiler
    /// would save more time, but the kernels then call a function for each of their operations, and take thirty times as long.
    Dev,
}

/// How urgent a build is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Haste {
    #[default]
    Now,
    /// Leaves the processor to whatever else wants it.
    Behind,
}

/// Builds variants of the engine.
pub struct Builder {
    rust: Toolchain,
    /// They can be fetched while cargo compiles; what went wrong, if they cannot.
    tools: OnceLock<Result<Tools, String>>,
}

/// What a compiled engine goes through.
struct Tools {
    bindgen: PathBuf,
    node: npm::Project,
}

impl Builder {
    /// Finds the toolchain, or fetches it.
    pub fn ready() -> Result<Self> {
        Ok(Self { rust: Toolchain::find_or_install()?, tools: OnceLock::new() })
    }

    /// Fetches the tools that a build needs in the end. Whoever needs them waits for whoever is fetching them.
    pub fn fetch_tools(&self) -> Result<()> {
        self.tools().map(drop)
    }

    fn tools(&self) -> Result<&Tools> {
        let fetch = || Ok(Tools { node: npm::tools()?, bindgen: tools::wasm_bindgen()? });
        self.tools.get_or_init(|| fetch().map_err(|error: anyhow::Error| format!("{error:#}"))).as_ref().map_err(|error| anyhow!("{error}"))
    }

    /// Builds a variant into [`folder`], if it is not what is there.
    pub fn build(&self, variant: &Variant, profile: Profile, haste: Haste) -> Result<()> {
        self.compile(variant, haste)?;
        self.package(variant, profile, haste)
    }

    fn compile(&self, variant: &Variant, haste: Haste) -> Result<()> {
        let mut cargo = haste.command(Command::new("cargo"));
        cargo
            .args(["build", "--release", "--quiet", "--lib", "--target", TARGET, "--target-dir"])
            .arg(variant.target_dir())
            .args(variant.features());
        // Nothing of these is in a hot loop.
        for package in ["safetensors", "serde_core", "serde_json", "serde-wasm-bindgen", "strsim"] {
            cargo.arg("--config").arg(format!("profile.release.package.{package}.opt-level='s'"));
        }
        variant.configure(&self.rust, &mut cargo);
        timed("wasm", &format!("the engine, {}", variant.name), || run(&mut cargo))
    }

    /// `www/public/engine/peak/peak.wasm`: the loops that measure what the machine can do at most (`tests/bench/peak`).
    pub fn peak(&self) -> Result<()> {
        let target = root().join("target/wasm-peak");
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--quiet", "--target", TARGET, "--manifest-path"]);
        cargo.arg(root().join("tests/bench/peak/Cargo.toml")).arg("--target-dir").arg(&target);
        self.rust.configure(&mut cargo);
        cargo
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "core")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-C target-feature=+simd128,+relaxed-simd");
        timed("wasm", "the loops of the multiply-add peak", || run(&mut cargo))?;
        let output = engines().join("peak");
        fs::create_dir_all(&output)?;
        fs::copy(target.join(TARGET).join("release/peak.wasm"), output.join("peak.wasm"))?;
        Ok(())
    }

    /// Makes what was compiled into what a browser loads. Without a change since the last time it does nothing.
    fn package(&self, variant: &Variant, profile: Profile, haste: Haste) -> Result<()> {
        let compiled = variant.target_dir().join(TARGET).join("release/tinyai.wasm");
        let output = folder(variant, profile);
        let source = fs::metadata(&compiled).with_context(|| format!("{} was not built", compiled.display()))?;
        let tools = self.tools()?;
        let stamp = variant.target_dir().join("packaged-from").with_extension(profile.name());
        let fingerprint = format!("{:?} {} {}", source.modified()?, source.len(), tools.bindgen.display());
        if output.is_dir() && fs::read_to_string(&stamp).is_ok_and(|last| last == fingerprint) {
            return Ok(());
        }
        let bound = variant.target_dir().join("bound").join(profile.name());
        match profile {
            Profile::Release => timed("wasm", &format!("wasm-bindgen and wasm-opt, {}", variant.name), || {
                tools.bind(&compiled, &bound)?;
                tools.optimise(variant, &bound, haste)
            })?,
            Profile::Dev => tools.bind(&compiled, &bound)?,
        }
        let size = fs::metadata(bound.join("tinyai_bg.wasm"))?.len();
        if profile == Profile::Release {
            say("wasm", format_args!("{}: {} kB, {} kB as compiled", variant.name, size / 1000, source.len() / 1000));
            let most = variant.max_bytes();
            ensure!(size <= most, "{} has {size} bytes, more than the {most} that a visitor should wait for", variant.name);
        }
        replace(&bound, &output)?;
        fs::write(stamp, fingerprint)?;
        Ok(())
    }
}

impl Tools {
    fn bind(&self, compiled: &Path, bound: &Path) -> Result<()> {
        if bound.exists() {
            fs::remove_dir_all(bound)?;
        }
        run(Command::new(&self.bindgen).args(["--target", "web", "--out-name", "tinyai", "--out-dir"]).arg(bound).arg(compiled))
    }

    // Nothing lives below address 1024 (the stack's last bytes): then an added constant becomes the offset of a load, which is free.
    fn optimise(&self, variant: &Variant, bound: &Path, haste: Haste) -> Result<()> {
        let wasm = bound.join("tinyai_bg.wasm");
        let optimised: PathBuf = bound.join("optimised.wasm");
        let mut command = haste.command(self.node.program("wasm-opt")?);
        command.arg("-O3").arg("--low-memory-unused").args(variant.wasm_opt_features()).arg(&wasm).arg("-o").arg(&optimised);
        run(&mut command)?;
        fs::rename(optimised, wasm)?;
        Ok(())
    }
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }
}

impl Haste {
    /// `command`, run as urgently.
    pub fn command(self, command: Command) -> Command {
        if self == Self::Now || crate::run::find_program(&["nice"]).is_none() {
            return command;
        }
        let mut behind = Command::new("nice");
        behind.args(["-n", "19"]).arg(command.get_program()).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            behind.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => behind.env(name, value),
                None => behind.env_remove(name),
            };
        }
        behind
    }
}

/// Where the site has a build.
pub fn folder(variant: &Variant, profile: Profile) -> PathBuf {
    engines().join(if profile == Profile::Dev { format!("{}-dev", variant.name) } else { variant.name.to_owned() })
}

/// `www/public/engine/`.
pub fn engines() -> PathBuf {
    root().join("www/public/engine")
}

/// What `cargo xtask serve` offers to its pages: `{VARIANT: {folder, dev}}` (`www/build/served-engine.ts`).
pub fn served_file() -> PathBuf {
    engines().join("served.json")
}

/// Removes what `cargo xtask serve` left for its own pages.
pub fn forget_dev_builds() -> Result<()> {
    let _ = fs::remove_file(served_file());
    for variant in &crate::variants::VARIANTS {
        let folder = folder(variant, Profile::Dev);
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
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
