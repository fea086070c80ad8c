//! Waiting told apart from transfer in a step, once the times of all ranks are together: see [`exchange`](crate::parallel::exchange).

use std::ops::Range;

use super::phase::phase;
use super::report::{RankStep, Traffic};
use crate::parallel::comm::Kind;
use crate::parallel::exchange::{Exchange, Split, length, split, union, waits};
use crate::parallel::schedule::{Span, SpanKind};

/// Fills in what a rank cannot know by itself: which of its transfer was waiting for others, in its spans, its phase and its traffic.
/// `exchanges` are those of each of `ranks`, all of one step.
pub fn tell_waiting_apart(ranks: &mut [RankStep], exchanges: &[Vec<Exchange>]) {
    for (rank, exchanges) in ranks.iter_mut().zip(split(exchanges)) {
        let waits = waits(&exchanges);
        rank.spans = rank.spans.iter().flat_map(|span| cut(*span, &waits)).collect();
        rank.phase = phase(&rank.spans);
        for kind in Kind::ALL {
            fill_in(&mut rank.traffic, kind, &exchanges);
        }
    }
}

/// The parts of a span of transfer that are waiting, and the others.
fn cut(span: Span, waits: &[Range<f64>]) -> Vec<Span> {
    if span.kind != SpanKind::Transfer {
        return vec![span];
    }
    let mut parts = Vec::new();
    let mut now = span.start;
    for wait in waits.iter().filter(|wait| wait.start < span.end && wait.end > span.start) {
        let (start, end) = (wait.start.max(now), wait.end.min(span.end));
        parts.push(Span { start: now, end: start, ..span });
        parts.push(Span { start, end, kind: SpanKind::Wait, ..span });
        now = end;
    }
    parts.push(Span { start: now, ..span });
    parts.retain(|part| part.end > part.start);
    parts
}

/// Exchanges of a kind that overlap count once. One in which the rank sends nothing has its seconds, too.
fn fill_in(traffic: &mut Vec<Traffic>, kind: Kind, exchanges: &[Split]) {
    let own: Vec<Split> = exchanges.iter().filter(|exchange| exchange.kind == kind).copied().collect();
    if own.is_empty() {
        return;
    }
    let index = traffic.iter().position(|traffic| traffic.kind == kind.name()).unwrap_or_else(|| {
        traffic.push(Traffic { kind: kind.name().into(), ..Traffic::default() });
        traffic.len() - 1
    });
    traffic[index].wait_seconds = length(&waits(&own));
    traffic[index].transfer_seconds = length(&union(own.iter().map(|exchange| exchange.ready..exchange.end)));
}

#[cfg(all(test, feature = "native"))]
mod tests;
