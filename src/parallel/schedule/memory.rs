//! How many micro-batches wait for their backward: the memory that a schedule costs. It follows from the lists alone, not from the times.

use serde::Serialize;

use super::{Action, CostError, Costs, Schedule};

/// The most activations that a rank holds at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ActivationPeak {
    /// Micro-batches in flight, from their forward to the end of their backward (of both parts, if it is split), counted on every
    /// chunk of the rank.
    pub in_flight: usize,
    /// Bytes of their activations; between the parts of a split backward, only those that the second one needs.
    pub bytes: u64,
}

impl Schedule {
    /// The peak of each rank.
    ///
    /// # Errors
    /// If the costs do not fit the schedule.
    pub fn activation_peaks(&self, costs: &Costs) -> Result<Vec<ActivationPeak>, CostError> {
        costs.check(self)?;
        let bytes = |action: Action| {
            // No stage: the end of the step, or a list that `validate` refuses.
            let Some(stage) = action.place().and_then(|(_, virtual_stage)| costs.stages.get(virtual_stage)) else { return 0 };
            let (all, weight) = (i128::from(stage.activation_bytes), i128::from(stage.weight_activation_bytes));
            match action {
                Action::Forward { .. } => all,
                Action::Backward { .. } => -all,
                Action::BackwardInput { .. } => weight - all,
                Action::BackwardWeight { .. } => -weight,
                _ => 0,
            }
        };
        let peak = |actions: &Vec<Action>| ActivationPeak {
            in_flight: usize::try_from(highest(actions, in_flight)).unwrap_or(usize::MAX),
            bytes: u64::try_from(highest(actions, bytes)).unwrap_or(u64::MAX),
        };
        Ok(self.ranks.iter().map(peak).collect())
    }

    /// The most micro-batches in flight on each virtual stage. A schedule from a file has to be [validated](Schedule::validate) before.
    pub fn peak_in_flight(&self) -> Vec<usize> {
        let peak = |virtual_stage: usize| {
            let here = |action: Action| if action.place().is_some_and(|(_, v)| v == virtual_stage) { in_flight(action) } else { 0 };
            self.ranks.get(virtual_stage % self.stages).map_or(0, |actions| highest(actions, here))
        };
        (0..self.virtual_stages()).map(|v| usize::try_from(peak(v)).unwrap_or(usize::MAX)).collect()
    }
}

/// What an action adds to the micro-batches in flight.
fn in_flight(action: Action) -> i128 {
    match action {
        Action::Forward { .. } => 1,
        Action::Backward { .. } | Action::BackwardWeight { .. } => -1,
        _ => 0,
    }
}

/// The highest sum at any point of the list, at least 0.
fn highest(actions: &[Action], change: impl Fn(Action) -> i128) -> i128 {
    let sums = actions.iter().scan(0, |sum, &action| {
        *sum += change(action);
        Some(*sum)
    });
    sums.max().unwrap_or(0).max(0)
}
