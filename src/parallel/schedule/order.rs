//! What the schedules have in common: forwards and backwards in turn, and messages wherever a neighbour is on another rank.

use super::Action;

/// The sizes of a pipeline, as a generator of a schedule needs them.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    /// Ranks of the pipeline.
    pub stages: usize,
    /// Virtual stages of a rank.
    pub chunks_per_stage: usize,
    /// Micro-batches of a step.
    pub micro_batches: usize,
}

/// Warm-up: `warm_up` forwards. Steady state: a forward and a backward in turn. Cool-down: the backwards that are left.
pub(super) fn one_forward_one_backward(
    warm_up: usize,
    forwards: impl IntoIterator<Item = Action>,
    backwards: impl IntoIterator<Item = Action>,
) -> Vec<Action> {
    let (mut forwards, mut backwards) = (forwards.into_iter(), backwards.into_iter());
    let mut actions: Vec<Action> = forwards.by_ref().take(warm_up).collect();
    for forward in forwards {
        actions.push(forward);
        actions.extend(backwards.next());
    }
    actions.extend(backwards);
    actions
}

/// Puts a receive before each computation that needs another rank's tensor and a send after each that gives one, and ends the step.
pub(super) fn with_messages(compute: Vec<Action>, sizes: Sizes) -> Vec<Action> {
    let Sizes { stages, chunks_per_stage, .. } = sizes;
    // With one stage, all neighbours are on this rank.
    let next = |v: usize| (stages > 1 && v + 1 < stages * chunks_per_stage).then(|| (v + 1) % stages);
    let previous = |v: usize| v.checked_sub(1).filter(|_| stages > 1).map(|v| v % stages);
    let mut actions = Vec::with_capacity(3 * compute.len() + 2);
    for action in compute {
        let (before, after) = match action {
            Action::Forward { micro_batch, virtual_stage } => (
                previous(virtual_stage).map(|peer| Action::RecvActivation { micro_batch, virtual_stage, peer }),
                next(virtual_stage).map(|peer| Action::SendActivation { micro_batch, virtual_stage, peer }),
            ),
            Action::Backward { micro_batch, virtual_stage } | Action::BackwardInput { micro_batch, virtual_stage } => (
                next(virtual_stage).map(|peer| Action::RecvGradient { micro_batch, virtual_stage, peer }),
                previous(virtual_stage).map(|peer| Action::SendGradient { micro_batch, virtual_stage, peer }),
            ),
            _ => (None, None),
        };
        actions.extend(before.into_iter().chain([action]).chain(after));
    }
    actions.extend([Action::ReduceGradients, Action::OptimizerStep]);
    actions
}
