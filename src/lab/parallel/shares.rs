//! What share of a step ranks spend on what.

use super::report::{Planned, RankStep};
use crate::parallel::schedule::SpanKind;

/// From the first rank's beginning to the last one's end, in seconds.
pub fn makespan(ranks: &[RankStep]) -> f64 {
    let spans = || ranks.iter().flat_map(|rank| &rank.spans);
    let start = spans().map(|span| span.start).fold(f64::INFINITY, f64::min);
    let end = spans().map(|span| span.end).fold(f64::NEG_INFINITY, f64::max);
    (end - start).max(0.0)
}

/// The share of all ranks' time, from the first one's beginning to the last one's end, that is transfer.
pub fn transfer(ranks: &[RankStep]) -> f64 {
    let spans = ranks.iter().flat_map(|rank| &rank.spans).filter(|span| span.kind == SpanKind::Transfer);
    share(spans.map(|span| span.end - span.start).sum(), makespan(ranks) * ranks.len() as f64)
}

/// The share of the forward and backward phase, from the first rank's beginning to the last one's end, that the ranks of each stage
/// compute in.
pub fn stages(planned: &Planned, ranks: &[RankStep]) -> Vec<f64> {
    let phases = || ranks.iter().filter_map(|rank| rank.phase);
    let start = phases().map(|phase| phase.start).fold(f64::INFINITY, f64::min);
    let end = phases().map(|phase| phase.end).fold(f64::NEG_INFINITY, f64::max);
    let stages = 1 + planned.ranks.iter().map(|rank| rank.pipeline).max().unwrap_or(0);
    let of = |stage: usize| {
        let own = ranks.iter().filter(|step| planned.ranks.get(step.rank).is_some_and(|rank| rank.pipeline == stage));
        let computed: Vec<f64> = own.filter_map(|step| step.phase).map(|phase| phase.compute).collect();
        share(computed.iter().sum(), (end - start).max(0.0) * computed.len() as f64)
    };
    (0..stages).map(of).collect()
}

/// `part / whole`; 0 of a step that takes no time.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
