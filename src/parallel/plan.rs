//! What the ranks of a parallel training do, decided before it begins: the mesh, the schedule, and which rank holds what.

use std::ops::Range;

use thiserror::Error;

use super::collectives::Algorithm;
use super::compress::Compression;
use super::mesh::{Axis, Mesh, MeshError};
use super::partition::{PartitionError, even};
use super::schedule::{Schedule, ScheduleError, ScheduleKind};
use super::zero::{ZeroError, ZeroStage};
use crate::nn::{Blueprint, ConfigError, Part, Slice};

/// How a training is spread over ranks.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Replicas that see different data.
    pub data: usize,
    /// Stages of the pipeline.
    pub pipeline: usize,
    /// Ranks that share out each weight.
    pub tensor: usize,
    /// Whether tensor-parallel ranks share out the rows between their products, too (Korthikanti et al. 2022, arXiv:2205.05198).
    pub sequence_parallel: bool,
    /// The order of forwards and backwards.
    pub schedule: ScheduleKind,
    /// Parts of the model that a rank of the pipeline holds.
    pub chunks_per_stage: usize,
    /// Micro-batches that each replica's share of the batch is cut into.
    pub micro_batches: usize,
    /// How data-parallel gradients are sent.
    pub compression: Compression,
    /// How sums over ranks are reached.
    pub algorithm: Algorithm,
    /// Gradients are summed over the replicas in pieces of so many bytes; with ZeRO, segment by segment.
    pub bucket_bytes: usize,
    /// What the replicas share out instead of each having it whole.
    pub zero: ZeroStage,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: 1,
            pipeline: 1,
            tensor: 1,
            sequence_parallel: false,
            schedule: ScheduleKind::OneForwardOneBackward,
            chunks_per_stage: 1,
            micro_batches: 1,
            compression: Compression::None,
            algorithm: Algorithm::Ring,
            bucket_bytes: 1 << 20,
            zero: ZeroStage::None,
        }
    }
}

/// Settings that make no plan.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PlanError {
    /// The ranks make no mesh.
    #[error(transparent)]
    Mesh(#[from] MeshError),
    /// The pipeline has no schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The model cannot be cut into so many stages.
    #[error(transparent)]
    Partition(#[from] PartitionError),
    /// The weights cannot be shared out.
    #[error(transparent)]
    Model(#[from] ConfigError),
    /// The stage of ZeRO does not go with another setting.
    #[error(transparent)]
    Zero(#[from] ZeroError),
    /// The batch cannot be cut evenly.
    #[error(
        "a batch of {batch_size} sequences cannot be cut evenly into {micro_batches} micro-batches for each of {data} replicas; try a batch \
         of {nearest}"
    )]
    Batch {
        /// Sequences of a step.
        batch_size: usize,
        /// Replicas.
        data: usize,
        /// Micro-batches of each.
        micro_batches: usize,
        /// The nearest number of sequences that can.
        nearest: usize,
    },
    /// The model is divided into stages that are none of it.
    #[error("the stages {stages:?} are no division of this model among these ranks")]
    Stages {
        /// The segments of each.
        stages: Vec<Range<usize>>,
    },
    /// The rows of a micro-batch are too few to be shared out.
    #[error("a micro-batch of {rows} tokens cannot be shared out over {tensor} ranks; use at most {rows}")]
    Rows {
        /// Rows of a micro-batch.
        rows: usize,
        /// Tensor-parallel ranks.
        tensor: usize,
    },
}

/// What the ranks of a parallel training do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// How it is spread.
    pub settings: Settings,
    /// Where the ranks are.
    pub mesh: Mesh,
    /// What the ranks of a pipeline do in a step.
    pub schedule: Schedule,
    /// The segments of each virtual stage.
    pub stages: Vec<Range<usize>>,
    /// Sequences of a step, over all replicas.
    pub batch_size: usize,
    /// Rows of each: its tokens, and the virtual ones before them.
    pub seq_len: usize,
    /// Virtual tokens of a fine-tuning method, which predict nothing.
    pub virtual_tokens: usize,
}

impl Plan {
    /// The plan for a model that is trained on batches of `batch_size` sequences of `seq_len` tokens, by at most `max_ranks` ranks.
    ///
    /// # Errors
    /// Naming what does not fit, and the nearest that would.
    pub fn new(
        settings: Settings,
        blueprint: &Blueprint,
        (batch_size, seq_len): (usize, usize),
        max_ranks: usize,
    ) -> Result<Self, PlanError> {
        let Settings { data, pipeline, tensor, schedule, chunks_per_stage, micro_batches, .. } = settings;
        let mesh = Mesh::new([data, pipeline, 1, tensor], max_ranks)?;
        settings.zero.check(&settings)?;
        let schedule = Schedule::new(schedule, pipeline, chunks_per_stage, micro_batches)?;
        let stages = even(blueprint, pipeline, chunks_per_stage)?;
        for index in 0..tensor {
            Part { chunks: stages.clone(), slice: Slice { index, count: tensor } }.validate(blueprint)?;
        }
        let unit = data * micro_batches;
        if batch_size == 0 || !batch_size.is_multiple_of(unit) {
            let nearest = ((batch_size + unit / 2) / unit).max(1) * unit;
            return Err(PlanError::Batch { batch_size, data, micro_batches, nearest });
        }
        let rows = batch_size / unit * seq_len;
        if settings.sequence_parallel && rows < tensor {
            return Err(PlanError::Rows { rows, tensor });
        }
        Ok(Self { settings, mesh, schedule, stages, batch_size, seq_len, virtual_tokens: 0 })
    }

    /// The plan of one rank that takes each batch of `micro_batches` times so many sequences in that many parts.
    pub fn alone(blueprint: &Blueprint, (sequences, seq_len): (usize, usize), micro_batches: usize) -> Self {
        let settings = Settings { micro_batches, ..Settings::default() };
        let stages = Part::whole(blueprint).chunks;
        let (mesh, schedule) = (Mesh::ONE, Schedule::alone(micro_batches));
        Self { settings, mesh, schedule, stages, batch_size: sequences * micro_batches, seq_len, virtual_tokens: 0 }
    }

    /// The same plan with so many virtual tokens before the tokens of each sequence.
    pub fn with_virtual_tokens(self, virtual_tokens: usize) -> Self {
        Self { seq_len: self.seq_len + virtual_tokens, virtual_tokens, ..self }
    }

    /// Tokens of each sequence that predict the next one.
    pub fn context(&self) -> usize {
        self.seq_len - self.virtual_tokens
    }

    /// The same plan with the model divided otherwise among the virtual stages.
    ///
    /// # Errors
    /// If these are not as many runs of segments, one after the other, of the same model.
    pub fn divided(self, stages: Vec<Range<usize>>) -> Result<Self, PlanError> {
        let ends = |stages: &[Range<usize>]| (stages.first().map(|stage| stage.start), stages.last().map(|stage| stage.end));
        let joined = stages.windows(2).all(|pair| pair[0].end == pair[1].start) && stages.iter().all(|stage| !stage.is_empty());
        let same = stages.len() == self.stages.len() && ends(&stages) == ends(&self.stages);
        if !joined || !same {
            return Err(PlanError::Stages { stages });
        }
        Ok(Self { stages, ..self })
    }

    /// The part of the model that a rank holds.
    pub fn part(&self, rank: usize) -> Part {
        let [_, pipeline, _, tensor] = self.mesh.coordinates(rank);
        let chunks = self.stages.iter().skip(pipeline).step_by(self.mesh.size(Axis::Pipeline)).cloned().collect();
        Part { chunks, slice: Slice { index: tensor, count: self.mesh.size(Axis::Tensor) } }
    }

    /// These segments, in the slice of a rank at that place along the tensor axis.
    pub fn part_of(&self, segments: Range<usize>, tensor: usize) -> Part {
        Part { chunks: vec![segments], slice: Slice { index: tensor, count: self.mesh.size(Axis::Tensor) } }
    }

    /// The ranks at a place along the pipeline, of all replicas.
    pub fn ranks_of_stage(&self, stage: usize) -> impl Iterator<Item = usize> {
        (0..self.mesh.ranks()).filter(move |&rank| self.mesh.coordinates(rank)[Axis::Pipeline as usize] == stage)
    }

    /// Sequences of a micro-batch.
    pub fn micro_batch_size(&self) -> usize {
        self.batch_size / (self.mesh.size(Axis::Data) * self.settings.micro_batches)
    }

    /// The sequences, of a step's, that a replica's micro-batch holds.
    pub fn sequences(&self, data: usize, micro_batch: usize) -> Range<usize> {
        let size = self.micro_batch_size();
        let start = (data * self.settings.micro_batches + micro_batch) * size;
        start..start + size
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
