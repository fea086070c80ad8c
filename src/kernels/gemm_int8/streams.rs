//! Which rows of a matrix a product with a vector reads side by side.

use std::iter::successors;

/// Groups of rows that follow each other: those of the `i`th are `first + i`, `first + i + apart`, `first + i + 2 * apart` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// First row of the first group.
    pub first: usize,
    /// Rows between the neighbours of a group, and the number of groups.
    pub apart: usize,
}

/// Cuts `rows` rows into groups of `streams`; the last `rows % streams` are left over.
///
/// The rows of a group lie far apart, so that each stream goes on from one row to the next without a gap, and the processor fetches
/// ahead of all. They are an odd number of rows apart: rows are often a power of two long, and an even distance would be a multiple
/// of 4 KiB sooner, at which streams push each other out of the first-level cache (1024 columns: 1.2 times as slow).
pub(super) fn runs(rows: usize, streams: usize) -> impl Iterator<Item = Run> {
    let from = move |first: usize| {
        let most = (rows - first) / streams;
        (most > 0).then(|| Run { first, apart: (most - 1) | 1 })
    };
    successors(from(0), move |run| from(run.first + streams * run.apart))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_once() {
        for rows in (0..100).chain([169, 170, 1023, 1024, 1025]) {
            let groups = runs(rows, 6).flat_map(|Run { first, apart }| (first..first + apart).map(move |row| (row, apart)));
            let mut read: Vec<usize> = groups.flat_map(|(row, apart)| (0..6).map(move |stream| row + stream * apart)).collect();
            read.extend(rows - rows % 6..rows);
            read.sort_unstable();
            assert!(read.into_iter().eq(0..rows), "{rows} rows");
        }
    }

    #[test]
    fn streams_are_long_and_an_odd_number_of_rows_apart() {
        let of = |rows| runs(rows, 6).map(|Run { first, apart }| (first, apart)).collect::<Vec<_>>();
        assert_eq!(of(1024), [(0, 169), (1014, 1)]);
        assert_eq!(of(24), [(0, 3), (18, 1)]);
        assert_eq!(of(5), []);
    }
}
