use proptest::prelude::*;

use super::*;

fn spec(candidates: u32, steps: u32) -> SearchSpec {
    SearchSpec { candidates, steps, ..SearchSpec::default() }
}

/// All trials, where the candidate of index `i` has the loss `losses[i]`, as `(candidate, from, until)`.
fn run(halving: &mut Halving, losses: &[f64]) -> Vec<(usize, u32, u32)> {
    let mut trials = Vec::new();
    while let Some(trial) = halving.next() {
        halving.measured(trial.until, losses[trial.candidate]);
        trials.push((trial.candidate, trial.from, trial.until));
    }
    trials
}

#[test]
fn rates_are_evenly_spaced_on_a_logarithmic_scale() {
    assert!(learning_rates(&spec(0, 8)).is_empty());
    assert_eq!(learning_rates(&SearchSpec { lowest: 1e-3, highest: 1e-1, ..spec(1, 8) }), [0.01]);
    assert_eq!(learning_rates(&spec(4, 8)), [1e-4, 1e-3, 1e-2, 1e-1]);
    assert_eq!(learning_rates(&SearchSpec { lowest: 1.23456789e-4, highest: 1.0, ..spec(2, 8) }), [1.23456789e-4, 1.0]);
    assert_eq!(learning_rates(&spec(7, 8))[1], 3.16228e-4);
}

#[test]
fn the_better_half_goes_on_to_twice_as_many_steps_until_one_is_left() {
    let mut halving = Halving::new(&spec(5, 8), 1000);
    let trials = run(&mut halving, &[5.0, 2.0, 1.0, 3.0, 4.0]);
    let first = [0, 1, 2, 3, 4].map(|candidate| (candidate, 0, 8));
    assert_eq!(trials, [&first[..], &[1, 2, 3].map(|candidate| (candidate, 8, 16)), &[(1, 16, 32), (2, 16, 32)]].concat());
    let report = halving.report(1.5);
    assert_eq!((report.chosen, report.steps, report.seconds), (Some(learning_rates(&spec(5, 8))[2]), 5 * 8 + 3 * 8 + 2 * 16, 1.5));
    let dropped: Vec<_> = report.candidates.iter().map(|candidate| candidate.dropped_after).collect();
    assert_eq!(dropped, [Some(8), Some(32), None, Some(16), Some(8)]);
    assert_eq!(report.candidates[2].losses, [(8, 1.0), (16, 1.0), (32, 1.0)]);
}

#[test]
fn a_loss_that_is_not_finite_ranks_last_and_never_ends_the_search() {
    let mut halving = Halving::new(&spec(4, 8), 1000);
    let trials = run(&mut halving, &[3.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    assert_eq!(trials.len(), 4);
    assert_eq!(halving.chosen(), Some(1e-4));
    let report = halving.report(0.0);
    assert!(report.candidates[1..].iter().all(|candidate| candidate.losses.is_empty() && candidate.dropped_after == Some(8)));

    // One that ended before its time is dropped there.
    let mut halving = Halving::new(&spec(2, 8), 1000);
    halving.measured(3, f64::NAN);
    halving.measured(8, 1.0);
    assert_eq!((halving.chosen(), halving.report(0.0).candidates[0].dropped_after, halving.report(0.0).steps), (Some(1e-1), Some(3), 11));

    let mut hopeless = Halving::new(&spec(3, 8), 1000);
    run(&mut hopeless, &[f64::NAN; 3]);
    assert_eq!(hopeless.chosen(), Some(1e-4));
}

#[test]
fn no_candidate_takes_more_steps_than_the_run() {
    let mut halving = Halving::new(&spec(8, 8), 12);
    let trials = run(&mut halving, &[8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
    assert_eq!(trials[8..], [4, 5, 6, 7].map(|candidate| (candidate, 8, 12)));
    assert_eq!(halving.chosen(), Some(1e-1));
    let mut short = Halving::new(&spec(3, 8), 5);
    assert_eq!(run(&mut short, &[1.0, 2.0, 3.0]), [0, 1, 2].map(|candidate| (candidate, 0, 5)));
    assert_eq!(short.chosen(), Some(1e-4));
}

#[test]
fn a_single_candidate_needs_no_trial() {
    let halving = Halving::new(&spec(1, 8), 100);
    assert_eq!((halving.next(), halving.chosen(), halving.left()), (None, Some(0.00316228), Effort::default()));
}

#[test]
fn a_training_time_gives_a_step_at_the_least() {
    assert_eq!(Budget::new(2.0, 0.3), Budget { seconds: 2.0, step_milliseconds: 300.0, steps: 6 });
    assert_eq!(
        [Budget::new(0.1, 0.3), Budget::new(36000.0, 1e-3), Budget::new(1.0, 0.0)].map(|budget| budget.steps),
        [1, 100_000, 100_000]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_losses_lead_to_the_end(candidates in 2u32..=16, steps in 1u32..50, most in 1u32..300, seed in prop::collection::vec(prop::option::weighted(0.8, -5.0..5.0f64), 120)) {
        let (spec, mut next) = (spec(candidates, steps), seed.into_iter().cycle().map(|loss| loss.unwrap_or(f64::NAN)));
        let mut halving = Halving::new(&spec, most);
        let expected = halving.left();
        let (mut taken, mut round, mut finite, mut kept) = (Effort::default(), 0, false, Vec::new());
        while let Some(trial) = halving.next() {
            // Whatever goes on was kept, and nothing else is for long.
            prop_assert!(trial.from == 0 || kept.contains(&trial.candidate));
            prop_assert!(trial.from < trial.until && trial.until <= most);
            let loss = next.next().unwrap();
            if halving.is_kept(loss) {
                kept.push(trial.candidate);
            }
            halving.measured(trial.until, loss);
            kept.retain(|candidate| halving.may_go_on(*candidate));
            taken = Effort { steps: taken.steps + trial.until - trial.from, trials: taken.trials + 1 };
            // Whether any loss of the last round is.
            finite = loss.is_finite() || finite && round == trial.from;
            round = trial.from;
        }
        let report = halving.report(0.0);
        prop_assert!(taken.steps <= expected.steps && taken.trials <= expected.trials);
        prop_assert_eq!(taken.steps, report.steps);
        let chosen: Vec<_> = report.candidates.iter().filter(|candidate| candidate.dropped_after.is_none()).collect();
        prop_assert_eq!(chosen.len(), 1);
        prop_assert_eq!(Some(chosen[0].learning_rate), report.chosen);
        prop_assert!(kept.is_empty());
        if finite {
            prop_assert!(!chosen[0].losses.is_empty());
            // Of those that were measured at its last step, it has the lowest loss.
            let (step, loss) = *chosen[0].losses.last().unwrap();
            let others = report.candidates.iter().flat_map(|candidate| &candidate.losses).filter(|point| point.0 == step);
            prop_assert!(others.into_iter().all(|point| loss <= point.1));
        }
    }
}
