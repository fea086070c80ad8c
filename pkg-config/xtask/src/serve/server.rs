//! Vite's server of the site's sources: a change of TypeScript shows at once.

use crate::npm;
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, Write, stdout};
use std::process::{Child, ChildStdin, Stdio};

use super::Options;

/// A line of the server that is meant for xtask, not for a person (`www/build/served-engine.ts`): a browser wants this variant.
const WANTED: &str = "tinyai-wants ";

/// The server as long as it runs; it ends with this process, whose end closes its standard input.
pub struct Server {
    child: Child,
    _input: ChildStdin,
}

impl Server {
    /// Starts it; `wanted` is told which variants of the engine browsers ask for, and `ended` is called once it has ended.
    pub fn start(
        site: &npm::Project,
        options: &Options,
        wanted: impl Fn(String) + Send + 'static,
        ended: impl FnOnce() + Send + 'static,
    ) -> Result<Self> {
        let mut vite = site.program("vite")?;
        vite.args(["--port", &options.port.to_string(), "--clearScreen", "false"]);
        vite.env("TINYAI_ISOLATION", if options.isolation { "on" } else { "off" }).env("TINYAI_SERVE", "on");
        let mut child = vite.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("could not start Vite")?;
        let input = child.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                match line.strip_prefix(WANTED) {
                    Some(name) => wanted(name.to_owned()),
                    // A terminal that is gone is no reason to end.
                    None => drop(writeln!(stdout(), "{line}")),
                }
            }
            ended();
        });
        Ok(Self { child, _input: input })
    }

    /// How it ended.
    pub fn wait(mut self) -> Result<()> {
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}
