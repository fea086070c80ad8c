//! The forwards and backwards of a step: the part of it that has a bubble.

use super::report::Phase;
use crate::parallel::schedule::{Action, Span, SpanKind};

/// Those among the spans of one rank; `None`: there are none.
pub fn phase(spans: &[Span]) -> Option<Phase> {
    let spans = || spans.iter().filter(|span| span.action.is_some_and(|action| Action::place(action).is_some()));
    let sum = |kind| spans().filter(|span| span.kind == kind).map(|span| span.end - span.start).sum();
    Some(Phase {
        start: spans().map(|span| span.start).reduce(f64::min)?,
        end: spans().map(|span| span.end).reduce(f64::max)?,
        compute: sum(SpanKind::Compute),
        transfer: sum(SpanKind::Transfer),
    })
}

/// The share of the time of all ranks of a pipeline, from the first forward to the last backward of any, in which they
/// wait.
pub fn bubble(ranks: &[Phase]) -> f64 {
    let start = ranks.iter().map(|phase| phase.start).fold(f64::INFINITY, f64::min);
    let end = ranks.iter().map(|phase| phase.end).fold(f64::NEG_INFINITY, f64::max);
    let busy: f64 = ranks.iter().map(|phase| phase.compute + phase.transfer).sum();
    if end > start { (1.0 - busy / ((end - start) * ranks.len() as f64)).max(0.0) } else { 0.0 }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::parallel::schedule::{Costs, Schedule, ScheduleKind, StageCost};

    #[test]
    fn the_bubble_of_equal_stages_is_that_of_the_papers() {
        let unit = StageCost { forward: 1.0, backward_input: 1.0, backward_weight: 1.0, ..StageCost::default() };
        for (stages, micro_batches) in [(1, 3), (2, 4), (4, 8)] {
            for kind in [ScheduleKind::Gpipe, ScheduleKind::OneForwardOneBackward] {
                let schedule = Schedule::new(kind, stages, 1, micro_batches).unwrap();
                // What comes after the last backward does not count.
                let costs = Costs { reduce_gradients: 3.0, optimizer_step: 5.0, ..Costs::uniform(&schedule, unit) };
                let spans = schedule.dry_run(&costs).unwrap().spans;
                let of = |rank| phase(&spans.iter().filter(|span| span.rank == rank).copied().collect::<Vec<_>>()).unwrap();
                let (p, m) = (stages as f64, micro_batches as f64);
                let found = bubble(&(0..stages).map(of).collect::<Vec<_>>());
                assert!((found - (p - 1.0) / (m + p - 1.0)).abs() < 1e-9, "{kind:?}: {found}");
            }
        }
        assert_eq!(phase(&[]), None);
    }
}
