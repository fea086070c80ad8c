//! Finding, or fetching, a Rust that can compile the standard library for WebAssembly.
//!
//! It needs the sources of the standard library and a WebAssembly linker. Rustup has both (component `rust-src`; the linker
//! comes with rustc). Where rustup's server cannot be reached, Debian's packages do.

use crate::apt;
use crate::run::{find_program, output, path_with, run_logged, say, timed, tools};
use anyhow::{Context, Result, bail};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

/// A Rust that can compile for WebAssembly with its own standard library.
pub struct Toolchain {
    sysroot: PathBuf,
    release: String,
}

/// A Rust toolchain on this machine and why it will not do.
struct Unfit {
    reason: String,
    lacks_only_source: bool,
}

impl Toolchain {
    /// Finds a toolchain, fetching what is missing: by rustup if its server answers, else by apt.
    pub fn find_or_install() -> Result<Self> {
        let first = match Self::inspect(Path::new("rustc")) {
            Ok(found) => return Ok(found.chosen("ready")),
            Err(unfit) => unfit,
        };
        let system = Path::new("/usr/bin/rustc");
        if let Ok(found) = Self::inspect(system) {
            return Ok(found.chosen("ready"));
        }
        let by_rustup = if first.lacks_only_source { add_source_by_rustup() } else { Err(anyhow::anyhow!(first.reason)) };
        let rustup_says = match by_rustup.and_then(|()| Self::inspect(Path::new("rustc")).map_err(|unfit| anyhow::anyhow!(unfit.reason))) {
            Ok(found) => return Ok(found.chosen("component rust-src added by rustup")),
            Err(error) => error,
        };
        let reason = rustup_says.root_cause().to_string();
        let reason = reason.lines().next().unwrap_or_default();
        say("rust", format_args!("not by rustup ({reason}): trying apt"));
        let installed = install_by_apt().with_context(|| {
            format!(
                "no Rust here can compile for WebAssembly. Either `rustup component add rust-src` ({reason}), \
                 or as root `apt-get install rustc cargo rust-src lld` (on Debian 12: rustc-web cargo-web rust-web-src lld-NN)"
            )
        })?;
        let found =
            Self::inspect(system).map_err(|unfit| anyhow::anyhow!("{installed} were installed by apt, and yet: {}", unfit.reason))?;
        Ok(found.chosen(&format!("{installed} installed by apt")))
    }

    fn chosen(self, how: &str) -> Self {
        say("rust", format_args!("{} in {} for WebAssembly: {how}", self.release, self.sysroot.display()));
        self
    }

    fn inspect(rustc: &Path) -> Result<Self, Unfit> {
        let unfit = |reason: String| Unfit { reason, lacks_only_source: false };
        let ask = |args: &[&str]| output(Command::new(rustc).args(args));
        let verbose = ask(&["-vV"]).ok_or_else(|| unfit(format!("{} does not run", rustc.display())))?;
        let release = field(&verbose, "release").unwrap_or_default().to_owned();
        let minor: u32 = release.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0);
        let oldest = oldest();
        if minor < oldest {
            return Err(unfit(format!("Rust {release} is older than 1.{oldest}")));
        }
        let sysroot = PathBuf::from(ask(&["--print", "sysroot"]).ok_or_else(|| unfit("rustc has no sysroot".into()))?);
        let host = field(&verbose, "host").unwrap_or_default();
        if !sysroot.join("lib/rustlib").join(host).join("bin/rust-lld").is_file() && link_lld().is_none() {
            return Err(unfit(format!("Rust {release} in {} comes without the linker rust-lld", sysroot.display())));
        }
        if !sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file() {
            let reason = format!("Rust {release} in {} comes without the sources of its standard library", sysroot.display());
            return Err(Unfit { reason, lacks_only_source: true });
        }
        Ok(Self { sysroot, release })
    }

    /// Makes `command` (cargo, or what calls cargo) use this toolchain, whatever the cargo that runs xtask has set.
    pub fn configure(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let leaked = name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
            const FOREIGN: [&str; 9] = [
                "CARGO",
                "RUSTC",
                "RUSTDOC",
                "RUSTUP_TOOLCHAIN",
                "RUSTFLAGS",
                "CARGO_ENCODED_RUSTFLAGS",
                "CARGO_BUILD_RUSTFLAGS",
                "CARGO_BUILD_TARGET",
                // `cargo run` puts the other toolchain's libraries there.
                "LD_LIBRARY_PATH",
            ];
            if leaked || FOREIGN.contains(&&*name) {
                command.env_remove(&*name);
            }
        }
        let path = path_with(&[tools().join("bin"), self.sysroot.join("bin")]).expect("no folder of PATH holds its separator");
        command.env("PATH", path);
    }
}

/// The value of `name: value` in the output of `rustc -vV`.
fn field<'a>(verbose: &'a str, name: &str) -> Option<&'a str> {
    verbose.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Rustc calls its WebAssembly linker `rust-lld`. Where a distribution has only `lld-NN`, `.tools/bin/rust-lld` is made to
/// point to it: lld takes its role from the flags it is called with.
fn link_lld() -> Option<PathBuf> {
    let own = tools().join("bin/rust-lld");
    if own.is_file() {
        return Some(own);
    }
    if let Some(found) = find_program(&["rust-lld"]) {
        return Some(found);
    }
    let names: Vec<String> = std::iter::once("lld".to_owned()).chain((18..40).rev().map(|major| format!("lld-{major}"))).collect();
    let lld = find_program(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    std::fs::create_dir_all(own.parent()?).ok()?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(lld, &own).ok()?;
    #[cfg(not(unix))]
    std::fs::copy(lld, &own).ok()?;
    Some(own)
}

fn add_source_by_rustup() -> Result<()> {
    if find_program(&["rustup"]).is_none() {
        bail!("there is no rustup");
    }
    let proxied = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].iter().any(|name| std::env::var_os(name).is_some());
    if !proxied {
        let server = std::env::var("RUSTUP_DIST_SERVER").unwrap_or_else(|_| "https://static.rust-lang.org".to_owned());
        reachable(&server, Duration::from_secs(5))?;
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["component", "add", "rust-src"]).env("RUSTUP_MAX_RETRIES", "1");
    timed("rust", "rustup component add rust-src", || run_logged("rustup", Duration::from_secs(180), &mut rustup))
}

/// Whether `url`'s host takes a connection within `limit`. Looking up a name has no time limit of its own, so a thread does it.
fn reachable(url: &str, limit: Duration) -> Result<()> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let host = rest.split('/').next().unwrap_or(rest).to_owned();
    let address = if host.contains(':') { host.clone() } else { format!("{host}:{}", if scheme == "http" { 80 } else { 443 }) };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let connected = address
            .to_socket_addrs()
            .is_ok_and(|mut addresses| addresses.any(|address| TcpStream::connect_timeout(&address, limit).is_ok()));
        let _ = sender.send(connected);
    });
    match receiver.recv_timeout(limit) {
        Ok(true) => Ok(()),
        _ => bail!("{host} cannot be reached"),
    }
}

/// Installs the distribution's Rust with the sources of its standard library; returns the names of the packages.
fn install_by_apt() -> Result<String> {
    apt::usable()?;
    apt::update()?;
    // Debian's security suite brings a recent Rust for its browsers (rustc-web) beside the release's own old one.
    let sets: [&[&str]; 2] = [&["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"], &["rustc", "cargo", "rust-src", "rust-llvm"]];
    let newest = sets.iter().filter_map(|set| Some((minor_release(&apt::candidate(set[0])?)?, *set))).max();
    let oldest = oldest();
    let Some((_, set)) = newest.filter(|(minor, _)| *minor >= oldest) else {
        let offered = newest.map_or("none".to_owned(), |(minor, _)| format!("1.{minor}"));
        bail!("apt offers no Rust of 1.{oldest} or newer (newest: {offered})");
    };
    let mut packages: Vec<String> = set.iter().filter(|name| apt::candidate(name).is_some()).map(|name| (*name).to_owned()).collect();
    apt::install(&packages)?;
    if link_lld().is_none() {
        let verbose = output(Command::new("/usr/bin/rustc").arg("-vV")).unwrap_or_default();
        let llvm = field(&verbose, "LLVM version").and_then(|version| version.split('.').next()).unwrap_or_default();
        let matching = format!("lld-{llvm}");
        let lld = if apt::candidate(&matching).is_some() { matching } else { "lld".to_owned() };
        apt::install(std::slice::from_ref(&lld))?;
        packages.push(lld);
    }
    Ok(packages.join(" "))
}

/// The minor release of Rust 1 that this project needs at least: `rust-version` in Cargo.toml.
fn oldest() -> u32 {
    const MANIFEST: &str = include_str!("../../../Cargo.toml");
    let version = MANIFEST.lines().find_map(|line| line.strip_prefix("rust-version = \"1."));
    let minor = version.and_then(|rest| rest.split(['.', '"']).next()?.parse().ok());
    minor.expect("Cargo.toml states rust-version = \"1.NN\"")
}

/// `1.96.0+dfsg1-1~deb12u2` → 96.
fn minor_release(version: &str) -> Option<u32> {
    version.strip_prefix("1.")?.split('.').next()?.parse().ok()
}
