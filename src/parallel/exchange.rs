//! What ranks exchanged in a step, and when: told apart into waiting for each other and transfer.
//!
//! A rank that is early blocks until the last one has come, however few the bytes. So the time until the last member of a collective has
//! arrived, or the sender of a message has begun to send, is waiting; from then on it is transfer. No rank sees that by itself: it
//! follows from the records of all of them, whose clock is one.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use super::comm::Kind;
use crate::json::FromJson;

/// One collective, or one end of a message, as a rank saw it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Exchange {
    /// What it is part of.
    #[cfg_attr(all(test, feature = "native"), ts(type = "string"))]
    pub kind: Kind,
    /// The rank's part in it.
    pub part: ExchangePart,
    /// Which one of the step it is: the same at all ranks that take part in it, and at no other exchange of the step.
    pub id: ExchangeId,
    /// When the rank came to it, in seconds of [`clock::now`](super::clock::now).
    pub start: f64,
    /// When it was done here.
    pub end: f64,
}

/// What a rank does in an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ExchangePart {
    /// It takes part in a collective: the others wait for it, and it for them.
    Member,
    /// It sends a message, and waits for nobody.
    Sender,
    /// It receives a message, and nobody waits for it.
    Receiver,
}

/// Names an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct ExchangeId {
    /// The first member of the group, or the sender. Groups with a tag in common have no member in common.
    pub first: usize,
    /// The receiver of a message; the same as `first` for a collective.
    pub second: usize,
    /// The tag of its messages.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub tag: u64,
}

/// An exchange of one rank, told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// What it is part of.
    pub kind: Kind,
    /// When the rank came to it.
    pub start: f64,
    /// When the last of those it waits for had come, between `start` and `end`.
    pub ready: f64,
    /// When it was done here.
    pub end: f64,
}

/// The exchanges of each rank in one step, told apart; `ranks` are those of all of them.
pub fn split(ranks: &[Vec<Exchange>]) -> Vec<Vec<Split>> {
    let mut last: HashMap<ExchangeId, f64> = HashMap::new();
    for exchange in ranks.iter().flatten().filter(|exchange| exchange.part != ExchangePart::Receiver) {
        let arrival = last.entry(exchange.id).or_insert(exchange.start);
        *arrival = arrival.max(exchange.start);
    }
    let of = |exchange: &Exchange| {
        let Exchange { kind, part, id, start, end } = *exchange;
        let arrival = if part == ExchangePart::Sender { start } else { last.get(&id).copied().unwrap_or(start) };
        Split { kind, start, ready: arrival.max(start).min(end), end }
    };
    ranks.iter().map(|exchanges| exchanges.iter().map(of).collect()).collect()
}

/// When a rank waited: was in an exchange, and in none that all others had come to. In order, and none touches another.
pub fn waits(exchanges: &[Split]) -> Vec<Range<f64>> {
    let transfer = union(exchanges.iter().map(|exchange| exchange.ready..exchange.end));
    let mut waits = Vec::new();
    for under_way in union(exchanges.iter().map(|exchange| exchange.start..exchange.end)) {
        let mut now = under_way.start;
        for busy in transfer.iter().filter(|busy| under_way.contains(&busy.start)) {
            if busy.start > now {
                waits.push(now..busy.start);
            }
            now = busy.end;
        }
        if under_way.end > now {
            waits.push(now..under_way.end);
        }
    }
    waits
}

/// Stretches of time that overlap or touch made into one, in order; empty ones are left out.
pub fn union(stretches: impl Iterator<Item = Range<f64>>) -> Vec<Range<f64>> {
    let mut sorted: Vec<Range<f64>> = stretches.filter(|stretch| stretch.end > stretch.start).collect();
    sorted.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut joined: Vec<Range<f64>> = Vec::new();
    for stretch in sorted {
        match joined.last_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => joined.push(stretch),
        }
    }
    joined
}

/// Seconds of all stretches together.
pub fn length(stretches: &[Range<f64>]) -> f64 {
    stretches.iter().map(|stretch| stretch.end - stretch.start).sum()
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    fn exchange(part: ExchangePart, tag: u64, start: f64, end: f64) -> Exchange {
        Exchange { kind: Kind::AllReduce, part, id: ExchangeId { first: 0, second: 0, tag }, start, end }
    }

    fn member(tag: u64, start: f64, end: f64) -> Exchange {
        exchange(ExchangePart::Member, tag, start, end)
    }

    #[test]
    fn all_wait_for_the_last_member() {
        let ranks = split(&[vec![member(1, 0.0, 5.5), member(2, 6.0, 7.0)], vec![member(1, 4.0, 5.0), member(2, 6.5, 7.0)], vec![]]);
        assert_eq!(ranks[0].iter().map(|split| split.ready).collect::<Vec<_>>(), [4.0, 6.5]);
        assert_eq!(ranks[1].iter().map(|split| split.ready).collect::<Vec<_>>(), [4.0, 6.5]);
        assert_eq!((waits(&ranks[0]), waits(&ranks[1])), (vec![0.0..4.0, 6.0..6.5], vec![]));
    }

    #[test]
    fn a_receiver_waits_for_the_sender_and_nobody_for_the_receiver() {
        use ExchangePart::{Receiver, Sender};
        let early = split(&[vec![exchange(Sender, 1, 3.0, 3.1)], vec![exchange(Receiver, 1, 1.0, 3.5)]]);
        assert_eq!((waits(&early[0]), waits(&early[1])), (vec![], vec![1.0..3.0]));
        let late = split(&[vec![exchange(Sender, 1, 3.0, 3.1)], vec![exchange(Receiver, 1, 4.0, 4.5)]]);
        assert_eq!((waits(&late[0]), waits(&late[1])), (vec![], vec![]));
    }

    #[test]
    fn what_overlaps_is_transfer_as_soon_as_any_of_it_is() {
        let ranks = split(&[vec![member(1, 0.0, 4.0), member(2, 1.0, 6.0)], vec![member(1, 2.0, 4.0), member(2, 5.0, 6.0)]]);
        assert_eq!(waits(&ranks[0]), [0.0..2.0, 4.0..5.0]);
    }

    #[test]
    fn one_that_did_not_need_the_last_member_ends_before_it() {
        assert_eq!(split(&[vec![member(1, 0.0, 1.0)], vec![member(1, 3.0, 4.0)]])[0][0].ready, 1.0);
    }
}
