//! What a world of rings needs of its shared memory, and where in it everything is.

use std::time::Duration;

use thiserror::Error;

/// Memory that all ranks see. Operations on words are sequentially consistent, as those of JavaScript's `Atomics` are; bytes that
/// were written before a word are seen by who has read that word.
pub trait SharedMemory {
    /// The word at `index`.
    fn load(&self, index: usize) -> u32;

    /// Sets the word at `index`.
    fn store(&self, index: usize, value: u32);

    /// Adds to the word at `index`, which wraps.
    fn add(&self, index: usize, value: u32);

    /// Sets the word at `index` if it is `current`.
    fn replace(&self, index: usize, current: u32, new: u32);

    /// Wakes all who wait on the word at `index`.
    fn notify(&self, index: usize);

    /// Sleeps while the word at `index` is `seen`, for `timeout` at most.
    fn wait(&self, index: usize, seen: u32, timeout: Duration);

    /// Copies `bytes` to the bytes from `at` on.
    fn write(&self, at: usize, bytes: &[u8]);

    /// Copies the bytes from `at` on to `out`.
    fn read(&self, at: usize, out: &mut [u8]);
}

/// The word that stops the run, once it is not 0. Whoever holds the memory may set it, the page too.
pub const STOP_WORD: usize = 0;

/// The word that names the first rank that failed, as its number plus 1.
pub const LOST_WORD: usize = 1;

/// Bytes of a cache line: words that different ranks write are that far apart.
const LINE: usize = 64;

const WORDS_PER_LINE: usize = LINE / size_of::<u32>();

/// Smallest and largest ring: a header must fit well; positions are 32 bits.
const CAPACITIES: [usize; 2] = [64, 1 << 30];

/// Where things are: a line for the words of the run, a line per rank, a line for each end of each ring, then the rings' bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    ranks: usize,
    capacity: usize,
}

/// Why a shared memory is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// A world has at least one rank.
    #[error("a world of 0 ranks has nothing to share; make it of at least 1")]
    NoRanks,
    /// Not even the smallest rings fit.
    #[error("{bytes} bytes of shared memory are too few for {ranks} ranks; give at least {needed}")]
    TooSmall {
        /// Ranks in the world.
        ranks: usize,
        /// Bytes given.
        bytes: usize,
        /// Bytes needed at least.
        needed: usize,
    },
}

/// The words of a ring, as indices, and its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct RingPlace {
    /// Bytes ever written, wrapping.
    pub head: usize,
    /// Not 0 while the sender waits for room.
    pub wants_room: usize,
    /// Bytes ever read, wrapping.
    pub tail: usize,
    /// The first byte.
    pub start: usize,
    /// A power of two.
    pub capacity: usize,
}

impl Layout {
    /// The layout with the largest rings that fit into `bytes`. All words begin as 0.
    ///
    /// # Errors
    /// If there is no rank, or the memory is too small.
    pub fn fit(ranks: usize, bytes: usize) -> Result<Self, LayoutError> {
        if ranks == 0 {
            return Err(LayoutError::NoRanks);
        }
        let [smallest, largest] = CAPACITIES;
        let needed = Self { ranks, capacity: smallest }.bytes();
        if bytes < needed {
            return Err(LayoutError::TooSmall { ranks, bytes, needed });
        }
        let mut capacity = smallest;
        while capacity < largest && (Self { ranks, capacity: 2 * capacity }).bytes() <= bytes {
            capacity *= 2;
        }
        Ok(Self { ranks, capacity })
    }

    /// Number of ranks.
    pub fn ranks(&self) -> usize {
        self.ranks
    }

    /// Bytes of a ring.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bytes of the whole.
    pub fn bytes(&self) -> usize {
        let rings = self.rings();
        self.ranks
            .saturating_add(1)
            .saturating_add(2usize.saturating_mul(rings))
            .saturating_mul(LINE)
            .saturating_add(rings.saturating_mul(self.capacity))
    }

    /// The word that a rank waits on.
    pub(super) fn bell(&self, rank: usize) -> usize {
        (1 + rank) * WORDS_PER_LINE
    }

    /// The word that says, once it is not 0, that a rank has ended as it should.
    pub(super) fn closed(&self, rank: usize) -> usize {
        self.bell(rank) + 1
    }

    /// The ring from one rank to another.
    pub(super) fn ring(&self, from: usize, to: usize) -> RingPlace {
        let index = from * (self.ranks - 1) + to - usize::from(to > from);
        let line = 1 + self.ranks + 2 * index;
        let head = line * WORDS_PER_LINE;
        let start = (1 + self.ranks + 2 * self.rings()) * LINE + index * self.capacity;
        RingPlace { head, wants_room: head + 1, tail: head + WORDS_PER_LINE, start, capacity: self.capacity }
    }

    fn rings(&self) -> usize {
        self.ranks.saturating_mul(self.ranks - 1)
    }
}

/// Ordinary memory, for tests of the protocol.
#[cfg(all(test, feature = "native"))]
pub(in crate::parallel) mod heap {
    use std::sync::atomic::Ordering::{Relaxed, SeqCst};
    use std::sync::atomic::{AtomicU8, AtomicU32};
    use std::sync::{Arc, Condvar, Mutex};

    use super::*;

    #[derive(Clone)]
    pub struct HeapMemory(Arc<Inner>);

    struct Inner {
        words: Vec<AtomicU32>,
        bytes: Vec<AtomicU8>,
        sleep: Mutex<()>,
        notified: Condvar,
    }

    impl HeapMemory {
        /// Words and bytes are apart here: the words' addresses are in both.
        pub fn new(bytes: usize) -> Self {
            Self(Arc::new(Inner {
                words: (0..bytes / 4).map(|_| AtomicU32::new(0)).collect(),
                bytes: (0..bytes).map(|_| AtomicU8::new(0)).collect(),
                sleep: Mutex::new(()),
                notified: Condvar::new(),
            }))
        }
    }

    impl SharedMemory for HeapMemory {
        fn load(&self, index: usize) -> u32 {
            self.0.words[index].load(SeqCst)
        }

        fn store(&self, index: usize, value: u32) {
            self.0.words[index].store(value, SeqCst);
        }

        fn add(&self, index: usize, value: u32) {
            self.0.words[index].fetch_add(value, SeqCst);
        }

        fn replace(&self, index: usize, current: u32, new: u32) {
            let _ = self.0.words[index].compare_exchange(current, new, SeqCst, SeqCst);
        }

        fn notify(&self, _: usize) {
            let _asleep = self.0.sleep.lock().unwrap();
            self.0.notified.notify_all();
        }

        fn wait(&self, index: usize, seen: u32, timeout: Duration) {
            let awake = self.0.sleep.lock().unwrap();
            drop(self.0.notified.wait_timeout_while(awake, timeout, |()| self.load(index) == seen).unwrap());
        }

        fn write(&self, at: usize, bytes: &[u8]) {
            self.0.bytes[at..at + bytes.len()].iter().zip(bytes).for_each(|(to, &from)| to.store(from, Relaxed));
        }

        fn read(&self, at: usize, out: &mut [u8]) {
            self.0.bytes[at..at + out.len()].iter().zip(out).for_each(|(from, to)| *to = from.load(Relaxed));
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn the_largest_rings_that_fit() {
        let layout = Layout::fit(3, 6 * 1024 + 64 * (1 + 3 + 12)).unwrap();
        assert_eq!((layout.capacity(), layout.bytes()), (1024, 6 * 1024 + 64 * 16));
        assert_eq!(Layout::fit(3, layout.bytes() - 1).unwrap().capacity(), 512);
        assert_eq!(Layout::fit(1, 128).unwrap().bytes(), 128);
        assert_eq!(Layout::fit(0, 1 << 20), Err(LayoutError::NoRanks));
        assert_eq!(Layout::fit(2, 100), Err(LayoutError::TooSmall { ranks: 2, bytes: 100, needed: 64 * 7 + 2 * 64 }));
        assert!(Layout::fit(usize::MAX, usize::MAX - 1).is_err());
    }

    #[test]
    fn nothing_overlaps() {
        let layout = Layout::fit(4, 1 << 16).unwrap();
        let mut words = vec![STOP_WORD, LOST_WORD];
        let mut starts = vec![];
        for from in 0..4 {
            words.extend([layout.bell(from), layout.closed(from)]);
            for to in (0..4).filter(|&to| to != from) {
                let ring = layout.ring(from, to);
                words.extend([ring.head, ring.wants_room, ring.tail]);
                starts.push(ring.start);
            }
        }
        let last_word = words.iter().max().unwrap() * 4;
        assert!(last_word < starts[0]);
        assert!(starts.iter().all(|start| start % 8 == 0));
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] == layout.capacity()), "{starts:?}");
        assert_eq!(starts[11] + layout.capacity(), layout.bytes());
        words.sort();
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]), "{words:?}");
    }
}
