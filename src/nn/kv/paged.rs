//! The paged cache: sequences take pages of a few positions when they need them, and give them back when they end, so that less than a
//! page is wasted on each (Kwon et al. 2023, arXiv:2309.06180).

use super::KvStore;
use super::lens::Lens;
use crate::autograd::Result;
use crate::kernels::attention::KvBlock;
use crate::nn::transformer::Transformer;
use crate::tensor::{Category, Ledger, Tensor};

/// Keys and values of all layers for the positions of one page.
#[derive(Debug)]
struct Page {
    /// `[n_layers, 2, positions, n_kv_heads * d_head]`: each layer's keys, then its values.
    data: Tensor,
}

/// A cache whose memory grows page by page.
#[derive(Debug)]
pub struct Paged {
    ledger: Ledger,
    pages: Vec<Page>,
    /// Numbers of pages that no sequence has.
    free: Vec<usize>,
    /// Each sequence's pages, in the order of positions.
    tables: Vec<Vec<usize>>,
    lens: Lens,
    positions: usize,
    width: usize,
    n_layers: usize,
}

impl Paged {
    /// An empty cache for a model and so many sequences, in pages of `positions` positions.
    ///
    /// # Panics
    /// If a page has no positions.
    pub fn new(model: &Transformer, sequences: usize, positions: usize) -> Self {
        assert!(positions > 0, "a page holds at least one position");
        let config = &model.config;
        Self {
            ledger: model.params.ledger().clone(),
            pages: Vec::new(),
            free: Vec::new(),
            tables: vec![Vec::new(); sequences],
            lens: Lens::new(config.n_layers, sequences),
            positions,
            width: config.n_kv_heads * config.d_head,
            n_layers: config.n_layers,
        }
    }

    /// Pages that were made, and those of them that no sequence has.
    pub fn pages(&self) -> (usize, usize) {
        (self.pages.len(), self.free.len())
    }

    fn take_page(&mut self) -> Result<usize> {
        if let Some(page) = self.free.pop() {
            return Ok(page);
        }
        let shape = [self.n_layers, 2, self.positions, self.width];
        self.pages.push(Page { data: Tensor::zeros(&self.ledger, Category::Kv, &shape)? });
        Ok(self.pages.len() - 1)
    }

    /// Floats of one layer's keys, or values, in a page.
    fn half(&self) -> usize {
        self.positions * self.width
    }
}

impl KvStore for Paged {
    fn tokens(&self, sequence: usize) -> usize {
        self.lens.tokens(sequence)
    }

    fn keys(&self, layer: usize, sequence: usize) -> usize {
        self.lens.keys(layer, sequence)
    }

    fn reserve(&mut self, sequence: usize, keys: usize) -> Result<()> {
        let needed = (self.lens.most_keys(sequence) + keys).div_ceil(self.positions);
        while self.tables[sequence].len() < needed {
            let page = self.take_page()?;
            self.tables[sequence].push(page);
        }
        Ok(())
    }

    fn append(&mut self, layer: usize, sequence: usize, keys: &[f32], values: &[f32]) {
        let (half, width) = (self.half(), self.width);
        let first = self.lens.append(layer, sequence, keys.len() / width);
        for (position, (k, v)) in (first..).zip(keys.chunks_exact(width).zip(values.chunks_exact(width))) {
            let page = self.tables[sequence][position / self.positions];
            let start = 2 * layer * half + position % self.positions * width;
            let data = self.pages[page].data.data_mut();
            data[start..start + width].copy_from_slice(k);
            data[start + half..start + half + width].copy_from_slice(v);
        }
    }

    fn advance(&mut self, sequence: usize, tokens: usize) {
        self.lens.advance(sequence, tokens);
    }

    fn blocks(&self, layer: usize, sequence: usize) -> Vec<KvBlock<'_>> {
        let half = self.half();
        let block = |&page: &usize| {
            let (keys, values) = self.pages[page].data.data()[2 * layer * half..][..2 * half].split_at(half);
            KvBlock::F32 { keys, values }
        };
        self.tables[sequence].iter().map(block).collect()
    }

    fn clear(&mut self, sequence: usize) {
        self.free.append(&mut self.tables[sequence]);
        self.lens.clear(sequence);
    }
}
