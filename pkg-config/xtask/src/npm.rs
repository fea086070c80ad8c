//! npm projects: their packages, and the programs in them.

use crate::run::{find_program, output, root, run_logged, say, timed};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

/// The oldest Node that Vite and the scripts here run on.
const OLDEST_NODE: u32 = 20;

/// An npm project of this repository.
pub struct Project {
    name: &'static str,
    folder: PathBuf,
}

/// Its packages installed: the server of `cargo xtask serve`, and `wasm-opt`.
pub fn tools() -> Result<Project> {
    Project::installed("pkg-config/node")
}

/// Its packages installed: the site.
pub fn site() -> Result<Project> {
    Project::installed("www")
}

impl Project {
    /// The project in `folder`, after `npm ci` if its lock file has changed since the last.
    pub fn installed(name: &'static str) -> Result<Self> {
        // Two that want the same packages: the second waits, and finds them.
        static INSTALLING: Mutex<()> = Mutex::new(());
        let _installing = INSTALLING.lock();
        let project = Self { name, folder: root().join(name) };
        check_node()?;
        let lock =
            fs::read(project.folder.join("package-lock.json")).with_context(|| format!("{name}/package-lock.json cannot be read"))?;
        let stamp = project.folder.join("node_modules/.installed-lock.json");
        if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
            say("npm", format_args!("packages of {name}: ready"));
            return Ok(project);
        }
        timed("npm", &format!("npm ci in {name}"), || {
            let mut npm = npm();
            npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&project.folder);
            // Browsers come from the system (see browser.rs), not from a package's install script.
            npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
            run_logged(&format!("npm-{}", name.replace('/', "-")), Duration::from_secs(1200), &mut npm)
        })?;
        fs::write(stamp, lock)?;
        Ok(project)
    }

    /// `npm run SCRIPT`.
    pub fn script(&self, script: &str) -> Command {
        let mut npm = npm();
        npm.args(["run", "--silent", script]).current_dir(&self.folder);
        npm
    }

    /// A program that one of its packages brings.
    pub fn program(&self, name: &str) -> Result<Command> {
        let path = self.folder.join("node_modules/.bin").join(name);
        if !path.exists() {
            bail!("{} has no program {name}: delete {0}/node_modules and try again", self.name);
        }
        let mut command = Command::new(path);
        command.current_dir(&self.folder);
        Ok(command)
    }

    /// `node FILE`, a script of this project.
    pub fn node(&self, file: &str) -> Command {
        let mut node = Command::new("node");
        node.arg(self.folder.join(file));
        node
    }
}

/// `npm`, which Windows knows as a batch file.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn check_node() -> Result<()> {
    let version = output(Command::new("node").arg("--version")).unwrap_or_default();
    let major: Option<u32> = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) || find_program(&["npm", "npm.cmd"]).is_none() {
        let found = if version.is_empty() { "none found".to_owned() } else { format!("found {version}") };
        bail!("Node {OLDEST_NODE} or newer with npm is needed ({found}): https://nodejs.org");
    }
    Ok(())
}
