//! The memory of messages: buffers that are written down in a ledger, and are used again.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem;
use std::rc::Rc;

use bytemuck::Pod;

use crate::tensor::{Category, Charge, Ledger, OutOfMemory};

/// Bytes of buffers that a rank keeps for its next messages.
const SPARE_BYTES: usize = 4 << 20;

/// The buffers of a rank's messages, in their outbox, received, and spare. All are written down as [`Category::Communication`].
pub struct Buffers {
    ledger: RefCell<Ledger>,
    spare: RefCell<Vec<Words>>,
    spare_bytes: Cell<usize>,
    bytes: Cell<usize>,
}

/// A buffer in eights of bytes: shared memory is copied that much at a time, if both sides are aligned to it.
struct Words {
    words: Vec<u64>,
    _charge: Charge,
}

impl Words {
    fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

impl Buffers {
    /// Buffers in a ledger of their own, without a limit.
    pub fn new() -> Rc<Self> {
        Rc::new(Self { ledger: RefCell::new(Ledger::new(None)), spare: RefCell::default(), spare_bytes: Cell::new(0), bytes: Cell::new(0) })
    }

    /// From now on, writes buffers down in `ledger`.
    pub fn charge_to(&self, ledger: &Ledger) {
        self.ledger.replace(ledger.clone());
        let spare = self.spare.take();
        self.bytes.set(self.bytes.get() - self.spare_bytes.replace(0));
        drop(spare);
    }

    /// Bytes in use, spare ones included.
    pub fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// A message of `len` bytes of any content.
    ///
    /// # Errors
    /// If the ledger or the allocator refuses.
    pub fn message(self: &Rc<Self>, len: usize) -> Result<Message, OutOfMemory> {
        let count = len.div_ceil(size_of::<u64>());
        let mut words = match self.take_spare(count) {
            Some(words) => words,
            None => self.allocate(count)?,
        };
        words.words.resize(count, 0);
        Ok(Message { words: Some(words), len, home: self.clone() })
    }

    /// A message that holds a copy of `bytes`.
    ///
    /// # Errors
    /// If the ledger or the allocator refuses.
    pub fn copy_of(self: &Rc<Self>, bytes: &[u8]) -> Result<Message, OutOfMemory> {
        let mut message = self.message(bytes.len())?;
        message.bytes_mut().copy_from_slice(bytes);
        Ok(message)
    }

    /// Makes the words that came from another thread this rank's.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn adopt(self: &Rc<Self>, words: Vec<u64>, len: usize) -> Result<Message, OutOfMemory> {
        let bytes = words.capacity() * size_of::<u64>();
        let charge = self.ledger.borrow().charge(Category::Communication, bytes)?;
        self.bytes.set(self.bytes.get() + bytes);
        Ok(Message { words: Some(Words { words, _charge: charge }), len, home: self.clone() })
    }

    /// The smallest spare buffer that is large enough.
    fn take_spare(&self, count: usize) -> Option<Words> {
        let mut spare = self.spare.borrow_mut();
        let fits = spare.iter().enumerate().filter(|(_, words)| words.words.capacity() >= count);
        let (index, _) = fits.min_by_key(|(_, words)| words.words.capacity())?;
        let words = spare.swap_remove(index);
        self.spare_bytes.set(self.spare_bytes.get() - words.bytes());
        Some(words)
    }

    fn allocate(&self, count: usize) -> Result<Words, OutOfMemory> {
        let ledger = self.ledger.borrow();
        let requested = count.saturating_mul(size_of::<u64>());
        let refused = |_| {
            let report = Box::new(ledger.report());
            OutOfMemory { category: Category::Communication, requested, report, limit: None }
        };
        // Reserved first: a length that no machine has does not enter the books.
        let mut words = Vec::new();
        words.try_reserve_exact(count).map_err(refused)?;
        let charge = ledger.charge(Category::Communication, requested)?;
        let words = Words { words, _charge: charge };
        self.bytes.set(self.bytes.get() + words.bytes());
        Ok(words)
    }

    fn put(&self, words: Words) {
        let spare = self.spare_bytes.get() + words.bytes();
        if spare <= SPARE_BYTES && words.bytes() > 0 {
            self.spare_bytes.set(spare);
            self.spare.borrow_mut().push(words);
        } else {
            self.bytes.set(self.bytes.get() - words.bytes());
        }
    }
}

impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffers").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

/// The bytes of a message, aligned to 8; dropping it keeps its buffer for the next.
pub struct Message {
    /// `None` only while it is dropped.
    words: Option<Words>,
    len: usize,
    home: Rc<Buffers>,
}

impl Message {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        let words = self.words.as_ref().map_or(&[][..], |words| &words.words);
        &bytemuck::cast_slice(words)[..self.len]
    }

    /// Its bytes, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        let words = self.words.as_mut().map_or(&mut [][..], |words| &mut words.words);
        &mut bytemuck::cast_slice_mut(words)[..self.len]
    }

    /// Its elements; bytes after the last whole one are left out. `T` is aligned to 8 bytes or less.
    pub fn elements<T: Pod>(&self) -> &[T] {
        let whole = self.len / size_of::<T>() * size_of::<T>();
        bytemuck::cast_slice(&self.bytes()[..whole])
    }

    /// Its elements, to be changed.
    pub fn elements_mut<T: Pod>(&mut self) -> &mut [T] {
        let whole = self.len / size_of::<T>() * size_of::<T>();
        bytemuck::cast_slice_mut(&mut self.bytes_mut()[..whole])
    }

    /// Gives the words away, to another thread.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn into_words(mut self) -> Vec<u64> {
        let Some(words) = self.words.take() else { return Vec::new() };
        self.home.bytes.set(self.home.bytes.get() - words.bytes());
        words.words
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        if let Some(words) = mem::take(&mut self.words) {
            self.home.put(words);
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_used_again_and_stay_in_the_books() {
        let (buffers, ledger) = (Buffers::new(), Ledger::new(None));
        buffers.charge_to(&ledger);
        let first = buffers.copy_of(&[1, 2, 3]).unwrap();
        assert_eq!((first.bytes(), first.bytes().as_ptr().align_offset(8)), (&[1, 2, 3][..], 0));
        let at = first.bytes().as_ptr();
        drop(first);
        let second = buffers.message(8).unwrap();
        assert_eq!(second.bytes().as_ptr(), at);
        assert_eq!((buffers.bytes(), ledger.report().of(Category::Communication).live), (8, 8));
        drop((second, buffers));
        assert_eq!(ledger.report().of(Category::Communication).live, 0);
    }

    #[test]
    fn large_buffers_are_freed_and_the_limit_is_kept() {
        let (buffers, ledger) = (Buffers::new(), Ledger::new(Some(SPARE_BYTES + 8)));
        buffers.charge_to(&ledger);
        drop(buffers.message(SPARE_BYTES + 8).unwrap());
        assert_eq!((buffers.bytes(), ledger.report().of(Category::Communication).live), (0, 0));
        let refused = buffers.message(SPARE_BYTES + 9).unwrap_err();
        assert_eq!(refused.category, Category::Communication);
    }
}
