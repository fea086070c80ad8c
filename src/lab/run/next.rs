//! What the ranks of a run do next.

use super::evaluation::Evaluation;
use super::{Order, Progress, Run};
use crate::data::{Tokenizer, ngram};
use crate::lab::base_model::reading;
use crate::lab::event::{Event, RunPhase};
use crate::lab::parallel::planned::planned;
use crate::lab::problem::Problem;
use crate::lab::rank::{HeldOut, Program};
use crate::lab::result::{Metric, MetricKind, SampleStage};
use crate::lab::sample::{Sampler, SamplingConfig};
use crate::lab::spec::NEW_MODEL;
use crate::lab::{problems, text, unknown};

/// What the run itself knows of text.
pub(super) struct Text {
    pub tokenizer: Tokenizer,
    /// Tokens that end a text.
    pub ends: Vec<i32>,
    /// What a sample continues: a text begins where a document does, so the separator, then the prompt.
    pub prompt: Vec<i32>,
    /// Tokens that the model reads at most.
    pub window: usize,
}

impl Run {
    /// What comes next; nothing, where the run has just done something by itself, or has ended.
    pub(super) fn next(&mut self, events: &mut Vec<Event>) -> Result<Option<Order>, Problem> {
        if self.progress.text.is_none() {
            self.phase(RunPhase::Opening, events);
            self.open_text(events)?;
            return Ok(None);
        }
        if self.is_spread()
            && let Some(order) = self.spread(events)?
        {
            return Ok(Some(order));
        }
        if self.search.is_some() {
            return self.search_next(events);
        }
        let recomputing = self.leg + 1 < self.legs.len();
        if self.progress.prepared != Some(self.leg) {
            self.phase(if recomputing { RunPhase::Recomputing } else { RunPhase::Preparing }, events);
            let run = Box::new(self.legs[self.leg].spec.clone());
            return Ok(Some(self.ordered(Program::Prepare { run, stages: self.progress.stages.clone() })));
        }
        if let Some(state) = &self.progress.restore {
            let (ranks, kept) = (self.legs[self.leg].spec.ranks(), state.ranks.len());
            if kept != ranks {
                return Err(problems::saved_state(&format!("the state has {kept} ranks, not {ranks}")));
            }
            let (program, states) = (Program::Restore { step: state.step }, state.ranks.clone());
            return Ok(Some(Order { states, ..self.ordered(program) }));
        }
        if recomputing { Ok(self.towards_junction()) } else { self.own(events) }
    }

    /// Opens the ranks and has them measured, where they are with somebody else.
    fn spread(&mut self, events: &mut Vec<Event>) -> Result<Option<Order>, Problem> {
        if self.progress.planned.is_none() {
            let planned = planned(self.spec(), &self.surroundings.assets, self.surroundings.max_ranks, self.progress.stages.as_ref())?;
            events.push(Event::Planned { run: self.index, planned: Box::new(planned.clone()) });
            self.progress.planned = Some(planned);
        }
        let ranks = self.spec().ranks();
        match &self.progress.transport {
            // Whether somebody lets every action go decides what messages go through, as soon as the run's own ranks have what they held.
            Some(transport) if self.steps_by_hand() && transport == "shared" => {
                if self.last.as_ref().is_none_or(|last| last.step != self.progress.step) {
                    return Ok(Some(self.ordered(Program::Snapshot)));
                }
                self.progress.restore.clone_from(&self.last);
                self.reopen();
                Ok(Some(self.ordered(Program::Close)))
            }
            None => {
                self.phase(RunPhase::Opening, events);
                Ok(Some(self.ordered(Program::Open { ranks, transport: self.transport() })))
            }
            // What a division of the layers was measured for need not be measured again.
            Some(_) if self.progress.pilots.is_empty() => {
                self.phase(RunPhase::Measuring, events);
                let run = Box::new(self.spec().clone());
                Ok(Some(self.ordered(Program::Pilot { run })))
            }
            Some(_) => Ok(None),
        }
    }

    /// On the way to where the next leg begins; once there, that is kept, and one step further is looked at for comparison.
    fn towards_junction(&mut self) -> Option<Order> {
        let (leg, Progress { step, .. }) = (&self.legs[self.leg], &self.progress);
        let last = self.leg + 2 == self.legs.len();
        let goes_on = last && leg.spec.training.steps > leg.until;
        if *step < leg.until {
            return Some(self.ordered(Program::Train));
        }
        match (&self.progress.junction, &self.progress.other) {
            (None, _) => Some(self.ordered(Program::Snapshot)),
            (Some(_), None) if goes_on && *step == leg.until => Some(self.ordered(Program::Train)),
            (Some(_), None) if goes_on => Some(self.ordered(Program::Snapshot)),
            _ => {
                self.leg += 1;
                self.progress.restore = self.progress.junction.take();
                None
            }
        }
    }

    /// In the run's own leg.
    fn own(&mut self, events: &mut Vec<Event>) -> Result<Option<Order>, Problem> {
        let (step, steps) = (self.progress.step, self.spec().training.steps);
        if let Some(evaluation) = self.progress.evaluation.or_else(|| self.evaluation_due(step, steps)) {
            self.phase(RunPhase::Evaluating, events);
            self.progress.evaluation = Some(evaluation);
            return Ok(Some(self.ordered(evaluation.program(self.is_spread()))));
        }
        if let Some(stage) = self.sample_due(step, steps) {
            self.phase(RunPhase::Sampling, events);
            return Ok(self.sample(stage, events));
        }
        if self.state_is_due(step) {
            return Ok(Some(self.ordered(Program::Snapshot)));
        }
        if step < steps {
            self.phase(RunPhase::Training, events);
            return Ok(Some(self.ordered(Program::Train)));
        }
        if self.is_spread() {
            return Ok(Some(self.ordered(Program::Close)));
        }
        self.finish(events);
        Ok(None)
    }

    fn evaluation_due(&self, step: u32, steps: u32) -> Option<Evaluation> {
        let Progress { validation_windows, base_windows, .. } = self.progress;
        let due = step == 0 || step == steps || step.is_multiple_of(self.spec().evaluation.every);
        if due && !self.outcome.has_point("validation_loss", step) {
            return Some(Evaluation::new(self.spec(), HeldOut::Validation, validation_windows));
        }
        let at_an_end = step == self.first_step() || step == steps;
        let base_due = base_windows > 0 && at_an_end && !self.outcome.has_point("base_text_loss", step);
        base_due.then(|| Evaluation::new(self.spec(), HeldOut::Base, base_windows))
    }

    fn sample_due(&self, step: u32, steps: u32) -> Option<SampleStage> {
        let evaluation = &self.spec().evaluation;
        let stage = match step {
            0 => SampleStage::Before,
            step if step == steps => SampleStage::After,
            step if evaluation.sample_every > 0 && step.is_multiple_of(evaluation.sample_every) => SampleStage::During,
            _ => return None,
        };
        (!self.outcome.has_sample(step)).then_some(stage)
    }

    /// The next token of a sample; none, where there is nothing to write.
    fn sample(&mut self, stage: SampleStage, events: &mut Vec<Event>) -> Option<Order> {
        let (evaluation, seed) = (&self.spec().evaluation, self.spec().training.seed);
        let tokens = evaluation.sample_tokens as usize;
        let config = SamplingConfig { temperature: evaluation.temperature, top_k: evaluation.top_k as usize, seed: u64::from(seed) };
        let prompt = &self.progress.text.as_ref().expect("a run that samples is open").prompt;
        let capacity = prompt.len() + tokens;
        if self.progress.sampler.is_none() {
            self.progress.sampler = Some(Sampler::new(config, prompt.clone(), tokens));
        }
        let sampler = self.progress.sampler.as_ref().expect("it was just made");
        if sampler.is_full() {
            self.wrote(stage, true, events);
            return None;
        }
        Some(self.ordered(Program::Logits { ids: sampler.ids().to_vec(), capacity }))
    }

    /// Whether what the ranks hold is to be kept now.
    fn state_is_due(&self, step: u32) -> bool {
        let there = self.last.as_ref().is_some_and(|last| last.step == step);
        let every = self.spec().ranks.snapshot_every;
        let all = self.keeps_all && self.outcome.has_point("validation_loss", step);
        let for_recovery = self.is_spread() && step > 0 && step.is_multiple_of(every);
        !there && (self.keep.contains(&step) || all || for_recovery || self.wanted) || self.compares(step)
    }

    /// Whether that is [wanted](Run::want_state), and what it does next, or what it has just ordered.
    pub fn state_is_next(&self) -> bool {
        if let Some(order) = self.order() {
            return self.wants_state() && matches!(order.program, Program::Snapshot);
        }
        let (step, steps) = (self.progress.step, self.spec().training.steps);
        let own = self.leg + 1 == self.legs.len() && self.progress.prepared == Some(self.leg) && self.progress.restore.is_none();
        let between =
            || self.progress.evaluation.is_none() && self.evaluation_due(step, steps).is_none() && self.sample_due(step, steps).is_none();
        self.wants_state() && own && between() && self.state_is_due(step)
    }

    /// Whether what the ranks hold is to be compared with what those of the other run held.
    pub(super) fn compares(&self, step: u32) -> bool {
        self.progress.other.as_ref().is_some_and(|other| other.step == step)
    }

    /// Reads what the run itself needs of its files, and measures what a model has to beat that knows only frequencies.
    fn open_text(&mut self, events: &mut Vec<Event>) -> Result<(), Problem> {
        let (spec, assets) = (self.spec().clone(), self.surroundings.assets.clone());
        let reading = reading(&spec, &assets)?;
        if spec.evaluation.sample_tokens > 0 {
            unknown::check_prompt(&spec.model.base, &spec.evaluation.prompt, &reading.tokenizer)?;
        }
        if spec.model.base == NEW_MODEL {
            let text = text::tokens(&spec, &assets, &reading.tokenizer)?;
            let vocab_size = reading.tokenizer.vocab_size();
            let nlls = [ngram::unigram_nll, ngram::bigram_nll].map(|nll| nll(vocab_size, &text.train, &text.validation));
            for (name, value) in ["unigram_loss", "bigram_loss"].into_iter().zip(nlls) {
                let figure = Metric { value, unit: "nats/token".into(), kind: MetricKind::Measured, spread: None };
                self.outcome.figure(name, figure.clone());
                events.push(Event::Figure { run: self.index, name: name.to_owned(), figure });
            }
        }
        let mut prompt = vec![reading.tokenizer.document_separator()];
        prompt.extend(reading.tokenizer.encode(&spec.evaluation.prompt));
        let ends = reading.ends.into_iter().chain([reading.tokenizer.document_separator()]).collect();
        self.progress.text = Some(Text { tokenizer: reading.tokenizer, ends, prompt, window: reading.window });
        Ok(())
    }

    pub(super) fn ordered(&self, program: Program) -> Order {
        Order { run: self.index, program, states: Vec::new(), by_hand: self.steps_by_hand() }
    }

    /// Whether somebody lets every action go now: those of the run's own steps, not of what it is a fork of.
    fn steps_by_hand(&self) -> bool {
        let own = self.leg + 1 == self.legs.len();
        self.by_hand && own && self.progress.prepared == Some(self.leg) && self.progress.restore.is_none()
    }

    pub(super) fn phase(&mut self, phase: RunPhase, events: &mut Vec<Event>) {
        if self.progress.phase.replace(phase) != Some(phase) {
            events.push(Event::Phase { run: self.index, phase });
        }
    }
}
