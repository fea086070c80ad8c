//! Tables of all kinds over many sizes, against the formulas of the papers.

use super::action::End;
use super::*;

/// All parts of a pass take a second; a whole backward takes two.
pub(super) const UNIT: StageCost = StageCost {
    forward_transfer: 0.0,
    backward_transfer: 0.0,
    forward: 1.0,
    backward_input: 1.0,
    backward_weight: 1.0,
    activation_bytes: 10,
    weight_activation_bytes: 4,
    output_bytes: 1,
};

pub(super) fn schedule(kind: ScheduleKind, stages: usize, chunks_per_stage: usize, micro_batches: usize) -> Schedule {
    Schedule::new(kind, stages, chunks_per_stage, micro_batches).unwrap()
}

/// Every kind with 1 to 8 stages, 1 to 16 micro-batches and, interleaved, 1 to 4 chunks.
pub(super) fn all() -> Vec<Schedule> {
    let mut all = vec![];
    for (stages, micro_batches) in (1..=8).flat_map(|stages| (1..=16).map(move |micro_batches| (stages, micro_batches))) {
        for kind in ScheduleKind::ALL {
            let chunks = if kind == ScheduleKind::Interleaved { 1..=4 } else { 1..=1 };
            all.extend(chunks.filter_map(|chunks| Schedule::new(kind, stages, chunks, micro_batches).ok()));
        }
    }
    all
}

fn label(schedule: &Schedule) -> String {
    let Schedule { kind, stages, chunks_per_stage, micro_batches, .. } = schedule;
    format!("{} p={stages} v={chunks_per_stage} m={micro_batches}", kind.name())
}

fn timeline(schedule: &Schedule) -> Timeline {
    schedule.dry_run(&Costs::uniform(schedule, UNIT)).unwrap_or_else(|error| panic!("{}: {error}", label(schedule)))
}

#[test]
fn every_schedule_is_valid() {
    let all = all();
    assert_eq!(all.len(), 8 * 16 * 4 + 3 * (16 + 8 + 5 + 4 + 3 + 2 + 2 + 2), "only interleaving refuses sizes");
    for schedule in &all {
        assert_eq!(schedule.validate(), Ok(()), "{}", label(schedule));
    }
}

/// GPipe and 1F1B: (p - 1) / (m + p - 1); interleaved: (p - 1) / (v m + p - 1); exactly.
#[test]
fn the_bubble_is_that_of_the_papers() {
    for schedule in all().iter().filter(|schedule| schedule.kind != ScheduleKind::ZeroBubbleH1) {
        let Schedule { stages: p, chunks_per_stage: v, micro_batches: m, .. } = *schedule;
        assert_eq!(timeline(schedule).bubble_fraction, (p - 1) as f64 / (v * m + p - 1) as f64, "{}", label(schedule));
    }
}

/// Qi et al. 2023, table 2: a bubble of (p - 1) (F + B - W) against (p - 1) (F + B + W), once the micro-batches fill the pipeline.
#[test]
fn zero_bubble_has_a_third_of_the_bubble() {
    for (p, m) in (1..=8).flat_map(|p| (1..=16).map(move |m| (p, m))) {
        let zero_bubble = timeline(&schedule(ScheduleKind::ZeroBubbleH1, p, 1, m));
        let plain = timeline(&schedule(ScheduleKind::OneForwardOneBackward, p, 1, m));
        match p {
            1 => assert_eq!(zero_bubble.bubble_fraction, 0.0),
            _ => assert!(zero_bubble.bubble_fraction < plain.bubble_fraction, "p={p} m={m}"),
        }
        if m >= p {
            assert_eq!(zero_bubble.bubble_fraction, (p - 1) as f64 / (3 * m + p - 1) as f64, "p={p} m={m}");
        }
    }
}

#[test]
fn micro_batches_in_flight_are_those_of_the_papers() {
    for schedule in all() {
        let Schedule { kind, stages: p, chunks_per_stage: v, micro_batches: m, .. } = schedule;
        let peaks = schedule.activation_peaks(&Costs::uniform(&schedule, UNIT)).unwrap();
        for (rank, peak) in peaks.iter().enumerate() {
            let expected = match (kind, v) {
                (ScheduleKind::Gpipe, _) => m,
                (ScheduleKind::OneForwardOneBackward, _) | (ScheduleKind::Interleaved, 1) => m.min(p - rank),
                (ScheduleKind::Interleaved, _) => (v * m).min(2 * (p - 1 - rank) + (v - 1) * p + 1),
                // Weight gradients put off make up for the fewer forwards of a later rank.
                (ScheduleKind::ZeroBubbleH1, _) => m.min(p),
            };
            assert_eq!(peak.in_flight, expected, "{} rank {rank}", label(&schedule));
            let first_of_1f1b = UNIT.activation_bytes * (v * m.min(p)) as u64;
            assert!(kind != ScheduleKind::ZeroBubbleH1 || peak.bytes <= first_of_1f1b, "{} rank {rank}", label(&schedule));
        }
        let by_rank = |rank| schedule.peak_in_flight().into_iter().skip(rank).step_by(p).sum::<usize>();
        assert!((0..p).all(|rank| by_rank(rank) >= peaks[rank].in_flight), "{}: sums bound the joint peak", label(&schedule));
    }
}

/// A rank program may sum gradients as they come, and all schedules give bitwise the same sums.
#[test]
fn weight_gradients_come_in_the_order_of_micro_batches() {
    for schedule in all() {
        for virtual_stage in 0..schedule.virtual_stages() {
            let order: Vec<usize> = schedule.ranks[virtual_stage % schedule.stages]
                .iter()
                .filter(|action| matches!(action, Action::Backward { .. } | Action::BackwardWeight { .. }))
                .filter_map(|action| action.place())
                .filter_map(|(micro_batch, stage)| (stage == virtual_stage).then_some(micro_batch))
                .collect();
            assert_eq!(order, Vec::from_iter(0..schedule.micro_batches), "{} stage {virtual_stage}", label(&schedule));
        }
    }
}

/// A transport that keeps activations and gradients apart needs no other tags: between two ranks, each come in the order of sending.
#[test]
fn messages_of_a_kind_keep_their_order() {
    for schedule in all() {
        let ends = |rank: usize, peer: usize, end: End, forward: bool| -> Vec<Message> {
            let messages = schedule.ranks[rank].iter().filter_map(|action| action.message());
            messages.filter(|&(e, m, other)| e == end && other == peer && (m.from < m.to) == forward).map(|(_, m, _)| m).collect()
        };
        for (from, to, forward) in
            (0..schedule.stages * schedule.stages * 2).map(|i| (i / 2 / schedule.stages, i / 2 % schedule.stages, i % 2 == 0))
        {
            assert_eq!(ends(from, to, End::Send, forward), ends(to, from, End::Receive, forward), "{}", label(&schedule));
        }
    }
}

#[test]
fn sizes_that_do_not_do_are_refused_with_what_would() {
    let refused = |kind, stages, chunks, micro_batches| Schedule::new(kind, stages, chunks, micro_batches).unwrap_err().to_string();
    assert!(refused(ScheduleKind::Gpipe, 0, 1, 1).contains("stages = 0"));
    assert!(refused(ScheduleKind::Gpipe, 1, 1, 0).contains("micro_batches = 0"));
    assert!(refused(ScheduleKind::Gpipe, 2, 2, 4).contains("interleaved_1f1b"));
    for (micro_batches, nearest) in [(1, 4), (5, 4), (6, 8), (7, 8), (9, 8)] {
        assert!(refused(ScheduleKind::Interleaved, 4, 2, micro_batches).ends_with(&format!("try micro_batches = {nearest}")));
    }
    assert!(refused(ScheduleKind::Gpipe, usize::MAX, 1, usize::MAX).contains("computations"));
    assert!(Schedule::new(ScheduleKind::Interleaved, 4, 1, 5).is_ok(), "with one chunk, it is 1F1B");
}

#[test]
fn a_schedule_goes_through_json() {
    for kind in ScheduleKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
    let schedule = schedule(ScheduleKind::ZeroBubbleH1, 2, 1, 2);
    let json = serde_json::to_value(&schedule).unwrap();
    assert_eq!(json["ranks"][0][1].to_string(), r#"{"type":"send_activation","micro_batch":0,"virtual_stage":0,"peer":1}"#);
    assert_eq!(json["ranks"][0].as_array().unwrap().last().unwrap().to_string(), r#"{"type":"optimizer_step"}"#);
    assert_eq!(Schedule::from_json(json).unwrap(), schedule);
}

#[test]
fn transfer_counts_apart_from_waiting() {
    let schedule = schedule(ScheduleKind::Gpipe, 2, 1, 1);
    let link = Link { latency: 0.5, bandwidth: Some(2.0) };
    let timeline =
        schedule.dry_run(&Costs { link, reduce_gradients: 3.0, optimizer_step: 2.0, ..Costs::uniform(&schedule, UNIT) }).unwrap();
    // Rank 0 runs forward until 1, waits for the gradient to be sent (5) and to come (6), backward until 8, reduces until 11 and
    // updates until 13. Rank 1 waits for the forward (1) and its message (2), computes until 5, reduces until 8, updates until 10.
    assert_eq!(timeline.makespan, 13.0);
    assert_eq!(timeline.ranks, [RankUse { compute: 5.0, transfer: 4.0, wait: 4.0 }; 2]);
    assert_eq!(timeline.bubble_fraction, 8.0 / 26.0);
    // None updates before the gradient's norm is known, which is a sum over all ranks.
    let update = |rank| timeline.spans.iter().find(|span| span.rank == rank && span.action == Some(Action::OptimizerStep)).unwrap().start;
    assert_eq!((update(0), update(1)), (11.0, 11.0));
    let wait = |rank, kind| timeline.spans.iter().find(|span| span.rank == rank && span.kind == kind).map(|span| (span.start, span.end));
    assert_eq!(wait(0, SpanKind::Wait), Some((1.0, 5.0)));
    assert_eq!(wait(0, SpanKind::Transfer), Some((5.0, 6.0)));
}

#[test]
fn a_slow_rank_is_the_one_that_works() {
    let schedule = schedule(ScheduleKind::OneForwardOneBackward, 3, 1, 12);
    let timeline = schedule.dry_run(&Costs { speeds: vec![1.0, 0.25, 1.0], ..Costs::uniform(&schedule, UNIT) }).unwrap();
    assert!(timeline.utilisation[1] > 0.9 && timeline.utilisation[0] < 0.25, "{:?}", timeline.utilisation);
}

#[test]
fn wrong_costs_are_named() {
    let schedule = schedule(ScheduleKind::Gpipe, 2, 1, 2);
    let good = Costs::uniform(&schedule, UNIT);
    let refused = |costs: Costs| schedule.dry_run(&costs).unwrap_err().to_string();
    assert!(refused(Costs { speeds: vec![1.0], ..good.clone() }).contains("costs.speeds has 1 entries; the schedule needs 2"));
    assert!(refused(Costs { speeds: vec![1.0, 0.0], ..good.clone() }).contains("more than 0"));
    assert!(refused(Costs { speeds: vec![1.0, 1e-308], ..good.clone() }).contains("add up"));
    assert!(refused(Costs { optimizer_step: f64::NAN, ..good.clone() }).contains("optimizer_step = NaN"));
    assert!(refused(Costs { stages: vec![StageCost { forward: -1.0, ..UNIT }; 2], ..good.clone() }).contains("forward = -1"));
    assert!(refused(Costs { stages: vec![StageCost { activation_bytes: 1, ..UNIT }; 2], ..good }).contains("are more than"));
}

/// The drawings in the documentation.
#[test]
fn the_drawings_are_those_of_the_documentation() {
    let mut drawn = String::new();
    for (kind, chunks) in [1, 1, 2, 1].into_iter().enumerate().map(|(index, chunks)| (ScheduleKind::ALL[index], chunks)) {
        let schedule = schedule(kind, 4, chunks, 8);
        let timeline = timeline(&schedule);
        let in_flight: Vec<_> =
            schedule.activation_peaks(&Costs::uniform(&schedule, UNIT)).unwrap().iter().map(|peak| peak.in_flight).collect();
        drawn += &format!(
            "`{}`: 4 stages, 8 micro-batches; {:.1} % idle; at most {in_flight:?} in flight\n```text\n{timeline}```\n",
            kind.name(),
            100.0 * timeline.bubble_fraction
        );
    }
    assert!(drawn == include_str!("timelines.md"), "timelines.md should be:\n{drawn}");
}
