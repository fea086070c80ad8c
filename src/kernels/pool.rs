//! Spreading work over this thread and the current rayon pool, where there are threads.
//!
//! Work is split over outputs: which thread computes an element, and with how many neighbours, never enters its
//! value. Pieces are small enough to balance two threads and big enough to pay for being handed over.

mod team;

use std::cell::Cell;
use std::ops::Range;

/// Whether this build has threads at all.
const THREADED: bool = cfg!(any(not(target_arch = "wasm32"), feature = "threads"));

thread_local! {
    /// Whether this thread works without the others.
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Number of threads that work is spread over; results never depend on it.
pub fn threads() -> usize {
    if THREADED && !ALONE.get() { rayon::current_num_threads() } else { 1 }
}

/// What `work` gives, which this thread does without the others: as fast as a build without threads would be.
pub fn on_one_thread<R>(work: impl FnOnce() -> R) -> R {
    let before = ALONE.replace(true);
    let result = work();
    ALONE.set(before);
    result
}

/// Multiplications of a product of these sizes; as many as can be counted, where there are more.
pub(super) fn work<const N: usize>(sizes: [usize; N]) -> usize {
    sizes.iter().fold(1, |work, size| work.saturating_mul(*size))
}

/// What is to be done for every index. (An object of `Fn` would hold the code of a closure twice: it can be called by value, too.)
trait Job: Sync {
    fn run(&self, index: usize);
}

impl<F: Fn(usize) + Sync> Job for F {
    fn run(&self, index: usize) {
        self(index);
    }
}

/// Calls `job` once for every index below `jobs`, on all threads if `parallel`.
pub(super) fn run(jobs: usize, parallel: bool, job: impl Fn(usize) + Sync) {
    if THREADED {
        run_any(jobs, parallel, &job);
    } else {
        (0..jobs).for_each(job);
    }
}

/// Not generic, nor ever a part of what is: the code of each of the kernels would be there again.
#[inline(never)]
fn run_any(jobs: usize, parallel: bool, job: &dyn Job) {
    let threads = if parallel && jobs > 1 { threads() } else { 1 };
    if threads > 1 {
        team::run(jobs, threads - 1, job);
    } else {
        (0..jobs).for_each(|index| job.run(index));
    }
}

/// Mutable outputs that can be cut between rows.
pub(super) trait Split: Sized {
    /// Where they are.
    type Place: Copy + Sync;

    /// Whether there are that many rows.
    fn has(&self, rows: usize) -> bool;

    /// Gives up the outputs for their place.
    fn place(self) -> Self::Place;

    /// Some rows of the outputs at a place.
    ///
    /// # Safety
    /// The rows are within the outputs that were given up, which are still borrowed, and in no other piece that lives.
    unsafe fn piece(place: Self::Place, rows: Range<usize>) -> Self;
}

/// A row-major matrix cut between rows; its row is `width` elements.
pub(super) struct Rows<'a, T = f32> {
    pub data: &'a mut [T],
    pub width: usize,
}

impl<'a, T: Send> Split for Rows<'a, T> {
    type Place = (SharedOut<T>, usize);

    fn has(&self, rows: usize) -> bool {
        self.data.len() >= rows * self.width
    }

    fn place(self) -> Self::Place {
        (self.data.place(), self.width)
    }

    unsafe fn piece((data, width): Self::Place, rows: Range<usize>) -> Self {
        // SAFETY: promised by the caller.
        let data = unsafe { <&'a mut [T]>::piece(data, rows.start * width..rows.end * width) };
        Rows { data, width }
    }
}

impl<T: Send> Split for &mut [T] {
    type Place = SharedOut<T>;

    fn has(&self, rows: usize) -> bool {
        self.len() >= rows
    }

    fn place(self) -> Self::Place {
        SharedOut::new(self)
    }

    unsafe fn piece(place: Self::Place, rows: Range<usize>) -> Self {
        // SAFETY: promised by the caller.
        unsafe { std::slice::from_raw_parts_mut(place.at(rows.start), rows.len()) }
    }
}

impl<T: Split, const N: usize> Split for [T; N] {
    type Place = [T::Place; N];

    fn has(&self, rows: usize) -> bool {
        self.iter().all(|part| part.has(rows))
    }

    fn place(self) -> Self::Place {
        self.map(T::place)
    }

    unsafe fn piece(places: Self::Place, rows: Range<usize>) -> Self {
        // SAFETY: promised by the caller.
        places.map(|place| unsafe { T::piece(place, rows.clone()) })
    }
}

impl<A: Split, B: Split> Split for (A, B) {
    type Place = (A::Place, B::Place);

    fn has(&self, rows: usize) -> bool {
        self.0.has(rows) && self.1.has(rows)
    }

    fn place(self) -> Self::Place {
        (self.0.place(), self.1.place())
    }

    unsafe fn piece((a, b): Self::Place, rows: Range<usize>) -> Self {
        // SAFETY: promised by the caller.
        unsafe { (A::piece(a, rows.clone()), B::piece(b, rows)) }
    }
}

impl<A: Split, B: Split, C: Split> Split for (A, B, C) {
    type Place = (A::Place, B::Place, C::Place);

    fn has(&self, rows: usize) -> bool {
        self.0.has(rows) && self.1.has(rows) && self.2.has(rows)
    }

    fn place(self) -> Self::Place {
        (self.0.place(), self.1.place(), self.2.place())
    }

    unsafe fn piece((a, b, c): Self::Place, rows: Range<usize>) -> Self {
        // SAFETY: promised by the caller.
        unsafe { (A::piece(a, rows.clone()), B::piece(b, rows.clone()), C::piece(c, rows)) }
    }
}

/// Calls `f(row_range, outputs_of_these_rows)` on pieces of at most `grain` rows, on all threads; on all rows at
/// once where there is only one piece or one thread. `f` must treat every row alike.
///
/// # Panics
/// If the outputs have fewer rows.
pub(super) fn split<T: Split>(rows: usize, grain: usize, outputs: T, f: impl Fn(Range<usize>, T) + Sync) {
    assert!(outputs.has(rows), "an output has fewer than {rows} rows");
    let grain = if threads() == 1 { rows } else { grain.min(rows) }.max(1);
    let place = outputs.place();
    run(rows.div_ceil(grain), true, |piece| {
        let rows = piece * grain..(piece * grain + grain).min(rows);
        // SAFETY: pieces of different rows, all within the outputs, which have them as asserted and are borrowed until this returns.
        f(rows.clone(), unsafe { T::piece(place, rows) });
    });
}

/// A pointer into an output that several threads write at places that do not overlap.
pub(super) struct SharedOut<T = f32>(*mut T);

impl<T> Clone for SharedOut<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SharedOut<T> {}

// SAFETY: the pointer is only dereferenced in unsafe code, which proves that no two threads touch the same place.
unsafe impl<T: Send> Send for SharedOut<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for SharedOut<T> {}

impl<T> SharedOut<T> {
    pub fn new(data: &mut [T]) -> Self {
        Self(data.as_mut_ptr())
    }

    /// The address of element `index`.
    ///
    /// # Safety
    /// `index` is within the slice this was made from, or one past its end.
    pub unsafe fn at(self, index: usize) -> *mut T {
        // SAFETY: the caller promises that the index is within the slice.
        unsafe { self.0.add(index) }
    }
}
