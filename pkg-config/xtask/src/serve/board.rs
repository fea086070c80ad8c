//! What is built, of which sources, and what to build next: the one that a browser waits for first.

use super::sources::Sources;
use crate::engine::{Haste, Profile, folder};
use crate::variants::{VARIANTS, Variant};
use std::time::Duration;

/// How long the sources have to rest before a change is built as it ships: until then one who is trying things out has the processor.
const REST: Duration = Duration::from_secs(15);

/// Something to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub variant: &'static str,
    pub profile: Profile,
    pub haste: Haste,
}

/// One variant.
struct Row {
    variant: &'static Variant,
    /// The sources that each profile was last built from.
    release: Option<Sources>,
    dev: Option<Sources>,
    /// A browser has asked for it.
    wanted: bool,
    /// Sources that could not be built.
    failed: Option<Sources>,
}

/// All variants, the most wanted first.
pub struct Board {
    rows: Vec<Row>,
    /// The sources as they are, and as they were at the start.
    sources: Sources,
    start: Sources,
    /// Whether anything has been shown to a browser yet.
    shown: bool,
}

impl Board {
    /// With the variants that a current browser takes first: threads need an isolated page.
    pub fn new(isolated: bool, sources: Sources) -> Self {
        // Ranks run the builds without threads, on isolated pages, too.
        let mut variants: Vec<_> = VARIANTS.iter().collect();
        variants.sort_by_key(|variant| (!variant.relaxed_simd, variant.threads != isolated));
        let rows = variants.into_iter().map(|variant| Row { variant, release: None, dev: None, wanted: false, failed: None }).collect();
        Self { rows, sources, start: sources, shown: false }
    }

    /// A browser asks for a variant: it comes first from now on. False if there is none of that name.
    pub fn want(&mut self, name: &str) -> bool {
        let found = self.rows.iter().position(|row| row.variant.name == name);
        if let Some(at) = found {
            self.rows[at].wanted = true;
            self.rows[..=at].rotate_right(1);
        }
        found.is_some()
    }

    /// The sources have changed.
    pub fn changed(&mut self, sources: Sources) {
        self.sources = sources;
    }

    pub fn start(&self) -> Sources {
        self.start
    }

    pub fn sources(&self) -> Sources {
        self.sources
    }

    /// The next release build, if one is due; `rested` is how long the sources have not changed.
    pub fn next_release(&self, rested: Duration) -> Option<Job> {
        if self.sources != self.start && rested < REST {
            return None;
        }
        let row = self.rows.iter().find(|row| row.release != Some(self.sources) && row.failed != Some(self.sources))?;
        let haste = if self.shown { Haste::Behind } else { Haste::Now };
        Some(Job { variant: row.variant.name, profile: Profile::Release, haste })
    }

    /// The next dev build: after a change of the sources, the first variant, then what browsers have asked for.
    pub fn next_dev(&self) -> Option<Job> {
        let now = Some(self.sources);
        let due = |(index, row): &(usize, &Row)| (*index == 0 || row.wanted) && row.release != now && row.dev != now && row.failed != now;
        let (_, row) = self.rows.iter().enumerate().find(due).filter(|_| self.sources != self.start)?;
        Some(Job { variant: row.variant.name, profile: Profile::Dev, haste: Haste::Now })
    }

    /// A build has ended. Whether there is something new to show.
    pub fn built(&mut self, job: Job, of: Sources, succeeded: bool) -> bool {
        let Some(row) = self.rows.iter_mut().find(|row| row.variant.name == job.variant) else { return false };
        if !succeeded {
            row.failed = Some(of);
            return false;
        }
        match job.profile {
            Profile::Release => row.release = Some(of),
            Profile::Dev => row.dev = Some(of),
        }
        let current = of == self.sources;
        self.shown |= current;
        current
    }

    /// What browsers are to load: every variant of the sources as they are, the release build where there is one.
    pub fn served(&self) -> Vec<(&'static Variant, Profile)> {
        let profile = |row: &Row| match self.sources {
            now if row.release == Some(now) => Some(Profile::Release),
            now if row.dev == Some(now) => Some(Profile::Dev),
            _ => None,
        };
        self.rows.iter().filter_map(|row| Some((row.variant, profile(row)?))).collect()
    }

    /// [`served`](Self::served) as `www/build/served-engine.ts` reads it.
    pub fn served_json(&self) -> String {
        let line = |(variant, profile): (&Variant, Profile)| {
            let folder = folder(variant, profile);
            let folder = folder.file_name().expect("a folder has a name").to_string_lossy();
            format!("\"{}\":{{\"folder\":\"{folder}\",\"dev\":{}}}", variant.name, profile == Profile::Dev)
        };
        format!("{{{}}}\n", self.served().into_iter().map(line).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Sources = Sources(1);
    const NEW: Sources = Sources(2);
    const LONG: Duration = Duration::from_secs(60);

    fn names(board: &Board) -> Vec<(&'static str, Profile)> {
        board.served().into_iter().map(|(variant, profile)| (variant.name, profile)).collect()
    }

    /// Builds everything that is due.
    fn finish(board: &mut Board) {
        while let Some(job) = board.next_release(LONG).or_else(|| board.next_dev()) {
            board.built(job, board.sources(), true);
        }
    }

    #[test]
    fn the_first_build_is_that_of_a_current_browser_and_the_rest_stays_behind() {
        let mut board = Board::new(true, OLD);
        let first = board.next_release(Duration::ZERO).unwrap();
        assert_eq!((first.variant, first.haste), ("threads-relaxed", Haste::Now));
        assert_eq!(board.next_dev(), None);
        assert!(board.built(first, OLD, true));
        let second = board.next_release(Duration::ZERO).unwrap();
        assert_eq!((second.variant, second.haste), ("single-relaxed", Haste::Behind));
        assert_eq!(names(&board), [("threads-relaxed", Profile::Release)]);
        assert_eq!(Board::new(false, OLD).next_release(LONG).unwrap().variant, "single-relaxed");
    }

    #[test]
    fn what_a_browser_asks_for_comes_next() {
        let mut board = Board::new(true, OLD);
        assert!(board.want("single-simd128") && !board.want("no-such"));
        assert_eq!(board.next_release(LONG).unwrap().variant, "single-simd128");
        finish(&mut board);
        assert_eq!(board.served().len(), 4);
    }

    #[test]
    fn after_a_change_dev_builds_show_until_release_builds_take_their_place() {
        let mut board = Board::new(true, OLD);
        finish(&mut board);
        board.changed(NEW);
        assert_eq!(names(&board), []);
        assert_eq!(board.next_release(Duration::ZERO), None, "one who is typing has the processor");
        let job = board.next_dev().unwrap();
        assert_eq!((job.variant, job.haste), ("threads-relaxed", Haste::Now));
        assert!(board.built(job, NEW, true));
        assert_eq!(names(&board), [("threads-relaxed", Profile::Dev)]);
        assert!(board.served_json().contains(r#""threads-relaxed":{"folder":"threads-relaxed-dev","dev":true}"#));
        let release = board.next_release(LONG).unwrap();
        assert!(board.built(release, NEW, true));
        assert_eq!(names(&board), [("threads-relaxed", Profile::Release)]);
    }

    #[test]
    fn a_build_of_sources_that_have_changed_since_is_not_shown_and_what_fails_is_not_tried_again() {
        let mut board = Board::new(true, OLD);
        let job = board.next_release(LONG).unwrap();
        board.changed(NEW);
        assert!(!board.built(job, OLD, true));
        let job = board.next_dev().unwrap();
        assert!(!board.built(job, NEW, false));
        assert_ne!(board.next_dev().map(|job| job.variant), Some("threads-relaxed"));
        board.changed(Sources(3));
        assert_eq!(board.next_dev().unwrap().variant, "threads-relaxed");
    }
}
