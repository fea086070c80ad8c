//! From a [`RunSpec`] and its files to how its training is spread over ranks.

use std::ops::Range;

use super::subject::Subject;
use crate::data::corpora;
use crate::finetune::Sharing;
use crate::lab::problem::Problem;
use crate::lab::problems;
use crate::lab::spec::{AlgorithmSpec, CompressionSpec, PartitionSpec, RunSpec, ZeroSpec};
use crate::parallel::collectives::Algorithm;
use crate::parallel::compress::Compression;
use crate::parallel::outline::zero::{Kept, kept};
use crate::parallel::plan::{Plan, Settings};
use crate::parallel::zero::ZeroStage;

/// Segments of each virtual stage: the first, and one past the last.
pub type Stages = Vec<(usize, usize)>;

/// How the training is spread, for at most `max_ranks` ranks; `stages`, where the layers are divided by what the pilot measured.
///
/// # Errors
/// Naming the setting that does not fit, and the nearest that would.
pub fn plan(run: &RunSpec, subject: &Subject, max_ranks: usize, stages: Option<&Stages>) -> Result<Plan, Problem> {
    let sizes = (run.training.batch_size as usize, run.data.context as usize);
    let plan = Plan::new(settings(run), &subject.blueprint, sizes, max_ranks).map_err(|error| problems::plan(&error))?;
    subject.method.check(&subject.blueprint).map_err(|error| problems::method(&error))?;
    let sharing = Sharing {
        tensor: run.mesh.tensor as usize,
        pipeline: run.mesh.pipeline as usize,
        updates_shared: run.mesh.zero != ZeroSpec::None,
        weights_away: run.mesh.zero == ZeroSpec::Parameters,
    };
    subject.method.check_sharing(&subject.blueprint, sharing).map_err(|error| problems::method(&error))?;
    if sharing.weights_away && subject.format.is_some() {
        return Err(problems::quantised_and_shared(run.fine_tuning.quantization));
    }
    let plan = plan.with_virtual_tokens(subject.method.virtual_tokens());
    let plan = match stages {
        Some(stages) => {
            let stages = stages.iter().map(|&(start, end)| Range { start, end }).collect();
            plan.divided(stages).map_err(|error| problems::plan(&error))?
        }
        None => plan,
    };
    // Layers that are to be divided by memory, too, are checked when they are.
    if stages.is_some() || run.mesh.partition == PartitionSpec::Even {
        check_memory(run, &plan, subject)?;
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
    let [mut parameters, gradients, optimizer] = [parameters, gradients, optimizer].map(|elements| 4 * elements);
    // Weights in a format are not shared out.
    if subject.format.is_some() {
        parameters = subject.outline.of(&plan.part(rank)).iter().map(|param| param.bytes as u64).sum();
    }
    [parameters, gradients, optimizer]
}

/// Checks that what each rank holds all the time fits its limit; activations come on top, and are checked while it runs.
fn check_memory(run: &RunSpec, plan: &Plan, subject: &Subject) -> Result<(), Problem> {
    let ranks = (0..plan.mesh.ranks()).map(|rank| (rank, bytes_kept_by(plan, subject, rank), allowance(run, rank).1));
    let over = |(_, bytes, limit): &(usize, [u64; 3], usize)| bytes.iter().sum::<u64>().saturating_sub(*limit as u64);
    match ranks.max_by_key(over) {
        Some(rank) if over(&rank) > 0 => {
            let own = run.ranks.unequal.iter().any(|own| own.rank as usize == rank.0 && own.memory_limit < run.resources.memory_limit);
            Err(problems::memory(if own { "ranks.unequal" } else { "resources.memory_limit" }, rank.0, rank.1, rank.2))
        }
        _ => Ok(()),
    }
}

fn settings(run: &RunSpec) -> Settings {
    let (mesh, communication) = (&run.mesh, &run.communication);
    Settings {
        data: mesh.data as usize,
        pipeline: mesh.pipeline as usize,
        tensor: mesh.tensor as usize,
        sequence_parallel: mesh.sequence_parallel,
        schedule: mesh.schedule,
        chunks_per_stage: mesh.chunks_per_stage as usize,
        micro_batches: run.training.micro_batches as usize,
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

/// The most bytes that the token ids of the training text take at every rank: a token is a byte of text at least. Of a visitor's own
/// file they are known when it is read, and 0 here.
pub fn most_token_bytes(run: &RunSpec) -> usize {
    let bytes = corpora::find(&run.data.corpus).map_or(0, |corpus| corpus.bytes);
    (bytes as f64 * (1.0 - run.data.validation_percent / 100.0)) as usize * size_of::<i32>()
}

/// A rank's speed, above 0, at most 1, and its memory limit in bytes.
pub fn allowance(run: &RunSpec, rank: usize) -> (f64, usize) {
    let own = run.ranks.unequal.iter().rev().find(|unequal| unequal.rank as usize == rank);
    let most = run.resources.memory_limit;
    let limit = own.map_or(most, |own| own.memory_limit.min(most));
    (own.map_or(1.0, |own| own.speed_percent / 100.0), (limit as usize).saturating_mul(1 << 20))
}

#[cfg(all(test, feature = "native"))]
mod tests;
