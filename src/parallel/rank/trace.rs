//! What a step spent its time on, and ranks that are slower than others.

use std::ops::Range;

use crate::parallel::clock;
use crate::parallel::comm::Comm;
use crate::parallel::exchange::{Exchange, length, union};
use crate::parallel::schedule::{Action, Span, SpanKind};

/// What a rank did in a step, and when.
#[derive(Debug, Default)]
pub(super) struct Trace {
    actions: Vec<(Action, Range<f64>)>,
    exchanges: Vec<Exchange>,
}

impl Trace {
    pub(super) fn begin(&mut self, comm: &Comm) {
        self.actions.clear();
        self.exchanges.clear();
        comm.take_trace();
    }

    /// Writes an action down that began at `start`. A rank of `speed` below 1 then rests, until its computing took as long as it would
    /// on such a rank.
    pub(super) fn end(&mut self, comm: &Comm, action: Action, start: f64, speed: f64) {
        let exchanges = comm.take_trace();
        if speed < 1.0 && action.message().is_none() {
            let computing = clock::now() - start - length(&stretches(&exchanges));
            comm.rest(computing.max(0.0) * (1.0 / speed - 1.0));
        }
        self.actions.push((action, start..clock::now()));
        self.exchanges.extend(exchanges);
        comm.beat();
    }

    /// The step as spans of rank `rank`, in seconds of [`clock::now`]; without those of no length. A rank does not know which of the time
    /// of an exchange it waited: that is transfer here, too.
    pub(super) fn spans(&self, rank: usize) -> Vec<Span> {
        let exchanges = stretches(&self.exchanges);
        let spans = self.actions.iter().flat_map(|(action, time)| {
            let parts = match action.message() {
                Some(_) => vec![(time.clone(), SpanKind::Transfer)],
                None => split(time, &exchanges),
            };
            parts.into_iter().map(|(Range { start, end }, kind)| Span { rank, action: Some(*action), start, end, kind })
        });
        spans.filter(|span| span.end > span.start).collect()
    }

    /// What it exchanged in the step.
    pub(super) fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }
}

/// When any exchange was under way.
fn stretches(exchanges: &[Exchange]) -> Vec<Range<f64>> {
    union(exchanges.iter().map(|exchange| exchange.start..exchange.end))
}

/// The exchanges of a stretch of time, and the computing between them. To a coarse clock, what one action ends with and the next begins
/// with are one.
fn split(time: &Range<f64>, exchanges: &[Range<f64>]) -> Vec<(Range<f64>, SpanKind)> {
    let mut parts = Vec::new();
    let mut now = time.start;
    for exchange in exchanges.iter().filter(|exchange| exchange.start < time.end && exchange.end > time.start) {
        let (start, end) = (exchange.start.max(now), exchange.end.min(time.end));
        parts.push((now..start, SpanKind::Compute));
        parts.push((start..end, SpanKind::Transfer));
        now = end;
    }
    parts.push((now..time.end, SpanKind::Compute));
    parts
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::parallel::comm::Kind;
    use crate::parallel::exchange::{ExchangeId, ExchangePart};

    #[test]
    fn exchanges_that_touch_belong_to_the_action_they_are_in() {
        let exchange = |tag, start, end| {
            let id = ExchangeId { first: 0, second: 0, tag };
            Exchange { kind: Kind::AllReduce, part: ExchangePart::Member, id, start, end }
        };
        let (forward, backward) =
            (Action::Forward { micro_batch: 0, virtual_stage: 0 }, Action::Backward { micro_batch: 0, virtual_stage: 0 });
        let trace = Trace {
            actions: vec![(forward, 0.0..2.0), (backward, 2.0..4.0)],
            exchanges: vec![exchange(1, 1.0, 2.0), exchange(2, 2.0, 3.0)],
        };
        let spans: Vec<_> = trace.spans(0).iter().map(|span| (span.action, span.start, span.end, span.kind)).collect();
        let (f, b) = (Some(forward), Some(backward));
        let expected = [
            (f, 0.0, 1.0, SpanKind::Compute),
            (f, 1.0, 2.0, SpanKind::Transfer),
            (b, 2.0, 3.0, SpanKind::Transfer),
            (b, 3.0, 4.0, SpanKind::Compute),
        ];
        assert_eq!(spans, expected);
    }
}
