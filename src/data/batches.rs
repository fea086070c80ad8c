//! The order in which training reads a token stream.

use rand::seq::SliceRandom;
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// Cuts a stream into windows of `context` tokens and deals them out in batches, in a seeded random order.
///
/// An epoch covers the stream, taken as a ring, with `ceil(stream_len / context)` windows one after the other, beginning
/// at a random position, so that the cuts fall elsewhere each time. Every token is an input, and a target, once an epoch
/// (fewer than `context` tokens twice, where the last window meets the first). A batch may span two epochs.
///
/// The order depends on the stream's length, the context and the seed alone: it is the same on every machine.
#[derive(Clone, Debug)]
pub struct BatchSampler {
    stream_len: usize,
    context: usize,
    batch_size: usize,
    seed: u64,
    epoch: u64,
    /// Where this epoch's first window begins.
    phase: usize,
    /// This epoch's windows in the order of reading.
    order: Vec<u32>,
    /// Number of windows read in this epoch.
    read: usize,
}

impl BatchSampler {
    /// A sampler at the beginning of its first epoch.
    ///
    /// # Panics
    /// If `context` or `batch_size` is 0, or the stream has no more than `context` tokens
    /// ([`Corpus::split`](super::Corpus::split) refuses such a text).
    pub fn new(stream_len: usize, context: usize, batch_size: usize, seed: u64) -> Self {
        assert!(context > 0 && batch_size > 0, "context = {context} and batch_size = {batch_size} must not be 0");
        assert!(stream_len > context, "a stream of {stream_len} tokens is too short for a context of {context}");
        let windows = u32::try_from(stream_len.div_ceil(context)).expect("a stream has fewer than 2^32 windows");
        let mut sampler = Self { stream_len, context, batch_size, seed, epoch: 0, phase: 0, order: (0..windows).collect(), read: 0 };
        sampler.begin_epoch();
        sampler
    }

    /// Writes the next batch: `inputs` `[batch_size, context]` and, for each, the token that follows as its target,
    /// `targets` `[batch_size, context]`.
    ///
    /// # Panics
    /// If a length is not the one the sampler was made for.
    pub fn next(&mut self, stream: &[i32], inputs: &mut [i32], targets: &mut [i32]) {
        assert_eq!(stream.len(), self.stream_len, "the sampler was made for another stream");
        let batch_len = self.batch_size * self.context;
        assert_eq!((inputs.len(), targets.len()), (batch_len, batch_len), "inputs and targets are [batch_size, context]");
        for (input, target) in inputs.chunks_exact_mut(self.context).zip(targets.chunks_exact_mut(self.context)) {
            let start = self.next_start();
            copy_ring(stream, start, input);
            copy_ring(stream, (start + 1) % self.stream_len, target);
        }
    }

    /// Goes back to the beginning of the first epoch.
    pub fn restart(&mut self) {
        self.epoch = 0;
        self.begin_epoch();
    }

    /// Number of windows in an epoch.
    pub fn windows_per_epoch(&self) -> usize {
        self.order.len()
    }

    /// The epoch of the last window, from 0.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Where the next window begins.
    fn next_start(&mut self) -> usize {
        if self.read == self.order.len() {
            self.epoch += 1;
            self.begin_epoch();
        }
        let window = self.order[self.read] as usize;
        self.read += 1;
        (self.phase + window * self.context) % self.stream_len
    }

    /// Draws the phase and the order of this epoch; neither depends on the epochs before.
    fn begin_epoch(&mut self) {
        // One stream of the generator an epoch: seeds and epochs cannot meet, as they would in `seed + epoch`.
        let mut rng = Pcg32::new(self.seed, self.epoch);
        // The bias of a remainder is below context / 2^64.
        self.phase = (rng.next_u64() % self.context as u64) as usize;
        for (slot, window) in self.order.iter_mut().zip(0..) {
            *slot = window;
        }
        self.order.shuffle(&mut rng);
        self.read = 0;
    }
}

/// Copies tokens from `start` on, going on at the beginning of the stream where it ends.
fn copy_ring(stream: &[i32], start: usize, out: &mut [i32]) {
    let until_end = out.len().min(stream.len() - start);
    let (head, tail) = out.split_at_mut(until_end);
    head.copy_from_slice(&stream[start..start + until_end]);
    tail.copy_from_slice(&stream[..tail.len()]);
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Batches over the stream 0, 1, 2, …, as (inputs, targets).
    fn batches(sampler: &mut BatchSampler, count: usize) -> Vec<(Vec<i32>, Vec<i32>)> {
        let stream: Vec<i32> = (0..sampler.stream_len as i32).collect();
        let batch_len = sampler.batch_size * sampler.context;
        let next = |_| {
            let (mut inputs, mut targets) = (vec![-1; batch_len], vec![-1; batch_len]);
            sampler.next(&stream, &mut inputs, &mut targets);
            (inputs, targets)
        };
        (0..count).map(next).collect()
    }

    /// The order is part of a result: a change of it changes every loss, on every machine.
    #[test]
    fn the_order_is_pinned() {
        let mut sampler = BatchSampler::new(10, 3, 2, 42);
        let inputs: Vec<_> = batches(&mut sampler, 4).into_iter().map(|(inputs, _)| inputs).collect();
        // Windows of the first epoch begin at 2, 5, 8, 1, those of the second at 1, 4, 7, 0.
        assert_eq!(inputs, [[2, 3, 4, 1, 2, 3], [5, 6, 7, 8, 9, 0], [7, 8, 9, 0, 1, 2], [4, 5, 6, 1, 2, 3]]);
    }

    #[test]
    fn seeds_and_epochs_differ() {
        let first = |seed| batches(&mut BatchSampler::new(1000, 10, 100, seed), 2);
        let (one, two) = (first(1), first(2));
        assert_ne!(one[0], two[0], "seeds");
        assert_ne!(one[0], one[1], "epochs");
        assert_ne!(one[1], two[0], "epoch 1 of seed 1 and epoch 0 of seed 2");
    }

    proptest! {
        #[test]
        fn an_epoch_covers_the_stream(stream_len in 2usize..200, context in 1usize..40, seed in any::<u64>()) {
            prop_assume!(stream_len > context);
            let mut sampler = BatchSampler::new(stream_len, context, 1, seed);
            let windows = sampler.windows_per_epoch();
            for epoch in 0..3 {
                let mut seen = vec![0; stream_len];
                for (inputs, targets) in batches(&mut sampler, windows) {
                    for (input, target) in inputs.into_iter().zip(targets) {
                        prop_assert_eq!((input as usize + 1) % stream_len, target as usize);
                        seen[input as usize] += 1;
                    }
                }
                prop_assert_eq!(sampler.epoch(), epoch);
                prop_assert!(seen.iter().all(|&times| times == 1 || times == 2));
                prop_assert!(seen.iter().filter(|&&times| times == 2).count() < context);
            }
        }

        #[test]
        fn a_seed_gives_one_order(stream_len in 50usize..200, batch_size in 1usize..9, seed in any::<u64>()) {
            let run = || batches(&mut BatchSampler::new(stream_len, 7, batch_size, seed), 60);
            prop_assert_eq!(run(), run());
        }

        /// Batches are the windows in turn, whatever the batch size.
        #[test]
        fn the_batch_size_does_not_change_the_order(batch_size in 1usize..9, seed in any::<u64>()) {
            let tokens = |size: usize, count| batches(&mut BatchSampler::new(101, 10, size, seed), count).into_iter().flat_map(|(inputs, _)| inputs).collect::<Vec<_>>();
            prop_assert_eq!(tokens(batch_size, 12), tokens(1, 12 * batch_size));
        }
    }
}
