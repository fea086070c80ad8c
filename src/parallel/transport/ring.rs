//! A stream of bytes from one rank to another through a bounded ring in shared memory.
//!
//! `head` counts the bytes ever written, `tail` those ever read; both wrap at 2^32, and only the writer changes the one, only the
//! reader the other. Each item starts at a multiple of 8, so that both sides can copy words.

use super::memory::{RingPlace, SharedMemory};

/// Items begin at multiples of it.
const ALIGN: usize = 8;

fn padded(bytes: usize) -> usize {
    bytes.next_multiple_of(ALIGN)
}

/// Copies `len` bytes at a position of the stream: in two parts where the ring ends between.
fn parts(place: &RingPlace, position: u32, len: usize) -> [(usize, usize); 2] {
    let offset = position as usize & (place.capacity - 1);
    let first = len.min(place.capacity - offset);
    [(place.start + offset, first), (place.start, len - first)]
}

/// The writing end.
#[derive(Debug)]
pub(super) struct Writer {
    place: RingPlace,
    head: u32,
    /// What the reader had read when that was last looked at.
    tail: u32,
}

impl Writer {
    pub fn new(memory: &impl SharedMemory, place: RingPlace) -> Self {
        Self { place, head: memory.load(place.head), tail: memory.load(place.tail) }
    }

    /// `most`, or half of the ring: then both sides work at the same time.
    pub fn stride(&self, most: usize) -> usize {
        most.min(self.place.capacity / 2)
    }

    /// Bytes that can be written; looks again at what was read only if it seems less than `wanted`.
    pub fn room(&mut self, memory: &impl SharedMemory, wanted: usize) -> usize {
        let room = |tail| self.place.capacity.saturating_sub(self.head.wrapping_sub(tail) as usize);
        let known = room(self.tail);
        if known >= wanted {
            return known;
        }
        self.tail = memory.load(self.place.tail);
        // A multiple of 8, even if the other side is not what it should be.
        room(self.tail) / ALIGN * ALIGN
    }

    /// Writes the beginning of `bytes`, as much as there is room for, and says how much. The reader sees it after [`publish`](Self::publish).
    pub fn put(&mut self, memory: &impl SharedMemory, bytes: &[u8]) -> usize {
        let len = bytes.len().min(self.room(memory, bytes.len()));
        let [(at, first), (start, rest)] = parts(&self.place, self.head, len);
        memory.write(at, &bytes[..first]);
        if rest > 0 {
            memory.write(start, &bytes[first..len]);
        }
        self.head = self.head.wrapping_add(padded(len) as u32);
        len
    }

    /// Shows the reader all that was put.
    pub fn publish(&self, memory: &impl SharedMemory) {
        memory.store(self.place.head, self.head);
    }

    /// Asks the reader to ring when it has made room, or no longer. After asking, look for room once more.
    pub fn want_room(&mut self, memory: &impl SharedMemory, wants: bool) {
        memory.store(self.place.wants_room, u32::from(wants));
        self.tail = memory.load(self.place.tail);
    }
}

/// The reading end.
#[derive(Debug)]
pub(super) struct Reader {
    place: RingPlace,
    tail: u32,
    /// What the writer had published when that was last looked at.
    head: u32,
}

impl Reader {
    pub fn new(memory: &impl SharedMemory, place: RingPlace) -> Self {
        Self { place, tail: memory.load(place.tail), head: memory.load(place.head) }
    }

    /// As [`Writer::stride`].
    pub fn stride(&self, most: usize) -> usize {
        most.min(self.place.capacity / 2)
    }

    /// Bytes that can be read; looks again at what was written only if it seems less than `wanted`.
    pub fn available(&mut self, memory: &impl SharedMemory, wanted: usize) -> usize {
        let known = self.head.wrapping_sub(self.tail) as usize;
        if known >= wanted {
            return known;
        }
        self.head = memory.load(self.place.head);
        (self.head.wrapping_sub(self.tail) as usize).min(self.place.capacity)
    }

    /// Reads the beginning of `out`, as much as is available, and says how much. The writer may use the room at once.
    pub fn take(&mut self, memory: &impl SharedMemory, out: &mut [u8]) -> usize {
        let len = out.len().min(self.available(memory, out.len()));
        if len == 0 {
            return 0;
        }
        let [(at, first), (start, rest)] = parts(&self.place, self.tail, len);
        memory.read(at, &mut out[..first]);
        if rest > 0 {
            memory.read(start, &mut out[first..len]);
        }
        self.tail = self.tail.wrapping_add(padded(len) as u32);
        memory.store(self.place.tail, self.tail);
        len
    }

    /// Whether the writer waits for room.
    pub fn room_is_wanted(&self, memory: &impl SharedMemory) -> bool {
        memory.load(self.place.wants_room) != 0
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::super::memory::Layout;
    use super::super::memory::heap::HeapMemory;
    use super::*;
    use proptest::prelude::*;

    /// A ring of 64 bytes whose counters begin at `start`.
    fn ring(start: u32) -> (HeapMemory, Writer, Reader) {
        let layout = Layout::fit(2, 0x400).unwrap();
        let place = RingPlace { capacity: 64, ..layout.ring(0, 1) };
        let memory = HeapMemory::new(layout.bytes());
        memory.store(place.head, start);
        memory.store(place.tail, start);
        let ends = (Writer::new(&memory, place), Reader::new(&memory, place));
        (memory, ends.0, ends.1)
    }

    #[test]
    fn a_full_ring_takes_nothing_and_an_empty_one_gives_nothing() {
        let (memory, mut writer, mut reader) = ring(u32::MAX - 7);
        assert_eq!(reader.take(&memory, &mut [0; 8]), 0);
        assert_eq!(writer.put(&memory, &[7; 100]), 64);
        assert_eq!(reader.take(&memory, &mut [0; 8]), 0, "not published");
        writer.publish(&memory);
        assert_eq!(writer.put(&memory, &[8; 8]), 0);
        assert_eq!(reader.take(&memory, &mut [0; 9]), 9);
        assert_eq!(writer.put(&memory, &[8; 100]), 16);
    }

    proptest! {
        /// Items of any length, written and read in any portions, arrive as they were; the counters wrap on the way.
        #[test]
        fn a_stream_arrives(
            items in prop::collection::vec(0usize..200, 1..20),
            turns in prop::collection::vec((any::<bool>(), 1usize..100), 0..200),
            start in 0u32..64,
        ) {
            let (memory, mut writer, mut reader) = ring((start * 8).wrapping_sub(256));
            let items: Vec<Vec<u8>> = items.iter().enumerate().map(|(i, &len)| (0..len).map(|j| (i * 31 + j) as u8).collect()).collect();
            let mut read: Vec<Vec<u8>> = items.iter().map(|item| vec![0; item.len()]).collect();
            let (mut write_at, mut read_at) = ((0, 0), (0, 0));
            // Both sides get turns, in the end.
            for (write, portion) in turns.into_iter().chain([(true, 8), (false, 8)].into_iter().cycle()) {
                // Portions end at multiples of 8, but for an item's last.
                let portion = portion.next_multiple_of(8);
                if write && let Some(item) = items.get(write_at.0) {
                    let end = (write_at.1 + portion).min(item.len());
                    write_at.1 += writer.put(&memory, &item[write_at.1..end]);
                    writer.publish(&memory);
                    if write_at.1 == item.len() { write_at = (write_at.0 + 1, 0); }
                } else if let Some(item) = read.get_mut(read_at.0) {
                    let end = (read_at.1 + portion).min(item.len());
                    read_at.1 += reader.take(&memory, &mut item[read_at.1..end]);
                    if read_at.1 == item.len() { read_at = (read_at.0 + 1, 0); }
                } else {
                    break;
                }
            }
            prop_assert_eq!(read, items);
        }
    }
}
