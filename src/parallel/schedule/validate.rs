//! Whether a schedule is a training step: everything once, after what it needs, and every message with two ends.

use std::collections::HashSet;

use thiserror::Error;

use super::action::End;
use super::order::Sizes;
use super::{Action, Message, Schedule, ScheduleError};

/// What is wrong with a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidSchedule {
    /// The sizes make no schedule.
    #[error(transparent)]
    Sizes(#[from] ScheduleError),
    /// Not one list of actions for each stage.
    #[error("the schedule has {lists} lists of actions for stages = {stages}")]
    Lists {
        /// Lists.
        lists: usize,
        /// Ranks of the pipeline.
        stages: usize,
    },
    /// No such micro-batch, a virtual stage of another rank, or a message to a rank that does not hold the neighbour.
    #[error("rank {rank} cannot do {action}")]
    Misplaced {
        /// The rank whose list holds the action.
        rank: usize,
        /// The action.
        action: Action,
    },
    /// The same again, a whole backward as well as a split one, or anything after the end of the step.
    #[error("rank {rank} has {action} once too often")]
    Repeated {
        /// The rank whose list holds the action.
        rank: usize,
        /// The action.
        action: Action,
    },
    /// An action before another one whose result it needs.
    #[error("rank {rank} has {action} before {needs}")]
    TooEarly {
        /// The rank whose list holds the action.
        rank: usize,
        /// The action.
        action: Action,
        /// What has to come before.
        needs: Action,
    },
    /// Something that belongs to the step and never comes.
    #[error("rank {rank} lacks {action}")]
    Missing {
        /// The rank whose list lacks the action.
        rank: usize,
        /// The action.
        action: Action,
    },
    /// A message that is never sent, or never received.
    #[error("rank {rank} has {action}, but the other end is missing")]
    Unmatched {
        /// The rank whose list holds the action.
        rank: usize,
        /// The end that is there.
        action: Action,
    },
}

impl Schedule {
    /// Checks that the lists are a training step: every micro-batch passes every virtual stage forward and backward once, each action
    /// comes after those of its rank that it needs, every message is sent and received once, and the step ends with the reduction
    /// and the optimizer step.
    ///
    /// That the ranks do not wait for each other in a circle is shown by [`Schedule::dry_run`].
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), InvalidSchedule> {
        let Self { kind, stages, chunks_per_stage, micro_batches, ref ranks } = *self;
        super::check(kind, Sizes { stages, chunks_per_stage, micro_batches })?;
        if ranks.len() != stages {
            return Err(InvalidSchedule::Lists { lists: ranks.len(), stages });
        }
        for rank in 0..stages {
            self.validate_rank(rank)?;
        }
        self.validate_messages()
    }

    /// The rank that holds a virtual stage.
    fn host(&self, virtual_stage: usize) -> Option<usize> {
        (virtual_stage < self.virtual_stages()).then(|| virtual_stage % self.stages)
    }

    /// Checks one rank's list by itself.
    fn validate_rank(&self, rank: usize) -> Result<(), InvalidSchedule> {
        let mut done = HashSet::new();
        for &action in &self.ranks[rank] {
            self.check_place(rank, action)?;
            if done.contains(&Action::OptimizerStep) || excludes(action).into_iter().any(|other| done.contains(&other)) {
                return Err(InvalidSchedule::Repeated { rank, action });
            }
            // Each entry of `needs` is a list of actions any of which will do; the first is named in the error.
            let lacking = self.needs(rank, action).into_iter().find(|any| !any.iter().any(|other| done.contains(other)));
            if let Some(any) = lacking {
                return Err(InvalidSchedule::TooEarly { rank, action, needs: any[0] });
            }
            done.insert(action);
        }
        match done.contains(&Action::OptimizerStep) {
            true => Ok(()),
            false => Err(InvalidSchedule::Missing { rank, action: Action::OptimizerStep }),
        }
    }

    /// Checks that `rank` can do the action at all: the schedule has the micro-batch, the rank its virtual stage, and the peer the
    /// neighbour.
    pub(super) fn check_place(&self, rank: usize, action: Action) -> Result<(), InvalidSchedule> {
        let placed = action.place().is_none_or(|(micro_batch, virtual_stage)| {
            micro_batch < self.micro_batches && self.host(virtual_stage) == Some(rank) && self.check_peer(rank, action)
        });
        if placed { Ok(()) } else { Err(InvalidSchedule::Misplaced { rank, action }) }
    }

    fn check_peer(&self, rank: usize, action: Action) -> bool {
        match (action, action.message()) {
            (_, Some((end, Message { from, to, .. }, peer))) => {
                let neighbour = if end == End::Send { to } else { from };
                peer != rank && self.host(neighbour) == Some(peer)
            }
            // A message from before the first virtual stage.
            (
                Action::SendActivation { .. } | Action::RecvActivation { .. } | Action::SendGradient { .. } | Action::RecvGradient { .. },
                None,
            ) => false,
            _ => true,
        }
    }

    /// What has to be done on the same rank before `action`: one of each list.
    fn needs(&self, rank: usize, action: Action) -> Vec<Vec<Action>> {
        match action {
            Action::Forward { micro_batch, virtual_stage } => match virtual_stage.checked_sub(1) {
                None => vec![],
                Some(before) if before % self.stages == rank => vec![vec![Action::Forward { micro_batch, virtual_stage: before }]],
                Some(before) => vec![vec![Action::RecvActivation { micro_batch, virtual_stage, peer: before % self.stages }]],
            },
            Action::Backward { micro_batch, virtual_stage } | Action::BackwardInput { micro_batch, virtual_stage } => {
                let forward = vec![Action::Forward { micro_batch, virtual_stage }];
                let gradient = match self.host(virtual_stage + 1) {
                    None => return vec![forward],
                    Some(peer) if peer == rank => input_gradient(micro_batch, virtual_stage + 1),
                    Some(peer) => vec![Action::RecvGradient { micro_batch, virtual_stage, peer }],
                };
                vec![forward, gradient]
            }
            Action::BackwardWeight { micro_batch, virtual_stage } => vec![vec![Action::BackwardInput { micro_batch, virtual_stage }]],
            Action::SendActivation { micro_batch, virtual_stage, .. } => vec![vec![Action::Forward { micro_batch, virtual_stage }]],
            Action::SendGradient { micro_batch, virtual_stage, .. } => vec![input_gradient(micro_batch, virtual_stage)],
            Action::RecvActivation { .. } | Action::RecvGradient { .. } => vec![],
            Action::ReduceGradients => self.weight_gradients(rank),
            Action::OptimizerStep => vec![vec![Action::ReduceGradients]],
        }
    }

    /// The weight gradients of a step on a rank.
    fn weight_gradients(&self, rank: usize) -> Vec<Vec<Action>> {
        let stages = (0..self.chunks_per_stage).map(|chunk| chunk * self.stages + rank);
        let gradient = |virtual_stage, micro_batch| {
            vec![Action::Backward { micro_batch, virtual_stage }, Action::BackwardWeight { micro_batch, virtual_stage }]
        };
        stages.flat_map(|stage| (0..self.micro_batches).map(move |micro_batch| gradient(stage, micro_batch))).collect()
    }

    /// Checks that both ends of every message are there; each end is there at most once, since the lists have been checked.
    fn validate_messages(&self) -> Result<(), InvalidSchedule> {
        let all = || self.ranks.iter().enumerate().flat_map(|(rank, actions)| actions.iter().map(move |&action| (rank, action)));
        let messages = |wanted| all().filter_map(|(_, action)| action.message()).filter(move |m| m.0 == wanted).map(|m| m.1);
        let (sent, received): (HashSet<_>, HashSet<_>) = (messages(End::Send).collect(), messages(End::Receive).collect());
        for (rank, action) in all() {
            if let Some((_, message, _)) = action.message()
                && !(sent.contains(&message) && received.contains(&message))
            {
                return Err(InvalidSchedule::Unmatched { rank, action });
            }
        }
        Ok(())
    }
}

/// The actions after which a virtual stage has the gradient of its input.
fn input_gradient(micro_batch: usize, virtual_stage: usize) -> Vec<Action> {
    vec![Action::Backward { micro_batch, virtual_stage }, Action::BackwardInput { micro_batch, virtual_stage }]
}

/// The actions after which `action` is one too many.
fn excludes(action: Action) -> Vec<Action> {
    match action {
        Action::Backward { micro_batch, virtual_stage } | Action::BackwardInput { micro_batch, virtual_stage } => {
            input_gradient(micro_batch, virtual_stage)
        }
        _ => vec![action],
    }
}
