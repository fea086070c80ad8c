//! A rank program in miniature: threads execute the lists, with channels as transport and the list of stages passed as tensor.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::action::End;
use super::tests::all;
use super::*;

/// The virtual stages that a micro-batch has passed.
type Trace = Vec<usize>;

struct Rank {
    stages: usize,
    last: usize,
    /// To each rank.
    to: Vec<Sender<(Message, Trace)>>,
    from: Receiver<(Message, Trace)>,
    /// Messages that came before their receive.
    early: HashMap<Message, Trace>,
    /// Inputs of virtual stages and gradients of their outputs: by the message that brings them, on one rank, too.
    here: HashMap<Message, Trace>,
    /// Outputs on their way to another rank.
    out: HashMap<Message, Trace>,
    /// (micro-batch, virtual stage) of each weight gradient.
    weight_gradients: Vec<(usize, usize)>,
}

impl Rank {
    fn execute(mut self, actions: &[Action]) -> Vec<(usize, usize)> {
        for &action in actions {
            match (action, action.message()) {
                (_, Some((End::Send, message, peer))) => self.to[peer].send((message, self.out.remove(&message).unwrap())).unwrap(),
                (_, Some((End::Receive, message, _))) => self.receive(message),
                (Action::Forward { micro_batch, virtual_stage: v }, _) => {
                    let before = v.checked_sub(1).map(|from| Message { micro_batch, from, to: v });
                    let input = before.map_or(vec![], |message| self.here.remove(&message).unwrap());
                    assert_eq!(input, Vec::from_iter(0..v), "forward passes all stages before");
                    // What the last stage gives is the loss: its gradient starts the way back.
                    let to = if v == self.last { v } else { v + 1 };
                    self.give(Message { micro_batch, from: v, to }, [&input[..], &[v]].concat());
                }
                (Action::Backward { micro_batch, virtual_stage: v } | Action::BackwardInput { micro_batch, virtual_stage: v }, _) => {
                    let from = if v == self.last { v } else { v + 1 };
                    let mut gradient = self.here.remove(&Message { micro_batch, from, to: v }).unwrap();
                    assert_eq!(gradient.pop(), Some(v), "backward passes all stages behind");
                    if let Some(to) = v.checked_sub(1) {
                        self.give(Message { micro_batch, from: v, to }, gradient);
                    }
                    if matches!(action, Action::Backward { .. }) {
                        self.weight_gradients.push((micro_batch, v));
                    }
                }
                (Action::BackwardWeight { micro_batch, virtual_stage }, _) => self.weight_gradients.push((micro_batch, virtual_stage)),
                _ => {}
            }
        }
        assert!(self.here.is_empty() && self.out.is_empty() && self.early.is_empty(), "nothing is left over");
        self.weight_gradients
    }

    fn give(&mut self, message: Message, trace: Trace) {
        let local = message.from % self.stages == message.to % self.stages;
        if local { &mut self.here } else { &mut self.out }.insert(message, trace);
    }

    fn receive(&mut self, message: Message) {
        while !self.early.contains_key(&message) {
            let (other, trace) = self.from.recv().unwrap();
            self.early.insert(other, trace);
        }
        let trace = self.early.remove(&message).unwrap();
        self.here.insert(message, trace);
    }
}

fn execute(schedule: &Schedule) -> Vec<Vec<(usize, usize)>> {
    let (to, from): (Vec<_>, Vec<_>) = (0..schedule.stages).map(|_| channel()).unzip();
    let rank = |from| Rank {
        stages: schedule.stages,
        last: schedule.virtual_stages() - 1,
        to: to.clone(),
        from,
        early: HashMap::new(),
        here: HashMap::new(),
        out: HashMap::new(),
        weight_gradients: vec![],
    };
    let ranks: Vec<Rank> = from.into_iter().map(rank).collect();
    drop(to);
    thread::scope(|scope| {
        let threads: Vec<_> =
            ranks.into_iter().zip(&schedule.ranks).map(|(rank, actions)| scope.spawn(move || rank.execute(actions))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn threads_execute_every_schedule() {
    for schedule in all().iter().filter(|schedule| schedule.stages <= 5 && schedule.micro_batches <= 10) {
        for (rank, gradients) in execute(schedule).into_iter().enumerate() {
            assert_eq!(gradients.len(), schedule.micro_batches * schedule.chunks_per_stage);
            assert!(gradients.iter().all(|(_, virtual_stage)| virtual_stage % schedule.stages == rank));
        }
    }
}
