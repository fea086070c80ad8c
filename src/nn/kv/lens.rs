//! How much of each sequence a cache holds: tokens, and in each layer keys, of which a method may have put learned ones first.

/// The lengths of the sequences of a cache.
#[derive(Debug)]
pub(super) struct Lens {
    tokens: Vec<usize>,
    /// By layer, then by sequence.
    keys: Vec<Vec<usize>>,
    /// Keys that were appended and do not count yet.
    appended: Vec<Vec<usize>>,
}

impl Lens {
    pub fn new(n_layers: usize, sequences: usize) -> Self {
        let nothing = || vec![vec![0; sequences]; n_layers];
        Self { tokens: vec![0; sequences], keys: nothing(), appended: nothing() }
    }

    pub fn tokens(&self, sequence: usize) -> usize {
        self.tokens[sequence]
    }

    pub fn keys(&self, layer: usize, sequence: usize) -> usize {
        self.keys[layer][sequence]
    }

    /// Those of the layer that has most.
    pub fn most_keys(&self, sequence: usize) -> usize {
        self.keys.iter().map(|layer| layer[sequence]).max().unwrap_or(0)
    }

    /// Takes note of so many keys, in place of those since [`Lens::advance`]; gives the index of the first of them.
    pub fn append(&mut self, layer: usize, sequence: usize, keys: usize) -> usize {
        self.appended[layer][sequence] = keys;
        self.keys[layer][sequence]
    }

    pub fn advance(&mut self, sequence: usize, tokens: usize) {
        self.tokens[sequence] += tokens;
        for (keys, appended) in self.keys.iter_mut().zip(&mut self.appended) {
            keys[sequence] += std::mem::take(&mut appended[sequence]);
        }
    }

    pub fn clear(&mut self, sequence: usize) {
        self.tokens[sequence] = 0;
        self.keys.iter_mut().chain(&mut self.appended).for_each(|layer| layer[sequence] = 0);
    }
}
