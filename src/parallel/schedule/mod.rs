//! Pipeline schedules as data: what each rank does in a training step, in which order.
//!
//! The model is cut into stages, one a rank, and the batch into micro-batches, so that ranks work at the same time on different
//! micro-batches. A schedule fixes the order; pure functions make it, [`Schedule::validate`] checks it, [`Schedule::dry_run`]
//! foretells its timeline, and a rank program executes it. In the drawings, a row is a rank and a column a unit of time, `F` a
//! forward, `B` a backward (in ZB-H1: its first part, and `W` the second); in the interleaved one, `a` and `b` are the rank's chunks.
//!
#![doc = include_str!("timelines.md")]

mod action;
mod costs;
mod draw;
mod dry_run;
mod gpipe;
mod interleaved;
mod memory;
mod one_f_one_b;
mod order;
mod timeline;
mod validate;
mod zero_bubble;

pub use action::{Action, End, Message};
pub use costs::{CostError, Costs, Link, StageCost};
pub use dry_run::{DryRunError, Wait};
pub use memory::ActivationPeak;
pub use timeline::{RankUse, Span, SpanKind, Timeline};
pub use validate::InvalidSchedule;

#[cfg(all(test, feature = "native"))]
mod execution_tests;
#[cfg(all(test, feature = "native"))]
mod mutation_tests;
#[cfg(all(test, feature = "native"))]
mod property_tests;
#[cfg(all(test, feature = "native"))]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use order::{Sizes, with_messages};

use crate::json::FromJson;

/// The order of forwards and backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, FromJson, JsonSchema)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// All forwards, then all backwards (Huang et al. 2019).
    Gpipe,
    /// One forward, one backward; PipeDream-Flush (Narayanan et al. 2021).
    #[serde(rename = "1f1b")]
    OneForwardOneBackward,
    /// 1F1B with several chunks of the model on a rank (Narayanan et al. 2021).
    #[serde(rename = "interleaved_1f1b")]
    Interleaved,
    /// ZB-H1: 1F1B with the backward split in two (Qi et al. 2023).
    #[serde(rename = "zb_h1")]
    ZeroBubbleH1,
}

impl ScheduleKind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [ScheduleKind; 4] =
        [ScheduleKind::Gpipe, ScheduleKind::OneForwardOneBackward, ScheduleKind::Interleaved, ScheduleKind::ZeroBubbleH1];

    /// Name in specs and results.
    pub fn name(self) -> &'static str {
        match self {
            ScheduleKind::Gpipe => "gpipe",
            ScheduleKind::OneForwardOneBackward => "1f1b",
            ScheduleKind::Interleaved => "interleaved_1f1b",
            ScheduleKind::ZeroBubbleH1 => "zb_h1",
        }
    }
}

/// A training step of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
pub struct Schedule {
    /// Its kind.
    pub kind: ScheduleKind,
    /// Ranks of the pipeline.
    pub stages: usize,
    /// Virtual stages (model chunks) of a rank; 1 but for interleaved schedules.
    pub chunks_per_stage: usize,
    /// Micro-batches of a step.
    pub micro_batches: usize,
    /// What each rank does, in order; the index is the rank along the pipeline.
    pub ranks: Vec<Vec<Action>>,
}

/// Most computations of a schedule (a forward or backward of a micro-batch on a virtual stage): it has to fit the memory of a tab.
pub const MAX_COMPUTATIONS: usize = 1 << 20;

/// Sizes that make no schedule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// A size is zero.
    #[error("{field} = 0; it has to be at least 1")]
    Zero {
        /// The size.
        field: &'static str,
    },
    /// Only interleaved schedules hold several chunks on a rank.
    #[error(
        "schedule {kind} holds one chunk on a stage, not chunks_per_stage = {chunks_per_stage}; interleaved_1f1b holds several",
        kind = kind.name()
    )]
    Chunks {
        /// The kind.
        kind: ScheduleKind,
        /// Chunks asked for.
        chunks_per_stage: usize,
    },
    /// Interleaving passes micro-batches on in groups of as many as there are stages.
    #[error("micro_batches = {micro_batches} is not a multiple of stages = {stages}, as interleaving needs; try micro_batches = {nearest}")]
    Groups {
        /// Micro-batches asked for.
        micro_batches: usize,
        /// Ranks of the pipeline.
        stages: usize,
        /// The nearest number that does; of two, the larger.
        nearest: usize,
    },
    /// Too long a list.
    #[error(
        "stages = {stages}, chunks_per_stage = {chunks_per_stage} and micro_batches = {micro_batches} make more than {MAX_COMPUTATIONS} \
         computations"
    )]
    TooLarge {
        /// Ranks of the pipeline.
        stages: usize,
        /// Chunks of a rank.
        chunks_per_stage: usize,
        /// Micro-batches of a step.
        micro_batches: usize,
    },
}

impl Schedule {
    /// The schedule of a kind for a pipeline of `stages` ranks, each with `chunks_per_stage` virtual stages, and `micro_batches` a step.
    ///
    /// # Errors
    /// If a size is 0 or the kind cannot do it, naming what would do.
    pub fn new(kind: ScheduleKind, stages: usize, chunks_per_stage: usize, micro_batches: usize) -> Result<Self, ScheduleError> {
        let sizes = Sizes { stages, chunks_per_stage, micro_batches };
        check(kind, sizes)?;
        let compute = match kind {
            ScheduleKind::Gpipe => gpipe::compute,
            ScheduleKind::OneForwardOneBackward => one_f_one_b::compute,
            ScheduleKind::Interleaved => interleaved::compute,
            ScheduleKind::ZeroBubbleH1 => zero_bubble::compute,
        };
        let ranks = (0..stages).map(|rank| with_messages(compute(rank, sizes), sizes)).collect();
        Ok(Self { kind, stages, chunks_per_stage, micro_batches, ranks })
    }

    /// The schedule of one rank, which runs each micro-batch forward and backward in turn.
    pub fn alone(micro_batches: usize) -> Self {
        let virtual_stage = 0;
        let both = |micro_batch| [Action::Forward { micro_batch, virtual_stage }, Action::Backward { micro_batch, virtual_stage }];
        let actions = (0..micro_batches).flat_map(both).chain([Action::ReduceGradients, Action::OptimizerStep]).collect();
        Self { kind: ScheduleKind::OneForwardOneBackward, stages: 1, chunks_per_stage: 1, micro_batches, ranks: vec![actions] }
    }

    /// Number of virtual stages of the pipeline.
    pub fn virtual_stages(&self) -> usize {
        self.stages.saturating_mul(self.chunks_per_stage)
    }
}

fn check(kind: ScheduleKind, Sizes { stages, chunks_per_stage, micro_batches }: Sizes) -> Result<(), ScheduleError> {
    for (field, size) in [("stages", stages), ("chunks_per_stage", chunks_per_stage), ("micro_batches", micro_batches)] {
        if size == 0 {
            return Err(ScheduleError::Zero { field });
        }
    }
    let computations = stages.checked_mul(chunks_per_stage).and_then(|count| count.checked_mul(micro_batches)?.checked_mul(3));
    if computations.is_none_or(|count| count > MAX_COMPUTATIONS) {
        return Err(ScheduleError::TooLarge { stages, chunks_per_stage, micro_batches });
    }
    match kind {
        ScheduleKind::Interleaved if chunks_per_stage > 1 && !micro_batches.is_multiple_of(stages) => {
            let nearest = ((micro_batches + stages / 2) / stages).max(1) * stages;
            Err(ScheduleError::Groups { micro_batches, stages, nearest })
        }
        ScheduleKind::Interleaved => Ok(()),
        _ if chunks_per_stage > 1 => Err(ScheduleError::Chunks { kind, chunks_per_stage }),
        _ => Ok(()),
    }
}
