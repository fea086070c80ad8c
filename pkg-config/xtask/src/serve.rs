//! `cargo xtask serve`: the site at an address of this machine, and with it every change of its sources; or, with `--no-build`, the
//! built site as a host would serve it.

mod board;
mod live;
mod server;
mod sources;

use crate::npm;
use anyhow::{Context, Result};
use lexopt::prelude::*;

/// What `serve` was asked for.
pub struct Options {
    /// The first port to try.
    pub port: u16,
    /// Send the headers that make the page cross-origin isolated, without which the browser refuses threads.
    pub isolation: bool,
    /// Build what changes; else serve what `cargo xtask build` has left in `www/dist`.
    build: bool,
    /// Fetch the benchmark's peers.
    pub peers: bool,
}

impl Options {
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let mut options = Self { port: 8080, isolation: true, build: true, peers: false };
        while let Some(arg) = args.next()? {
            match arg {
                Long("port") => options.port = args.value()?.parse()?,
                Long("no-isolation") => options.isolation = false,
                Long("no-build") => options.build = false,
                Long("peers") => options.peers = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// Serves until it is interrupted.
pub fn serve(options: &Options) -> Result<()> {
    if options.build { live::serve(options) } else { built(options) }
}

/// `www/dist`.
fn built(options: &Options) -> Result<()> {
    let mut server = npm::tools()?.node("serve.mjs");
    server.args(["--port", &options.port.to_string()]);
    if !options.isolation {
        server.arg("--no-isolation");
    }
    // The server takes this process's place where it can, so that whoever ends the one has ended the other.
    #[cfg(unix)]
    let ended: std::io::Result<std::process::ExitStatus> = Err(std::os::unix::process::CommandExt::exec(&mut server));
    #[cfg(not(unix))]
    let ended = server.status();
    let status = ended.context("could not start node")?;
    anyhow::ensure!(status.success(), "the server ended with {status}");
    Ok(())
}
