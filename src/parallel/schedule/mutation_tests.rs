//! Schedules with a mistake in them, which `validate` or the dry run has to find.

use super::tests::{UNIT, all, schedule};
use super::*;

/// Small schedules of every kind with more than one stage.
fn originals() -> Vec<Schedule> {
    all().into_iter().filter(|s| (2..=4).contains(&s.stages) && s.micro_batches <= 4 && s.chunks_per_stage <= 2).collect()
}

/// Runs `check` on every copy of every original with one place (rank, index) changed by `mutate`.
fn for_each_mutant(mutate: impl Fn(&mut Schedule, usize, usize) -> bool, check: impl Fn(&Schedule, Action)) {
    for original in originals() {
        for (rank, actions) in original.ranks.iter().enumerate() {
            for (index, &action) in actions.iter().enumerate() {
                let mut mutant = original.clone();
                if mutate(&mut mutant, rank, index) {
                    check(&mutant, action);
                }
            }
        }
    }
}

#[test]
fn a_dropped_action_is_found() {
    let drop = |mutant: &mut Schedule, rank: usize, index: usize| {
        mutant.ranks[rank].remove(index);
        true
    };
    for_each_mutant(drop, |mutant, action| assert!(mutant.validate().is_err(), "{action}"));
}

#[test]
fn a_repeated_action_is_found() {
    let repeat = |mutant: &mut Schedule, rank: usize, index: usize| {
        let action = mutant.ranks[rank][index];
        mutant.ranks[rank].insert(index, action);
        true
    };
    for_each_mutant(repeat, |mutant, action| {
        assert!(matches!(mutant.validate(), Err(InvalidSchedule::Repeated { action: found, .. }) if found == action), "{action}");
    });
}

/// The first receive of a list takes the place of the next one, and the other way round.
#[test]
fn two_swapped_receives_are_found() {
    let is_receive = |action: &Action| matches!(action, Action::RecvActivation { .. } | Action::RecvGradient { .. });
    let swap = |mutant: &mut Schedule, rank: usize, index: usize| {
        let actions = &mut mutant.ranks[rank];
        let later = (index + 1..actions.len()).find(|&later| is_receive(&actions[later]));
        let Some(later) = later.filter(|_| is_receive(&actions[index])) else { return false };
        actions.swap(index, later);
        true
    };
    for_each_mutant(swap, |mutant, action| {
        assert!(matches!(mutant.validate(), Err(InvalidSchedule::TooEarly { .. })), "{action}");
    });
}

#[test]
fn a_wrong_peer_stage_or_micro_batch_is_found() {
    let misplace = |mutant: &mut Schedule, rank: usize, index: usize| {
        let (far, action) = (mutant.micro_batches, &mut mutant.ranks[rank][index]);
        match action {
            Action::Forward { virtual_stage, .. } => *virtual_stage += 1,
            Action::Backward { micro_batch, .. } | Action::BackwardInput { micro_batch, .. } => *micro_batch = far,
            Action::BackwardWeight { virtual_stage, .. } => *virtual_stage = usize::MAX,
            Action::SendActivation { peer, .. } | Action::RecvActivation { peer, .. } => *peer += 1,
            Action::SendGradient { virtual_stage, .. } | Action::RecvGradient { virtual_stage, .. } => *virtual_stage = usize::MAX,
            Action::ReduceGradients | Action::OptimizerStep => return false,
        }
        true
    };
    for_each_mutant(misplace, |mutant, action| {
        assert!(matches!(mutant.validate(), Err(InvalidSchedule::Misplaced { .. })), "{action}");
        let error = mutant.dry_run(&Costs::uniform(mutant, UNIT)).unwrap_err();
        assert!(matches!(error, DryRunError::Invalid(_) | DryRunError::Deadlock { .. }), "{action}: {error}");
    });
}

/// Messages of both ends are there, each list is in an order that its rank could follow, and still nobody can go on.
#[test]
fn a_circle_of_waiting_ranks_is_a_deadlock_that_names_them() {
    let mut schedule = schedule(ScheduleKind::OneForwardOneBackward, 2, 1, 2);
    let first_gradient = schedule.ranks[0].iter().position(|action| matches!(action, Action::RecvGradient { .. })).unwrap();
    let second_forward = schedule.ranks[0].iter().position(|a| matches!(a, Action::SendActivation { micro_batch: 1, .. })).unwrap();
    assert!(second_forward < first_gradient);
    // Rank 0 sends the second activation only after the second gradient; rank 1 wants it before it gives that.
    let send = schedule.ranks[0].remove(second_forward);
    let last_gradient = schedule.ranks[0].iter().rposition(|action| matches!(action, Action::RecvGradient { .. })).unwrap();
    schedule.ranks[0].insert(last_gradient + 1, send);
    assert_eq!(schedule.validate(), Ok(()));
    let error = schedule.dry_run(&Costs::uniform(&schedule, UNIT)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "deadlock: rank 0 waits in recv_gradient of micro-batch 1 on virtual stage 0 from rank 1; \
         rank 1 waits in recv_activation of micro-batch 1 on virtual stage 1 from rank 0"
    );
}

#[test]
fn a_dropped_send_is_a_deadlock() {
    let mut schedule = schedule(ScheduleKind::Gpipe, 3, 1, 2);
    schedule.ranks[1].retain(|action| !matches!(action, Action::SendActivation { micro_batch: 1, .. }));
    let DryRunError::Deadlock { waits } = schedule.dry_run(&Costs::uniform(&schedule, UNIT)).unwrap_err() else { panic!() };
    assert_eq!(waits.iter().map(|wait| (wait.rank, wait.peer)).collect::<Vec<_>>(), [(0, 1), (1, 2), (2, 1)]);
}

#[test]
fn the_parts_of_a_backward_do_not_mix() {
    let place = |micro_batch| (Action::Backward { micro_batch, virtual_stage: 0 }, Action::BackwardInput { micro_batch, virtual_stage: 0 });
    let mut split = schedule(ScheduleKind::ZeroBubbleH1, 1, 1, 1);
    let (whole, input) = place(0);
    let weight = Action::BackwardWeight { micro_batch: 0, virtual_stage: 0 };
    let at = split.ranks[0].iter().position(|&action| action == input).unwrap();
    split.ranks[0].swap(at, at + 1);
    assert_eq!(split.validate(), Err(InvalidSchedule::TooEarly { rank: 0, action: weight, needs: input }));
    split.ranks[0].swap(at, at + 1);
    split.ranks[0].insert(at, whole);
    assert_eq!(split.validate(), Err(InvalidSchedule::Repeated { rank: 0, action: input }));
}

#[test]
fn sizes_and_lists_that_do_not_fit_are_found() {
    let good = schedule(ScheduleKind::Gpipe, 2, 1, 2);
    let lists = Schedule { ranks: good.ranks[..1].to_vec(), ..good.clone() };
    assert_eq!(lists.validate(), Err(InvalidSchedule::Lists { lists: 1, stages: 2 }));
    assert!(lists.dry_run(&Costs::uniform(&lists, UNIT)).is_err());
    let empty = Schedule { stages: 0, ranks: vec![], ..good };
    assert_eq!(empty.validate(), Err(InvalidSchedule::Sizes(ScheduleError::Zero { field: "stages" })));
    assert!(empty.peak_in_flight().is_empty() && empty.dry_run(&Costs::default()).is_ok());
}
