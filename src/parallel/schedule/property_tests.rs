//! Random costs: whatever they are, the lists end, and no sooner than they can.

use proptest::prelude::*;

use super::tests::schedule;
use super::*;

fn kind() -> impl Strategy<Value = (ScheduleKind, usize, usize, usize)> {
    (0usize..4, 1usize..=6, 1usize..=3, 1usize..=12).prop_map(|(kind, stages, chunks, micro_batches)| match ScheduleKind::ALL[kind] {
        ScheduleKind::Interleaved => (ScheduleKind::Interleaved, stages, chunks, micro_batches.div_ceil(stages) * stages),
        kind => (kind, stages, 1, micro_batches),
    })
}

fn stage_cost() -> impl Strategy<Value = StageCost> {
    let seconds = || prop_oneof![1 => Just(0.0), 4 => 0.0f64..10.0];
    (seconds(), seconds(), seconds(), 0u64..1000).prop_map(|(forward, backward_input, backward_weight, output_bytes)| StageCost {
        forward,
        backward_input,
        backward_weight,
        output_bytes,
        ..StageCost::default()
    })
}

/// A schedule and costs for it.
fn priced() -> impl Strategy<Value = (Schedule, Costs)> {
    kind().prop_flat_map(|(kind, stages, chunks, micro_batches)| {
        let stage_costs = prop::collection::vec(stage_cost(), stages * chunks);
        let speeds = prop::collection::vec(0.1f64..10.0, stages);
        let link = (0.0f64..5.0, prop::option::of(1.0f64..1e6)).prop_map(|(latency, bandwidth)| Link { latency, bandwidth });
        (stage_costs, speeds, link, 0.0f64..3.0, 0.0f64..3.0).prop_map(
            move |(stages_costs, speeds, link, reduce_gradients, optimizer_step)| {
                let costs = Costs { stages: stages_costs, speeds, link, reduce_gradients, optimizer_step };
                (schedule(kind, stages, chunks, micro_batches), costs)
            },
        )
    })
}

/// Seconds of all that rank `rank` computes for one micro-batch.
fn of_micro_batch(schedule: &Schedule, costs: &Costs, rank: usize) -> f64 {
    let stages = costs.stages.iter().skip(rank).step_by(schedule.stages);
    stages.map(|stage| stage.forward + stage.backward_input + stage.backward_weight).sum::<f64>() / costs.speeds[rank]
}

/// Seconds of a micro-batch's way forward and back over all virtual stages, without the weight gradients.
fn way(schedule: &Schedule, costs: &Costs) -> f64 {
    let compute = |(v, stage): (usize, &StageCost)| (stage.forward + stage.backward_input) / costs.speeds[v % schedule.stages];
    let message = |stage: &StageCost| if schedule.stages > 1 { 2.0 * costs.link.seconds(stage.output_bytes) } else { 0.0 };
    let messages = costs.stages.iter().take(costs.stages.len() - 1).map(message).sum::<f64>();
    costs.stages.iter().enumerate().map(compute).sum::<f64>() + messages
}

proptest! {
    #[test]
    fn the_makespan_is_at_least_what_has_to_be_done((schedule, costs) in priced()) {
        let timeline = schedule.dry_run(&costs).unwrap();
        let almost = 1.0 - 1e-12;
        for (rank, spent) in timeline.ranks.iter().enumerate() {
            let update = costs.optimizer_step / costs.speeds[rank];
            let work = schedule.micro_batches as f64 * of_micro_batch(&schedule, &costs, rank) + update;
            prop_assert!((spent.compute - work).abs() <= 1e-9 * work.max(1.0), "all is computed once");
            prop_assert!(timeline.makespan >= almost * (work + costs.reduce_gradients));
        }
        prop_assert!(timeline.makespan >= almost * way(&schedule, &costs));
        prop_assert!((0.0..=1.0).contains(&timeline.bubble_fraction));
    }

    /// The spans of a rank lie side by side from 0 to the makespan.
    #[test]
    fn spans_leave_no_gap((schedule, costs) in priced()) {
        let timeline = schedule.dry_run(&costs).unwrap();
        for rank in 0..schedule.stages {
            let mut now = 0.0;
            for span in timeline.spans.iter().filter(|span| span.rank == rank) {
                prop_assert!(span.start == now && span.end >= now);
                now = span.end;
            }
            prop_assert_eq!(now, timeline.makespan);
        }
    }

    /// With stages and ranks alike, ZB-H1 is never slower than 1F1B. (A rank much slower than the rest may lose by putting off weight
    /// gradients that it had time for.)
    #[test]
    fn zero_bubble_is_not_slower(stages in 1usize..=8, micro_batches in 1usize..=16, cost in stage_cost(), latency in 0.0f64..5.0) {
        let makespan = |kind| {
            let schedule = schedule(kind, stages, 1, micro_batches);
            let link = Link { latency, bandwidth: None };
            schedule.dry_run(&Costs { link, ..Costs::uniform(&schedule, cost) }).unwrap().makespan
        };
        prop_assert!(makespan(ScheduleKind::ZeroBubbleH1) <= makespan(ScheduleKind::OneForwardOneBackward) * (1.0 + 1e-12));
    }

    /// With equal costs, whatever they are, the bubble of GPipe and 1F1B does not depend on them.
    #[test]
    fn the_bubble_is_a_matter_of_sizes(stages in 1usize..=8, micro_batches in 1usize..=16, cost in stage_cost(), one in any::<bool>()) {
        prop_assume!(cost.forward + cost.backward_input + cost.backward_weight > 0.0);
        let kind = if one { ScheduleKind::OneForwardOneBackward } else { ScheduleKind::Gpipe };
        let schedule = schedule(kind, stages, 1, micro_batches);
        let timeline = schedule.dry_run(&Costs::uniform(&schedule, cost)).unwrap();
        let formula = (stages - 1) as f64 / (micro_batches + stages - 1) as f64;
        prop_assert!((timeline.bubble_fraction - formula).abs() < 1e-9);
    }
}
