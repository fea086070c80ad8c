//! Layers and the transformer as a list of segments: [`blueprint`] says what a model is made of, [`builder`] makes it, [`walk`] goes
//! through it.

mod attention;
pub mod blueprint;
mod builder;
mod config;
mod embedding;
mod feed_forward;
mod head;
mod hooks;
mod infer;
mod kv;
mod linear;
mod norm;
mod param;
mod part;
mod pass;
mod residual;
mod rotary;
mod rows;
mod segment;
mod source;
pub(crate) mod transformer;
mod variants;
pub mod walk;

pub use blueprint::{Blueprint, EMBEDDING_WEIGHT, SegmentKind, SiteKind};
pub use builder::add_param;
pub use config::{Biases, ConfigError, FeedForwardKind, MAX_LAYERS, ModelConfig, NormKind, Positions, SlidingLayers};
pub use hooks::{EmbeddedHook, KeysValues, KeysValuesHook, LinearHook, LookupHook, LowRank, MergeError, OutputHook, Product, Sites};
pub use infer::at_once;
pub use kv::{Attend, Contiguous, KvStore, Paged};
pub use linear::Linear;
pub use param::{Init, ParamSpec};
pub use part::{Part, Region, Slice};
pub use pass::{Input, Masks, Pass, Reading, Tokens};
pub use rotary::{Rope, RopeError, RopeScaling};
pub use rows::Rows;
pub use segment::{Exchange, Segment, Values};
pub use source::{BuildError, InFormat, RandomWeights, WeightSource, format_of, read_in_order};
pub use transformer::Transformer;
pub use variants::{Variants, is_variant};
