//! Spreading work over the current rayon pool, where there are threads.
//!
//! Work is split over outputs: which thread computes an element, and with how many neighbours, never enters its
//! value. Pieces are small enough to balance two threads and big enough to pay for being handed over.

use std::ops::Range;

/// Whether this build has threads at all.
const THREADED: bool = cfg!(any(not(target_arch = "wasm32"), feature = "threads"));

/// Number of threads that work is spread over; results never depend on it.
pub fn threads() -> usize {
    if THREADED { rayon::current_num_threads() } else { 1 }
}

/// Calls `job` once for every index below `jobs`, on all threads if `parallel`.
pub(super) fn run(jobs: usize, parallel: bool, job: impl Fn(usize) + Sync) {
    fn halve(range: Range<usize>, job: &(impl Fn(usize) + Sync)) {
        if range.len() <= 1 {
            range.for_each(job);
            return;
        }
        let mid = range.start + range.len() / 2;
        rayon::join(|| halve(range.start..mid, job), || halve(mid..range.end, job));
    }
    if parallel && jobs > 1 && threads() > 1 {
        halve(0..jobs, &job);
    } else {
        (0..jobs).for_each(job);
    }
}

/// Mutable outputs that can be cut between rows.
pub(super) trait Split: Send + Sized {
    /// The first `rows` rows, and the rest.
    fn cut(self, rows: usize) -> (Self, Self);
}

/// A row-major matrix cut between rows; its row is `width` floats.
pub(super) struct Rows<'a> {
    pub data: &'a mut [f32],
    pub width: usize,
}

impl Split for Rows<'_> {
    fn cut(self, rows: usize) -> (Self, Self) {
        let (head, tail) = self.data.split_at_mut(rows * self.width);
        (Rows { data: head, width: self.width }, Rows { data: tail, width: self.width })
    }
}

impl<T: Send> Split for &mut [T] {
    fn cut(self, rows: usize) -> (Self, Self) {
        self.split_at_mut(rows)
    }
}

impl<T: Split, const N: usize> Split for [T; N] {
    fn cut(self, rows: usize) -> (Self, Self) {
        let mut tails = [const { None }; N];
        let mut next = tails.iter_mut();
        let heads = self.map(|part| {
            let (head, tail) = part.cut(rows);
            *next.next().expect("as many slots as parts") = Some(tail);
            head
        });
        (heads, tails.map(|tail| tail.expect("one tail for each head")))
    }
}

impl<A: Split, B: Split> Split for (A, B) {
    fn cut(self, rows: usize) -> (Self, Self) {
        let ((a, c), (b, d)) = (self.0.cut(rows), self.1.cut(rows));
        ((a, b), (c, d))
    }
}

impl<A: Split, B: Split, C: Split> Split for (A, B, C) {
    fn cut(self, rows: usize) -> (Self, Self) {
        let (head, tail) = ((self.0, self.1), self.2).cut(rows);
        ((head.0.0, head.0.1, head.1), (tail.0.0, tail.0.1, tail.1))
    }
}

/// Calls `f(row_range, outputs_of_these_rows)` on pieces of at most `grain` rows, on all threads; on all rows at
/// once where there is only one piece or one thread. `f` must treat every row alike.
pub(super) fn split<T: Split>(rows: usize, grain: usize, outputs: T, f: impl Fn(Range<usize>, T) + Sync) {
    fn halve<T: Split>(range: Range<usize>, grain: usize, outputs: T, f: &(impl Fn(Range<usize>, T) + Sync)) {
        if range.len() <= grain {
            return f(range, outputs);
        }
        let grains = range.len().div_ceil(grain);
        let mid = range.start + grains / 2 * grain;
        let (head, tail) = outputs.cut(mid - range.start);
        rayon::join(|| halve(range.start..mid, grain, head, f), || halve(mid..range.end, grain, tail, f));
    }
    if rows == 0 {
        return;
    }
    if rows <= grain || threads() == 1 {
        f(0..rows, outputs);
    } else {
        halve(0..rows, grain.max(1), outputs, &f);
    }
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
