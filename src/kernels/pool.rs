//! The thread pool: the current rayon pool, where there are threads.

/// Number of threads that work is spread over; results never depend on it.
pub fn threads() -> usize {
    if cfg!(any(not(target_arch = "wasm32"), feature = "threads")) {
        rayon::current_num_threads()
    } else {
        1
    }
}
