//! The browsers of the tests: Chromium or Chrome, with the driver that wasm-pack steers it with, and those of the smoke runs.

use crate::apt;
use crate::run::{find_program, say};
use anyhow::{Context, Result, bail};
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

/// A browser in which each page is opened and run once (`tests/browsers/`).
pub struct Other {
    pub name: &'static str,
    /// Its projects in `www/playwright.browsers.config.ts`.
    pub projects: &'static [&'static str],
    /// What has to be on PATH, and the packages of Debian that bring it.
    programs: &'static [&'static str],
    packages: &'static [&'static str],
}

pub const OTHERS: [Other; 2] = [
    // It speaks WebDriver BiDi itself.
    Other { name: "Firefox", projects: &["firefox"], programs: &["firefox-esr"], packages: &["firefox-esr"] },
    Other {
        name: "WebKitGTK",
        projects: &["webkitgtk", "webkitgtk-shared-memory"],
        programs: &["WebKitWebDriver", "Xvfb"],
        packages: &["webkit2gtk-driver", "xvfb"],
    },
];

impl Other {
    /// Installs what is missing of it.
    pub fn ready(&self) -> Result<()> {
        let missing = || self.programs.iter().find(|program| find_program(&[program]).is_none());
        if missing().is_none() {
            return Ok(());
        }
        apt::usable()?;
        apt::update()?;
        if let Some(package) = self.packages.iter().find(|package| apt::candidate(package).is_none()) {
            bail!("apt offers no {package}");
        }
        install(self.packages)?;
        match missing() {
            Some(program) => bail!("apt installed {}, and yet there is no `{program}` on PATH", self.packages.join(" ")),
            None => Ok(()),
        }
    }
}

/// Whether this is the project's CI on a machine that apt can install browsers on: one that is missing there is a fault.
pub fn must_be_ready() -> bool {
    std::env::var_os("CI").is_some() && find_program(&["apt-get"]).is_some()
}

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
