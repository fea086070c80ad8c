//! What can only be checked once the base model is known: LoRA's rank, the context, and whether a batch can fit at all.

use serde::Serialize;

use crate::finetune;
use crate::json::FromJson;
use crate::lab::methods::{format, method};
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::problems::{self, mib};
use crate::lab::spec::RunSpec;
use crate::nn::blueprint::{Kept, SegmentSpec};
use crate::nn::{Blueprint, ParamSpec, SegmentKind, SiteKind};

/// Least memory that a run can do with from its second step on, in bytes: modelled, not measured.
///
/// All numbers are f32. A batch keeps its logits and, of each segment, what the blueprint says that the backward pass cannot do without.
/// What only runs before the first weight that learns keeps nothing. An engine that keeps more is caught by the measured limit while it
/// runs. Floats, because the sizes of a `config.json` may be more than an address space holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryBound {
    /// Weights of the model and of LoRA.
    pub parameters: f64,
    /// Gradients of what learns.
    pub gradients: f64,
    /// AdamW's two moments of what learns.
    pub optimizer: f64,
    /// Logits and activations of one token of a batch.
    pub per_token: f64,
}

impl MemoryBound {
    fn fixed(&self) -> f64 {
        self.parameters + self.gradients + self.optimizer
    }

    /// The bound for `tokens` tokens in one forward pass, in bytes.
    pub fn total(&self, tokens: f64) -> f64 {
        self.fixed() + self.per_token * tokens
    }
}

/// The lower bound of a run's memory; see [`MemoryBound`].
pub fn memory_bound(run: &RunSpec, blueprint: &Blueprint) -> MemoryBound {
    const F32: f64 = 4.0;
    let (method, format) = (method(run), format(run));
    let elements = |param: &ParamSpec| param.elements() as f64;
    let learns = |segment: usize, param: &ParamSpec| finetune::learns(&*method, blueprint, segment, param);
    let added = method.added(blueprint);
    let of_method: f64 = added.iter().map(|(_, param)| elements(param)).sum();
    let bytes = |(segment, param): (usize, &ParamSpec)| {
        let matrix = blueprint.segments[segment].sites.iter().any(|site| site.kind != SiteKind::Norm && site.weight() == param);
        match format.filter(|_| matrix && !learns(segment, param)) {
            Some(format) => format.bytes(param.matrix(), 0) as f64,
            None => F32 * elements(param),
        }
    };
    let all: f64 = blueprint.params().map(bytes).sum();
    let trained: f64 = blueprint.params().filter(|(segment, param)| learns(*segment, param)).map(|(_, param)| elements(param)).sum();
    let learning = |index: usize, segment: &SegmentSpec| {
        added.iter().any(|(of, _)| *of == index) || segment.params().any(|param| learns(index, param))
    };
    let first = blueprint.segments.iter().enumerate().position(|(index, segment)| learning(index, segment)).unwrap_or(usize::MAX);
    let kept = blueprint.segments.iter().enumerate().map(|(index, segment)| {
        let weight_learns = |role: &&str| segment.find(role).is_some_and(|site| learns(index, site.weight()));
        let is_kept = |kept: &&Kept| kept.for_weights_of.is_empty() || kept.for_weights_of.iter().any(&weight_learns);
        let counts = index > first || segment.kind == SegmentKind::Head;
        segment.kept.iter().filter(|kept| counts && is_kept(kept)).map(|kept| kept.width as f64).sum::<f64>()
    });
    let trainable = trained + of_method;
    MemoryBound {
        parameters: all + F32 * of_method,
        gradients: F32 * trainable,
        optimizer: 2.0 * F32 * trainable,
        per_token: F32 * kept.sum::<f64>(),
    }
}

/// What of a run does not go with its base model, its memory included.
pub fn check_against_model(run: &RunSpec, blueprint: &Blueprint) -> Vec<Problem> {
    check_sizes(run, blueprint).into_iter().chain(memory(run, blueprint)).collect()
}

/// What of a run does not go with its base model, however much memory there is.
pub fn check_sizes(run: &RunSpec, blueprint: &Blueprint) -> Vec<Problem> {
    let method = method(run);
    let (positions, taken) = (blueprint.config.max_positions, method.positions());
    let of_window = problems::window(run, positions, taken);
    // That virtual tokens leave no room for the context says all that there is to say of how many they are.
    let of_method = method.check(blueprint).err().filter(|_| taken == 0 || of_window.is_none());
    let of_method = of_method.map(|error| problems::method(&error));
    [of_method, of_window, nothing_frozen(run, blueprint)].into_iter().flatten().collect()
}

/// The most that a setting of a run may be, beside its other settings and on its model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct FieldLimit {
    /// Dotted path of the setting, e.g. `fine_tuning.lora.rank`.
    pub field: String,
    /// The most that it may be.
    pub most: u32,
}

/// The limits of a run's settings that depend on its model or on each other.
pub fn limits(run: &RunSpec, blueprint: &Blueprint) -> Vec<FieldLimit> {
    let method = method(run);
    let (positions, taken) = (blueprint.config.max_positions, method.positions());
    let of_method = method.limits(blueprint).into_iter().map(|(setting, most)| (format!("fine_tuning.{setting}"), most));
    let of_context = ("data.context".to_owned(), positions.saturating_sub(taken));
    let room = positions.saturating_sub(run.data.context as usize);
    let of_tokens = (taken > 0).then(|| ("fine_tuning.prompt.virtual_tokens".to_owned(), room));
    let all = of_method.chain([of_context]).chain(of_tokens);
    all.map(|(field, most)| FieldLimit { field, most: u32::try_from(most).unwrap_or(u32::MAX) }).collect()
}

/// Refuses a format of frozen weights where every weight learns.
fn nothing_frozen(run: &RunSpec, blueprint: &Blueprint) -> Option<Problem> {
    let method = method(run);
    let frozen = |(segment, param): (usize, &ParamSpec)| !finetune::learns(&*method, blueprint, segment, param);
    let format = format(run).filter(|_| !blueprint.params().any(frozen))?.name();
    let message = Text {
        en: format!(
            "{{fine_tuning.quantization={format}}} is for weights that do not learn, but with {{fine_tuning.method=full}} all do. Choose {{fine_tuning.quantization=none}}, or {{fine_tuning.method=lora}}."
        ),
        zh: format!(
            "{{fine_tuning.quantization={format}}}只用于不参与学习的权重，而{{fine_tuning.method=full}}时所有权重都在学习。请选{{fine_tuning.quantization=none}}，或改用{{fine_tuning.method=lora}}。"
        ),
    };
    Some(problem(ProblemCode::Conflict, "fine_tuning.quantization", format, message))
}

fn memory(run: &RunSpec, blueprint: &Blueprint) -> Option<Problem> {
    let bound = memory_bound(run, blueprint);
    let (batch_size, micro_batches, context) = (run.training.batch_size, run.training.micro_batches, run.data.context);
    // Of the micro-batches, one is under way.
    let together = batch_size / micro_batches;
    let sequence = bound.per_token * context as f64;
    let total = bound.total(together as f64 * context as f64);
    let limit_mib = run.resources.memory_limit;
    let limit = limit_mib as f64 * 1024.0 * 1024.0;
    if total <= limit {
        return None;
    }
    let (parameters, gradients) = (mib(bound.parameters), mib(bound.gradients));
    let (optimizer, batch) = (mib(bound.optimizer), mib(sequence * together as f64));
    let needed_mib = (total / 1024.0 / 1024.0).ceil();
    let room = limit - bound.fixed();
    let (field, value, fit) = if room >= sequence {
        let most = (room / sequence).floor() * micro_batches as f64;
        (
            "training.batch_size",
            batch_size,
            Text {
                en: format!("Choose a {{training.batch_size}} of at most {most}"),
                zh: format!("请把{{training.batch_size}}改为不超过 {most}"),
            },
        )
    } else if room > 0.0 {
        (
            "data.context",
            context,
            Text {
                en: "Not even one sequence fits: choose a shorter {data.context}".into(),
                zh: "连一条序列也放不下：请缩短{data.context}".into(),
            },
        )
    } else {
        (
            "resources.memory_limit",
            limit_mib,
            Text {
                en: "Not even the weights and the optimizer fit: choose a smaller model, or LoRA of a low rank".into(),
                zh: "连权重和优化器状态也放不下：请选用更小的模型，或用低秩的 LoRA".into(),
            },
        )
    };
    Some(problem(
        ProblemCode::OutOfMemory,
        field,
        value,
        Text {
            en: format!(
                "With {batch_size} for {{training.batch_size}} and {context} for {{data.context}} this run needs at least {} MiB by calculation (weights {parameters}, gradients {gradients}, AdamW's moments {optimizer}, logits and activations of one batch {batch}), but {{resources.memory_limit}} is {limit_mib} MiB. {}, or set the limit to {needed_mib} MiB or more.",
                mib(total),
                fit.en
            ),
            zh: format!(
                "{{training.batch_size}}为 {batch_size}、{{data.context}}为 {context} 时，按公式计算该运行至少需要 {} MiB（权重 {parameters}，梯度 {gradients}，AdamW 的矩 {optimizer}，一个批次的 logits 与激活 {batch}），但 {{resources.memory_limit}} 是 {limit_mib} MiB。{}，或把上限提高到 {needed_mib} MiB 以上。",
                mib(total),
                fit.zh
            ),
        },
    ))
}

fn problem(code: ProblemCode, field: &str, value: impl ToString, message: Text) -> Problem {
    Problem { code, run: None, field: Some(field.into()), value: Some(value.to_string()), message }
}
