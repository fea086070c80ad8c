//! wasm-bindgen and wasm-pack, from the crate registry into `.tools/bin`.

use crate::run::{find_program, output, root, run_logged, say, timed, tools};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The wasm-pack that is fetched where none is found.
const WASM_PACK: &str = "0.15.1";

/// Its `wasm-bindgen` alone, compiled in a fifth of the time.
const BINDGEN: &str = "pkg-config/bindgen";

/// `wasm-bindgen` of exactly the version the engine links: the two must agree on the format they exchange.
pub fn wasm_bindgen() -> Result<PathBuf> {
    if let Some(found) = installed_wasm_bindgen(&locked_version(".", "wasm-bindgen")?) {
        return Ok(found);
    }
    let manifest = root().join(BINDGEN).join("Cargo.toml");
    let target = root().join("target/bindgen");
    timed("wasm-bindgen", "compiling it (a minute, once)", || {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--locked", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(&target);
        run_logged("wasm-bindgen", Duration::from_secs(1200), &mut cargo)
    })?;
    Ok(target.join("release").join(format!("tinyai-bindgen{}", std::env::consts::EXE_SUFFIX)))
}

/// wasm-bindgen's whole command line, with the runner of tests that wasm-pack needs.
pub fn wasm_bindgen_cli() -> Result<PathBuf> {
    let version = locked_version(".", "wasm-bindgen")?;
    if let Some(found) = installed_wasm_bindgen(&version) {
        return Ok(found);
    }
    // Not --locked: the graph it locks need not be served any more, and the tool works with any compatible one.
    cargo_install("wasm-bindgen-cli", &version, &[])?;
    Ok(tools().join("bin/wasm-bindgen"))
}

fn installed_wasm_bindgen(version: &str) -> Option<PathBuf> {
    installed("wasm-bindgen", |found| found == version)
}

/// `wasm-pack`, which runs the browser tests.
pub fn wasm_pack() -> Result<PathBuf> {
    let recent = |version: &str| {
        version.strip_prefix("0.").and_then(|rest| rest.split('.').next()?.parse().ok()).is_some_and(|minor: u32| minor >= 13)
    };
    if let Some(found) = installed("wasm-pack", recent) {
        return Ok(found);
    }
    cargo_install("wasm-pack", WASM_PACK, &["--locked"])?;
    Ok(tools().join("bin/wasm-pack"))
}

/// Where `name` is, in `.tools/bin` or on PATH, if the version it reports will do.
fn installed(name: &str, will_do: impl Fn(&str) -> bool) -> Option<PathBuf> {
    let own = tools().join("bin").join(name);
    let found = [Some(own), find_program(&[name])].into_iter().flatten().find_map(|program| {
        let text = output(Command::new(&program).arg("--version"))?;
        let version = text.split_whitespace().nth(1)?.to_owned();
        will_do(&version).then_some((program, version))
    });
    let (program, version) = found?;
    say(name, format_args!("{version}: ready"));
    Some(program)
}

fn cargo_install(name: &str, version: &str, extra: &[&str]) -> Result<()> {
    timed(name, &format!("compiling version {version} from the crate registry (a few minutes, once)"), || {
        let mut cargo = Command::new("cargo");
        cargo
            .args(["install", name, "--version", version, "--root"])
            .arg(tools())
            .args(extra)
            // One folder for both tools: they share many dependencies.
            .env("CARGO_TARGET_DIR", root().join("target/tools"))
            // They run for moments: what counts is how soon they are there.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
        run_logged(name, Duration::from_secs(3000), &mut cargo)
    })
}

/// The version of `package` in the Cargo.lock of `folder`.
fn locked_version(folder: &str, package: &str) -> Result<String> {
    let file = root().join(folder).join("Cargo.lock");
    let lock = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = \""));
    Ok(version.with_context(|| format!("{} has no package {package}", file.display()))?.trim_end_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_and_the_tool_that_binds_it_have_one_version() {
        let engine = locked_version(".", "wasm-bindgen").unwrap();
        let tool = locked_version(BINDGEN, "wasm-bindgen-cli-support").unwrap();
        assert_eq!(engine, tool, "cargo update --manifest-path {BINDGEN}/Cargo.toml --package wasm-bindgen-cli-support --precise {engine}");
    }
}
