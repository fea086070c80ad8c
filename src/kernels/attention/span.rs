//! Which rows belong to a sequence, and which keys its queries see.

use super::{AttentionShape, BLOCK_ROWS};
use std::ops::Range;

/// One sequence of a call: which rows of the queries are its own, and which rows of the keys and values.
///
/// Its queries are the last positions of its keys: query `i` of `n` sees the keys up to `keys.len() - n + i`, and with a window
/// only the last `window` of these. Keys before the first query's position may be those of earlier tokens, or learned ones
/// (prefix tuning). Spans are given in the order of their rows; a row of no span gets zeros, for its output and its gradients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Rows of the queries.
    pub queries: Range<usize>,
    /// Rows of the keys and of the values: as many as there are queries, or more.
    pub keys: Range<usize>,
}

impl Span {
    /// The spans of `batch_size` sequences of `seq_len` rows each, one after the other.
    pub fn batch(batch_size: usize, seq_len: usize) -> Vec<Self> {
        let rows = |sequence: usize| sequence * seq_len..(sequence + 1) * seq_len;
        (0..batch_size).map(|sequence| Self { queries: rows(sequence), keys: rows(sequence) }).collect()
    }

    pub(super) fn sight(&self, s: AttentionShape) -> Sight {
        Sight::new(s, self.queries.len(), self.keys.len())
    }
}

/// Which keys the queries of one sequence see, counted from the sequence's first.
#[derive(Clone, Copy)]
pub(super) struct Sight {
    pub n_queries: usize,
    pub n_keys: usize,
    window: usize,
}

impl Sight {
    pub fn new(s: AttentionShape, n_queries: usize, n_keys: usize) -> Self {
        assert!(n_queries <= n_keys, "attention: {n_queries} queries are more than their {n_keys} keys");
        Self { n_queries, n_keys, window: s.window.unwrap_or(usize::MAX) }
    }

    /// The keys that a query sees.
    #[inline(always)]
    pub fn of_row(self, row: usize) -> Range<usize> {
        let end = self.n_keys - self.n_queries + row + 1;
        end.saturating_sub(self.window)..end
    }

    /// How many keys come before all that any query sees, and the sight without them.
    pub fn trimmed(self) -> (usize, Self) {
        let unseen = if self.n_queries == 0 { self.n_keys } else { self.of_row(0).start };
        (unseen, Self { n_keys: self.n_keys - unseen, ..self })
    }

    /// The blocks of query rows, each with the keys that it sees, from the start of a tile of `tile` keys on.
    #[inline(always)]
    pub fn blocks(self, tile: usize) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        (0..self.n_queries).step_by(BLOCK_ROWS).map(move |start| {
            let end = (start + BLOCK_ROWS).min(self.n_queries);
            let first_key = self.of_row(start).start / tile * tile;
            (start..end, first_key..self.of_row(end - 1).end)
        })
    }

    /// The most keys that a block has.
    pub fn width(self, tile: usize) -> usize {
        self.n_keys.min(self.window.saturating_add(BLOCK_ROWS - 1 + tile - 1))
    }
}

/// Sets the rows of `x`, `[rows, width]`, that are in none of the ascending ranges to 0.
pub(super) fn fill_gaps(rows: impl Iterator<Item = Range<usize>>, width: usize, x: &mut [f32]) {
    let mut end = 0;
    for range in rows {
        x[end * width..range.start * width].fill(0.0);
        end = range.end;
    }
    x[end * width..].fill(0.0);
}

/// Asserts that ranges ascend, do not overlap, and end within `rows`.
pub(super) fn check_ascending(what: &str, ranges: impl Iterator<Item = Range<usize>>, rows: usize) {
    let mut end = 0;
    for range in ranges {
        assert!(end <= range.start && range.start <= range.end, "attention: {what} {range:?} of a sequence come after row {end}");
        end = range.end;
    }
    assert!(end <= rows, "attention: {what} up to row {end} of {rows}");
}
