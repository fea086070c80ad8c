//! What an experiment measured.

use std::collections::BTreeMap;

use serde::Serialize;

use super::parallel::report::ParallelReport;
use super::problem::{Problem, Text};
use super::search::{Budget, SearchReport};
use super::spec::Spec;
use crate::json::FromJson;
use crate::tensor::{Category, MemoryReport, Use};

/// Everything an experiment measured, with the spec that gives it again.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct ExperimentResult {
    /// Version of this format.
    pub version: u32,
    /// The spec as it was run.
    pub spec: Spec,
    /// Where it ran.
    pub environment: Environment,
    /// What each run measured, in the order of the spec.
    pub runs: Vec<RunResult>,
    /// Metric by metric, every run beside the baseline.
    pub comparison: Vec<Comparison>,
    /// What a learner could try next; empty until the laboratory's rules exist.
    pub advice: Vec<Text>,
}

/// Where an experiment ran.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Environment {
    /// Name and version of the engine.
    pub engine: String,
    /// `native`, or the wasm file: `threads-relaxed`, `threads-simd128`, `single-relaxed`, `single-simd128`.
    pub variant: String,
    /// SIMD backend of the kernels: `avx2-fma`, `relaxed-simd`, `simd128`, `portable`.
    pub simd: String,
    /// Threads of the kernels' pool.
    pub threads: u32,
    /// Whether the page is cross-origin isolated (natively: true).
    pub isolated: bool,
    /// Cores the machine tells of.
    pub cores: u32,
    /// The browser's user agent (natively: the operating system).
    pub user_agent: String,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It did all its steps.
    Finished,
    /// It was cancelled.
    Cancelled,
    /// It has not ended: it can go on from its last state.
    Interrupted,
    /// It failed; `problem` says why.
    Failed,
}

/// What one run measured.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct RunResult {
    /// Name of the run.
    pub name: String,
    /// How it ended.
    pub status: RunStatus,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// The fields in which the run differs from the base.
    pub diff: Vec<FieldDiff>,
    /// Series by name, as `[step, value]` points.
    #[cfg_attr(all(test, feature = "native"), ts(type = "{ [key in string]: Array<[number, number]> }"))]
    pub series: BTreeMap<String, Vec<(u32, f64)>>,
    /// Metrics by name.
    pub metrics: BTreeMap<String, Metric>,
    /// Memory by category; `total` is measured as one figure, at its own peak.
    pub memory: BTreeMap<String, MemoryUse>,
    /// Samples of text, in the order of their steps.
    pub samples: Vec<Sample>,
    /// What particular techniques have to show.
    #[serde(default)]
    pub reports: Reports,
}

/// What particular techniques have to show of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(default)]
pub struct Reports {
    /// Of a run on several ranks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(test, feature = "native"), ts(optional))]
    pub parallel: Option<ParallelReport>,
    /// Of a fork.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(test, feature = "native"), ts(optional))]
    pub fork: Option<ForkReport>,
    /// Of a search for the learning rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(test, feature = "native"), ts(optional))]
    pub search: Option<SearchReport>,
    /// Of a run that was given a training time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(test, feature = "native"), ts(optional))]
    pub budget: Option<Budget>,
}

/// Where a fork began, and where it first differs from the run that it is a fork of.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct ForkReport {
    /// Name of the other run.
    pub run: String,
    /// Optimizer steps that both have in common.
    pub step: u32,
    /// The first difference; null: none so far.
    pub differs: Option<Difference>,
}

/// Weights of two runs that are not bitwise the same.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Difference {
    /// The optimizer step after which they differ.
    pub step: u32,
    /// Of all tensors, the one that differs most; null: only the losses of the steps after it were compared.
    pub tensor: Option<String>,
    /// The largest difference of two of its elements.
    pub by: Option<f64>,
    /// Tensors that differ, and tensors in all.
    #[cfg_attr(all(test, feature = "native"), ts(type = "[number, number] | null"))]
    pub tensors: Option<(usize, usize)>,
}

/// A field in which a run differs from the base.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct FieldDiff {
    /// Dotted path.
    pub field: String,
    /// Value in the base.
    #[cfg_attr(all(test, feature = "native"), ts(type = "unknown"))]
    pub base: serde_json::Value,
    /// Value in the run.
    #[cfg_attr(all(test, feature = "native"), ts(type = "unknown"))]
    pub value: serde_json::Value,
}

/// Where a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// Measured in this run.
    Measured,
    /// Computed from a formula.
    Modelled,
    /// Taken from a publication.
    Quoted,
}

/// A figure with its unit.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Metric {
    /// The value; of several measurements, their median.
    pub value: f64,
    /// The unit: `ms`, `tokens/s`, `nats`, `parameters`, `bytes`, `s`, `ratio`; empty: a plain number.
    pub unit: String,
    /// Where it comes from.
    pub kind: MetricKind,
    /// Lower and upper quartile, where it was measured several times.
    #[cfg_attr(all(test, feature = "native"), ts(type = "[number, number] | null"))]
    pub spread: Option<(f64, f64)>,
}

/// Memory of one category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct MemoryUse {
    /// Bytes now (in a result: when the run ended).
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub live_bytes: u64,
    /// Most bytes at any time.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub peak_bytes: u64,
    /// Bytes at the moment when the total was highest: these add up to the total's peak.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub at_peak_bytes: u64,
}

impl MemoryUse {
    /// What a ledger has seen, by category; `total` is the sum.
    pub fn by_category(report: &MemoryReport) -> BTreeMap<String, Self> {
        let convert = |used: Use| Self { live_bytes: used.live as u64, peak_bytes: used.peak as u64, at_peak_bytes: used.at_peak as u64 };
        let categories = Category::ALL.into_iter().map(|category| (category.name().to_owned(), convert(report.of(category))));
        categories.chain([("total".to_owned(), convert(report.total))]).collect()
    }
}

/// When a sample was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum SampleStage {
    /// Before the first step.
    Before,
    /// Between two steps.
    During,
    /// After the last step.
    After,
}

/// A sample of text.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Sample {
    /// When it was taken.
    pub stage: SampleStage,
    /// Optimizer steps done by then.
    #[serde(default)]
    pub step: u32,
    /// The prompt.
    pub prompt: String,
    /// The continuation.
    pub text: String,
}

/// One metric of every run.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Comparison {
    /// Name of the metric.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// Index of the run that the ratios refer to.
    pub baseline: usize,
    /// Value of each run; null where the run has none.
    pub values: Vec<Option<f64>>,
    /// Value of each run divided by the baseline's; null where there is none.
    pub ratios: Vec<Option<f64>>,
}
