//! What a person asks for of a parallel training: the only input of its lab.
//!
//! As in the [first lab's spec](crate::lab::spec), doc comments explain the fields in the form, and `x-…` extensions shape it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lab::spec::FineTuningSpec;
use crate::parallel::schedule::ScheduleKind;

/// A training that is spread over ranks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct ParallelSpec {
    /// Version of this format.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// How the training is spread over ranks.
    pub mesh: MeshSpec,
    /// How ranks communicate.
    pub communication: CommunicationSpec,
    /// The model that is trained.
    pub model: ParallelModelSpec,
    /// The text it is trained on.
    pub data: ParallelDataSpec,
    /// Which weights learn, and how.
    pub fine_tuning: FineTuningSpec,
    /// The optimizer.
    pub training: ParallelTrainingSpec,
    /// What each rank may use of this machine.
    pub ranks: RanksSpec,
}

impl Default for ParallelSpec {
    fn default() -> Self {
        Self {
            version: 1,
            mesh: MeshSpec::default(),
            communication: CommunicationSpec::default(),
            model: ParallelModelSpec::default(),
            data: ParallelDataSpec::default(),
            fine_tuning: FineTuningSpec::default(),
            training: ParallelTrainingSpec::default(),
            ranks: RanksSpec::default(),
        }
    }
}

/// How a training is spread over ranks: data × pipeline × tensor of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct MeshSpec {
    /// Replicas that see different sequences of a batch.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1))]
    pub data: u32,
    /// Stages that the layers are divided into.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1))]
    pub pipeline: u32,
    /// Ranks that share out each layer's weights.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1))]
    pub tensor: u32,
    /// Micro-batches that a replica's sequences are cut into.
    #[schemars(range(min = 1, max = 1024), extend("x-step" = 1))]
    pub micro_batches: u32,
    /// The order of forwards and backwards in a pipeline.
    pub schedule: ScheduleKind,
    /// Parts of the model on each stage; only interleaved_1f1b has more than one.
    #[schemars(range(min = 1, max = 16), extend("x-step" = 1, "x-visible-if" = {"mesh.schedule": "interleaved_1f1b"}))]
    pub chunks_per_stage: u32,
    /// How the layers are divided among the stages.
    pub partition: PartitionSpec,
    /// What the replicas share out of what each would hold whole.
    pub zero: ZeroSpec,
    /// Whether tensor ranks share out the rows between their products, too.
    pub sequence_parallel: bool,
}

impl Default for MeshSpec {
    fn default() -> Self {
        Self {
            data: 1,
            pipeline: 2,
            tensor: 1,
            micro_batches: 4,
            schedule: ScheduleKind::OneForwardOneBackward,
            chunks_per_stage: 1,
            partition: PartitionSpec::Even,
            zero: ZeroSpec::None,
            sequence_parallel: false,
        }
    }
}

/// How layers are divided among stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum PartitionSpec {
    /// As many layers on each.
    Even,
    /// By the speed and memory of each rank, measured before the run.
    Balanced,
}

/// ZeRO: what replicas share out (Rajbhandari et al. 2020, arXiv:1910.02054).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ZeroSpec {
    /// Nothing: plain data parallelism.
    None,
    /// Stage 1: the optimizer's state.
    Optimizer,
    /// Stage 2: gradients, too.
    Gradients,
    /// Stage 3: the weights, too.
    Parameters,
}

/// How ranks communicate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct CommunicationSpec {
    /// What messages go through.
    pub transport: TransportSpec,
    /// How sums over ranks are reached.
    pub algorithm: AlgorithmSpec,
    /// How replicas send their gradients.
    pub compression: CompressionSpec,
    /// Share of a gradient's elements that are sent, the largest.
    #[schemars(range(min = 0.01, max = 100.0), extend("x-unit" = "%", "x-step" = 1, "x-visible-if" = {"communication.compression": "top_k"}))]
    pub top_k_percent: f64,
    /// Gradients are summed over replicas in pieces of this size.
    #[schemars(range(min = 1, max = 65536), extend("x-unit" = "KiB", "x-step" = 64, "x-advanced" = true))]
    pub bucket: u32,
}

impl Default for CommunicationSpec {
    fn default() -> Self {
        Self {
            transport: TransportSpec::Auto,
            algorithm: AlgorithmSpec::Ring,
            compression: CompressionSpec::None,
            top_k_percent: 5.0,
            bucket: 1024,
        }
    }
}

/// What messages between ranks go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum TransportSpec {
    /// Shared memory where the page may use it, else ports.
    Auto,
    /// Rings in a SharedArrayBuffer.
    Shared,
    /// MessagePorts.
    Ports,
}

/// How ranks reach a common result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum AlgorithmSpec {
    /// Each rank sends to the next one only: the fewest bytes.
    Ring,
    /// Along a binomial tree: the fewest steps.
    Tree,
    /// Everyone sends to everyone.
    Naive,
}

/// Gradients in fewer bytes, with error feedback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum CompressionSpec {
    /// As they are: float32.
    None,
    /// Half the bytes.
    Float16,
    /// About a quarter of the bytes.
    Int8,
    /// Only the largest elements.
    TopK,
}

/// The model that is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct ParallelModelSpec {
    /// A model of these sizes that knows nothing yet (`new`), one that ships with the site, or `file:NAME` for one of your own.
    #[schemars(length(min = 1, max = 200), extend("x-suggestions" = ["new", "tang-poems", "shakespeare-plays"]))]
    pub base: String,
    /// Which kind a new model is.
    #[schemars(extend("x-visible-if" = {"model.base": "new"}))]
    pub family: FamilySpec,
    /// Blocks of attention and feed-forward.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1, "x-visible-if" = {"model.base": "new"}))]
    pub n_layers: u32,
    /// Width of the hidden states.
    #[schemars(range(min = 8, max = 2048), extend("x-step" = 32, "x-visible-if" = {"model.base": "new"}))]
    pub d_model: u32,
    /// Attention heads; each is d_model / n_heads wide.
    #[schemars(range(min = 1, max = 64), extend("x-step" = 1, "x-visible-if" = {"model.base": "new"}))]
    pub n_heads: u32,
    /// Width inside the feed-forward block.
    #[schemars(range(min = 8, max = 8192), extend("x-step" = 64, "x-visible-if" = {"model.base": "new"}))]
    pub d_ff: u32,
}

impl Default for ParallelModelSpec {
    fn default() -> Self {
        Self { base: NEW_MODEL.into(), family: FamilySpec::Gpt, n_layers: 6, d_model: 256, n_heads: 8, d_ff: 1024 }
    }
}

/// [`ParallelModelSpec::base`] of a model that knows nothing yet.
pub const NEW_MODEL: &str = "new";

/// A kind of decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum FamilySpec {
    /// LayerNorm, GELU, learned positions.
    Gpt,
    /// RMSNorm, SwiGLU, rotary positions, embedding and head share their weight.
    Llama,
}

/// The text of a parallel training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct ParallelDataSpec {
    /// The text: one that ships with the site, or `file:NAME` for one of your own. A new model reads it byte by byte.
    #[schemars(length(min = 1, max = 200), extend("x-suggestions" = ["shakespeare-plays", "shakespeare-sonnets", "tang-poems", "song-ci"]))]
    pub corpus: String,
    /// Length of one training sequence.
    #[schemars(range(min = 8, max = 1024), extend("x-unit" = "tokens", "x-step" = 8))]
    pub context: u32,
    /// Share of the text's characters that the model's vocabulary may lack; a text that has more is refused.
    #[schemars(range(min = 0, max = 100), extend("x-unit" = "%", "x-step" = 1, "x-advanced" = true))]
    pub allow_unknown_percent: f64,
}

impl Default for ParallelDataSpec {
    fn default() -> Self {
        Self { corpus: "shakespeare-plays".into(), context: 128, allow_unknown_percent: 20.0 }
    }
}

/// The optimizer (AdamW) of a parallel training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct ParallelTrainingSpec {
    /// Optimizer steps.
    #[schemars(range(min = 1, max = 10000), extend("x-unit" = "steps", "x-step" = 5))]
    pub steps: u32,
    /// Sequences of one step, over all replicas and micro-batches.
    #[schemars(range(min = 1, max = 1024), extend("x-unit" = "sequences", "x-step" = 1))]
    pub batch_size: u32,
    /// Learning rate.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-step" = 0.0001))]
    pub learning_rate: f64,
    /// Decoupled weight decay, of weight matrices only.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-step" = 0.01, "x-advanced" = true))]
    pub weight_decay: f64,
    /// Largest L2 norm of the whole gradient; larger ones are scaled down to it. 0 switches clipping off.
    #[schemars(range(min = 0.0, max = 1000.0), extend("x-step" = 0.1, "x-advanced" = true))]
    pub gradient_clip: f64,
    /// Seed of new weights, of the data order, of dropout and of LoRA's A.
    #[schemars(range(min = 0, max = 4294967295u64), extend("x-step" = 1))]
    pub seed: u32,
}

impl Default for ParallelTrainingSpec {
    fn default() -> Self {
        Self { steps: 20, batch_size: 8, learning_rate: 2e-4, weight_decay: 0.01, gradient_clip: 1.0, seed: 42 }
    }
}

/// What each rank may use of this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct RanksSpec {
    /// A rank fails, with a message, when its memory would exceed this.
    #[schemars(range(min = 1, max = 4096), extend("x-unit" = "MiB", "x-step" = 16))]
    pub memory_limit: u32,
    /// Ranks that are slower, or have less memory, than the others.
    #[schemars(length(max = 64))]
    pub unequal: Vec<UnequalRank>,
    /// Steps between two snapshots, from which a run goes on after a rank is lost.
    #[schemars(range(min = 1, max = 10000), extend("x-unit" = "steps", "x-step" = 5, "x-advanced" = true))]
    pub snapshot_every: u32,
}

impl Default for RanksSpec {
    fn default() -> Self {
        Self { memory_limit: 1024, unequal: Vec::new(), snapshot_every: 5 }
    }
}

/// A rank that is slower, or has less memory, than the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct UnequalRank {
    /// Which rank, from 0 on.
    #[schemars(range(min = 0, max = 63))]
    pub rank: u32,
    /// Its speed: it really rests in between.
    #[schemars(range(min = 5, max = 100), extend("x-unit" = "%", "x-step" = 5))]
    pub speed_percent: f64,
    /// Its memory limit.
    #[schemars(range(min = 1, max = 4096), extend("x-unit" = "MiB", "x-step" = 16))]
    pub memory_limit: u32,
}

impl Default for UnequalRank {
    fn default() -> Self {
        Self { rank: 0, speed_percent: 100.0, memory_limit: 1024 }
    }
}
