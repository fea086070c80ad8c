//! What a person asks for: the only input of a run, everywhere.
//!
//! A [`Spec`] has a `base` and a list of `runs`; each run is a name and a JSON merge patch (RFC 7386) on the base,
//! so that the difference between runs is known by construction. The doc comment of each field is its English
//! explanation in the form; `x-unit`, `x-step`, `x-visible-if` and `x-advanced` in the JSON Schema shape the form.
//!
//! A version pins its defaults: to change one is to make a new version, and a migration from the one before.

mod adalora;
mod communication;
mod data;
mod default;
mod evaluation;
mod fine_tuning;
mod lora;
mod mesh;
mod model;
mod ranks;
mod resources;
mod search;
mod target_module;
mod training;

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::FromJson;

pub use adalora::AdaLoraSpec;
pub use communication::{AlgorithmSpec, CommunicationSpec, CompressionSpec, TransportSpec};
pub use data::DataSpec;
pub use default::default_spec;
pub use evaluation::EvaluationSpec;
pub use fine_tuning::{AdapterPlacement, AdapterSpec, FineTuningSpec, Ia3Spec, LastLayersSpec, Method, PromptSpec, Quantization};
pub use lora::{LoraBias, LoraInit, LoraScaling, LoraSpec};
pub use mesh::{MeshSpec, PartitionSpec, ZeroSpec};
pub use model::{FamilySpec, ModelSpec, NEW_MODEL, TokenizerSpec};
pub use ranks::{RanksSpec, UnequalRank};
pub use resources::ResourceSpec;
pub use search::SearchSpec;
pub use target_module::{LoraTarget, TargetModule};
pub use training::TrainingSpec;

/// The version of the format that this engine writes.
pub const VERSION: u32 = 2;

/// What kind of experiment a spec is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ExperimentKind {
    /// Models are trained.
    #[default]
    Train,
}

/// One experiment: a base configuration and the runs that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What kind of experiment it is.
    #[serde(default)]
    pub experiment: ExperimentKind,
    /// Version of this format.
    #[serde(default = "version")]
    #[schemars(range(min = 2, max = 2))]
    pub version: u32,
    /// The configuration that every run starts from.
    #[serde(default)]
    pub base: RunSpec,
    /// The runs: what each changes of the base.
    #[schemars(length(min = 1, max = 16))]
    pub runs: Vec<RunPatch>,
}

fn version() -> u32 {
    VERSION
}

/// One run: a name and what it changes of the base.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields)]
pub struct RunPatch {
    /// The name shown above the run's column; unique within the spec.
    #[schemars(length(min = 1, max = 40))]
    pub name: String,
    /// JSON merge patch (RFC 7386) on the base, or on the run that this one is a fork of; its fields are those of the base.
    #[serde(default)]
    #[schemars(extend("x-patch-of" = "base"))]
    #[cfg_attr(all(test, feature = "native"), ts(type = "Record<string, unknown>"))]
    pub patch: serde_json::Map<String, serde_json::Value>,
    /// Where the run starts, if not at the first step: it has all that another run had there, and its patch from there on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Fork")]
    #[cfg_attr(all(test, feature = "native"), ts(optional))]
    pub fork: Option<Fork>,
}

/// The state of another run after some optimizer steps: its weights, its optimizer, its place in the data.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// Name of the other run.
    #[schemars(length(min = 1, max = 40))]
    pub run: String,
    /// Optimizer steps that it had done.
    #[schemars(range(min = 0, max = 100000))]
    pub step: u32,
}

/// The whole configuration of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields, default)]
pub struct RunSpec {
    /// The model that is trained.
    pub model: ModelSpec,
    /// The text it is trained on.
    pub data: DataSpec,
    /// Which weights learn, and how.
    pub fine_tuning: FineTuningSpec,
    /// The optimizer and its schedule.
    pub training: TrainingSpec,
    /// How the training is spread over ranks.
    pub mesh: MeshSpec,
    /// How ranks communicate.
    pub communication: CommunicationSpec,
    /// What is particular to ranks.
    pub ranks: RanksSpec,
    /// What is measured along the way.
    pub evaluation: EvaluationSpec,
    /// What the run may use of this machine.
    pub resources: ResourceSpec,
}

impl RunSpec {
    /// Ranks of its mesh.
    pub fn ranks(&self) -> usize {
        self.mesh.data as usize * self.mesh.pipeline as usize * self.mesh.tensor as usize
    }
}
