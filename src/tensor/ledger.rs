//! The memory ledger: live and peak bytes by category, and the limit that a run may not cross.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// What memory is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// Weights, those of adapters included.
    Parameters,
    /// Gradients of weights.
    Gradients,
    /// State of the optimizer.
    Optimizer,
    /// Values that a forward pass keeps for its backward pass, and the passes' intermediate results; with the buffers of such values
    /// that are kept for the next pass.
    Activations,
    /// Keys and values kept between decode steps.
    Kv,
    /// Buffers of messages between ranks.
    Communication,
    /// Tokens of the corpus and batches.
    Data,
}

impl Category {
    /// All categories, in the order in which they are shown.
    pub const ALL: [Category; 7] = [
        Category::Parameters,
        Category::Gradients,
        Category::Optimizer,
        Category::Activations,
        Category::Kv,
        Category::Communication,
        Category::Data,
    ];

    /// Name in results and in the page.
    pub fn name(self) -> &'static str {
        match self {
            Category::Parameters => "parameters",
            Category::Gradients => "gradients",
            Category::Optimizer => "optimizer",
            Category::Activations => "activations",
            Category::Kv => "kv",
            Category::Communication => "communication",
            Category::Data => "data",
        }
    }
}

const CATEGORIES: usize = Category::ALL.len();

/// Bytes of one category, or of all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Bytes now.
    pub live: usize,
    /// Most bytes at any time.
    pub peak: usize,
    /// Bytes at the moment when the total of all categories was highest.
    pub at_peak: usize,
}

/// What a ledger has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryReport {
    /// By category, in the order of [`Category::ALL`].
    pub categories: [Use; CATEGORIES],
    /// All categories together; its `at_peak` equals its `peak`.
    pub total: Use,
}

impl MemoryReport {
    /// The bytes of one category.
    pub fn of(&self, category: Category) -> Use {
        self.categories[category as usize]
    }
}

/// A request that the limit, or the machine, could not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    /// What the memory was asked for.
    pub category: Category,
    /// Bytes asked for.
    pub requested: usize,
    /// What was in use at that moment; boxed, since every operation of the engine can return this error.
    pub report: Box<MemoryReport>,
    /// The ledger's limit; `None`: the allocator itself refused.
    pub limit: Option<usize>,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (category, requested, live) = (self.category.name(), self.requested, self.report.total.live);
        match self.limit {
            Some(limit) => {
                write!(f, "out of memory: {requested} more bytes for {category} on top of {live} exceed the limit of {limit} bytes")
            }
            None => write!(f, "out of memory: the machine has no {requested} more bytes for {category} on top of {live}"),
        }
    }
}

impl std::error::Error for OutOfMemory {}

/// Buffers that tensors have let go of, kept for the next tensor of the same size, so that a loop that does the same again allocates
/// nothing. They stay in the books, since they still take memory.
#[derive(Debug, Default)]
struct Spare {
    by_len: HashMap<usize, Vec<Vec<f32>>>,
    bytes: usize,
}

/// What spare buffers are written down as: the only category whose tensors come and go.
const SPARE: Category = Category::Activations;

/// Before spare buffers would raise the peak, those that are more than one part in this many of the peak so far are freed: the peak
/// that is reported is at most a third above what the tensors themselves took.
const SPARE_SHARE: usize = 4;

/// The books of one run. Cheap to clone: clones share the books. Not shared between threads: a run lives on one,
/// and its kernels get plain slices.
#[derive(Clone, Debug)]
pub struct Ledger {
    books: Rc<Books>,
}

#[derive(Debug)]
struct Books {
    report: RefCell<MemoryReport>,
    limit: Cell<Option<usize>>,
    spare: RefCell<Spare>,
    reuse: Cell<bool>,
    allocations: Cell<u64>,
}

impl Ledger {
    /// Empty books; `limit` is in bytes over all categories.
    pub fn new(limit: Option<usize>) -> Self {
        Self {
            books: Rc::new(Books {
                report: RefCell::default(),
                limit: Cell::new(limit),
                spare: RefCell::default(),
                reuse: Cell::new(true),
                allocations: Cell::new(0),
            }),
        }
    }

    /// Writes down `bytes` until the returned charge is dropped.
    ///
    /// # Errors
    /// If the total would exceed the limit.
    pub fn charge(&self, category: Category, bytes: usize) -> Result<Charge, OutOfMemory> {
        self.admit(category, bytes)?;
        let mut report = self.books.report.borrow_mut();
        let total = report.total.live + bytes;
        let used = &mut report.categories[category as usize];
        used.live += bytes;
        used.peak = used.peak.max(used.live);
        report.total.live = total;
        if total > report.total.peak {
            report.total.peak = total;
            report.total.at_peak = total;
            for used in &mut report.categories {
                used.at_peak = used.live;
            }
        }
        drop(report);
        Ok(Charge { ledger: self.clone(), category, bytes })
    }

    /// Refuses what would exceed the limit, even after all spare buffers were freed.
    fn admit(&self, category: Category, bytes: usize) -> Result<(), OutOfMemory> {
        let Some(limit) = self.books.limit.get() else { return Ok(()) };
        let exceeds = || self.report().total.live.saturating_add(bytes) > limit;
        if exceeds() {
            self.release_spare();
        }
        if exceeds() {
            return Err(OutOfMemory { category, requested: bytes, report: Box::new(self.report()), limit: Some(limit) });
        }
        Ok(())
    }

    /// A buffer of `len` floats for a tensor: a spare one, of any content, if there is one, else a new one of zeros.
    ///
    /// # Errors
    /// If the limit or the allocator refuses, even after all spare buffers were freed.
    pub(super) fn buffer(&self, category: Category, len: usize) -> Result<Buffer, OutOfMemory> {
        let bytes = len.saturating_mul(size_of::<f32>());
        if category == SPARE
            && let Some(floats) = self.books.spare.borrow_mut().take(len)
        {
            // It is in the books already.
            return Ok(Buffer { floats, charge: Charge { ledger: self.clone(), category, bytes }, zeroed: false });
        }
        let (floats, charge) = self.allocate(category, len)?;
        self.books.allocations.set(self.books.allocations.get() + 1);
        Ok(Buffer { floats, charge, zeroed: true })
    }

    /// `len` new elements, of 0, and their charge, which has to live as long.
    ///
    /// # Errors
    /// If the limit or the allocator refuses, even after all spare buffers were freed.
    pub fn allocate<T: Copy + Default>(&self, category: Category, len: usize) -> Result<(Vec<T>, Charge), OutOfMemory> {
        let bytes = len.saturating_mul(size_of::<T>());
        let total = self.report().total;
        if total.live.saturating_add(bytes) > total.peak && self.books.spare.borrow().bytes > total.peak / SPARE_SHARE {
            self.release_spare();
        }
        self.admit(category, bytes)?;
        let mut elements = Vec::new();
        if elements.try_reserve_exact(len).is_err() {
            self.release_spare();
            elements.try_reserve_exact(len).map_err(|_| self.refused(category, bytes))?;
        }
        // Written down only now: what was refused was never in use.
        let charge = self.charge(category, bytes)?;
        elements.resize(len, T::default());
        Ok((elements, charge))
    }

    /// Whether buffers are kept for the next tensor of their size: for loops that do the same again and again. Spare buffers are freed
    /// here either way, since what comes next needs others.
    pub fn reuse(&self, on: bool) {
        self.books.reuse.set(on);
        self.release_spare();
    }

    /// Bytes of buffers that nobody uses, and that are kept for the next tensor of their size; they are in the books of activations.
    pub fn spare_bytes(&self) -> usize {
        self.books.spare.borrow().bytes
    }

    /// Frees the spare buffers.
    pub fn release_spare(&self) {
        let Spare { bytes, .. } = self.books.spare.take();
        let mut report = self.books.report.borrow_mut();
        report.categories[SPARE as usize].live -= bytes;
        report.total.live -= bytes;
    }

    /// From now on the peaks are those of what comes, beginning with what is in use.
    pub fn restart_peaks(&self) {
        let mut report = self.books.report.borrow_mut();
        let MemoryReport { categories, total } = &mut *report;
        for used in categories.iter_mut().chain([total]) {
            (used.peak, used.at_peak) = (used.live, used.live);
        }
    }

    /// Buffers of tensors that had to be allocated so far; it stands still while a loop reuses those that it has.
    pub fn allocations(&self) -> u64 {
        self.books.allocations.get()
    }

    /// The error for a request that the allocator refused.
    pub(super) fn refused(&self, category: Category, requested: usize) -> OutOfMemory {
        OutOfMemory { category, requested, report: Box::new(self.report()), limit: None }
    }

    /// What is and was in use.
    pub fn report(&self) -> MemoryReport {
        *self.books.report.borrow()
    }
}

/// Memory of a tensor.
#[derive(Debug)]
pub(super) struct Buffer {
    pub floats: Vec<f32>,
    pub charge: Charge,
    /// Whether they are zeros; else they may hold anything.
    pub zeroed: bool,
}

/// Bytes written down in a ledger; dropping it strikes them out.
#[derive(Debug)]
pub struct Charge {
    ledger: Ledger,
    category: Category,
    bytes: usize,
}

impl Charge {
    /// The ledger that holds this charge.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What the bytes are used for.
    pub fn category(&self) -> Category {
        self.category
    }

    /// Ends the charge of a tensor whose buffer this is: the buffer is kept for the next one, or freed.
    pub(super) fn end(mut self, buffer: Vec<f32>) {
        if self.category == SPARE && self.ledger.books.reuse.get() && !buffer.is_empty() {
            self.ledger.books.spare.borrow_mut().put(buffer);
            self.bytes = 0;
        }
    }
}

impl Spare {
    fn take(&mut self, len: usize) -> Option<Vec<f32>> {
        let buffer = self.by_len.get_mut(&len)?.pop()?;
        self.bytes -= size_of_val(&buffer[..]);
        Some(buffer)
    }

    fn put(&mut self, buffer: Vec<f32>) {
        self.bytes += size_of_val(&buffer[..]);
        self.by_len.entry(buffer.len()).or_default().push(buffer);
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let mut report = self.ledger.books.report.borrow_mut();
        report.categories[self.category as usize].live -= self.bytes;
        report.total.live -= self.bytes;
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn peaks_add_up_at_the_moment_of_the_total_peak() {
        let ledger = Ledger::new(None);
        let a = ledger.charge(Category::Activations, 100).unwrap();
        drop(a);
        let _p = ledger.charge(Category::Parameters, 70).unwrap();
        let _g = ledger.charge(Category::Gradients, 50).unwrap();
        let report = ledger.report();
        assert_eq!(report.of(Category::Activations), Use { live: 0, peak: 100, at_peak: 0 });
        assert_eq!(report.total, Use { live: 120, peak: 120, at_peak: 120 });
        assert_eq!(report.categories.iter().map(|u| u.at_peak).sum::<usize>(), report.total.peak);
    }

    #[test]
    fn the_limit_names_the_category_and_the_amounts() {
        let ledger = Ledger::new(Some(100));
        let _held = ledger.charge(Category::Parameters, 60).unwrap();
        let refused = ledger.charge(Category::Activations, 41).unwrap_err();
        assert_eq!((refused.category, refused.requested, refused.limit), (Category::Activations, 41, Some(100)));
        assert!(refused.to_string().contains("41 more bytes for activations on top of 60"));
        assert!(ledger.charge(Category::Activations, 40).is_ok());
    }

    #[test]
    fn what_the_allocator_refuses_was_never_in_use() {
        let ledger = Ledger::new(None);
        let _held = ledger.charge(Category::Parameters, 60).unwrap();
        for len in [usize::MAX, isize::MAX as usize / size_of::<f32>()] {
            let refused = ledger.buffer(Category::Activations, len).unwrap_err();
            assert_eq!((refused.limit, refused.report.total.live, refused.report.total.peak), (None, 60, 60));
        }
        assert_eq!((ledger.report().total.peak, ledger.allocations()), (60, 0));
    }
}
