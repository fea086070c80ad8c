//! A clock that ranks share, and slowness that is real.

/// Seconds on a clock that all ranks of a world share: the page's, or the process's.
#[cfg(not(target_arch = "wasm32"))]
pub fn now() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Seconds on a clock that all ranks of a world share: the page's, or the process's.
#[cfg(target_arch = "wasm32")]
pub fn now() -> f64 {
    // Each worker counts from its own start, which it knows on the clock of all.
    PERFORMANCE.with(|performance| (performance.time_origin() + performance.now()) / 1e3)
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static PERFORMANCE: web_sys::Performance = {
        use wasm_bindgen::JsCast;
        js_sys::Reflect::get(&js_sys::global(), &"performance".into()).expect("every worker has a clock").unchecked_into()
    };
}

/// Does nothing for so many seconds: what a slower processor would still be computing. Another rank may have the core meanwhile.
#[cfg(not(target_arch = "wasm32"))]
pub fn rest(seconds: f64) {
    std::thread::sleep(std::time::Duration::from_secs_f64(seconds));
}

/// Does nothing for so many seconds: what a slower processor would still be computing. Another rank may have the core meanwhile, but
/// on pages whose workers may not wait.
#[cfg(target_arch = "wasm32")]
pub fn rest(seconds: f64) {
    let end = now() + seconds;
    if let Some(word) = WORD.with(Clone::clone) {
        // It is never notified; an error would mean that this thread may not wait, and the loop below takes over.
        drop(js_sys::Atomics::wait_with_timeout(&word, 0, 0, seconds * 1e3));
    }
    while now() < end {
        std::hint::spin_loop();
    }
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    /// A word to wait at, where memory can be shared.
    static WORD: Option<js_sys::Int32Array> = {
        let isolated = js_sys::Reflect::get(&js_sys::global(), &"crossOriginIsolated".into()).is_ok_and(|value| value.is_truthy());
        isolated.then(|| js_sys::Int32Array::new(&js_sys::SharedArrayBuffer::new(4)))
    };
}
