//! Which rows of a pass belong to which sequence, and at which positions.

use std::rc::Rc;

use crate::kernels::attention::Span;

/// The rows of a pass: those of its sequences, one after the other.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The rows of each sequence; the keys of earlier tokens, which a cache has, are not counted.
    pub spans: Rc<[Span]>,
    /// The position of each row in its sequence.
    pub positions: Rc<[u32]>,
}

impl Rows {
    /// `batch_size` sequences of `seq_len` rows, each from its start.
    pub fn batch(batch_size: usize, seq_len: usize) -> Self {
        let positions = (0..batch_size).flat_map(|_| 0..seq_len as u32).collect();
        Self { spans: Span::batch(batch_size, seq_len).into(), positions }
    }

    /// Sequences, each given by the number of its tokens that came before and the number of its rows here.
    pub fn after(sequences: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let (mut spans, mut positions, mut row) = (Vec::new(), Vec::new(), 0);
        for (before, rows) in sequences {
            spans.push(Span { queries: row..row + rows, keys: row..row + rows });
            positions.extend(before as u32..(before + rows) as u32);
            row += rows;
        }
        Self { spans: spans.into(), positions: positions.into() }
    }

    /// Sequences of these lengths, each from its start: documents packed one behind the other (Krell et al. 2021, arXiv:2107.02027).
    pub fn packed(lens: &[usize]) -> Self {
        Self::after(lens.iter().map(|&len| (0, len)))
    }

    /// Whether each sequence begins here, or goes on from tokens that a cache has.
    pub fn begins(&self) -> Rc<[bool]> {
        self.spans.iter().map(|span| self.positions[span.queries.clone()].first() == Some(&0)).collect()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// One more than the highest position.
    pub fn reach(&self) -> usize {
        self.positions.iter().max().map_or(0, |last| *last as usize + 1)
    }

    /// The last row of each sequence that has one.
    pub fn last(&self) -> impl Iterator<Item = usize> + '_ {
        self.spans.iter().filter(|span| !span.queries.is_empty()).map(|span| span.queries.end - 1)
    }
}
