//! `cargo xtask serve`: the built site at an address of this machine.

use crate::{build, npm};
use anyhow::{Context, Result};
use lexopt::prelude::*;

/// What `serve` was asked for.
pub struct Options {
    /// The first port to try.
    port: u16,
    /// Send the headers that make the page cross-origin isolated, without which the browser refuses threads.
    isolation: bool,
    /// Build the site first.
    build: bool,
    /// How, if so.
    built: build::Options,
}

impl Options {
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let mut options = Self { port: 8080, isolation: true, build: true, built: build::Options::default() };
        while let Some(arg) = args.next()? {
            match arg {
                Long("port") => options.port = args.value()?.parse()?,
                Long("no-isolation") => options.isolation = false,
                Long("no-build") => options.build = false,
                Long("peers") => options.built.peers = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// Serves until it is interrupted.
pub fn serve(options: &Options) -> Result<()> {
    if options.build {
        build::everything(&options.built)?;
    }
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
