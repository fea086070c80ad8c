//! `cargo xtask package`: the engine as an npm package, `target/package/tinyai-playground-VERSION.tgz`.

use crate::run::{root, run_logged, say, timed};
use crate::{build, npm};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub fn everything() -> Result<()> {
    build::engines()?;
    let site = npm::site()?;
    timed("package", "npm run build:lib in www", || run_logged("build-lib", Duration::from_secs(600), &mut site.script("build:lib")))?;
    let package = root().join("target/package/tinyai-playground");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    copy(&root().join("www/dist-lib"), &package)?;
    copy(&root().join("www/public/engine"), &package.join("engine"))?;
    for file in ["LICENSE", "README.md"] {
        fs::copy(root().join(file), package.join(file))?;
    }
    // The template has no version: Cargo.toml states it.
    let template = fs::read_to_string(root().join("pkg-config/npm/package.json"))?;
    let manifest = template.replacen('{', &format!("{{\n  \"version\": \"{}\",", version()?), 1);
    fs::write(package.join("package.json"), manifest)?;
    let folder = package.parent().expect("the package lies in a folder");
    run_logged("npm-pack", Duration::from_secs(120), npm::npm().args(["pack", "--pack-destination"]).arg(folder).current_dir(&package))?;
    say("package", format_args!("target/package/tinyai-playground-{}.tgz", version()?));
    Ok(())
}

/// The version of the package at the top of Cargo.toml.
fn version() -> Result<String> {
    let manifest = Command::new("cargo").args(["pkgid", "--package", "tinyai-playground"]).output()?;
    let id = String::from_utf8_lossy(&manifest.stdout).trim().to_owned();
    let version = id.rsplit(['#', '@']).next().filter(|version| !version.is_empty());
    Ok(version.with_context(|| format!("`cargo pkgid` says {id:?}"))?.to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        // wasm-bindgen writes a .gitignore of `*` into its folder, by which npm would leave everything out.
        if entry.file_name() == ".gitignore" {
            continue;
        }
        if entry.file_type()?.is_dir() { copy(&entry.path(), &target)? } else { fs::copy(entry.path(), target).map(drop)? }
    }
    Ok(())
}
