use super::*;
use std::time::{Duration, Instant};

fn in_pool<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
}

#[test]
fn every_job_runs_once() {
    for threads in [1, 2, 4] {
        in_pool(threads, || {
            for round in 0..3000 {
                let counts: Vec<AtomicUsize> = (0..2 + round % 7).map(|_| AtomicUsize::new(0)).collect();
                run(counts.len(), threads - 1, &|index: usize| {
                    counts[index].fetch_add(1, Ordering::Relaxed);
                });
                assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1));
            }
        });
    }
}

/// Waits until a helper has taken a job; helpers may be slow to come, but come they must.
fn wait_for_a_helper(taken: &AtomicUsize) {
    let start = Instant::now();
    while taken.load(Ordering::SeqCst) == 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "no helper came");
        std::thread::yield_now();
    }
}

/// Runs jobs of which the caller's own wait until a helper has taken one and does `helped`; gives what the caller's panic says.
fn run_with_a_helper(helped: impl Fn() + Sync) -> Result<(), String> {
    let caller = std::thread::current().id();
    let taken = AtomicUsize::new(0);
    let jobs = || {
        run(8, 1, &|_: usize| {
            if std::thread::current().id() == caller {
                wait_for_a_helper(&taken);
            } else {
                taken.fetch_add(1, Ordering::SeqCst);
                helped();
            }
        });
    };
    catch_unwind(AssertUnwindSafe(jobs)).map_err(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn helpers_do_take_part() {
    for threads in [2, 4] {
        assert_eq!(in_pool(threads, || run_with_a_helper(|| ())), Ok(()));
    }
}

#[test]
fn the_caller_says_why_a_helper_failed() {
    in_pool(2, || {
        for threw in 0..3 {
            let outcome = run_with_a_helper(|| panic!("thrown {threw} times before"));
            let message = outcome.unwrap_err();
            assert!(message.contains(&format!("thrown {threw} times before")), "{message}");
            assert_eq!(run_with_a_helper(|| ()), Ok(()));
        }
        let message = run_with_a_helper(|| std::panic::resume_unwind(Box::new(7))).unwrap_err();
        assert!(message.contains("left no message"), "{message}");
    });
}

/// As in WebAssembly, where a panic ends a thread in the middle of its work.
#[test]
fn a_helper_that_never_comes_back_ends_the_caller() {
    let outcome = in_pool(2, || {
        run_with_a_helper(|| {
            last_words::keep("gone for good", true);
            loop {
                std::thread::park();
            }
        })
    });
    let message = outcome.unwrap_err();
    assert!(message.contains("gone for good"), "{message}");
}

#[test]
fn many_callers_share_a_pool() {
    in_pool(3, || {
        rayon::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|_| {
                    for _ in 0..200 {
                        let sum = AtomicUsize::new(0);
                        run(10, 2, &|index: usize| {
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
            let outcome = catch_unwind(|| run(8, 1, &|index: usize| assert_ne!(index, bad, "on purpose")));
            assert!(outcome.is_err());
            let done = AtomicUsize::new(0);
            run(8, 1, &|_: usize| {
                done.fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(done.into_inner(), 8);
        }
    });
}
