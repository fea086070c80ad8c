//! From a [`ParallelSpec`] and its files to what a training is made of.

use std::ops::Range;

use serde_json::Value;

use super::spec::{AlgorithmSpec, CompressionSpec, FamilySpec, NEW_MODEL, ParallelModelSpec, ParallelSpec, PartitionSpec, ZeroSpec};
use super::subject::Subject;
use super::{heads, problems};
use crate::data::{ByteTokenizer, Corpus, Tokenizer, corpora};
use crate::formats::hf_config::HfConfig;
use crate::lab::assets::{Assets, ModelFiles, corpus_file};
use crate::lab::base_model::{BaseModel, model_config};
use crate::lab::check::parse_with;
use crate::lab::problem::Problem;
use crate::lab::schema::parallel_schema;
use crate::lab::training::Course;
use crate::lab::{problems as common, reasons, unknown};
use crate::nn::{Biases, Blueprint, FeedForwardKind, ModelConfig, NormKind, Positions};
use crate::optim::{AdamWConfig, Decay, LrSchedule, LrScheduleKind};
use crate::parallel::collectives::Algorithm;
use crate::parallel::compress::Compression;
use crate::parallel::outline::zero::{Kept, kept};
use crate::parallel::partition::{MAX_SEGMENTS, PartitionError};
use crate::parallel::plan::{Plan, Settings};
use crate::parallel::zero::ZeroStage;

/// Reads a spec from JSON.
///
/// # Errors
/// Every field that is unknown, of the wrong type, out of its range or none of the values allowed.
pub fn parse(json: &Value) -> Result<ParallelSpec, Vec<Problem>> {
    parse_with(json, &parallel_schema())
}

/// The files that a plan needs: the configuration of a base model.
///
/// # Errors
/// If there is no such base model.
pub fn plan_assets(spec: &ParallelSpec) -> Result<Vec<String>, Problem> {
    match spec.model.base.as_str() {
        NEW_MODEL => Ok(Vec::new()),
        base => Ok(vec![ModelFiles::of(base)?.config]),
    }
}

/// The files that a training needs.
///
/// # Errors
/// If there is no such base model or corpus.
pub fn required_assets(spec: &ParallelSpec) -> Result<Vec<String>, Problem> {
    let mut files = vec![corpus_file(&spec.data.corpus)?];
    if spec.model.base != NEW_MODEL {
        let ModelFiles { weights, config, tokenizer } = ModelFiles::of(&spec.model.base)?;
        files.extend([weights, config, tokenizer]);
    }
    Ok(files)
}

/// The sizes of the model.
///
/// # Errors
/// If they make no model, or the context is longer than the model reads.
pub fn config(spec: &ParallelSpec, assets: &Assets) -> Result<ModelConfig, Problem> {
    let config = match spec.model.base.as_str() {
        NEW_MODEL => new_model(&spec.model, spec.data.context as usize)?,
        base => {
            if let Some(problem) = unknown::check_shipped(base, &spec.data.corpus, spec.data.allow_unknown_percent) {
                return Err(problem);
            }
            let name = ModelFiles::of(base)?.config;
            let bytes = assets.get(&name).ok_or_else(|| common::bad_file(&name, &reasons::missing_file(false)))?;
            model_config(&HfConfig::from_json(bytes).map_err(|e| common::bad_file(&name, &reasons::format(&e)))?)
        }
    };
    config.validate().map_err(|error| problems::model(&error))?;
    let segments = Blueprint::new(&config).segments.len();
    if segments > MAX_SEGMENTS {
        return Err(problems::plan(&PartitionError::TooManySegments { segments }.into()));
    }
    match config.max_positions < spec.data.context as usize {
        true => Err(problems::context(spec, config.max_positions)),
        false => Ok(config),
    }
}

fn new_model(spec: &ParallelModelSpec, context: usize) -> Result<ModelConfig, Problem> {
    heads::check(spec)?;
    let (d_model, n_heads) = (spec.d_model as usize, spec.n_heads as usize);
    let sizes = ModelConfig {
        vocab_size: Tokenizer::Bytes(ByteTokenizer).vocab_size(),
        d_model,
        n_layers: spec.n_layers as usize,
        n_heads,
        n_kv_heads: n_heads,
        d_head: d_model / n_heads,
        d_ff: spec.d_ff as usize,
        max_positions: context,
        ..ModelConfig::default()
    };
    Ok(match spec.family {
        FamilySpec::Llama => sizes,
        FamilySpec::Gpt => ModelConfig {
            norm: NormKind::LayerNorm,
            positions: Positions::Learned,
            feed_forward: FeedForwardKind::Gelu,
            bias: Biases::ALL,
            tie_embeddings: false,
            ..sizes
        },
    })
}

/// AdamW's settings.
pub fn adamw(spec: &ParallelSpec) -> AdamWConfig {
    AdamWConfig { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: spec.training.weight_decay, decay: Decay::MatricesOnly }
}

/// How the training goes from step to step.
pub fn course(spec: &ParallelSpec) -> Course {
    let schedule = LrSchedule { kind: LrScheduleKind::Constant, peak: spec.training.learning_rate, warmup: 0, steps: spec.training.steps };
    Course { schedule, gradient_clip: spec.training.gradient_clip, seed: u64::from(spec.training.seed) }
}

/// How the training is spread, for at most `max_ranks` ranks; `stages`, where the layers are divided by what the pilot measured.
///
/// # Errors
/// Naming the setting that does not fit, and the nearest that would.
pub fn plan(spec: &ParallelSpec, subject: &Subject, max_ranks: usize, stages: Option<&[(usize, usize)]>) -> Result<Plan, Problem> {
    let sizes = (spec.training.batch_size as usize, spec.data.context as usize);
    let plan = Plan::new(settings(spec), &subject.blueprint, sizes, max_ranks).map_err(|error| problems::plan(&error))?;
    subject.method.check(&subject.blueprint).map_err(|error| problems::method(&error))?;
    let plan = match stages {
        Some(stages) => {
            let stages = stages.iter().map(|&(start, end)| Range { start, end }).collect();
            plan.divided(stages).map_err(|error| problems::plan(&error))?
        }
        None => plan,
    };
    // Layers that are to be divided by memory, too, are checked when they are.
    if stages.is_some() || spec.mesh.partition == PartitionSpec::Even {
        check_memory(spec, &plan, subject)?;
    }
    Ok(plan)
}

/// Elements that a rank holds all the time.
pub fn kept_by(plan: &Plan, subject: &Subject, rank: usize) -> Kept {
    kept(plan, &subject.outline.of(&plan.part(rank)), rank)
}

/// The same in bytes: of weights, gradients, and the optimizer's state.
pub fn bytes_kept_by(plan: &Plan, subject: &Subject, rank: usize) -> [u64; 3] {
    let Kept { parameters, gradients, optimizer } = kept_by(plan, subject, rank);
    [parameters, gradients, optimizer].map(|elements| 4 * elements)
}

/// Checks that what each rank holds all the time fits its limit; activations come on top, and are checked while it runs.
fn check_memory(spec: &ParallelSpec, plan: &Plan, subject: &Subject) -> Result<(), Problem> {
    let ranks = (0..plan.mesh.ranks()).map(|rank| (rank, bytes_kept_by(plan, subject, rank), allowance(spec, rank).1));
    let over = |(_, bytes, limit): &(usize, [u64; 3], usize)| bytes.iter().sum::<u64>().saturating_sub(*limit as u64);
    match ranks.max_by_key(over) {
        Some(rank) if over(&rank) > 0 => {
            let own = spec.ranks.unequal.iter().any(|own| own.rank as usize == rank.0 && own.memory_limit < spec.ranks.memory_limit);
            Err(problems::memory(if own { "ranks.unequal" } else { "ranks.memory_limit" }, rank.0, rank.1, rank.2))
        }
        _ => Ok(()),
    }
}

fn settings(spec: &ParallelSpec) -> Settings {
    let (mesh, communication) = (&spec.mesh, &spec.communication);
    Settings {
        data: mesh.data as usize,
        pipeline: mesh.pipeline as usize,
        tensor: mesh.tensor as usize,
        sequence_parallel: mesh.sequence_parallel,
        schedule: mesh.schedule,
        chunks_per_stage: mesh.chunks_per_stage as usize,
        micro_batches: mesh.micro_batches as usize,
        compression: match communication.compression {
            CompressionSpec::None => Compression::None,
            CompressionSpec::Float16 => Compression::Float16,
            CompressionSpec::Int8 => Compression::Int8,
            CompressionSpec::TopK => Compression::TopK { keep: communication.top_k_percent / 100.0 },
        },
        algorithm: match communication.algorithm {
            AlgorithmSpec::Ring => Algorithm::Ring,
            AlgorithmSpec::Tree => Algorithm::Tree,
            AlgorithmSpec::Naive => Algorithm::Naive,
        },
        bucket_bytes: communication.bucket as usize * 1024,
        zero: match mesh.zero {
            ZeroSpec::None => ZeroStage::None,
            ZeroSpec::Optimizer => ZeroStage::Optimizer,
            ZeroSpec::Gradients => ZeroStage::Gradients,
            ZeroSpec::Parameters => ZeroStage::Parameters,
        },
    }
}

/// The tokens that a training reads.
///
/// # Errors
/// If the text or the tokenizer cannot be used, or the text is too short.
pub fn tokens(spec: &ParallelSpec, assets: &Assets) -> Result<Vec<i32>, Problem> {
    let tokenizer = match spec.model.base.as_str() {
        NEW_MODEL => Tokenizer::Bytes(ByteTokenizer),
        base => BaseModel::open(base, assets)?.tokenizer,
    };
    let name = corpus_file(&spec.data.corpus)?;
    let bytes = assets.get(&name).ok_or_else(|| common::bad_file(&name, &reasons::missing_file(true)))?;
    let bad = |e: &crate::data::CorpusError| common::bad_file(&name, &reasons::corpus(e));
    let corpus = Corpus::from_bytes(&spec.data.corpus, bytes).map_err(|e| bad(&e))?;
    unknown::check(&spec.model.base, &corpus, &tokenizer, spec.data.allow_unknown_percent)?;
    // The first lab keeps as much for validation: losses of both are on the same text.
    let split = corpus.split(VALIDATION_PERCENT, &tokenizer, spec.data.context as usize).map_err(|e| bad(&e))?;
    Ok(split.train.ids)
}

/// The most bytes that the token ids of the training text take at every rank: a token is a byte of text at least. Of a visitor's own
/// file they are known when it is read, and 0 here.
pub fn most_token_bytes(spec: &ParallelSpec) -> usize {
    let bytes = corpora::find(&spec.data.corpus).map_or(0, |corpus| corpus.bytes);
    (bytes as f64 * (1.0 - VALIDATION_PERCENT / 100.0)) as usize * size_of::<i32>()
}

/// Share of the text that no rank trains on.
const VALIDATION_PERCENT: f64 = 10.0;

/// A rank's speed, above 0, at most 1, and its memory limit in bytes.
pub fn allowance(spec: &ParallelSpec, rank: usize) -> (f64, usize) {
    let own = spec.ranks.unequal.iter().rev().find(|unequal| unequal.rank as usize == rank);
    let limit = own.map_or(spec.ranks.memory_limit, |own| own.memory_limit.min(spec.ranks.memory_limit));
    (own.map_or(1.0, |own| own.speed_percent / 100.0), (limit as usize).saturating_mul(1 << 20))
}

#[cfg(test)]
mod tests;
