//! Runs on several ranks natively: each rank is a thread, which does what its run orders.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use super::assets::Assets;
use super::base_model::SharedWeights;
use super::event::Event;
use super::experiment::Experiment;
use super::problem::Problem;
use super::problems::{self, internal};
use super::rank::{Answer, Program, RankProgram, Reply};
use super::run::Order;
use super::state::Bytes;
use crate::parallel::comm::Comm;
use crate::parallel::transport::block_on::block_on;
use crate::parallel::transport::thread::{Seat, Stop, world};
use crate::parallel::transport::{finish, flush};

/// Whoever keeps the ranks of an experiment.
pub struct Threads {
    files: Arc<Assets>,
    ranks: Vec<Worker>,
    stop: Option<Stop>,
}

type Told = (Program, Option<Vec<u8>>);
type Answered = Result<(Reply, Option<Vec<u8>>), Problem>;

/// A rank's thread.
struct Worker {
    tell: Sender<Told>,
    answers: Receiver<Answered>,
    thread: JoinHandle<()>,
}

impl Threads {
    /// No ranks yet; those to come read these files.
    pub fn new(files: Assets) -> Self {
        Self { files: Arc::new(files), ranks: Vec::new(), stop: None }
    }

    /// Runs an experiment to its end, and tells what happens.
    pub fn run(&mut self, experiment: &mut Experiment, mut tell: impl FnMut(&Event)) {
        while !experiment.finished() {
            let events = match experiment.order().cloned() {
                Some(order) => experiment.replied(self.obey(&order)),
                None => experiment.advance(),
            };
            events.iter().for_each(&mut tell);
            if experiment.stuck() {
                // A thread is lost where its program panicked, or memory ran out: it would do so again.
                experiment.cancel(None).iter().for_each(&mut tell);
            }
        }
        self.close();
    }

    /// Does what a run orders.
    ///
    /// # Errors
    /// The first of the ranks' that says more than that another is gone.
    pub fn obey(&mut self, order: &Order) -> Result<Vec<Answer>, Problem> {
        match &order.program {
            Program::Open { ranks, .. } => {
                self.open(*ranks);
                return Ok(vec![Answer::of(Reply::Opened { transport: "threads".into() })]);
            }
            Program::Close => {
                self.close();
                return Ok(vec![Answer::of(Reply::Done)]);
            }
            _ => {}
        }
        for (number, rank) in self.ranks.iter().enumerate() {
            let state = order.states.get(number).map(|state| state.0.read());
            // A thread that is gone is found below.
            let _ = rank.tell.send((order.program.clone(), state));
        }
        let gone = |_| Err(internal("a rank's thread ended"));
        let answers: Vec<Answered> = self.ranks.iter().map(|rank| rank.answers.recv().unwrap_or_else(gone)).collect();
        if answers.iter().any(Result::is_err) {
            self.stop();
            let mut problems: Vec<Problem> = answers.into_iter().filter_map(Result::err).collect();
            problems.sort_by_key(|problem| problem.code == super::problem::ProblemCode::RankLost);
            return Err(problems.remove(0));
        }
        Ok(answers.into_iter().flatten().map(|(reply, state)| Answer { reply, state: state.map(Bytes::from) }).collect())
    }

    fn open(&mut self, ranks: usize) {
        self.close();
        let (seats, stop) = world(ranks);
        self.ranks = seats.into_iter().map(|seat| Worker::start(seat, self.files.clone())).collect();
        self.stop = Some(stop);
    }

    /// Ends ranks that wait for others that are gone.
    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.stop();
        }
        self.close();
    }

    fn close(&mut self) {
        self.stop = None;
        for Worker { tell, thread, .. } in std::mem::take(&mut self.ranks) {
            drop(tell);
            // A panic has been told of on standard error.
            let _ = thread.join();
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Worker {
    fn start(seat: Seat, files: Arc<Assets>) -> Self {
        let ((tell, told), (answer, answers)) = (channel::<Told>(), channel());
        let thread = thread::spawn(move || obey_all(seat, &files, &told, &answer));
        Self { tell, answers, thread }
    }
}

/// A rank's life: it does what it is told, until nobody can tell it any more.
fn obey_all(seat: Seat, files: &Assets, told: &Receiver<Told>, answer: &Sender<Answered>) {
    let transport = Rc::new(seat.take());
    let mut rank = RankProgram::new(Comm::new(transport.clone()), Rc::new(files.clone()), SharedWeights::default());
    for (program, state) in told {
        let state = state.map(Bytes::from);
        let answered = block_on(&*transport, async {
            let answer = rank.run(&program, state.as_ref()).await?;
            flush(&*transport).await.map_err(|error| problems::lost(&error))?;
            Ok(answer)
        });
        let failed = answered.is_err();
        if answer.send(answered).is_err() || failed {
            return;
        }
    }
    // Whoever waits for this rank's last messages hears of them by their own.
    let _ = block_on(&*transport, finish(&*transport));
}
