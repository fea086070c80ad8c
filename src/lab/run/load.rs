//! The first stage of a run: its files, its model with the method attached, its text.

use std::collections::HashSet;

use super::Run;
use super::stages::Loaded;
use crate::data::{Corpus, Tokenizer};
use crate::finetune::learns;
use crate::lab::assets::{Assets, corpus_file};
use crate::lab::base_model::{BaseModel, SharedSource, SharedWeights};
use crate::lab::check::check_against_model;
use crate::lab::event::Event;
use crate::lab::methods::method;
use crate::lab::problem::Problem;
use crate::lab::training::Training;
use crate::lab::{problems, reasons, unknown};
use crate::nn::{ParamSpec, RandomWeights};
use crate::tensor::{Category, Ledger};

impl Run {
    pub(super) fn load(&mut self, assets: &Assets, shared: &SharedWeights, events: &mut Vec<Event>) -> Result<f64, Problem> {
        let base = BaseModel::open(&self.spec.model.base, assets)?;
        if let Some(problem) = check_against_model(&self.name, &self.spec, &base.blueprint).into_iter().next() {
            return Err(problem);
        }
        let evaluation = &self.spec.evaluation;
        if evaluation.sample_tokens > 0 {
            unknown::check_prompt(&self.spec.model.base, &evaluation.prompt, &base.tokenizer)?;
        }
        let ledger = Ledger::new(Some((self.spec.resources.memory_limit as usize).saturating_mul(1 << 20)));
        let (train, validation) = self.streams(&base.tokenizer, assets)?;
        let bytes = (train.len() + validation.len()) * size_of::<i32>();
        let streams = ledger.charge(Category::Data, bytes).map_err(|e| reasons::out_of_memory(&e))?;
        let (spec, context, method) = (&self.spec.training, self.spec.data.context as usize, method(&self.spec.fine_tuning));
        let learning = base.blueprint.params().filter(|(segment, param)| learns(&*method, &base.blueprint, *segment, param));
        let learning: HashSet<&str> = learning.map(|(_, param)| param.name.as_str()).collect();
        let in_run = |param: &ParamSpec| learning.contains(param.name.as_str());
        let of_model = &mut SharedSource { file: base.weights(), shared, base: &self.spec.model.base, learns: &in_run };
        let of_method = &mut RandomWeights { seed: u64::from(spec.seed) };
        let training = Training::alone(spec, context, &base.blueprint, &ledger, [of_model, of_method], &*method, train.len());
        let mut training = training.map_err(|error| base.refused(&error))?;
        let (total, trainable) = training.model().params.counts();
        self.outcome.parameters(total, trainable);
        events.push(Event::Started {
            run: self.index,
            steps: self.spec.training.steps,
            trainable_parameters: trainable as u64,
            total_parameters: total as u64,
        });
        let (tokenizer, window) = (base.tokenizer, base.blueprint.config.max_positions);
        let ends = base.ends.iter().copied().chain([tokenizer.document_separator()]).collect();
        self.loaded = Some(Box::new(Loaded { tokenizer, ends, train, validation, training, ledger, window, _streams: streams }));
        self.report_memory(events);
        self.stage = self.evaluation();
        Ok(0.0)
    }

    /// The tokens to train on and to validate with.
    fn streams(&mut self, tokenizer: &Tokenizer, assets: &Assets) -> Result<(Vec<i32>, Vec<i32>), Problem> {
        let data = &self.spec.data;
        let name = corpus_file(&data.corpus)?;
        let bad = |e: &crate::data::CorpusError| problems::bad_file(&name, &reasons::corpus(e));
        let bytes = assets.get(&name).ok_or_else(|| problems::bad_file(&name, &reasons::missing_file(true)))?;
        let corpus = Corpus::from_bytes(&data.corpus, bytes).map_err(|e| bad(&e))?;
        let unknown = unknown::check(&self.spec.model.base, &corpus, tokenizer, data.allow_unknown_percent)?;
        self.outcome.unknown(unknown);
        let split = corpus.split(data.validation_percent, tokenizer, data.context as usize).map_err(|e| bad(&e))?;
        Ok((split.train.ids, split.validation.ids))
    }
}
