//! Layers and the transformer as a list of segments.

mod attention;
mod build;
mod config;
mod embedding;
mod feed_forward;
mod head;
mod kv_cache;
mod linear;
mod norm;
mod part;
mod pass;
mod rotary;
mod segment;
mod transformer;

pub use attention::Attention;
pub use build::{BuildError, Init, RandomWeights, WeightSource, add_param};
pub use config::{ConfigError, FeedForwardKind, ModelConfig, NormKind, Positions};
pub use embedding::{EMBEDDING_WEIGHT, Embedding};
pub use feed_forward::FeedForward;
pub use head::Head;
pub use kv_cache::KvCache;
pub use linear::{Linear, LinearAdapter};
pub use norm::Norm;
pub use part::{Part, Slice};
pub use pass::{Masks, Pass, Tokens};
pub use rotary::RotaryTables;
pub use segment::Segment;
pub use transformer::Transformer;
