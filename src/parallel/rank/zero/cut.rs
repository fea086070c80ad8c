//! Where the shards of a unit begin and end.

use std::ops::Range;

/// A range of one of a unit's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Which parameter.
    pub member: usize,
    /// Its elements.
    pub range: Range<usize>,
}

/// The pieces that `range` of parameters of these lengths, one behind the other, is made of; none of them is empty.
pub(super) fn pieces(lens: &[usize], range: Range<usize>) -> Vec<Piece> {
    let mut start = 0;
    let piece = |(member, &len): (usize, &usize)| {
        let (from, to) = (range.start.clamp(start, start + len), range.end.clamp(start, start + len));
        let piece = Piece { member, range: from - start..to - start };
        start += len;
        (from < to).then_some(piece)
    };
    lens.iter().enumerate().filter_map(piece).collect()
}

/// Where shard `index` of these lengths is.
pub(super) fn shard_range(shards: &[usize], index: usize) -> Range<usize> {
    let start = shards[..index].iter().sum();
    start..start + shards[index]
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::parallel::group::even_shards;
    use proptest::prelude::*;

    #[test]
    fn a_shard_may_begin_and_end_inside_a_parameter() {
        let piece = |member, range| Piece { member, range };
        assert_eq!(pieces(&[4, 0, 3, 5], 2..9), [piece(0, 2..4), piece(2, 0..3), piece(3, 0..2)]);
        assert_eq!(pieces(&[4, 3], 5..6), [piece(1, 1..2)]);
        assert_eq!(pieces(&[4, 3], 4..4), []);
    }

    proptest! {
        /// The shards' pieces, one behind the other, are the parameters' elements, each once.
        #[test]
        fn the_pieces_make_the_whole(lens in prop::collection::vec(0usize..40, 0..8), parts in 1usize..6) {
            let shards = even_shards(lens.iter().sum(), parts);
            let all = (0..parts).flat_map(|part| pieces(&lens, shard_range(&shards, part)));
            let elements: Vec<(usize, usize)> = all.flat_map(|piece| piece.range.map(move |at| (piece.member, at))).collect();
            let expected: Vec<(usize, usize)> = lens.iter().enumerate().flat_map(|(member, &len)| (0..len).map(move |at| (member, at))).collect();
            prop_assert_eq!(elements, expected);
        }
    }
}
