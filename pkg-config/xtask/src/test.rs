//! `cargo xtask test`: everything that is checked before a change is merged.

use crate::engine::Haste;
use crate::run::{Failed, root, run, run_remembering, say, timed};
use crate::toolchain::Toolchain;
use crate::variants::{TARGET, VARIANTS, Variant};
use crate::{browser, build, npm, release_binary, tools};
use anyhow::{Result, anyhow, bail};
use lexopt::prelude::*;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Compiles for the browser in two thirds of the time, where there is nothing yet of an earlier time, and to a third of the size:
/// no browser reads the lines of the source that are in it.
const FROM_NOTHING: [(&str, &str); 3] =
    [("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_DEV_CODEGEN_UNITS", "4"), ("CARGO_PROFILE_DEV_DEBUG", "false")];

/// Which stages to run.
pub struct Stages {
    native: bool,
    wasm: bool,
    e2e: bool,
    browsers: bool,
}

impl Stages {
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let mut stages = Self { native: false, wasm: false, e2e: false, browsers: false };
        while let Some(arg) = args.next()? {
            match arg {
                Long("native") => stages.native = true,
                Long("wasm") => stages.wasm = true,
                Long("e2e") => stages.e2e = true,
                Long("browsers") => stages.browsers = true,
                other => return Err(other.unexpected().into()),
            }
        }
        let none = !(stages.native || stages.wasm || stages.e2e || stages.browsers);
        Ok(if none { Self { native: true, wasm: true, e2e: true, browsers: true } } else { stages })
    }
}

/// Runs the stages, all of them even if one fails, and fails if one has.
pub fn test(stages: &Stages) -> Result<()> {
    let mut report = Report::default();
    std::thread::scope(|scope| {
        // Much of compiling keeps one core busy: what later stages need is compiled on what the first leaves over. A stage that misses
        // something builds it itself, and says so if it cannot.
        let ahead = (stages.native && stages.wasm && stages.e2e).then(|| scope.spawn(build_ahead));
        if stages.native {
            native(&mut report);
        }
        match ahead.map(|ahead| ahead.join()) {
            Some(Ok(Err(error))) => say("test", format_args!("building ahead: {error:#}")),
            Some(Err(_)) => say("test", "building ahead panicked"),
            Some(Ok(Ok(()))) | None => {}
        }
    });
    if stages.wasm {
        wasm(&mut report);
    }
    if stages.e2e {
        // Each stage is run even if the other fails, so the second does not wait for what Playwright makes it depend on.
        report.stage("pages in the browser", || e2e(&["--project=functional", "--project=functional, not isolated"]));
        report.stage("speed of pages in the browser", || e2e(&["--project=measured", "--no-deps"]));
    }
    if stages.browsers {
        browsers(&mut report);
    }
    report.finish()
}

/// How each stage ended.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    /// What each stage that failed said last, by its name.
    failed: Vec<(String, String)>,
}

impl Report {
    fn stage(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        say("test", format_args!("{name} …"));
        let start = Instant::now();
        let result = work();
        self.ended(name, start.elapsed(), result);
    }

    /// Stages that each keep one core busy, two at a time.
    fn stages_in_pairs<W: FnOnce() -> Result<()> + Send>(&mut self, stages: Vec<(String, W)>) {
        let mut stages = stages.into_iter();
        loop {
            let pair: Vec<_> = stages.by_ref().take(2).collect();
            if pair.is_empty() {
                return;
            }
            let ended: Vec<_> = std::thread::scope(|scope| {
                let running = pair.into_iter().map(|(name, work)| {
                    say("test", format_args!("{name} …"));
                    let start = Instant::now();
                    (name, scope.spawn(move || (work(), start.elapsed())))
                });
                let running: Vec<_> = running.collect();
                running.into_iter().map(|(name, work)| (name, work.join())).collect()
            });
            for (name, work) in ended {
                let (result, took) = work.unwrap_or_else(|_| (Err(anyhow!("it panicked")), Duration::ZERO));
                self.ended(&name, took, result);
            }
        }
    }

    fn ended(&mut self, name: &str, took: Duration, result: Result<()>) {
        let verdict = if result.is_ok() { "passed" } else { "FAILED" };
        self.lines.push(format!("{verdict}  {name} ({:.0} s)", took.as_secs_f64()));
        if let Err(error) = result {
            say("test", format_args!("{name}: FAILED: {error:#}"));
            let last_lines = error.downcast_ref::<Failed>().map(|failed| failed.last_lines.clone());
            self.failed.push((name.to_owned(), last_lines.unwrap_or_else(|| format!("{error:#}\n"))));
        }
    }

    fn skip(&mut self, name: &str, why: &str) {
        self.lines.push(format!("not run {name}: {why}"));
    }

    fn finish(self) -> Result<()> {
        println!();
        for (name, last_lines) in &self.failed {
            say("test", format_args!("{name}, which failed, said last:\n{last_lines}"));
        }
        for line in &self.lines {
            say("test", line);
        }
        if !self.failed.is_empty() {
            bail!("{} of the stages above failed", self.failed.len());
        }
        Ok(())
    }
}

fn native(report: &mut Report) {
    let cargo = |args: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(args);
        run_remembering(cargo)
    };
    let has = |component: &str| Command::new("cargo").args([component, "--version"]).output().is_ok_and(|output| output.status.success());
    if has("fmt") {
        report.stage("formatting", || cargo(&["fmt", "--all", "--check"]));
    } else {
        report.skip("formatting", "cargo fmt is not installed");
    }
    if has("clippy") {
        report.stage("clippy", || cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]));
    } else {
        report.skip("clippy", "cargo clippy is not installed");
    }
    report.stage("native tests", || cargo(&["test", "--workspace", "--no-fail-fast"]));
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        report.stage("kernels in the release binary", release_binary::check);
    } else {
        report.skip("kernels in the release binary", "its vectors and its table of names are those of Linux on x86-64");
    }
    report.stage("TypeScript types as committed", generated_types);
    report.stage("lint of the site", || run_remembering(npm::site()?.script("lint")));
    report.stage("unit tests of the site", || run_remembering(npm::site()?.script("unit")));
    // By no name of a file or folder: what `node --test` makes of one differs from version to version.
    report.stage("unit tests of the benchmark", || {
        let mut node = Command::new("node");
        node.arg("--test").current_dir(root().join("tests/bench"));
        run_remembering(node)
    });
}

/// The native tests write the TypeScript twins of the Rust types; what is committed must be what they write.
fn generated_types() -> Result<()> {
    const FOLDER: &str = "www/types/generated";
    let Some(changes) = crate::run::output(Command::new("git").args(["status", "--porcelain", "--", FOLDER])) else {
        bail!("git cannot tell whether {FOLDER} has changed");
    };
    if !changes.is_empty() {
        bail!("{FOLDER} is not what the Rust types say; `cargo test` has written it anew, commit that:\n{changes}");
    }
    Ok(())
}

fn wasm(report: &mut Report) {
    let ready =
        || Ok::<_, anyhow::Error>((Toolchain::find_or_install()?, tools::wasm_pack()?, tools::wasm_bindgen_cli()?, browser::chrome()?));
    let (rust, wasm_pack) = match ready() {
        Ok((rust, wasm_pack, ..)) => (rust, wasm_pack),
        Err(error) => return report.stage("engine in the browser", || Err(error)),
    };
    let driver = browser::chromedriver();
    let stages = VARIANTS.iter().map(|variant| {
        let work = || engine_in_browser(variant, &rust, &wasm_pack, driver.as_deref());
        (format!("engine in the browser, {}", variant.name), work)
    });
    report.stages_in_pairs(stages.collect());
}

/// What the stages after the native one run.
fn build_ahead() -> Result<()> {
    let rust = Toolchain::find_or_install()?;
    tools::wasm_pack()?;
    tools::wasm_bindgen_cli()?;
    build::programs(Haste::Behind)?;
    for variant in &VARIANTS {
        let mut cargo = Haste::Behind.command(Command::new("cargo"));
        // As wasm-pack calls it.
        cargo.args(["build", "--quiet", "--tests"]).args(variant.features()).arg("--target-dir").arg(variant.target_dir());
        variant.configure(&rust, &mut cargo);
        cargo.env("CARGO_BUILD_TARGET", TARGET).envs(FROM_NOTHING);
        timed("wasm", &format!("the engine's tests, {}", variant.name), || run(&mut cargo))?;
    }
    Ok(())
}

/// The tests marked `wasm_bindgen_test`, compiled as `variant`, in a worker of a headless browser.
fn engine_in_browser(variant: &Variant, rust: &Toolchain, wasm_pack: &Path, driver: Option<&Path>) -> Result<()> {
    let mut command = Command::new(wasm_pack);
    command.args(["test", "--headless", "--chrome"]);
    match driver {
        // Everything is at hand: wasm-pack is kept from looking for newer.
        Some(driver) => command.args(["--mode", "no-install", "--chromedriver"]).arg(driver),
        None => command.args(["--mode", "normal"]),
    };
    command.arg(root()).args(variant.features()).arg("--target-dir").arg(variant.target_dir());
    variant.configure(rust, &mut command);
    command
        .env("CARGO_BUILD_TARGET", TARGET)
        .envs(FROM_NOTHING)
        // The engine runs in a worker in the page too; a page's own thread may not wait for others.
        .env("WASM_BINDGEN_USE_DEDICATED_WORKER", "1")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "900");
    run_remembering(command)
}

/// The pages as a visitor uses them: Playwright's tests in `tests/e2e`.
fn e2e(projects: &[&str]) -> Result<()> {
    let chrome = browser::chrome()?;
    build::everything(&build::Options::default())?;
    // Playwright starts the server itself (www/playwright.config.ts); its packages must be there.
    npm::tools()?;
    let mut playwright = npm::site()?.program("playwright")?;
    playwright.arg("test").args(projects).env("CHROME", chrome);
    run_remembering(playwright)
}

/// Each page once in the browsers other than Chromium: `tests/browsers`.
fn browsers(report: &mut Report) {
    let mut ready = Vec::new();
    for other in &browser::OTHERS {
        let stage = format!("pages in {}", other.name);
        match other.ready() {
            Ok(()) => ready.push((stage, move || smoke(other))),
            Err(error) if !browser::must_be_ready() => report.skip(&stage, &format!("{error:#}")),
            Err(error) => report.stage(&stage, || Err(error)),
        }
    }
    if ready.is_empty() {
        return;
    }
    match build::everything(&build::Options::default()) {
        Ok(()) => report.stages_in_pairs(ready),
        Err(error) => report.stage("the site for other browsers", || Err(error)),
    }
}

fn smoke(other: &browser::Other) -> Result<()> {
    // Chromium measures what the others have to measure.
    let chrome = browser::chrome()?;
    let mut playwright = npm::site()?.program("playwright")?;
    playwright.args(["test", "--config", "playwright.browsers.config.ts"]).env("CHROME", chrome);
    // Each empties its own folder.
    playwright.arg("--output").arg(format!("test-results/browsers/{}", other.name));
    playwright.args(other.projects.iter().map(|project| format!("--project={project}")));
    run_remembering(playwright)
}
