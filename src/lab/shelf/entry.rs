//! An adapter on a shelf: where it comes from, and the model that it makes of the base.

use std::rc::Rc;

use super::source::OfModel;
use super::{Shelf, ShelfEntry, conflict};
use crate::finetune::{Method, attach, learns};
use crate::lab::adapter::{self, AdapterFiles, AdapterInfo};
use crate::lab::base_model::BaseModel;
use crate::lab::methods;
use crate::lab::problem::{Problem, Text};
use crate::lab::spec::{self, RunSpec};
use crate::lab::{problems, reasons};
use crate::nn::{Blueprint, BuildError, InFormat, ParamSpec, Part, RandomWeights, Transformer, WeightSource, is_variant};
use crate::parallel::rank::{RestoreError, restore_trained};
use crate::quant::{self, BlockFormat};
use crate::tensor::Ledger;

/// Where an adapter comes from.
#[derive(Debug)]
pub(super) enum Origin {
    /// PEFT's files.
    Files(AdapterFiles),
    /// A run, and what it held.
    Run(Box<RunSpec>, Vec<u8>),
}

/// A base for an adapter to stand on.
pub(super) struct Ground<'a> {
    pub blueprint: &'a Rc<Blueprint>,
    pub ledger: &'a Ledger,
    pub source: &'a mut dyn WeightSource,
    /// The format of matrices that do not learn.
    pub format: Option<&'static dyn BlockFormat>,
}

impl Ground<'_> {
    /// The base for a method: what it trains is in float32, and its own.
    fn build(&mut self, method: &dyn Method) -> Result<Transformer, Problem> {
        let blueprint = self.blueprint;
        let learning: Vec<&str> = blueprint
            .params()
            .filter(|(segment, param)| learns(method, blueprint, *segment, param))
            .map(|(_, param)| param.name.as_str())
            .collect();
        let frozen = |param: &ParamSpec| !learning.contains(&param.name.as_str());
        let mut source = InFormat { source: self.source, format: self.format, which: &frozen };
        let part = Part::whole(blueprint);
        Transformer::build_part(blueprint, part, self.ledger, &mut source).map_err(|error| not_built(&error))
    }
}

fn not_built(error: &BuildError) -> Problem {
    match error {
        BuildError::Memory(refused) => reasons::out_of_memory(refused),
        other => problems::internal(&other.to_string()),
    }
}

impl Origin {
    /// The adapter on a base, with the virtual tokens before its texts.
    pub fn on(&self, mut ground: Ground) -> Result<(Transformer, usize), Problem> {
        match self {
            Self::Files(files) => {
                let adapter = adapter::read(files.config.as_bytes(), &files.weights)?;
                let mut model = ground.build(&*adapter::method(&adapter.config, ground.blueprint)?)?;
                // Tables that it brings along were compared with the base's when it came.
                let virtual_tokens = adapter::put_on(&adapter, &mut model)?.virtual_tokens;
                Ok((model, virtual_tokens))
            }
            Self::Run(run, state) => {
                let method = methods::method(run);
                let mut model = ground.build(&*method)?;
                let of_method = &mut RandomWeights { seed: u64::from(run.training.seed) };
                attach(&*method, &mut model, of_method).map_err(|error| reasons::method(&error))?;
                restore_trained(&mut model.params, state).map_err(|error| match error {
                    RestoreError::Memory(refused) => reasons::out_of_memory(&refused),
                    other => problems::saved_state(&other.to_string()),
                })?;
                Ok((model, method.virtual_tokens()))
            }
        }
    }

    /// The format of the base that it learned on, where it says so.
    pub fn format(&self) -> Option<Option<&'static dyn BlockFormat>> {
        match self {
            Self::Files(_) => None,
            Self::Run(run, _) => Some(methods::format(run)),
        }
    }
}

/// An adapter on a shelf.
#[derive(Debug)]
pub(super) struct Entry {
    pub shown: ShelfEntry,
    pub origin: Origin,
    pub model: Transformer,
    pub virtual_tokens: usize,
}

impl Entry {
    /// The entry of that number.
    ///
    /// # Errors
    /// If the adapter is not one of the shelf's base, or memory runs out.
    pub fn new(number: usize, name: &str, origin: Origin, shelf: &Shelf) -> Result<Self, Problem> {
        let (of_shelf, blueprint) = (methods::format(&shelf.run), &shelf.base.blueprint);
        let format = origin.format().unwrap_or(of_shelf);
        let name_of = |format: Option<&dyn BlockFormat>| format.map(BlockFormat::name);
        let (mut model, virtual_tokens) = if name_of(format) == name_of(of_shelf) {
            origin.on(Ground { blueprint, ledger: &shelf.ledger, source: &mut OfModel(&shelf.base), format })?
        } else {
            // Another form of the base, which it has for itself.
            let base = BaseModel::open(&shelf.run, &shelf.assets)?;
            origin.on(Ground { blueprint, ledger: &shelf.ledger, source: &mut *base.source(), format })?
        };
        let (context, taken) = (shelf.run.data.context as usize, virtual_tokens + model.prefix_keys);
        if context + taken > model.config.max_positions {
            return Err(problems::context(&shelf.run, model.config.max_positions, taken));
        }
        if let Origin::Files(files) = &origin {
            adapter::check_tables(&adapter::read(files.config.as_bytes(), &files.weights)?, &shelf.base)?;
        }
        let alone = match is_variant(&shelf.base, &mut model) {
            true => None,
            false => Some(reads_alone(&model, virtual_tokens, [format, of_shelf])),
        };
        let files = match &origin {
            Origin::Files(files) => Some(files.clone()),
            Origin::Run(run, _) => adapter::save(run, &mut model).ok(),
        };
        let read = files.as_ref().map(|files| adapter::read(files.config.as_bytes(), &files.weights)).transpose()?;
        let info = read.as_ref().map(|adapter| adapter::info(adapter, Some(&shelf.run.model.base)));
        let shown = ShelfEntry {
            entry: number,
            name: name.to_owned(),
            method: match (&origin, &info) {
                (Origin::Run(run, _), _) => run.fine_tuning.method,
                (Origin::Files(_), info) => info.as_ref().map_or(spec::Method::Lora, method_of),
            },
            parameters: model.params.counts().1,
            bytes: own_bytes(&model, &shelf.base),
            file_bytes: files.as_ref().map(|files| files.config.len() + files.weights.len()),
            seconds: 0.0,
            mixes: read.as_ref().is_some_and(|adapter| adapter::can_be_mixed(adapter).is_ok()),
            alone,
            info,
        };
        Ok(Self { shown, origin, model, virtual_tokens })
    }

    /// PEFT's files of it.
    ///
    /// # Errors
    /// Why there are none.
    pub fn files(&mut self) -> Result<AdapterFiles, Text> {
        match &self.origin {
            Origin::Files(files) => Ok(files.clone()),
            Origin::Run(run, _) => adapter::save(run, &mut self.model),
        }
    }

    /// That reason, as a problem of this adapter.
    pub fn has_no_files(&self, reason: Text) -> Problem {
        conflict(format!("{}: {}", self.shown.name, reason.en), format!("{}：{}", self.shown.name, reason.zh))
    }
}

/// The method of a file, by the name that PEFT has for it.
fn method_of(info: &AdapterInfo) -> spec::Method {
    match info.method.as_str() {
        "ADALORA" => spec::Method::AdaLora,
        "IA3" => spec::Method::Ia3,
        "PROMPT_TUNING" => spec::Method::PromptTuning,
        "PREFIX_TUNING" => spec::Method::PrefixTuning,
        _ if info.dora => spec::Method::Dora,
        _ => spec::Method::Lora,
    }
}

/// Bytes of what a model does not share with the base.
fn own_bytes(model: &Transformer, base: &Transformer) -> usize {
    let shared = |param: &&crate::autograd::Param| {
        let of_base = base.params.find(&param.name).map(|id| base.params.get(id));
        of_base.is_some_and(|of_base| of_base.value.is_same(&param.value))
    };
    model.params.iter().filter(|param| !shared(param)).map(|param| param.value.bytes()).sum()
}

fn reads_alone(model: &Transformer, virtual_tokens: usize, [own, of_shelf]: [Option<&'static dyn BlockFormat>; 2]) -> Text {
    let name = |format: Option<&'static dyn BlockFormat>| format.map_or("float32", quant::BlockFormat::name);
    if name(own) != name(of_shelf) {
        let (own, of_shelf) = (name(own), name(of_shelf));
        return Text {
            en: format!("It learned on the base in {own}, and the base here is in {of_shelf}: each has its own copy of the weights."),
            zh: format!("它是在 {own} 格式的基座上训练的，而这里的基座是 {of_shelf} 格式，两者的权重各有一份。"),
        };
    }
    if virtual_tokens > 0 || model.prefix_keys > 0 {
        return Text {
            en: "Learned tokens, keys or values stand before its texts, so their positions differ from those of the others.".into(),
            zh: "它的文本之前还有学到的词元、键或值，因此位置与其他文本不同。".into(),
        };
    }
    Text {
        en: "It changes more than linear layers (norms, embeddings, or what a block adds to the stream), so no pass through the base serves it and the others."
            .into(),
        zh: "它改变的不只是线性层（还有归一化、词嵌入，或子层的输出），因此无法与其他适配器共用一次前向传播。".into(),
    }
}
