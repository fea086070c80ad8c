//! When each rank did what, planned or measured, and what share of the time was lost.

use serde::Serialize;

use super::Action;
use crate::json::FromJson;

/// What a rank does during a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// It computes.
    Compute,
    /// It sends, or takes what others send: all that it exchanges something with have come to it.
    #[serde(alias = "communication")]
    Transfer,
    /// It waits: for a message that is not sent yet, for others that have not come to a collective, or for the end of the step.
    #[serde(alias = "idle")]
    Wait,
}

/// A stretch of a rank's time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Span {
    /// The rank.
    pub rank: usize,
    /// What it does or waits for; `None`: it is done and waits for the end of the step.
    pub action: Option<Action>,
    /// Seconds from the beginning of the step to that of the span.
    pub start: f64,
    /// Seconds from the beginning of the step to the end of the span.
    pub end: f64,
    /// What the time is spent on.
    pub kind: SpanKind,
}

/// How a rank spent the step, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct RankUse {
    /// Computing.
    pub compute: f64,
    /// Sending, and taking what others send.
    #[serde(alias = "communication")]
    pub transfer: f64,
    /// All the rest: waiting.
    #[serde(alias = "idle")]
    pub wait: f64,
}

/// The spans of a step and their sums.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Timeline {
    /// Rank by rank, in order of time. Spans of no length are left out, but for computations.
    pub spans: Vec<Span>,
    /// Seconds from the beginning of the step to the end of the last span.
    pub makespan: f64,
    /// How each rank spent them.
    pub ranks: Vec<RankUse>,
    /// The share of all ranks' time that they wait: the sum of `wait` over ranks / (ranks × makespan), from 0 to 1.
    ///
    /// With equal stages and free messages this is `(p - 1) / (m + p - 1)` for GPipe and 1F1B with `p` stages and `m` micro-batches.
    /// Papers also give the bubble as a share of the time *without* it, `(p - 1) / m` (Narayanan et al. 2021, section 2.2).
    pub bubble_fraction: f64,
    /// The share of the makespan that each virtual stage computes in, from 0 to 1.
    pub utilisation: Vec<f64>,
}

impl Timeline {
    /// Sums up the spans of each rank, planned or measured; what no span covers is waiting.
    pub fn new(ranks: Vec<Vec<Span>>) -> Self {
        let makespan = ranks.iter().flatten().fold(0.0, |latest: f64, span| latest.max(span.end));
        let uses: Vec<RankUse> = ranks.iter().map(|spans| rank_use(spans, makespan)).collect();
        let spans: Vec<Span> = ranks.into_iter().flatten().collect();
        let mut utilisation = Vec::new();
        for span in spans.iter().filter(|span| span.kind == SpanKind::Compute) {
            if let Some((_, virtual_stage)) = span.action.and_then(Action::place) {
                if utilisation.len() <= virtual_stage {
                    utilisation.resize(virtual_stage + 1, 0.0);
                }
                utilisation[virtual_stage] += share(span.end - span.start, makespan);
            }
        }
        let bubble_fraction = share(uses.iter().map(|rank| rank.wait).sum(), makespan * uses.len() as f64);
        Self { spans, makespan, ranks: uses, bubble_fraction, utilisation }
    }
}

fn rank_use(spans: &[Span], makespan: f64) -> RankUse {
    let sum = |kind| spans.iter().filter(|span| span.kind == kind).map(|span| span.end - span.start).sum::<f64>();
    let (compute, transfer) = (sum(SpanKind::Compute), sum(SpanKind::Transfer));
    // Rounding must not make it negative.
    RankUse { compute, transfer, wait: (makespan - compute - transfer).max(0.0) }
}

/// `part / whole`; 0 of a step that takes no time.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
