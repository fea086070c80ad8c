//! Sizes and kinds of a decoder.

use thiserror::Error;

use super::rotary::{Rope, RopeError};

/// The normalisation of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormKind {
    /// RMSNorm: a gain only.
    RmsNorm,
    /// RMSNorm whose gain is 1 plus its weight, as in Gemma.
    OffsetRmsNorm,
    /// LayerNorm: gain and bias.
    LayerNorm,
}

/// How positions enter a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Positions {
    /// Rotary embedding of queries and keys.
    Rotary(Rope),
    /// A learned vector for each position, added to the token's.
    Learned,
}

/// The feed-forward block of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedForwardKind {
    /// `down(silu(gate(x)) * up(x))`.
    SwiGlu,
    /// `down(gelu(gate(x)) * up(x))`.
    GeGlu,
    /// `down(gelu(up(x)))`.
    Gelu,
}

/// Which linear layers of the blocks have a bias; the head has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Biases {
    /// Queries.
    pub q: bool,
    /// Keys.
    pub k: bool,
    /// Values.
    pub v: bool,
    /// Output of the attention.
    pub o: bool,
    /// All layers of the feed-forward block.
    pub mlp: bool,
}

impl Biases {
    /// Of the attention's four projections.
    pub const ATTENTION: Self = Self { q: true, k: true, v: true, o: true, mlp: false };
    /// Of q, k and v alone, as in Qwen2.
    pub const QKV: Self = Self { o: false, ..Self::ATTENTION };
    /// None.
    pub const NONE: Self = Self { q: false, k: false, v: false, o: false, mlp: false };
    /// All.
    pub const ALL: Self = Self { q: true, k: true, v: true, o: true, mlp: true };
}

/// Layers whose attention sees the last positions only.
#[derive(Clone, Debug, PartialEq)]
pub struct SlidingLayers {
    /// Positions that a query sees, its own included.
    pub window: usize,
    /// For each layer, whether it is one of them.
    pub layers: Vec<bool>,
    /// Their rotary embedding, where it is another than that of the other layers.
    pub rope: Option<Rope>,
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
    /// Layers with sliding attention; the others see all positions before.
    pub sliding: Option<SlidingLayers>,
    /// Feed-forward block.
    pub feed_forward: FeedForwardKind,
    /// Linear layers with a bias.
    pub bias: Biases,
    /// Whether queries and keys are normed, head by head, before they are rotated.
    pub qk_norm: bool,
    /// Whether a block's output is normed before it is added to its input.
    pub post_norms: bool,
    /// Attention's scores are divided by the square root of this; `None`: by that of `d_head`.
    pub query_pre_attn_scalar: Option<f64>,
    /// What the rows of the token embedding are multiplied by.
    pub embedding_scale: f32,
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
            positions: Positions::Rotary(Rope::of(10_000.0)),
            sliding: None,
            feed_forward: FeedForwardKind::SwiGlu,
            bias: Biases::NONE,
            qk_norm: false,
            post_norms: false,
            query_pre_attn_scalar: None,
            embedding_scale: 1.0,
            tie_embeddings: true,
        }
    }
}

impl ModelConfig {
    /// Positions that a query of that layer sees, its own included; `None`: all before it.
    pub fn window(&self, layer: usize) -> Option<usize> {
        self.sliding.as_ref().filter(|sliding| sliding.layers[layer]).map(|sliding| sliding.window)
    }

    /// The rotary embedding of that layer.
    pub fn rope(&self, layer: usize) -> Option<Rope> {
        let Positions::Rotary(rope) = self.positions else { return None };
        let own = self.sliding.as_ref().filter(|sliding| sliding.layers[layer]).and_then(|sliding| sliding.rope);
        Some(own.unwrap_or(rope))
    }

    /// What attention's scores are multiplied by.
    pub fn score_scale(&self) -> f32 {
        match self.query_pre_attn_scalar {
            Some(scalar) => (1.0 / scalar.sqrt()) as f32,
            None => 1.0 / (self.d_head as f32).sqrt(),
        }
    }
}

/// Most blocks of a model.
pub const MAX_LAYERS: usize = 4096;

/// Sizes that do not make a model.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ConfigError {
    /// A size is zero.
    #[error("{field} = 0; it has to be at least 1")]
    Zero {
        /// The field.
        field: &'static str,
    },
    /// A blueprint of so many layers would be too large itself.
    #[error("n_layers = {n_layers} is more than the {MAX_LAYERS} that a model may have")]
    TooManyLayers {
        /// Blocks.
        n_layers: usize,
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
    /// A kind for each layer is not what is given.
    #[error("layer_types names {found} layers, the model has {n_layers}")]
    LayerTypes {
        /// Layers of the model.
        n_layers: usize,
        /// Layers that are named.
        found: usize,
    },
    /// Attention's scores cannot be scaled by that.
    #[error("query_pre_attn_scalar = {scalar}; it has to be above 0")]
    QueryScale {
        /// The scalar.
        scalar: f64,
    },
    /// The rotary embedding cannot be.
    #[error(transparent)]
    Rope(#[from] RopeError),
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
        if n_layers > MAX_LAYERS {
            return Err(ConfigError::TooManyLayers { n_layers });
        }
        self.validate_tensors()?;
        if n_heads % n_kv_heads != 0 {
            let nearest = (1..=n_kv_heads.min(n_heads)).rev().find(|n| n_heads % n == 0).unwrap_or(1);
            return Err(ConfigError::Heads { n_heads, n_kv_heads, nearest });
        }
        if matches!(self.positions, Positions::Rotary(_)) && d_head % 2 != 0 {
            return Err(ConfigError::OddHead { d_head });
        }
        self.validate_attention()
    }

    fn validate_attention(&self) -> Result<(), ConfigError> {
        if let Some(scalar) = self.query_pre_attn_scalar.filter(|scalar| !(*scalar > 0.0 && scalar.is_finite())) {
            return Err(ConfigError::QueryScale { scalar });
        }
        if let Some(SlidingLayers { window, layers, .. }) = &self.sliding {
            if *window == 0 {
                return Err(ConfigError::Zero { field: "sliding_window" });
            }
            if layers.len() != self.n_layers {
                return Err(ConfigError::LayerTypes { n_layers: self.n_layers, found: layers.len() });
            }
        }
        let ropes = (0..self.n_layers).filter_map(|layer| self.rope(layer));
        ropes.into_iter().try_for_each(|rope| Ok(rope.validate(self.max_positions)?))
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

#[cfg(all(test, feature = "native"))]
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
