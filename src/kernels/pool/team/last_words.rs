//! What a helper says when it panics, kept for the thread that waits for it.
//!
//! Where a panic ends the thread at once, as in WebAssembly, a helper that panics never leaves the work, and the caller would wait for
//! ever. So the panic's hook, which still runs, keeps the message and says that the helper is gone.

use std::cell::Cell;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Once, OnceLock};

/// Where a helper leaves its last words: they live while the helper counts as inside.
#[derive(Clone, Copy)]
struct Place {
    failure: *const OnceLock<String>,
    inside: *const AtomicUsize,
}

thread_local! {
    /// That of this thread, while it helps.
    static PLACE: Cell<Option<Place>> = const { Cell::new(None) };
}

/// Sees to it that the words of all threads are kept, beside what happened to a panic before.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            keep(&panic.to_string(), cfg!(panic = "abort"));
            before(panic);
        }));
    });
}

/// Runs `jobs`, of a helper that `inside` counts; if they panic, the message goes to `failure`.
pub(super) fn kept(failure: &OnceLock<String>, inside: &AtomicUsize, jobs: impl FnOnce()) {
    /// Takes the place away, also from a thread that unwinds.
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            PLACE.set(None);
        }
    }
    PLACE.set(Some(Place { failure, inside }));
    let _leave = Leave;
    jobs();
}

/// Keeps `message` if this thread helps another; a thread that ends here (`forever`) no longer counts as inside.
pub(super) fn keep(message: &str, forever: bool) {
    let Some(place) = PLACE.take() else { return };
    // SAFETY: the place is there only while the helper counts as inside, and so long the caller keeps both.
    let (failure, inside) = unsafe { (&*place.failure, &*place.inside) };
    // Of several helpers that panic, the first one's words are enough.
    let _ = failure.set(message.to_owned());
    if forever {
        inside.fetch_sub(1, Ordering::SeqCst);
    }
}
