//! The stages of a run: load, measure, sample, train …, measure, sample.

use std::rc::Rc;

use web_time::Instant;

use super::{Run, STEP_COST};
use crate::data::Tokenizer;
use crate::lab::assets::Assets;
use crate::lab::base_model::SharedWeights;
use crate::lab::evaluate::Evaluation;
use crate::lab::event::Event;
use crate::lab::problem::Problem;
use crate::lab::result::{RunStatus, Sample, SampleStage};
use crate::lab::sample::{Sampler, SamplingConfig};
use crate::lab::spec::EvaluationSpec;
use crate::lab::training::Training;
use crate::lab::{problems, reasons};
use crate::tensor::{Charge, Ledger, MemoryReport};

/// What the next unit of work belongs to.
#[derive(Debug)]
pub(super) enum Stage {
    /// Reading the files, building the model, attaching the method.
    Load(Rc<Assets>, SharedWeights),
    /// Measuring the validation loss.
    Evaluate(Evaluation),
    /// Writing a sample.
    Sample(SampleStage, Sampler),
    /// Training.
    Train,
    /// Nothing is left.
    Done,
}

/// A run's model, text and optimizer in memory.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) tokenizer: Tokenizer,
    /// Tokens that end a text.
    pub(super) ends: Vec<i32>,
    pub(super) train: Vec<i32>,
    pub(super) validation: Vec<i32>,
    pub(super) training: Training,
    pub(super) ledger: Ledger,
    pub(super) window: usize,
    pub(super) _streams: Charge,
}

impl Loaded {
    pub(super) fn memory(&self) -> MemoryReport {
        self.ledger.report()
    }

    /// Tokens that the model reads at most.
    pub(super) fn window(&self) -> usize {
        self.window
    }

    /// What a sample continues: a text begins where a document does, so the separator, then the prompt.
    pub(super) fn prompt(&self, evaluation: &EvaluationSpec) -> Vec<i32> {
        let mut prompt = vec![self.tokenizer.document_separator()];
        prompt.extend(self.tokenizer.encode(&evaluation.prompt));
        prompt
    }
}

/// Tokens sampled in one unit of work.
const SAMPLE_CHUNK: usize = 4;
/// Tokens of one unit of an evaluation, about.
const EVALUATION_CHUNK: usize = 512;
/// Steps between two reports of the memory.
const MEMORY_EVERY: u32 = 10;

impl Run {
    /// One unit of work; gives its amount.
    pub(super) fn unit(&mut self, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let stage = std::mem::replace(&mut self.stage, Stage::Done);
        let kind = std::mem::discriminant(&stage);
        let work = match stage {
            Stage::Load(assets, shared) => self.load(&assets, &shared, events),
            Stage::Evaluate(evaluation) => self.evaluate(evaluation, events),
            Stage::Sample(stage, sampler) => self.sample(stage, sampler, events),
            Stage::Train => self.train(events),
            Stage::Done => Err(problems::internal("a run that is done was asked to go on")),
        };
        if let Some(loaded) = self.loaded.as_ref().filter(|_| kind != std::mem::discriminant(&self.stage)) {
            // Another stage has batches of another size; an evaluation is short, and its peak shall be that of what it needs.
            loaded.ledger.reuse(!matches!(self.stage, Stage::Evaluate(_)));
        }
        work
    }

    /// The part of a run that exists once it is loaded.
    fn loaded(&mut self) -> Result<&mut Loaded, Problem> {
        self.loaded.as_deref_mut().ok_or_else(|| problems::internal("a run went on before it was loaded"))
    }

    pub(super) fn evaluation(&self) -> Stage {
        let length = self.loaded.as_ref().map_or(0, |loaded| loaded.validation.len());
        Stage::Evaluate(Evaluation::new(length, self.spec.data.context as usize, self.spec.evaluation.tokens as usize))
    }

    fn evaluate(&mut self, mut evaluation: Evaluation, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let batch_size = EVALUATION_CHUNK.div_ceil(self.spec.data.context as usize);
        let loaded = self.loaded()?;
        let step = loaded.training.step();
        let nll = evaluation.advance(loaded.training.model(), &loaded.validation, batch_size).map_err(|e| reasons::out_of_memory(&e))?;
        match nll {
            None => self.stage = Stage::Evaluate(evaluation),
            Some(nll) if !nll.is_finite() => {
                return Err(match step {
                    0 => problems::broken_model(&self.spec.model.base, nll),
                    _ => problems::diverged(step, nll),
                });
            }
            Some(nll) => {
                self.metric("validation_loss", step, nll, events);
                self.stage = match step {
                    0 => self.sampling(SampleStage::Before),
                    _ if step == self.spec.training.steps => self.sampling(SampleStage::After),
                    _ => Stage::Train,
                };
            }
        }
        Ok(EVALUATION_CHUNK as f64)
    }

    fn sampling(&mut self, stage: SampleStage) -> Stage {
        let (evaluation, seed) = (&self.spec.evaluation, self.spec.training.seed);
        let config = SamplingConfig { temperature: evaluation.temperature, top_k: evaluation.top_k as usize, seed: u64::from(seed) };
        let Some(loaded) = &self.loaded else { return Stage::Done };
        Stage::Sample(stage, Sampler::new(config, loaded.prompt(evaluation), evaluation.sample_tokens as usize))
    }

    fn sample(&mut self, stage: SampleStage, mut sampler: Sampler, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let prompt = self.spec.evaluation.prompt.clone();
        let loaded = self.loaded()?;
        let before = sampler.work_left(loaded.window());
        let mut ended = sampler.is_full();
        for _ in 0..SAMPLE_CHUNK {
            if ended {
                break;
            }
            let token = sampler.advance(loaded.training.model()).map_err(|e| reasons::out_of_memory(&e))?;
            ended = loaded.ends.contains(&token) || sampler.is_full();
        }
        let work = before - sampler.work_left(loaded.window());
        let ids = sampler.continuation();
        let written = ids.split_last().filter(|(last, _)| loaded.ends.contains(last)).map_or(ids, |(_, written)| written);
        let text = loaded.tokenizer.decode(written);
        events.push(Event::Sample { run: self.index, stage, prompt: prompt.clone(), text: text.clone(), done: ended });
        if ended {
            self.outcome.sample(Sample { stage, prompt, text });
            match stage {
                SampleStage::Before => self.stage = Stage::Train,
                SampleStage::After => {
                    self.report_memory(events);
                    self.end(RunStatus::Finished, None);
                    events.push(Event::Finished { run: self.index });
                }
            }
        } else {
            self.stage = Stage::Sample(stage, sampler);
        }
        Ok(work)
    }

    fn train(&mut self, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let steps = self.spec.training.steps;
        let loaded = self.loaded()?;
        let start = Instant::now();
        let report = loaded.training.advance_alone(&loaded.train).map_err(|e| reasons::out_of_memory(&e))?;
        let seconds = start.elapsed().as_secs_f64();
        let (step, tokens) = (loaded.training.step(), loaded.training.tokens_per_step());
        if !report.loss.is_finite() {
            return Err(problems::diverged(step, report.loss));
        }
        if !report.gradient_norm.is_finite() {
            return Err(problems::diverged_gradient(step, report.gradient_norm));
        }
        self.outcome.step(seconds, tokens);
        self.metric("loss", step, report.loss, events);
        self.metric("gradient_norm", step, report.gradient_norm, events);
        self.metric("learning_rate", step, report.learning_rate, events);
        events.push(Event::Progress {
            run: self.index,
            step,
            steps,
            elapsed_seconds: self.work.seconds + seconds,
            remaining_seconds: 0.0,
            step_milliseconds: seconds * 1e3,
            tokens_per_second: self.outcome.tokens_per_second(),
        });
        if step == 1 || step.is_multiple_of(MEMORY_EVERY) {
            self.report_memory(events);
        }
        let measure = step == steps || step.is_multiple_of(self.spec.evaluation.every);
        self.stage = if measure { self.evaluation() } else { Stage::Train };
        Ok(STEP_COST * tokens as f64)
    }

    fn metric(&mut self, series: &str, step: u32, value: f64, events: &mut Vec<Event>) {
        self.outcome.metric(series, step, value);
        events.push(Event::Metric { run: self.index, series: series.to_owned(), step, value });
    }

    pub(super) fn report_memory(&mut self, events: &mut Vec<Event>) {
        if let Some(loaded) = &self.loaded {
            let memory = self.outcome.memory(loaded.memory());
            events.push(Event::Memory { run: self.index, memory });
        }
    }
}
