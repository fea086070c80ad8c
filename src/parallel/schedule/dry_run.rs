//! The timeline that a schedule would have, by running its lists against a clock instead of a model.

use std::collections::HashMap;
use std::fmt;

use thiserror::Error;

use super::action::End;
use super::{Action, CostError, Costs, InvalidSchedule, Message, Schedule, Span, SpanKind, Timeline};

/// A rank that waits for a message which never comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The rank that waits.
    pub rank: usize,
    /// The receive it waits in.
    pub action: Action,
    /// The rank that should send.
    pub peer: usize,
}

/// Why a schedule has no timeline.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DryRunError {
    /// The costs are not those of the schedule.
    #[error(transparent)]
    Costs(#[from] CostError),
    /// A list holds something that its rank cannot do.
    #[error(transparent)]
    Invalid(#[from] InvalidSchedule),
    /// Ranks wait for each other in a circle, or for a message that nobody sends.
    #[error("deadlock: {}", Waits(waits))]
    Deadlock {
        /// All ranks that wait.
        waits: Vec<Wait>,
    },
}

struct Waits<'a>(&'a [Wait]);

impl fmt::Display for Waits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Wait { rank, action, .. }) in self.0.iter().enumerate() {
            write!(f, "{}rank {rank} waits in {action}", if index > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

/// One rank's clock.
#[derive(Clone, Default)]
struct Clock {
    now: f64,
    /// Index of the next action.
    next: usize,
    spans: Vec<Span>,
}

struct DryRun<'a> {
    schedule: &'a Schedule,
    costs: &'a Costs,
    clocks: Vec<Clock>,
    /// When each message was sent and arrives.
    sent: HashMap<Message, (f64, f64)>,
    /// When each rank had reduced its gradients.
    reduced: Vec<Option<f64>>,
}

impl Schedule {
    /// Runs the lists, each in order, against a clock: a computation takes what `costs` says, a send no time, and a receive ends when
    /// its message has come. No rank updates its weights before all have reduced their gradients.
    ///
    /// # Errors
    /// If the costs do not fit the schedule, a list holds something that its rank cannot do ([`Schedule::validate`] finds more), or
    /// ranks wait for ever.
    pub fn dry_run(&self, costs: &Costs) -> Result<Timeline, DryRunError> {
        costs.check(self)?;
        if self.ranks.len() != self.stages {
            return Err(InvalidSchedule::Lists { lists: self.ranks.len(), stages: self.stages }.into());
        }
        let mut run = DryRun {
            schedule: self,
            costs,
            clocks: vec![Clock::default(); self.stages],
            sent: HashMap::new(),
            reduced: vec![None; self.stages],
        };
        // A rank that waits goes on in a later round, after the one that sends to it.
        while (0..self.stages).try_fold(false, |moved, rank| Ok::<_, InvalidSchedule>(run.advance(rank)? || moved))? {}
        let waits = run.waits();
        if !waits.is_empty() {
            return Err(DryRunError::Deadlock { waits });
        }
        run.finish()
    }
}

impl DryRun<'_> {
    /// Runs a rank until it has to wait for a message that is not sent yet; whether it did anything.
    fn advance(&mut self, rank: usize) -> Result<bool, InvalidSchedule> {
        let schedule = self.schedule;
        let first = self.clocks[rank].next;
        for &action in &schedule.ranks[rank][first..] {
            schedule.check_place(rank, action)?;
            match action.message() {
                Some((End::Receive, message, _)) => match self.sent.get(&message) {
                    Some(&(sent, arrives)) => self.receive(rank, action, sent, arrives),
                    None => break,
                },
                Some((End::Send, message, _)) => {
                    let now = self.clocks[rank].now;
                    // A gradient is as large as the output that it belongs to.
                    let bytes = self.costs.stages[message.from.min(message.to)].output_bytes;
                    self.sent.insert(message, (now, now + self.costs.link.seconds(bytes)));
                }
                None if action == Action::ReduceGradients => {
                    if !self.reduce(rank) {
                        break;
                    }
                }
                None => {
                    let computed = self.clocks[rank].now + self.seconds(rank, action);
                    self.spend(rank, Some(action), computed, SpanKind::Compute);
                    self.spend(rank, Some(action), computed + self.exchanged(action), SpanKind::Transfer);
                }
            }
            self.clocks[rank].next += 1;
        }
        Ok(self.clocks[rank].next > first)
    }

    /// Receives a message: waits until it is sent; then it is transfer.
    fn receive(&mut self, rank: usize, action: Action, sent: f64, arrives: f64) {
        self.spend(rank, Some(action), sent.min(arrives), SpanKind::Wait);
        self.spend(rank, Some(action), arrives, SpanKind::Transfer);
    }

    /// Reduces gradients, and waits for the last rank to have done so: the norm of the gradient is a sum over all. Whether all have.
    fn reduce(&mut self, rank: usize) -> bool {
        let action = Some(Action::ReduceGradients);
        if self.reduced[rank].is_none() {
            let end = self.clocks[rank].now + self.costs.reduce_gradients;
            self.spend(rank, action, end, SpanKind::Transfer);
            self.reduced[rank] = Some(end);
        }
        let missing = |other: usize| self.reduced[other].is_none() && self.clocks[other].next < self.schedule.ranks[other].len();
        if (0..self.clocks.len()).any(missing) {
            return false;
        }
        let last = self.reduced.iter().flatten().fold(0.0, |last: f64, &end| last.max(end));
        self.spend(rank, action, last, SpanKind::Wait);
        true
    }

    /// Seconds of what tensor ranks exchange in a computation.
    fn exchanged(&self, action: Action) -> f64 {
        let stage = |virtual_stage: usize| self.costs.stages[virtual_stage];
        match action {
            Action::Forward { virtual_stage, .. } => stage(virtual_stage).forward_transfer,
            Action::Backward { virtual_stage, .. } | Action::BackwardInput { virtual_stage, .. } => stage(virtual_stage).backward_transfer,
            _ => 0.0,
        }
    }

    /// Moves a rank's clock on to `end`, if that is later.
    fn spend(&mut self, rank: usize, action: Option<Action>, end: f64, kind: SpanKind) {
        let Clock { now, spans, .. } = &mut self.clocks[rank];
        if end > *now || kind == SpanKind::Compute {
            spans.push(Span { rank, action, start: *now, end, kind });
            *now = end;
        }
    }

    /// What a computation takes on this rank.
    fn seconds(&self, rank: usize, action: Action) -> f64 {
        let stage = |virtual_stage: usize| self.costs.stages[virtual_stage];
        let at_speed_1 = match action {
            Action::Forward { virtual_stage, .. } => stage(virtual_stage).forward,
            Action::Backward { virtual_stage, .. } => stage(virtual_stage).backward_input + stage(virtual_stage).backward_weight,
            Action::BackwardInput { virtual_stage, .. } => stage(virtual_stage).backward_input,
            Action::BackwardWeight { virtual_stage, .. } => stage(virtual_stage).backward_weight,
            Action::OptimizerStep => self.costs.optimizer_step,
            // The network's speed is not the rank's.
            _ => 0.0,
        };
        at_speed_1 / self.costs.speeds[rank]
    }

    /// The ranks that are not at the end of their lists.
    fn waits(&self) -> Vec<Wait> {
        let waiting = self.clocks.iter().enumerate().filter_map(|(rank, clock)| {
            let &action = self.schedule.ranks[rank].get(clock.next)?;
            let (_, _, peer) = action.message()?;
            Some(Wait { rank, action, peer })
        });
        waiting.collect()
    }

    /// All ranks end together: those that are done wait.
    fn finish(mut self) -> Result<Timeline, DryRunError> {
        let end = self.clocks.iter().fold(0.0, |latest: f64, clock| latest.max(clock.now));
        if !(end * self.clocks.len() as f64).is_finite() {
            return Err(CostError::TooLong.into());
        }
        for rank in 0..self.clocks.len() {
            self.spend(rank, None, end, SpanKind::Wait);
        }
        Ok(Timeline::new(self.clocks.into_iter().map(|clock| clock.spans).collect()))
    }
}
