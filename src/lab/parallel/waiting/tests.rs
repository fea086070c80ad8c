use super::*;
use crate::parallel::exchange::{ExchangeId, ExchangePart};
use crate::parallel::schedule::Action;

const FORWARD: Option<Action> = Some(Action::Forward { micro_batch: 0, virtual_stage: 0 });
const REDUCE: Option<Action> = Some(Action::ReduceGradients);

fn exchange(kind: Kind, part: ExchangePart, id: [usize; 2], start: f64, end: f64) -> Exchange {
    Exchange { kind, part, id: ExchangeId { first: id[0], second: id[1], tag: 1 }, start, end }
}

fn step(rank: usize, spans: &[(Option<Action>, f64, f64, SpanKind)], traffic: &[Kind]) -> RankStep {
    let span = |&(action, start, end, kind): &(Option<Action>, f64, f64, SpanKind)| Span { rank, action, start, end, kind };
    let traffic = traffic.iter().map(|kind| Traffic { kind: kind.name().into(), ..Traffic::default() });
    RankStep {
        rank,
        step: 1,
        loss: 1.0,
        gradient_norm: 1.0,
        learning_rate: 0.0,
        seconds: 8.0,
        spans: spans.iter().map(span).collect(),
        phase: None,
        traffic: traffic.collect(),
        memory: [].into(),
    }
}

/// Rank 1 computes until 2 and comes to the sum of a forward at 2; rank 0 came at 1. At the end of the step it is the other way round.
#[test]
fn spans_phases_and_traffic_follow_from_the_same_split() {
    use SpanKind::{Compute, Transfer, Wait};
    let mut ranks = [
        step(0, &[(FORWARD, 0.0, 1.0, Compute), (FORWARD, 1.0, 3.0, Transfer), (REDUCE, 5.0, 7.0, Transfer)], &[Kind::AllReduce]),
        step(1, &[(FORWARD, 0.0, 2.0, Compute), (FORWARD, 2.0, 3.0, Transfer), (REDUCE, 4.0, 7.0, Transfer)], &[Kind::AllReduce]),
    ];
    let member = |id, start, end| exchange(Kind::AllReduce, ExchangePart::Member, [id, id], start, end);
    tell_waiting_apart(&mut ranks, &[vec![member(0, 1.0, 3.0), member(9, 5.0, 7.0)], vec![member(0, 2.0, 3.0), member(9, 4.0, 7.0)]]);
    let drawn = |rank: usize| ranks[rank].spans.iter().map(|span| (span.start, span.end, span.kind)).collect::<Vec<_>>();
    assert_eq!(drawn(0), [(0.0, 1.0, Compute), (1.0, 2.0, Wait), (2.0, 3.0, Transfer), (5.0, 7.0, Transfer)]);
    assert_eq!(drawn(1), [(0.0, 2.0, Compute), (2.0, 3.0, Transfer), (4.0, 5.0, Wait), (5.0, 7.0, Transfer)]);
    let phases = ranks.each_ref().map(|rank| rank.phase.map(|phase| (phase.start, phase.end, phase.compute, phase.transfer)));
    assert_eq!(phases, [Some((0.0, 3.0, 1.0, 1.0)), Some((0.0, 3.0, 2.0, 1.0))]);
    let seconds = ranks.each_ref().map(|rank| (rank.traffic[0].wait_seconds, rank.traffic[0].transfer_seconds));
    assert_eq!(seconds, [(1.0, 3.0), (1.0, 3.0)]);
}

#[test]
fn a_receive_is_cut_where_its_sender_began_to_send() {
    let receive = Some(Action::RecvActivation { micro_batch: 0, virtual_stage: 1, peer: 0 });
    let send = Some(Action::SendActivation { micro_batch: 0, virtual_stage: 0, peer: 1 });
    let mut ranks =
        [step(0, &[(send, 3.0, 3.5, SpanKind::Transfer)], &[Kind::PointToPoint]), step(1, &[(receive, 0.0, 4.0, SpanKind::Transfer)], &[])];
    let end = |part, start, end| vec![exchange(Kind::PointToPoint, part, [0, 1], start, end)];
    tell_waiting_apart(&mut ranks, &[end(ExchangePart::Sender, 3.0, 3.5), end(ExchangePart::Receiver, 0.0, 4.0)]);
    assert_eq!(
        ranks[1].spans.iter().map(|span| (span.end, span.kind)).collect::<Vec<_>>(),
        [(3.0, SpanKind::Wait), (4.0, SpanKind::Transfer)]
    );
    let seconds =
        |rank: usize| (ranks[rank].traffic[0].bytes, ranks[rank].traffic[0].wait_seconds, ranks[rank].traffic[0].transfer_seconds);
    assert_eq!((seconds(0), seconds(1)), ((0, 0.0, 0.5), (0, 3.0, 1.0)), "rank 1 sends nothing, and waits all the same");
}
