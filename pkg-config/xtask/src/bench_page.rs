//! What the benchmark's page of the site loads: `www/public/bench/`, copied from `tests/bench/`.

use crate::npm;
use crate::run::{root, say};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// What the pages of the peers load, of the 470 MB below `tests/bench/node_modules/`; of a folder, its scripts.
const PEERS: &[&str] = &[
    "@tensorflow/tfjs/dist/tf.min.js",
    "@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm",
    "onnxruntime-web/dist/ort.wasm.min.mjs",
    "onnxruntime-web/dist/ort-wasm-simd-threaded.mjs",
    "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
    "@jax-js/jax/LICENSE",
    "@jax-js/jax/dist",
];

/// Copies the pages and, with `peers`, what those of the peers load, whose packages are installed for it. Without them the page
/// measures this engine alone.
pub fn copy(peers: bool) -> Result<()> {
    let (bench, output) = (root().join("tests/bench"), root().join("www/public/bench"));
    if output.exists() {
        fs::remove_dir_all(&output)?;
    }
    scripts(&bench.join("pages"), &output.join("pages"))?;
    if !peers {
        say("site", "the benchmark's page measures this engine alone: --peers would add the others");
        return Ok(());
    }
    npm::Project::installed("tests/bench")?;
    let packages = bench.join("node_modules");
    let peers = output.join("peers");
    for path in PEERS {
        let (from, to) = (packages.join(path), peers.join(path));
        if from.is_dir() { scripts(&from, &to)? } else { file(&from, &to)? }
    }
    // Of the others' packages none brings its licence.
    file(&bench.join("PEERS.md"), &peers.join("LICENSES.md"))?;
    file(&root().join("LICENSE"), &peers.join("Apache-2.0.txt"))
}

/// The web pages and scripts of a folder.
fn scripts(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let path = entry?.path();
        let name = path.file_name().expect("an entry of a folder has a name");
        if path.extension().is_some_and(|extension| ["html", "js", "mjs"].iter().any(|wanted| extension == *wanted)) {
            file(&path, &to.join(name))?;
        }
    }
    Ok(())
}

fn file(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().expect("a file lies in a folder"))?;
    // Not fs::copy, which would copy the permissions too: a file that nobody may write could not be replaced.
    fs::write(to, fs::read(from).with_context(|| format!("{} cannot be read", from.display()))?)?;
    Ok(())
}
