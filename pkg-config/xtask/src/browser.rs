//! The browser of the tests: Chromium or Chrome, and the driver that wasm-pack steers it with.

use crate::apt;
use crate::run::{find_program, say};
use anyhow::{Context, Result};
use std::path::PathBuf;

const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const DRIVERS: &[&str] = &["chromedriver", "/usr/lib/chromium-browser/chromedriver", "/usr/lib/chromium/chromedriver"];

/// Where the browser is: `CHROME` if set, else one that is installed, else one that apt brings.
pub fn chrome() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROME") {
        return Ok(PathBuf::from(path));
    }
    let find = || find_program(BROWSERS);
    if find().is_none() {
        install(&["chromium", "chromium-driver"]).context("no Chromium or Chrome found: install one, or set CHROME to the program")?;
    }
    let found = find().context("apt installed Chromium, and yet there is no `chromium` on PATH")?;
    say("browser", format_args!("{}: ready", found.display()));
    Ok(found)
}

/// Where chromedriver is. `None`: nowhere, and apt has none; wasm-pack then downloads one.
pub fn chromedriver() -> Option<PathBuf> {
    let find = || std::env::var_os("CHROMEDRIVER").map(PathBuf::from).or_else(|| find_program(DRIVERS));
    if find().is_none()
        && let Err(error) = install(&["chromium-driver"])
    {
        say("browser", format_args!("no chromedriver here ({error:#}): left to wasm-pack to download"));
    }
    find()
}

fn install(packages: &[&str]) -> Result<()> {
    apt::usable()?;
    apt::update()?;
    apt::install(&packages.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
}
