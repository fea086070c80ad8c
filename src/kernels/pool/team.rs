//! Fork and join for work of microseconds.
//!
//! A kernel splits itself some thousand times a second, and to put a thread to sleep and wake it again takes longer than many of these
//! kernels do. So the thread that calls works, too, and begins at once; threads of the rayon pool that help it stay awake for a moment
//! after each work, watching for the next. Whoever is free takes the next job.

mod last_words;

use super::Job;
use std::cell::OnceCell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Looks at the team's work before a helper goes back to sleep: some 0.2 ms. A native processor pauses between two looks.
const LOOKS: usize = if cfg!(target_arch = "wasm32") { 1 << 17 } else { 1 << 12 };
/// Looks at the last helper's work before the caller lets other threads have its core.
const PATIENCE: usize = 1 << 12;

/// A thread and those that help it.
#[derive(Debug, Default)]
struct Team {
    /// What there is to do; null: nothing. It lives on the caller's stack while it is here, or a helper is inside.
    work: AtomicPtr<Work<'static>>,
    /// Counts works, so that a helper sees a new one.
    works: AtomicU32,
    /// Helpers that may be using `work`.
    inside: AtomicUsize,
    /// Helpers that watch, or were called.
    helpers: AtomicUsize,
}

struct Work<'a> {
    job: &'a dyn Job,
    jobs: usize,
    /// The next job that nobody has taken.
    next: AtomicUsize,
    /// What the first helper that panicked said.
    failure: OnceLock<String>,
}

thread_local! {
    /// The team of this thread, as a caller.
    static TEAM: OnceCell<Arc<Team>> = const { OnceCell::new() };
}

/// Calls `job` once for every index below `jobs`, on this thread and up to `helpers` of the current rayon pool.
pub fn run(jobs: usize, helpers: usize, job: &dyn Job) {
    let team = TEAM.with(|team| team.get_or_init(Arc::default).clone());
    last_words::listen();
    let work = Work { job, jobs, next: AtomicUsize::new(0), failure: OnceLock::new() };
    {
        let _open = team.open(&work);
        team.call(helpers.min(jobs - 1));
        work.take_jobs();
    }
    if let Some(failure) = work.failure.get() {
        panic!("a job failed on another thread: {failure}");
    }
}

/// While it lives, helpers find the work.
struct Open<'a>(&'a Team);

impl Team {
    fn open<'a>(&'a self, work: &'a Work<'_>) -> Open<'a> {
        self.work.store(std::ptr::from_ref(work).cast_mut().cast(), Ordering::SeqCst);
        self.works.fetch_add(1, Ordering::SeqCst);
        Open(self)
    }

    /// Sees to it that so many helpers watch.
    fn call(self: &Arc<Self>, helpers: usize) {
        while self.helpers.load(Ordering::Relaxed) < helpers {
            self.helpers.fetch_add(1, Ordering::Relaxed);
            let team = self.clone();
            rayon::spawn(move || team.help());
        }
    }

    /// A helper's watch.
    fn help(&self) {
        let mut looks = 0;
        // What was opened before it came is still to be done.
        let mut seen = self.works.load(Ordering::SeqCst).wrapping_sub(1);
        while looks < LOOKS {
            let works = self.works.load(Ordering::SeqCst);
            if works == seen {
                looks += 1;
                spin_loop();
                continue;
            }
            (seen, looks) = (works, 0);
            self.inside.fetch_add(1, Ordering::SeqCst);
            let work = self.work.load(Ordering::SeqCst);
            if !work.is_null() {
                // SAFETY: the caller takes the work away and then waits until nobody is inside, so what is seen from inside lives on.
                let work = unsafe { &*work };
                let jobs = || last_words::kept(&work.failure, &self.inside, || work.take_jobs());
                if catch_unwind(AssertUnwindSafe(jobs)).is_err() {
                    // There are words already, unless another hook took the place of ours, or nobody called it.
                    let _ = work.failure.set("it left no message".to_owned());
                }
            }
            self.inside.fetch_sub(1, Ordering::SeqCst);
        }
        self.helpers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.work.store(null_mut(), Ordering::SeqCst);
        let mut looks = 0;
        while self.0.inside.load(Ordering::SeqCst) > 0 {
            looks += 1;
            spin_loop();
            if looks > PATIENCE {
                std::thread::yield_now();
            }
        }
    }
}

impl Work<'_> {
    fn take_jobs(&self) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.jobs {
                return;
            }
            self.job.run(index);
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
