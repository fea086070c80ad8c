//! What a step spent its time on, and ranks that are slower than others.

use std::ops::Range;

use crate::parallel::clock;
use crate::parallel::comm::Comm;
use crate::parallel::schedule::{Action, End, Span, SpanKind};

/// What a rank did in a step, and when.
#[derive(Debug, Default)]
pub(super) struct Trace {
    actions: Vec<(Action, Range<f64>)>,
    collectives: Vec<Range<f64>>,
}

impl Trace {
    pub(super) fn begin(&mut self, comm: &Comm) {
        self.actions.clear();
        self.collectives.clear();
        comm.take_trace();
    }

    /// Writes an action down that began at `start`. A rank of `speed` below 1 then rests, until its computing took as long as it would
    /// on such a rank.
    pub(super) fn end(&mut self, comm: &Comm, action: Action, start: f64, speed: f64) {
        let collectives = comm.take_trace();
        if speed < 1.0 && action.message().is_none() {
            let computing = clock::now() - start - collectives.iter().map(length).sum::<f64>();
            comm.rest(computing.max(0.0) * (1.0 / speed - 1.0));
        }
        self.actions.push((action, start..clock::now()));
        self.collectives.extend(collectives);
        comm.beat();
    }

    /// The step as spans of rank `rank`, in seconds of [`clock::now`]; without those of no length.
    pub(super) fn spans(&self, rank: usize) -> Vec<Span> {
        let spans = self.actions.iter().flat_map(|(action, time)| {
            let whole = |kind| vec![(time.clone(), kind)];
            let parts = match action.message() {
                Some((End::Receive, ..)) => whole(SpanKind::Idle),
                Some((End::Send, ..)) => whole(SpanKind::Communication),
                None if *action == Action::ReduceGradients => whole(SpanKind::Communication),
                None => self.split(time),
            };
            parts.into_iter().map(|(Range { start, end }, kind)| Span { rank, action: Some(*action), start, end, kind })
        });
        spans.filter(|span| span.end > span.start).collect()
    }

    /// The collectives of a stretch of time, and the computing between them.
    fn split(&self, time: &Range<f64>) -> Vec<(Range<f64>, SpanKind)> {
        let mut parts = Vec::new();
        let mut now = time.start;
        for collective in self.collectives.iter().filter(|collective| time.contains(&collective.start)) {
            parts.push((now..collective.start, SpanKind::Compute));
            parts.push((collective.clone(), SpanKind::Communication));
            now = collective.end;
        }
        parts.push((now..time.end, SpanKind::Compute));
        parts
    }
}

fn length(time: &Range<f64>) -> f64 {
    time.end - time.start
}
