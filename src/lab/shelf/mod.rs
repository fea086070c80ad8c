//! One base model and any number of adapters on it: each reads, is measured, is looked into, and is mixed with others.
//!
//! The base is there once; an adapter is a model that shares its weights, so that to change from one to another touches nothing.

mod change;
mod entry;
mod loss;
mod rounding;
mod source;
mod survival;
mod write;

use std::collections::BTreeMap;

use serde::Serialize;

use self::entry::{Entry, Origin};
use self::survival::Trained;
use self::write::Writing;
use super::adapter::{self, AdapterFiles, AdapterInfo, Mixing};
use super::assets::{Assets, required};
use super::base_model::{BaseModel, reading};
use super::check::resolve;
use super::methods::format;
use super::problem::{Problem, ProblemCode, Text};
use super::spec::{self, NEW_MODEL, RunSpec, Spec};
use super::state::State;
use super::{problems, reasons, text};
use crate::data::Tokenizer;
use crate::nn::{InFormat, Part, Transformer};
use crate::parallel::clock;
use crate::tensor::Ledger;

pub use change::ModuleChange;
pub use rounding::Rounding;
pub use survival::{MergeStage, Survival};
pub use write::{TextRequest, TextSampling, Written};

/// A base model with the adapters on it.
#[derive(Debug)]
pub struct Shelf {
    assets: Assets,
    /// The base's settings: model, format, and the text that losses are measured on.
    run: RunSpec,
    /// Those of the runs that adapters may come from.
    runs: Vec<RunSpec>,
    tokenizer: Tokenizer,
    /// Tokens that end a text.
    ends: Vec<i32>,
    /// Of the text that losses are measured on, in tokens.
    validation: Vec<i32>,
    ledger: Ledger,
    base: Transformer,
    entries: BTreeMap<usize, Entry>,
    next: usize,
    writing: Option<Writing>,
    /// What [`Shelf::survival`] compares with.
    trained: Option<Trained>,
}

/// An adapter on a shelf.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct ShelfEntry {
    /// Its number, which no other one gets.
    pub entry: usize,
    /// What a person calls it.
    pub name: String,
    /// Its method.
    pub method: spec::Method,
    /// What its files say; none, where PEFT has no such method.
    pub info: Option<AdapterInfo>,
    /// Scalars that were trained.
    pub parameters: usize,
    /// Bytes of memory that it takes beside the base.
    pub bytes: usize,
    /// Bytes of its two files.
    pub file_bytes: Option<usize>,
    /// Seconds from its files, or from what a run held, until it could read.
    pub seconds: f64,
    /// Whether it can be mixed with others.
    pub mixes: bool,
    /// Why its texts are not read in one pass with those of others; absent: they are.
    pub alone: Option<Text>,
}

impl Shelf {
    /// The files that a shelf with the base of this spec needs.
    ///
    /// # Errors
    /// What is wrong with the spec.
    pub fn required_assets(spec: &Spec) -> Result<Vec<String>, Vec<Problem>> {
        resolve(spec)?;
        required(std::slice::from_ref(&spec.base))
    }

    /// A shelf with the base of a spec: its model, the format of its weights, and the text that losses are measured on.
    ///
    /// # Errors
    /// What is wrong with the spec, or which file cannot be used, and why.
    pub fn new(spec: &Spec, assets: Assets) -> Result<Self, Vec<Problem>> {
        let runs = resolve(spec)?;
        Self::open(spec.base.clone(), runs, assets).map_err(|problem| vec![problem])
    }

    fn open(run: RunSpec, runs: Vec<RunSpec>, assets: Assets) -> Result<Self, Problem> {
        if run.model.base == NEW_MODEL {
            return Err(new_model());
        }
        let reading = reading(&run, &assets)?;
        let validation = text::tokens(&run, &assets, &reading.tokenizer)?.validation;
        let ledger = Ledger::new(Some((run.resources.memory_limit as usize).saturating_mul(1 << 20)));
        let base = {
            let base = BaseModel::open(&run, &assets)?;
            let mut source = base.source();
            let mut source = InFormat { source: &mut *source, format: format(&run), which: &|_| true };
            let part = Part::whole(&base.blueprint);
            let built = Transformer::build_part(&base.blueprint, part, &ledger, &mut source);
            let mut built = built.map_err(|error| base.refused(&error.into()))?;
            freeze(&mut built)?;
            built
        };
        if run.data.context as usize > base.config.max_positions {
            return Err(problems::context(&run, base.config.max_positions, 0));
        }
        let ends = reading.ends.into_iter().chain([reading.tokenizer.document_separator()]).collect();
        let tokenizer = reading.tokenizer;
        Ok(Self {
            assets,
            run,
            runs,
            tokenizer,
            ends,
            validation,
            ledger,
            base,
            entries: BTreeMap::new(),
            next: 0,
            writing: None,
            trained: None,
        })
    }

    /// What is on it.
    pub fn entries(&self) -> Vec<ShelfEntry> {
        self.entries.values().map(|entry| entry.shown.clone()).collect()
    }

    /// Puts PEFT's two files on it.
    ///
    /// # Errors
    /// Naming the file and what is wrong with it, or with this base.
    pub fn add_files(&mut self, name: &str, config: String, weights: Vec<u8>) -> Result<ShelfEntry, Problem> {
        self.add(name, Origin::Files(AdapterFiles { config, weights }))
    }

    /// Puts on it what run `run` of the spec held: any method, also one that PEFT does not have.
    ///
    /// # Errors
    /// If it is a run of another base, or one on several ranks; or these are no such bytes.
    pub fn add_run(&mut self, name: &str, run: usize, state: &State) -> Result<ShelfEntry, Problem> {
        let run = self.runs.get(run).ok_or_else(|| problems::internal(&format!("there is no run {run}")))?;
        if run.model.base != self.run.model.base {
            return Err(other_base(&run.model.base, &self.run.model.base));
        }
        let [rank] = &state.ranks[..] else { return Err(spread(state.ranks.len())) };
        self.add(name, Origin::Run(Box::new(run.clone()), rank.0.read()))
    }

    fn add(&mut self, name: &str, origin: Origin) -> Result<ShelfEntry, Problem> {
        let start = clock::now();
        let mut entry = Entry::new(self.next, name, origin, self)?;
        entry.shown.seconds = clock::now() - start;
        let shown = entry.shown.clone();
        self.entries.insert(self.next, entry);
        self.next += 1;
        Ok(shown)
    }

    /// Mixes adapters, each with its weight, into one more.
    ///
    /// # Errors
    /// As [`adapter::mix`], or if there is no such entry.
    pub fn mix(&mut self, name: &str, parts: &[(usize, f64)], how: Mixing, rank: Option<usize>) -> Result<ShelfEntry, Problem> {
        let mut files = Vec::with_capacity(parts.len());
        for (entry, _) in parts {
            let entry = self.entry_mut(*entry)?;
            files.push(entry.files().map_err(|reason| entry.has_no_files(reason))?);
        }
        let read = files.iter().map(|files| adapter::read(files.config.as_bytes(), &files.weights)).collect::<Result<Vec<_>, _>>()?;
        let parts: Vec<_> = read.iter().zip(parts.iter().map(|(_, weight)| *weight)).collect();
        let AdapterFiles { config, weights } = adapter::mix(&parts, how, rank)?;
        self.add_files(name, config, weights)
    }

    /// Takes an adapter off; the others keep their numbers.
    pub fn remove(&mut self, entry: usize) {
        self.entries.remove(&entry);
        self.trained = None;
        if self.writing.as_ref().is_some_and(|writing| writing.reads(entry)) {
            self.writing = None;
        }
    }

    /// The files of an adapter: those that it came from, as they were; or what a run has trained.
    ///
    /// # Errors
    /// Why there are none: PEFT has no such method.
    pub fn files(&mut self, entry: usize) -> Result<AdapterFiles, Problem> {
        let entry = self.entry_mut(entry)?;
        entry.files().map_err(|reason| entry.has_no_files(reason))
    }

    fn entry(&self, entry: usize) -> Result<&Entry, Problem> {
        self.entries.get(&entry).ok_or_else(|| no_entry(entry))
    }

    fn entry_mut(&mut self, entry: usize) -> Result<&mut Entry, Problem> {
        self.entries.get_mut(&entry).ok_or_else(|| no_entry(entry))
    }

    /// The model that an entry is, or the base, with the virtual tokens before its texts.
    fn model(&mut self, entry: Option<usize>) -> Result<(&mut Transformer, usize), Problem> {
        match entry {
            None => Ok((&mut self.base, 0)),
            Some(number) => {
                let entry = self.entry_mut(number)?;
                Ok((&mut entry.model, entry.virtual_tokens))
            }
        }
    }
}

/// Lets nothing learn: there are no gradients here.
fn freeze(model: &mut Transformer) -> Result<(), Problem> {
    for id in model.params.ids() {
        model.params.set_trainable(id, false).map_err(|error| reasons::out_of_memory(&error))?;
    }
    Ok(())
}

fn no_entry(entry: usize) -> Problem {
    problems::internal(&format!("there is no adapter {entry} on the shelf"))
}

fn conflict(en: String, zh: String) -> Problem {
    Problem { code: ProblemCode::Conflict, run: None, field: None, value: None, message: Text { en, zh } }
}

fn new_model() -> Problem {
    conflict(
        "Adapters stand on a base that was trained before, but {model.base} is a new model. Choose one of the models, or your own files."
            .into(),
        "适配器要建立在训练好的基座模型之上，而{model.base}选的是新模型。请选择一个已有的模型，或使用自己的文件。".into(),
    )
}

fn other_base(own: &str, base: &str) -> Problem {
    conflict(
        format!(
            "This run trained on the base {own}, and the shelf holds adapters of {base}. Set {{model.base}} to {own} to use this run’s adapter."
        ),
        format!("该运行的基座模型是 {own}，而这里的适配器属于 {base}。要使用该运行的适配器，请把{{model.base}}设为 {own}。"),
    )
}

fn spread(ranks: usize) -> Problem {
    conflict(
        format!("What this run trained lies on {ranks} ranks, each with a part. Train it on one rank to use its adapter here."),
        format!("该运行训练的参数分布在 {ranks} 个进程上，每个进程只有一部分。请在单个进程上训练，再在此使用其适配器。"),
    )
}

#[cfg(all(test, feature = "native"))]
mod tests;
