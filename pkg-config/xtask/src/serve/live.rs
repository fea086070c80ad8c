//! Serving while building: the server stands first, then comes the build that a current browser takes, then the others behind it; and
//! so again after every change of the engine's sources.

use super::Options;
use super::board::{Board, Job};
use super::server::Server;
use super::sources::Sources;
use crate::engine::{Builder, Profile, folder, served_file};
use crate::run::say;
use crate::variants;
use crate::{bench_page, npm};
use anyhow::Result;
use std::fs;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at the sources.
const LOOK: Duration = Duration::from_millis(300);

enum Event {
    /// A browser asks for a variant.
    Wanted(String),
    Built {
        job: Job,
        of: Sources,
        result: Result<()>,
    },
    ServerEnded,
}

/// Serves until the server ends.
pub fn serve(options: &Options) -> Result<()> {
    let started = Instant::now();
    let site = thread::spawn(npm::site);
    let builder = Arc::new(Builder::ready()?);
    let mut board = Board::new(options.isolation, Sources::now());
    show(&board)?;
    let (sender, events) = mpsc::channel();
    let mut work = Work { builder: builder.clone(), sender: sender.clone(), release: false, dev: false, peak: false };
    // What the build needs in the end is fetched while it compiles; so is what the server needs.
    work.start(&board, None);
    let tools = thread::spawn(move || builder.fetch_tools());
    let site = site.join().expect("npm's thread does not panic")?;
    bench_page::copy(options.peers)?;
    let wanted = sender.clone();
    let server =
        Server::start(&site, options, move |name| drop(wanted.send(Event::Wanted(name))), move || drop(sender.send(Event::ServerEnded)))?;
    say("serve", "the page can be opened now; it starts by itself once the engine is there");
    tools.join().expect("fetching does not panic")?;

    let mut changed: Option<Instant> = None;
    loop {
        match events.recv_timeout(LOOK) {
            Ok(Event::Wanted(name)) => {
                board.want(&name);
            }
            Ok(Event::Built { job, of, result }) => {
                work.ended(job);
                let first = board.served().is_empty();
                if let Err(error) = &result {
                    say("serve", format_args!("{error:#}: the page keeps the engine that it has"));
                }
                if board.built(job, of, result.is_ok()) {
                    show(&board)?;
                    work.start_peak();
                    tell(job, first.then(|| started.elapsed()).filter(|_| of == board.start()));
                }
            }
            Ok(Event::ServerEnded) | Err(RecvTimeoutError::Disconnected) => return server.wait(),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let sources = Sources::now();
        if sources != board.sources() {
            say("serve", "the engine's sources have changed");
            board.changed(sources);
            changed = Some(Instant::now());
        }
        work.start(&board, changed);
    }
}

/// Says what the page now has.
fn tell(job: Job, since_start: Option<Duration>) {
    let how = if job.profile == Profile::Dev { "a quick build of the change: its timings are not the engine's" } else { "there" };
    match since_start {
        Some(time) => say(
            "serve",
            format_args!("{}: {how}, {:.0} s after the start; the other builds follow behind it", job.variant, time.as_secs_f64()),
        ),
        None => say("serve", format_args!("{}: {how}", job.variant)),
    }
}

/// Tells the server what there is, and removes dev builds that nobody loads any more.
fn show(board: &Board) -> Result<()> {
    let file = served_file();
    fs::create_dir_all(file.parent().expect("a file lies in a folder"))?;
    let fresh = file.with_extension("json.tmp");
    fs::write(&fresh, board.served_json())?;
    fs::rename(fresh, file)?;
    let served = board.served();
    for variant in variants::VARIANTS.iter() {
        let dev = folder(variant, Profile::Dev);
        if dev.exists() && served.iter().any(|(other, profile)| other.name == variant.name && *profile == Profile::Release) {
            fs::remove_dir_all(dev)?;
        }
    }
    Ok(())
}

/// At most one release build and one dev build at a time; for the same variant, cargo lets one wait for the other.
struct Work {
    builder: Arc<Builder>,
    sender: Sender<Event>,
    release: bool,
    dev: bool,
    peak: bool,
}

impl Work {
    /// Starts what is due; `changed` is when the sources last did, since the start.
    fn start(&mut self, board: &Board, changed: Option<Instant>) {
        let rested = changed.map_or(Duration::MAX, |changed| changed.elapsed());
        if !self.dev
            && let Some(job) = board.next_dev()
        {
            self.dev = true;
            self.run(job, board.sources());
        }
        if !self.release
            && let Some(job) = board.next_release(rested)
        {
            self.release = true;
            self.run(job, board.sources());
        }
    }

    fn ended(&mut self, job: Job) {
        match job.profile {
            Profile::Release => self.release = false,
            Profile::Dev => self.dev = false,
        }
    }

    /// The loops that the benchmark's page measures the machine with, once.
    fn start_peak(&mut self) {
        if std::mem::replace(&mut self.peak, true) {
            return;
        }
        let builder = self.builder.clone();
        thread::spawn(move || {
            if let Err(error) = builder.peak() {
                say("serve", format_args!("the benchmark's page cannot measure the machine: {error:#}"));
            }
        });
    }

    fn run(&self, job: Job, of: Sources) {
        let (builder, sender) = (self.builder.clone(), self.sender.clone());
        thread::spawn(move || {
            let variant = variants::VARIANTS.iter().find(|variant| variant.name == job.variant).expect("the board knows variants");
            let result = builder.build(variant, job.profile, job.haste);
            // Nobody listens any more once the server has ended.
            let _ = sender.send(Event::Built { job, of, result });
        });
    }
}
