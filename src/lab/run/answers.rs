//! What the ranks of a run answered, taken in.

use std::rc::Rc;

use web_time::Instant;

use super::difference::difference;
use super::work::STEP_COST;
use super::{Progress, Run};
use crate::lab::event::Event;
use crate::lab::parallel::phase::bubble;
use crate::lab::parallel::planned::planned;
use crate::lab::parallel::predict::predict;
use crate::lab::parallel::report::{ParallelReport, Pilot, RankStep};
use crate::lab::parallel::shares;
use crate::lab::parallel::waiting::tell_waiting_apart;
use crate::lab::problem::Problem;
use crate::lab::problems;
use crate::lab::rank::{Answer, HeldOut, Program, Reply};
use crate::lab::result::{ForkReport, RunStatus, Sample, SampleStage};
use crate::lab::state::{Bytes, State};

/// Tokens of a sample between two events.
const SAMPLE_CHUNK: usize = 4;
/// Steps between two reports of the memory of one rank.
const MEMORY_EVERY: u32 = 10;

impl Run {
    /// Takes in what all ranks answered to a program that began at `start`; `by_hand`: each of their actions waited for somebody.
    pub(super) fn answered(
        &mut self,
        (program, by_hand): (&Program, bool),
        answers: Vec<Answer>,
        start: Instant,
        events: &mut Vec<Event>,
    ) -> Result<(), Problem> {
        if self.search.is_some() && !matches!(program, Program::Open { .. } | Program::Pilot { .. } | Program::Close) {
            self.work.done += self.search_answered(program, answers, start, events)?;
            self.work.seconds += start.elapsed().as_secs_f64();
            return Ok(());
        }
        let (replies, states): (Vec<Reply>, Vec<Option<Bytes>>) = answers.into_iter().map(|answer| (answer.reply, answer.state)).unzip();
        let work = match program {
            Program::Open { .. } => self.opened(replies)?,
            Program::Pilot { .. } => self.measured(replies, events)?,
            Program::Prepare { .. } => self.prepared(replies, events)?,
            Program::Restore { step } => {
                (self.progress.restore, self.progress.step) = (None, *step);
                0.0
            }
            Program::Train => self.trained(replies, by_hand, events)?,
            Program::Evaluate { count, .. } => self.evaluated(*count, &replies, events)?,
            Program::Logits { .. } => self.read(replies, events)?,
            Program::Snapshot => self.state_is_here(states, events)?,
            Program::Close => {
                if self.progress.transport.is_some() {
                    self.finish(events);
                }
                0.0
            }
        };
        // How long somebody looked at a step says nothing of those to come.
        if !by_hand {
            self.work.done += work;
            self.work.seconds += start.elapsed().as_secs_f64();
        }
        Ok(())
    }

    /// Every step is done.
    pub(super) fn finish(&mut self, events: &mut Vec<Event>) {
        self.report_memory(events);
        self.end(RunStatus::Finished, None);
        events.push(Event::Finished { run: self.index });
    }

    fn opened(&mut self, replies: Vec<Reply>) -> Result<f64, Problem> {
        let Some(Reply::Opened { transport }) = replies.into_iter().next() else { return Err(unexpected("open")) };
        self.progress.transport = Some(transport);
        Ok(0.0)
    }

    fn measured(&mut self, replies: Vec<Reply>, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let pilots = replies.into_iter().map(|reply| match reply {
            Reply::Pilot { pilot } => Ok(pilot),
            _ => Err(unexpected("pilot")),
        });
        let pilots = pilots.collect::<Result<Vec<Pilot>, Problem>>()?;
        let (assets, cores, max_ranks) = (&self.surroundings.assets, self.surroundings.cores, self.surroundings.max_ranks);
        let prediction = predict(self.spec(), assets, &pilots, cores)?;
        // Ranks that go on from a state have their layers divided as they were.
        let stages = self.progress.stages.get_or_insert_with(|| prediction.stages.clone()).clone();
        let planned = planned(self.spec(), assets, max_ranks, Some(&stages))?;
        events.push(Event::Planned { run: self.index, planned: Box::new(planned.clone()) });
        events.push(Event::Predicted {
            run: self.index,
            transport: self.progress.transport.clone().unwrap_or_default(),
            pilots: pilots.clone(),
            prediction: Box::new(prediction.clone()),
        });
        (self.progress.planned, self.progress.pilots, self.progress.prediction) = (Some(planned), pilots, Some(prediction));
        Ok(0.0)
    }

    fn prepared(&mut self, replies: Vec<Reply>, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let Some(Reply::Prepared { parameters, trainable_parameters, validation_tokens, base_tokens, unknown_share, .. }) = replies.first()
        else {
            return Err(unexpected("prepare"));
        };
        // A rank of several has a part.
        let (total, trainable) = match &self.progress.planned {
            Some(planned) => (planned.parameters, planned.trainable_parameters),
            None => (*parameters, *trainable_parameters),
        };
        let context = self.legs[self.leg].spec.data.context as usize;
        self.progress.validation_windows = validation_tokens.saturating_sub(1) / context;
        self.progress.base_windows = base_tokens.saturating_sub(1) / context;
        let own = self.leg + 1 == self.legs.len();
        if own {
            if let Some(rank) = &mut self.here {
                rank.release_files();
                self.surroundings.assets = Rc::default();
            }
            self.outcome.parameters(total, trainable);
            self.outcome.unknown(*unknown_share);
            let (run, steps) = (self.index, self.spec().training.steps);
            events.push(Event::Started { run, steps, trainable_parameters: trainable, total_parameters: total });
            let found = self.outcome.found().into_iter();
            events.extend(found.map(|(name, figure)| Event::Figure { run, name: name.to_owned(), figure }));
            let memories: Vec<_> =
                replies.iter().filter_map(|reply| if let Reply::Prepared { memory, .. } = reply { Some(memory) } else { None }).collect();
            self.outcome.memory(&memories);
            self.report_memory(events);
        }
        (self.progress.prepared, self.progress.step) = (Some(self.leg), 0);
        Ok(0.0)
    }

    fn trained(&mut self, replies: Vec<Reply>, by_hand: bool, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let (ranks, seconds) = steps(replies.into_iter(), self.is_spread())?;
        let first = &ranks[0];
        let (step, loss, gradient_norm, learning_rate) = (first.step, first.loss, first.gradient_norm, first.learning_rate);
        self.progress.step = step;
        if !loss.is_finite() {
            return Err(self.diverged(problems::diverged(step, loss)));
        }
        if !gradient_norm.is_finite() {
            return Err(self.diverged(problems::diverged_gradient(step, gradient_norm)));
        }
        let leg = &self.legs[self.leg];
        let tokens = f64::from(leg.spec.training.batch_size) * f64::from(leg.spec.data.context);
        if self.leg + 1 == self.legs.len() {
            for (series, value) in [("loss", loss), ("gradient_norm", gradient_norm), ("learning_rate", learning_rate)] {
                self.metric(series, step, value, events);
            }
            if !by_hand {
                self.metric("step_milliseconds", step, seconds * 1e3, events);
            }
            self.report_step(ranks, if by_hand { None } else { Some(seconds) }, events);
        }
        Ok(STEP_COST * tokens)
    }

    /// Tells of a step of the run's own; `seconds`: what it took, unless it was done by hand.
    fn report_step(&mut self, ranks: Vec<RankStep>, seconds: Option<f64>, events: &mut Vec<Event>) {
        let step = self.progress.step;
        self.outcome.memory(&ranks.iter().map(|rank| &rank.memory).collect::<Vec<_>>());
        if let (Some(planned), true) = (&self.progress.planned, self.is_spread()) {
            if seconds.is_some() {
                let (bubble, transfer, stages) = (bubble_of(planned, &ranks), shares::transfer(&ranks), shares::stages(planned, &ranks));
                self.metric("bubble_fraction", step, bubble, events);
                self.metric("transfer_fraction", step, transfer, events);
                for (stage, share) in stages.into_iter().enumerate() {
                    self.metric(&format!("stage_{stage}_compute_fraction"), step, share, events);
                }
            }
            events.push(Event::Ranks { run: self.index, ranks: ranks.clone() });
            self.outcome.reports_mut().parallel = self.report(ranks);
        }
        events.push(Event::Progress {
            run: self.index,
            step,
            steps: self.spec().training.steps,
            elapsed_seconds: self.outcome.seconds(self.work.seconds + seconds.unwrap_or(0.0)),
            remaining_seconds: 0.0,
            step_milliseconds: seconds.unwrap_or(0.0) * 1e3,
            tokens_per_second: self.outcome.tokens_per_second(),
        });
        if step == 1 || step.is_multiple_of(MEMORY_EVERY) || self.is_spread() {
            self.report_memory(events);
        }
    }

    fn report(&self, last: Vec<RankStep>) -> Option<ParallelReport> {
        let Progress { planned, transport, pilots, prediction, .. } = &self.progress;
        Some(ParallelReport {
            planned: planned.clone()?,
            transport: transport.clone()?,
            pilots: pilots.clone(),
            prediction: prediction.clone()?,
            last,
        })
    }

    fn evaluated(&mut self, count: usize, replies: &[Reply], events: &mut Vec<Event>) -> Result<f64, Problem> {
        let Some(Reply::Evaluated { nll, .. }) = replies.first() else { return Err(unexpected("evaluate")) };
        let evaluation = self.progress.evaluation.as_mut().ok_or_else(|| unexpected("evaluate"))?;
        let series = match evaluation.text {
            HeldOut::Validation => "validation_loss",
            HeldOut::Base => "base_text_loss",
        };
        if let Some(nll) = evaluation.take(count, *nll) {
            self.progress.evaluation = None;
            let step = self.progress.step;
            if !nll.is_finite() {
                return Err(match step {
                    0 => problems::broken_model(&self.spec().model.base, nll),
                    _ => self.diverged(problems::diverged(step, nll)),
                });
            }
            self.metric(series, step, nll, events);
            self.take_memory(replies, events);
        }
        Ok((count * self.spec().data.context as usize) as f64)
    }

    /// Says of what is no longer finite whose learning rate it was.
    fn diverged(&self, problem: Problem) -> Problem {
        let training = &self.spec().training;
        if training.search.is_on() { problems::after_search(problem, training.learning_rate) } else { problem }
    }

    /// Draws the next token of a sample.
    fn read(&mut self, replies: Vec<Reply>, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let found = replies.iter().find_map(|reply| match reply {
            Reply::Logits { logits, .. } if !logits.is_empty() => Some(logits),
            _ => None,
        });
        let logits = found.ok_or_else(|| unexpected("logits"))?;
        let (Some(sampler), Some(text)) = (&mut self.progress.sampler, &self.progress.text) else { return Err(unexpected("logits")) };
        let before = sampler.work_left(text.window);
        let token = sampler.push(logits);
        let ended = text.ends.contains(&token) || sampler.is_full();
        let work = before - sampler.work_left(text.window);
        let (step, steps) = (self.progress.step, self.spec().training.steps);
        let stage = match step {
            0 => SampleStage::Before,
            step if step == steps => SampleStage::After,
            _ => SampleStage::During,
        };
        self.wrote(stage, ended, events);
        if ended {
            self.take_memory(&replies, events);
        }
        Ok(work)
    }

    /// Tells of a sample as far as it is written.
    pub(super) fn wrote(&mut self, stage: SampleStage, ended: bool, events: &mut Vec<Event>) {
        let (Some(sampler), Some(text)) = (&self.progress.sampler, &self.progress.text) else { return };
        let ids = sampler.continuation();
        if !ended && !ids.len().is_multiple_of(SAMPLE_CHUNK) {
            return;
        }
        let written = ids.split_last().filter(|(last, _)| text.ends.contains(last)).map_or(ids, |(_, written)| written);
        let (step, prompt, text) = (self.progress.step, self.spec().evaluation.prompt.clone(), text.tokenizer.decode(written));
        events.push(Event::Sample { run: self.index, stage, step, prompt: prompt.clone(), text: text.clone(), done: ended });
        if ended {
            self.outcome.sample(Sample { stage, step, prompt, text });
            self.progress.sampler = None;
        }
    }

    /// The ranks have said what they hold.
    fn state_is_here(&mut self, states: Vec<Option<Bytes>>, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let ranks = states.into_iter().collect::<Option<Vec<Bytes>>>().ok_or_else(|| unexpected("snapshot"))?;
        let state = State { step: self.progress.step, stages: self.progress.stages.clone(), ranks };
        if self.leg + 1 < self.legs.len() {
            match self.progress.junction {
                None => self.progress.junction = Some(state),
                Some(_) => self.progress.other = Some(state),
            }
            return Ok(0.0);
        }
        if self.compares(state.step) {
            let other = self.progress.other.take().expect("there is one to compare with");
            let [.., leg, _] = &self.legs[..] else { return Err(unexpected("snapshot")) };
            let report = ForkReport { run: leg.name.clone(), step: leg.until, differs: difference(&state, &other)? };
            self.outcome.reports_mut().fork = Some(report.clone());
            events.push(Event::Forked { run: self.index, report });
        }
        self.wanted = false;
        if self.is_spread() {
            self.last = Some(state.clone());
        } else {
            self.last = Some(State { ranks: Vec::new(), ..state.clone() });
        }
        if self.keep.contains(&state.step) || self.keeps_all {
            self.kept.push(state);
        }
        Ok(0.0)
    }

    fn metric(&mut self, series: &str, step: u32, value: f64, events: &mut Vec<Event>) {
        self.outcome.metric(series, step, value);
        events.push(Event::Metric { run: self.index, series: series.to_owned(), step, value });
    }

    /// Writes down and tells what the ranks held by the end of an evaluation or a sample.
    fn take_memory(&mut self, replies: &[Reply], events: &mut Vec<Event>) {
        let memories = replies.iter().filter_map(|reply| match reply {
            Reply::Evaluated { memory, .. } | Reply::Logits { memory, .. } => Some(memory),
            _ => None,
        });
        self.outcome.memory(&memories.collect::<Vec<_>>());
        self.report_memory(events);
    }

    fn report_memory(&self, events: &mut Vec<Event>) {
        events.push(Event::Memory { run: self.index, memory: self.outcome.memory_now() });
    }
}

/// What all ranks measured in a step, at least one of them, and how many seconds it took.
pub(super) fn steps(replies: impl Iterator<Item = Reply>, is_spread: bool) -> Result<(Vec<RankStep>, f64), Problem> {
    let steps = replies.map(|reply| match reply {
        Reply::Trained { step, exchanges } => Ok((*step, exchanges)),
        _ => Err(unexpected("train")),
    });
    let (mut ranks, exchanges): (Vec<RankStep>, Vec<_>) = steps.collect::<Result<Vec<_>, Problem>>()?.into_iter().unzip();
    tell_waiting_apart(&mut ranks, &exchanges);
    let alone = ranks.first().ok_or_else(|| unexpected("train"))?.seconds;
    let seconds = if is_spread { shares::makespan(&ranks) } else { alone };
    Ok((ranks, seconds))
}

/// The bubble of each replica's pipeline, the mean over them.
fn bubble_of(planned: &crate::lab::parallel::report::Planned, ranks: &[RankStep]) -> f64 {
    let replicas = 1 + planned.ranks.iter().map(|rank| rank.data).max().unwrap_or(0);
    let of = |replica: usize| {
        let own = ranks.iter().filter(|step| planned.ranks.get(step.rank).is_some_and(|rank| rank.data == replica));
        bubble(&own.filter_map(|step| step.phase).collect::<Vec<_>>())
    };
    (0..replicas).map(of).sum::<f64>() / replicas as f64
}

fn unexpected(program: &str) -> Problem {
    problems::internal(&format!("ranks answered something else to {program}"))
}
