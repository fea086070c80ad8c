//! Fork and join for work of microseconds.
//!
//! A kernel splits itself some thousand times a second, and to put a thread to sleep and wake it again takes longer than many of these
//! kernels do. So the thread that calls works, too, and begins at once; threads of the rayon pool that help it stay awake for a moment
//! after each work, watching for the next. Whoever is free takes the next job.

use std::cell::OnceCell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering};

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
    job: &'a (dyn Fn(usize) + Sync),
    jobs: usize,
    /// The next job that nobody has taken.
    next: AtomicUsize,
    panicked: AtomicBool,
}

thread_local! {
    /// The team of this thread, as a caller.
    static TEAM: OnceCell<Arc<Team>> = const { OnceCell::new() };
}

/// Calls `job` once for every index below `jobs`, on this thread and up to `helpers` of the current rayon pool.
pub fn run(jobs: usize, helpers: usize, job: &(dyn Fn(usize) + Sync)) {
    let team = TEAM.with(|team| team.get_or_init(Arc::default).clone());
    let work = Work { job, jobs, next: AtomicUsize::new(0), panicked: AtomicBool::new(false) };
    {
        let _open = team.open(&work);
        team.call(helpers.min(jobs - 1));
        work.take_jobs();
    }
    assert!(!work.panicked.load(Ordering::Relaxed), "a job failed on another thread");
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
                if catch_unwind(AssertUnwindSafe(|| work.take_jobs())).is_err() {
                    work.panicked.store(true, Ordering::Relaxed);
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
            (self.job)(index);
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn in_pool<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
    }

    #[test]
    fn every_job_runs_once() {
        for threads in [1, 2, 4] {
            in_pool(threads, || {
                for round in 0..3000 {
                    let counts: Vec<AtomicUsize> = (0..2 + round % 7).map(|_| AtomicUsize::new(0)).collect();
                    run(counts.len(), threads - 1, &|index| {
                        counts[index].fetch_add(1, Ordering::Relaxed);
                    });
                    assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1));
                }
            });
        }
    }

    #[test]
    fn helpers_do_take_part() {
        let helped = in_pool(2, || {
            let caller = std::thread::current().id();
            let helped = AtomicUsize::new(0);
            for _ in 0..200 {
                run(8, 1, &|_| {
                    std::thread::sleep(std::time::Duration::from_micros(50));
                    if std::thread::current().id() != caller {
                        helped.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            helped.into_inner()
        });
        assert!(helped > 0);
    }

    #[test]
    fn many_callers_share_a_pool() {
        in_pool(3, || {
            rayon::scope(|scope| {
                for _ in 0..6 {
                    scope.spawn(|_| {
                        for _ in 0..200 {
                            let sum = AtomicUsize::new(0);
                            run(10, 2, &|index| {
                                sum.fetch_add(index, Ordering::Relaxed);
                            });
                            assert_eq!(sum.into_inner(), 45);
                        }
                    });
                }
            });
        });
    }

    #[test]
    fn a_job_that_panics_ends_the_caller_and_nobody_else() {
        in_pool(2, || {
            for bad in 0..8 {
                let outcome = catch_unwind(|| run(8, 1, &|index| assert_ne!(index, bad, "on purpose")));
                assert!(outcome.is_err());
                let done = AtomicUsize::new(0);
                run(8, 1, &|_| {
                    done.fetch_add(1, Ordering::Relaxed);
                });
                assert_eq!(done.into_inner(), 8);
            }
        });
    }
}
