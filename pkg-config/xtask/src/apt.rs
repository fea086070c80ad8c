//! Debian's and Ubuntu's package manager, for what rustup or a person has not provided.

use crate::run::{find_program, output, run_logged, timed};
use anyhow::{Result, bail};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// The version apt would install of `package`, if it offers any.
pub fn candidate(package: &str) -> Option<String> {
    let text = output(Command::new("apt-cache").args(["policy", package]))?;
    let version = text.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then(|| version.to_owned())
}

/// Refreshes the package lists, once a process.
pub fn update() -> Result<()> {
    static DONE: OnceLock<()> = OnceLock::new();
    if DONE.get().is_none() {
        timed("apt", "refreshing the package lists", || {
            run_logged("apt-update", Duration::from_secs(300), apt_get(&["update"])?.env("LC_ALL", "C"))
        })?;
        let _ = DONE.set(());
    }
    Ok(())
}

/// Installs `packages`. Call [`update`] first.
pub fn install(packages: &[String]) -> Result<()> {
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages.iter().map(String::as_str));
    timed("apt", &format!("installing {}", packages.join(" ")), || {
        run_logged(&format!("apt-{}", packages[0]), Duration::from_secs(1800), &mut apt_get(&args)?)
    })
}

/// Whether this machine and this user can install packages; the reason if not.
pub fn usable() -> Result<()> {
    if find_program(&["apt-get"]).is_none() {
        bail!("this machine has no apt-get");
    }
    if !is_root() && !has_sudo() {
        bail!("apt-get needs root, and `sudo` would ask for a password");
    }
    Ok(())
}

fn apt_get(args: &[&str]) -> Result<Command> {
    usable()?;
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["--non-interactive", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    };
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn has_sudo() -> bool {
    output(Command::new("sudo").args(["--non-interactive", "true"])).is_some()
}
