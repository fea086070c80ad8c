//! Dividing a model among the stages of a pipeline: each virtual stage gets a run of neighbouring segments.

use std::ops::Range;

use serde::Serialize;
use thiserror::Error;

use super::schedule::{Schedule, ScheduleError, ScheduleKind};
use crate::nn::Blueprint;

#[cfg(all(test, feature = "native"))]
mod tests;

/// What a segment (embedding, half-block, head) costs the rank that holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SegmentCost {
    /// Work of a micro-batch, forward and backward: FLOP, or seconds on a rank of speed 1.
    pub work: f64,
    /// Bytes held all the time: weights, gradients and the optimizer's state.
    pub fixed_bytes: u64,
    /// Bytes held for each micro-batch in flight.
    pub activation_bytes: u64,
}

/// A rank of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Device {
    /// Work a second, in the unit of [`SegmentCost::work`].
    pub speed: f64,
    /// Bytes it may hold; `None`: no limit.
    pub memory_bytes: Option<u64>,
}

/// The schedule that the stages are for: it decides how many micro-batches each of them holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StageOrder {
    /// The order of forwards and backwards.
    pub kind: ScheduleKind,
    /// Virtual stages of a rank.
    pub chunks_per_stage: usize,
    /// Micro-batches of a step.
    pub micro_batches: usize,
}

/// A virtual stage's part of the model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageShare {
    /// Its rank.
    pub rank: usize,
    /// Indices of its segments.
    pub segments: Range<usize>,
    /// Seconds of a micro-batch, forward and backward.
    pub seconds: f64,
    /// Bytes at the peak.
    pub bytes: u64,
}

/// A virtual stage that does not fit its rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The rank.
    pub rank: usize,
    /// The virtual stage.
    pub virtual_stage: usize,
    /// Bytes it needs.
    pub needed: u64,
    /// Bytes it may take: the rank's, or its share of them.
    pub limit: u64,
}

/// Why a model cannot be divided.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PartitionError {
    /// The plan makes no schedule for this number of ranks.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A virtual stage would be empty.
    #[error("{stages} stages of {chunks_per_stage} chunks are more than the model's {pieces} {unit}; {}", most(*pieces, *chunks_per_stage))]
    TooManyStages {
        /// Ranks of the pipeline.
        stages: usize,
        /// Virtual stages of a rank.
        chunks_per_stage: usize,
        /// What there is to divide.
        pieces: usize,
        /// What it is counted in.
        unit: &'static str,
    },
    /// However the model is divided, it does not fit.
    #[error("out of memory: {}{}", lacks(lacking), match enough {
        Some(stages) => format!("; it would fit {stages} stages on ranks like these"),
        None => "; nor would it fit more stages on ranks like these".to_owned(),
    })]
    Memory {
        /// What does not fit in the division that lacks the fewest bytes in all.
        lacking: Vec<Lack>,
        /// The nearest larger number of stages that fits, if further ranks are like the given ones, in turn.
        enough: Option<usize>,
    },
    /// Not a cost, or not a speed, or one that the search could not add up.
    #[error("{field} = {value}; it has to be between {least:e} and {most:e}")]
    Value {
        /// The number.
        field: &'static str,
        /// Its value.
        value: f64,
        /// The least that will do.
        least: f64,
        /// The most that will do.
        most: f64,
    },
    /// More segments than the search can go through while a page waits.
    #[error("{segments} segments are more than the {MAX_SEGMENTS} that can be divided")]
    TooManySegments {
        /// The model's segments.
        segments: usize,
    },
}

/// Most segments of a model that [`balanced`] divides.
pub const MAX_SEGMENTS: usize = 512;

/// The search for a number of stages that would do ends at this number of virtual stages.
const MAX_VIRTUAL_STAGES: usize = 64;

/// What a model of so many pieces can be divided into.
fn most(pieces: usize, chunks_per_stage: usize) -> String {
    match pieces.checked_div(chunks_per_stage) {
        None | Some(0) => format!("at most {pieces} chunks can be made of it"),
        Some(most) => format!("try {most} stages"),
    }
}

fn lacks(lacking: &[Lack]) -> String {
    let lack = |Lack { rank, virtual_stage, needed, limit }: &Lack| {
        let missing = needed.saturating_sub(*limit);
        format!("stage {rank} lacks {missing} bytes for virtual stage {virtual_stage} ({needed} of {limit})")
    };
    lacking.iter().map(lack).collect::<Vec<_>>().join(", ")
}

/// The segments of each virtual stage if all have as many layers, as in Megatron-LM: what comes before the layers goes to the first and
/// what comes after them to the last one. Layers left over go to the first stages, one each.
///
/// # Errors
/// If there are more virtual stages than layers.
pub fn even(blueprint: &Blueprint, stages: usize, chunks_per_stage: usize) -> Result<Vec<Range<usize>>, PartitionError> {
    let starts = blueprint.layer_starts();
    check_count(stages, chunks_per_stage, starts.len(), "layers")?;
    let virtual_stages = stages * chunks_per_stage;
    let (layers, left_over) = (starts.len() / virtual_stages, starts.len() % virtual_stages);
    let first = |v: usize| if v == 0 { 0 } else { starts[v * layers + v.min(left_over)] };
    let end = |v: usize| if v + 1 == virtual_stages { blueprint.segments.len() } else { first(v + 1) };
    Ok((0..virtual_stages).map(|v| first(v)..end(v)).collect())
}

/// The division whose slowest virtual stage takes the least time, among those that fit each rank's memory; of several, the one that is
/// most even otherwise (the least sum of squares of the stages' times). Exact, by dynamic programming. On a rank with several chunks,
/// each may take an equal share of the memory.
///
/// # Errors
/// If there are more virtual stages than segments, memory lacks, the plan makes no schedule, or a number is out of range.
pub fn balanced(segments: &[SegmentCost], devices: &[Device], plan: StageOrder) -> Result<Vec<StageShare>, PartitionError> {
    check_values(segments, devices)?;
    let problem = Division::new(segments, devices, plan)?;
    let (slowest, _) = problem.divide(|part| if problem.overrun(part) == 0 { part.seconds } else { f64::INFINITY }, f64::max);
    if slowest == f64::INFINITY {
        return Err(problem.lacking());
    }
    let (_, parts) = problem.divide(
        |part| if problem.overrun(part) == 0 && part.seconds <= slowest { part.seconds * part.seconds } else { f64::INFINITY },
        |a, b| a + b,
    );
    Ok(parts)
}

fn check_count(stages: usize, chunks_per_stage: usize, pieces: usize, unit: &'static str) -> Result<(), PartitionError> {
    for (field, size) in [("stages", stages), ("chunks_per_stage", chunks_per_stage)] {
        if size == 0 {
            return Err(ScheduleError::Zero { field }.into());
        }
    }
    match stages.checked_mul(chunks_per_stage) {
        Some(virtual_stages) if virtual_stages <= pieces => Ok(()),
        _ => Err(PartitionError::TooManyStages { stages, chunks_per_stage, pieces, unit }),
    }
}

fn check_values(segments: &[SegmentCost], devices: &[Device]) -> Result<(), PartitionError> {
    if segments.len() > MAX_SEGMENTS {
        return Err(PartitionError::TooManySegments { segments: segments.len() });
    }
    // Within these bounds, works add up, are divided by speeds and squared, and stay finite; bytes add up exactly, as floats too.
    let works = segments.iter().map(|segment| ("work", segment.work, 0.0, 1e100));
    let speeds = devices.iter().map(|device| ("speed", device.speed, 1e-30, 1e100));
    let bytes = segments.iter().flat_map(|segment| [("fixed_bytes", segment.fixed_bytes), ("activation_bytes", segment.activation_bytes)]);
    let bytes = bytes.map(|(field, bytes)| (field, bytes as f64, 0.0, 1e12));
    match works.chain(speeds).chain(bytes).find(|(_, value, least, most)| !(least..=most).contains(&value)) {
        Some((field, value, least, most)) => Err(PartitionError::Value { field, value, least, most }),
        None => Ok(()),
    }
}

/// A model to divide among ranks.
struct Division<'a> {
    segments: &'a [SegmentCost],
    devices: &'a [Device],
    plan: StageOrder,
    /// Micro-batches that each virtual stage holds at the peak.
    in_flight: Vec<usize>,
    /// Sums over the segments before each one, and over all.
    before: Vec<SegmentCost>,
}

impl<'a> Division<'a> {
    fn new(segments: &'a [SegmentCost], devices: &'a [Device], plan: StageOrder) -> Result<Self, PartitionError> {
        check_count(devices.len(), plan.chunks_per_stage, segments.len(), "segments")?;
        let schedule = Schedule::new(plan.kind, devices.len(), plan.chunks_per_stage, plan.micro_batches)?;
        let add = |sum: &mut SegmentCost, segment: &SegmentCost| {
            sum.work += segment.work;
            sum.fixed_bytes += segment.fixed_bytes;
            sum.activation_bytes += segment.activation_bytes;
            Some(*sum)
        };
        let sums = segments.iter().scan(SegmentCost::default(), add);
        let before = [SegmentCost::default()].into_iter().chain(sums).collect();
        Ok(Self { segments, devices, plan, in_flight: schedule.peak_in_flight(), before })
    }

    /// The segments as a part of the model on this virtual stage.
    fn part(&self, virtual_stage: usize, segments: Range<usize>) -> StageShare {
        let rank = virtual_stage % self.devices.len();
        let (start, end) = (self.before[segments.start], self.before[segments.end]);
        let activations = (end.activation_bytes - start.activation_bytes).saturating_mul(self.in_flight[virtual_stage] as u64);
        StageShare {
            rank,
            segments,
            seconds: (end.work - start.work) / self.devices[rank].speed,
            bytes: (end.fixed_bytes - start.fixed_bytes).saturating_add(activations),
        }
    }

    /// Bytes that a part may take.
    fn limit(&self, part: &StageShare) -> u64 {
        self.devices[part.rank].memory_bytes.map_or(u64::MAX, |bytes| bytes / self.plan.chunks_per_stage as u64)
    }

    /// Bytes of a part beyond its limit.
    fn overrun(&self, part: &StageShare) -> u64 {
        part.bytes.saturating_sub(self.limit(part))
    }

    /// The least cost of a division, and the division: the costs of its parts put together by `combine`, which must not decrease.
    /// An infinite cost stands for a part that will not do.
    fn divide(&self, cost: impl Fn(&StageShare) -> f64, combine: impl Fn(f64, f64) -> f64) -> (f64, Vec<StageShare>) {
        let (count, stages) = (self.segments.len(), self.in_flight.len());
        // `best[v][end]`: the first `v` virtual stages hold the segments before `end`; the last of them begins at `start`.
        let mut best = vec![vec![(f64::INFINITY, 0); count + 1]; stages + 1];
        best[0][0] = (0.0, 0);
        for v in 1..=stages {
            for end in v..=count {
                let choices = (v - 1..end).map(|start| match best[v - 1][start].0 {
                    f64::INFINITY => (f64::INFINITY, start),
                    before => (combine(before, cost(&self.part(v - 1, start..end))), start),
                });
                best[v][end] = choices.fold((f64::INFINITY, v - 1), |least, choice| if choice.0 < least.0 { choice } else { least });
            }
        }
        let (mut end, mut parts) = (count, vec![]);
        for v in (0..stages).rev() {
            let start = best[v + 1][end].1;
            parts.push(self.part(v, start..end));
            end = start;
        }
        parts.reverse();
        (best[stages][count].0, parts)
    }

    /// The error of a model that does not fit.
    fn lacking(&self) -> PartitionError {
        let (_, parts) = self.divide(|part| self.overrun(part) as f64, |a, b| a + b);
        let lacks = parts.iter().enumerate().filter(|(_, part)| self.overrun(part) > 0);
        let lack = |(virtual_stage, part): (usize, &StageShare)| Lack {
            rank: part.rank,
            virtual_stage,
            needed: part.bytes,
            limit: self.limit(part),
        };
        let more = self.devices.len() + 1..=self.segments.len().min(MAX_VIRTUAL_STAGES) / self.plan.chunks_per_stage;
        PartitionError::Memory { lacking: lacks.map(lack).collect(), enough: more.into_iter().find(|&stages| self.fits(stages)) }
    }

    /// Whether the model fits this number of ranks, which are like the given ones in turn.
    fn fits(&self, stages: usize) -> bool {
        let devices: Vec<Device> = self.devices.iter().copied().cycle().take(stages).collect();
        Division::new(self.segments, &devices, self.plan)
            .is_ok_and(|problem| problem.divide(|part| problem.overrun(part) as f64, f64::max).0 == 0.0)
    }
}
