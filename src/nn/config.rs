//! Sizes and kinds of a decoder.

use thiserror::Error;

/// The normalisation of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormKind {
    /// RMSNorm: a gain only.
    RmsNorm,
    /// LayerNorm: gain and bias.
    LayerNorm,
}

/// How positions enter a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Positions {
    /// Rotary embedding of queries and keys with this base.
    Rotary {
        /// Base of the wavelengths.
        theta: f64,
    },
    /// A learned vector for each position, added to the token's.
    Learned,
}

/// The feed-forward block of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedForwardKind {
    /// `down(silu(gate(x)) * up(x))`.
    SwiGlu,
    /// `down(gelu(up(x)))`.
    Gelu,
}

/// Configuration of a decoder-only transformer. The default is a small Llama.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelConfig {
    /// Number of tokens.
    pub vocab_size: usize,
    /// Width of the hidden states.
    pub d_model: usize,
    /// Number of blocks.
    pub n_layers: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key and value heads; divides `n_heads`.
    pub n_kv_heads: usize,
    /// Width of a head.
    pub d_head: usize,
    /// Width inside the feed-forward block.
    pub d_ff: usize,
    /// Longest sequence.
    pub max_positions: usize,
    /// Normalisation.
    pub norm: NormKind,
    /// Added to the variance inside the normalisation.
    pub norm_eps: f32,
    /// Positions.
    pub positions: Positions,
    /// Feed-forward block.
    pub feed_forward: FeedForwardKind,
    /// Whether linear layers (but the head) have a bias.
    pub bias: bool,
    /// Whether the head uses the embedding's weights.
    pub tie_embeddings: bool,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            vocab_size: 256,
            d_model: 192,
            n_layers: 4,
            n_heads: 6,
            n_kv_heads: 2,
            d_head: 32,
            d_ff: 512,
            max_positions: 256,
            norm: NormKind::RmsNorm,
            norm_eps: 1e-5,
            positions: Positions::Rotary { theta: 10_000.0 },
            feed_forward: FeedForwardKind::SwiGlu,
            bias: false,
            tie_embeddings: true,
        }
    }
}

/// Sizes that do not make a model.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// A size is zero.
    #[error("{field} = 0; it has to be at least 1")]
    Zero {
        /// The field.
        field: &'static str,
    },
    /// Query heads cannot be shared out over key and value heads.
    #[error("n_kv_heads = {n_kv_heads} does not divide n_heads = {n_heads}; try n_kv_heads = {nearest}")]
    Heads {
        /// Query heads.
        n_heads: usize,
        /// Key and value heads.
        n_kv_heads: usize,
        /// The largest smaller number that divides.
        nearest: usize,
    },
    /// Rotary embedding pairs the halves of a head.
    #[error("d_head = {d_head} is odd; rotary positions pair the halves of a head, so it has to be even")]
    OddHead {
        /// Width of a head.
        d_head: usize,
    },
    /// A weight matrix whose size does not fit a 32-bit address space.
    #[error("{field} = {value} is larger than the {limit} that fits a 32-bit address space")]
    TooLarge {
        /// The field.
        field: &'static str,
        /// Its value.
        value: usize,
        /// The largest value.
        limit: usize,
    },
    /// Heads that cannot be shared out over the ranks of a tensor-parallel group.
    #[error("{ranks} ranks cannot share out n_heads = {n_heads} and n_kv_heads = {n_kv_heads} evenly; try {nearest}")]
    TensorParallel {
        /// Query heads.
        n_heads: usize,
        /// Key and value heads.
        n_kv_heads: usize,
        /// Ranks of the group.
        ranks: usize,
        /// The largest smaller number of ranks that can.
        nearest: usize,
    },
    /// A tensor whose size does not fit a 32-bit address space.
    #[error("{product} = {elements} elements are more than the {limit} that fit a 32-bit address space; lower one of the sizes")]
    TensorTooLarge {
        /// The sizes of the tensor, as a product of fields.
        product: &'static str,
        /// Its elements.
        elements: u128,
        /// The most that fit.
        limit: u128,
    },
}

impl ModelConfig {
    /// Segments of the model: the embedding, two half-blocks a layer, the head.
    pub fn n_segments(&self) -> usize {
        2 * self.n_layers + 2
    }

    /// Checks that the sizes make a model.
    ///
    /// # Errors
    /// Naming the field, its value and what would do.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let Self { vocab_size, d_model, n_layers, n_heads, n_kv_heads, d_head, d_ff, max_positions, .. } = *self;
        let sizes = [
            ("vocab_size", vocab_size),
            ("d_model", d_model),
            ("n_layers", n_layers),
            ("n_heads", n_heads),
            ("n_kv_heads", n_kv_heads),
            ("d_head", d_head),
            ("d_ff", d_ff),
            ("max_positions", max_positions),
        ];
        const LIMIT: usize = 1 << 24;
        for (field, value) in sizes {
            if value == 0 {
                return Err(ConfigError::Zero { field });
            }
            if value > LIMIT {
                return Err(ConfigError::TooLarge { field, value, limit: LIMIT });
            }
        }
        self.validate_tensors()?;
        if n_heads % n_kv_heads != 0 {
            let nearest = (1..=n_kv_heads.min(n_heads)).rev().find(|n| n_heads % n == 0).unwrap_or(1);
            return Err(ConfigError::Heads { n_heads, n_kv_heads, nearest });
        }
        if matches!(self.positions, Positions::Rotary { .. }) && d_head % 2 != 0 {
            return Err(ConfigError::OddHead { d_head });
        }
        Ok(())
    }

    /// Checks that each weight can be addressed on every platform: a size taken alone may be right for another model.
    fn validate_tensors(&self) -> Result<(), ConfigError> {
        const LIMIT: u128 = i32::MAX as u128 / size_of::<f32>() as u128;
        let product = |sizes: [usize; 3]| sizes.iter().map(|size| *size as u128).product::<u128>();
        let tensors = [
            ("vocab_size * d_model", product([self.vocab_size, self.d_model, 1])),
            ("n_heads * d_head * d_model", product([self.n_heads, self.d_head, self.d_model])),
            ("d_ff * d_model", product([self.d_ff, self.d_model, 1])),
        ];
        let learned = matches!(self.positions, Positions::Learned);
        let positions = learned.then(|| ("max_positions * d_model", product([self.max_positions, self.d_model, 1])));
        match tensors.into_iter().chain(positions).find(|(_, elements)| *elements > LIMIT) {
            Some((product, elements)) => Err(ConfigError::TensorTooLarge { product, elements, limit: LIMIT }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_field_the_value_and_what_would_do() {
        let bad = |change: fn(&mut ModelConfig)| {
            let mut config = ModelConfig::default();
            change(&mut config);
            config.validate().unwrap_err().to_string()
        };
        assert!(bad(|c| c.d_ff = 0).contains("d_ff = 0"));
        assert!(bad(|c| c.n_kv_heads = 4).contains("try n_kv_heads = 3"));
        assert!(bad(|c| c.d_head = 33).contains("d_head = 33 is odd"));
        assert!(bad(|c| c.vocab_size = usize::MAX).contains("32-bit"));
        assert!(bad(|c| c.d_head = 1 << 24).contains("n_heads * d_head * d_model = 19327352832 elements"));
        assert!(bad(|c| (c.vocab_size, c.d_model) = (1 << 24, 1 << 24)).contains("vocab_size * d_model"));
        assert_eq!(ModelConfig::default().validate(), Ok(()));
    }
}
