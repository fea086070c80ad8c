//! What a run trains, one after the other: a fork first does what the run did that it is a fork of.

use crate::lab::spec::RunSpec;

/// A stretch of a run with the same settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// Index of the run whose settings these are.
    pub run: usize,
    /// Its name.
    pub name: String,
    /// The settings.
    pub spec: RunSpec,
    /// Optimizer steps done at its end.
    pub until: u32,
}

/// The legs of each run, given its name and settings and, for a fork, the index of the other run and the step.
///
/// # Panics
/// If forks make a circle.
pub fn legs(runs: &[(&str, RunSpec)], forks: &[Option<(usize, u32)>]) -> Vec<Vec<Leg>> {
    (0..runs.len()).map(|run| legs_of(run, runs[run].1.training.steps, runs, forks, runs.len())).collect()
}

fn legs_of(run: usize, until: u32, runs: &[(&str, RunSpec)], forks: &[Option<(usize, u32)>], depth: usize) -> Vec<Leg> {
    assert!(depth > 0, "forks make a circle");
    let own = Leg { run, name: runs[run].0.to_owned(), spec: runs[run].1.clone(), until };
    match forks[run] {
        None => vec![own],
        // A leg that ends before it begins is none.
        Some((other, step)) if step >= until => legs_of(other, until.min(step), runs, forks, depth - 1),
        Some((other, step)) => legs_of(other, step, runs, forks, depth - 1).into_iter().chain([own]).collect(),
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn a_fork_of_a_fork_goes_through_both() {
        let of_steps = |steps| {
            let mut run = RunSpec::default();
            run.training.steps = steps;
            ("run", run)
        };
        let runs = [100, 80, 90].map(of_steps);
        let of = |forks: [Option<(usize, u32)>; 3]| -> Vec<Vec<(usize, u32)>> {
            legs(&runs, &forks).into_iter().map(|legs| legs.into_iter().map(|leg| (leg.run, leg.until)).collect()).collect()
        };
        assert_eq!(of([None, Some((0, 60)), Some((1, 70))]), [vec![(0, 100)], vec![(0, 60), (1, 80)], vec![(0, 60), (1, 70), (2, 90)]]);
        // A fork of what a fork had not begun by then is one of what that is a fork of.
        assert_eq!(of([None, Some((0, 60)), Some((1, 20))])[2], [(0, 20), (2, 90)]);
        assert_eq!(of([None, Some((0, 0)), None])[1], [(0, 0), (1, 80)]);
    }
}
