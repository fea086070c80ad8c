//! The problems that only show when a run is planned, starts, or is under way.
//!
//! Messages name fields as `{data.corpus}` and choices as `{fine_tuning.method=lora}`: whoever shows them puts the words of the form in
//! their place, or, where there is no form, the path.

mod method;
mod plan;
mod ranks;
mod window;

use std::collections::BTreeMap;

pub use method::{method, quantised_and_shared};
pub use plan::{memory, plan, with_nearest};
pub use ranks::{attach, build, lost, rank, start};
pub use window::{context, window};

use super::check::{nearest, shorten};
use super::problem::{Problem, ProblemCode, Text};
use super::reasons;
use super::search::Budget;
use crate::nn::ConfigError;

/// Something with an id that a spec asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asset {
    /// The base model, `model.base`.
    BaseModel,
    /// The corpus, `data.corpus`.
    Corpus,
    /// The text on which forgetting is measured, `evaluation.base_corpus`.
    BaseCorpus,
}

impl Asset {
    /// The field that asks for it.
    pub fn field(self) -> &'static str {
        match self {
            Self::BaseModel => "model.base",
            Self::Corpus => "data.corpus",
            Self::BaseCorpus => "evaluation.base_corpus",
        }
    }
}

/// A base model or corpus that does not exist; `available` are the ids that do.
pub fn not_found(asset: Asset, id: &str, available: &[&str]) -> Problem {
    let field = asset.field();
    let (en, zh) = match asset {
        Asset::BaseModel => ("base model", "基座模型"),
        Asset::Corpus | Asset::BaseCorpus => ("corpus", "语料"),
    };
    let (mean_en, mean_zh) = match nearest(id, available.iter().copied()) {
        Some(near) => (format!(" Did you mean {near}?"), format!("你是不是想写 {near}？")),
        None => Default::default(),
    };
    let id = shorten(id, 80);
    let (list_en, list_zh) = match available {
        [] => (" None is available.".into(), "目前没有可用的。".into()),
        ids => (format!(" Available: {}.", ids.join(", ")), format!("可用的有：{}。", ids.join("、"))),
    };
    problem(
        ProblemCode::NotFound,
        Some(field),
        Some(id.clone()),
        Text {
            en: format!(
                "{{{field}}} is \"{id}\", but there is no {en} of that name.{mean_en}{list_en} A file of your own is named file:NAME once you have added it."
            ),
            zh: format!("{{{field}}}的值是“{id}”，但没有这个{zh}。{mean_zh}{list_zh}添加自己的文件后，可以写 file:文件名。"),
        },
    )
}

/// A file that cannot be read as what it should be; `reason` is whole sentences.
pub fn bad_file(name: &str, reason: &Text) -> Problem {
    let name = shorten(name, 80);
    let message =
        Text { en: format!("The file {name} cannot be used. {}", reason.en), zh: format!("文件 {name} 无法使用。{}", reason.zh) };
    problem(ProblemCode::BadFile, None, Some(name), message)
}

/// A text that cannot be used for what asks for it; `reason` is whole sentences.
pub fn bad_text(asset: Asset, name: &str, reason: &Text) -> Problem {
    let field = asset.field();
    let name = shorten(name, 80);
    let message = Text {
        en: format!("The file {name} cannot be used for {{{field}}}. {}", reason.en),
        zh: format!("文件 {name} 无法用作 {{{field}}}。{}", reason.zh),
    };
    problem(ProblemCode::BadFile, Some(field), Some(name), message)
}

/// What was saved of a run, by somebody else or for other settings.
pub fn saved_state(reason: &str) -> Problem {
    let reason = shorten(reason, 400);
    let message = Text {
        en: format!("The run cannot go on from what was saved of it: {reason}. Start it from the beginning."),
        zh: format!("无法从保存的状态继续这次运行：{reason}。请从头开始运行。"),
    };
    problem(ProblemCode::BadFile, None, None, message)
}

/// An allocation that was refused.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// Category of the ledger that grew: `parameters`, `gradients`, `optimizer`, `activations`, …
    pub category: &'a str,
    /// Bytes asked for.
    pub bytes: u64,
    /// Live bytes by category, without the total.
    pub live: &'a BTreeMap<String, u64>,
    /// The run's memory limit in bytes; absent where the tab (or the machine) itself had no more.
    pub limit: Option<u64>,
}

/// The memory limit, or the tab's memory, is used up.
pub fn out_of_memory(refused: &Refused) -> Problem {
    let Refused { category, bytes, live, limit } = *refused;
    let total = live.values().fold(0, |sum: u64, bytes| sum.saturating_add(*bytes));
    let mut parts: Vec<(&String, &u64)> = live.iter().filter(|(_, bytes)| **bytes > 0).collect();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    let parts_en: Vec<String> = parts.iter().map(|(name, bytes)| format!("{name} {}", mib(**bytes as f64))).collect();
    let parts_zh: Vec<String> = (parts.iter()).map(|(name, bytes)| format!("{} {}", category_zh(name), mib(**bytes as f64))).collect();
    let (asked, used) = (mib(bytes as f64), mib(total as f64));
    let (field, advice) = what_to_lower(category);
    let (end_en, end_zh) = match limit {
        Some(limit) => {
            let limit = mib(limit as f64);
            (
                format!("which would exceed the limit of {limit} MiB ({{resources.memory_limit}})"),
                format!("将超过 {limit} MiB 的上限（{{resources.memory_limit}}）"),
            )
        }
        None => ("which this tab or machine does not have".into(), "此标签页或机器已没有这么多内存".into()),
    };
    let (in_use_en, in_use_zh) = match parts.is_empty() {
        true => Default::default(),
        false => (format!(" ({})", parts_en.join(", ")), format!("（{}）", parts_zh.join("，"))),
    };
    problem(
        ProblemCode::OutOfMemory,
        Some(field),
        Some(format!("{asked} MiB")),
        Text {
            en: format!("Out of memory: {category} asked for {asked} MiB more, {end_en}; {used} MiB are in use{in_use_en}. {}", advice.en),
            zh: format!("内存不足：{}还需要 {asked} MiB，{end_zh}；已用 {used} MiB{in_use_zh}。{}", category_zh(category), advice.zh),
        },
    )
}

/// The field that makes a category grow, and what to do about it.
fn what_to_lower(category: &str) -> (&'static str, Text) {
    let (field, en, zh) = match category {
        "activations" => (
            "training.batch_size",
            "Lower {training.batch_size} (or cut it into more {training.micro_batches}) or {data.context}.",
            "请减小 {training.batch_size}（或增大{training.micro_batches}）或 {data.context}。",
        ),
        "gradients" | "optimizer" => (
            "fine_tuning.method",
            "Choose LoRA ({fine_tuning.method}), or for LoRA a lower {fine_tuning.lora.rank} or fewer {fine_tuning.lora.target_modules}.",
            "请改用 LoRA（{fine_tuning.method}）；若已是 LoRA，请减小 {fine_tuning.lora.rank} 或减少{fine_tuning.lora.target_modules}。",
        ),
        "parameters" => (
            "model.base",
            "Choose a smaller model ({model.base}), or for LoRA a lower {fine_tuning.lora.rank}.",
            "请选用更小的模型（{model.base}）；若是 LoRA，可减小 {fine_tuning.lora.rank}。",
        ),
        "kv" => (
            "evaluation.sample_tokens",
            "Lower {evaluation.sample_tokens} or shorten {evaluation.prompt}.",
            "请减小 {evaluation.sample_tokens} 或缩短 {evaluation.prompt}。",
        ),
        _ => (
            "resources.memory_limit",
            "Lower {training.batch_size} or {data.context}, close other tabs, or raise {resources.memory_limit}.",
            "请减小 {training.batch_size} 或 {data.context}，关闭其他标签页，或提高 {resources.memory_limit}。",
        ),
    };
    (field, Text { en: en.into(), zh: zh.into() })
}

fn category_zh(category: &str) -> &str {
    match category {
        "parameters" => "参数",
        "gradients" => "梯度",
        "optimizer" => "优化器状态",
        "activations" => "激活",
        "kv" => "KV 缓存",
        "communication" => "通信",
        "data" => "数据",
        other => other,
    }
}

/// The loss is no longer a finite number.
pub fn diverged(step: u32, loss: f64) -> Problem {
    problem(
        ProblemCode::Diverged,
        Some("training.learning_rate"),
        Some(loss.to_string()),
        Text {
            en: format!(
                "The training diverged: at step {step} the loss is {loss}, not a finite number. Choose a lower {{training.learning_rate}}, more {{training.warmup_steps}}, or a {{training.gradient_clip}} such as 1."
            ),
            zh: format!(
                "训练发散：第 {step} 步的损失是 {loss}，不再是有限的数。请减小 {{training.learning_rate}}，增加 {{training.warmup_steps}}，或把 {{training.gradient_clip}} 设为 1 左右。"
            ),
        },
    )
}

/// The training no longer has finite numbers, with a learning rate that was searched for; `problem` says of what.
pub fn after_search(problem: Problem, learning_rate: f64) -> Problem {
    let message = Text {
        en: format!(
            "{} The learning rate {learning_rate} is the one that the search found: choose a lower {{training.search.lowest}}, or more {{training.search.steps}}.",
            problem.message.en
        ),
        zh: format!(
            "{}学习率 {learning_rate} 是搜索到的：请减小 {{training.search.lowest}}，或增加 {{training.search.steps}}。",
            problem.message.zh
        ),
    };
    Problem { field: Some("training.search.lowest".into()), message, ..problem }
}

/// A training time in which the warm-up does not come to its end.
pub fn time_for_warmup(warmup: u32, budget: &Budget) -> Problem {
    let Budget { seconds, step_milliseconds, steps } = *budget;
    let message = Text {
        en: format!(
            "{{training.seconds}} is {seconds}, in which only {steps} steps of {step_milliseconds:.1} ms fit here, but {{training.warmup_steps}} is {warmup}, so the learning rate would never reach its peak. Choose a longer time, or a shorter warm-up."
        ),
        zh: format!(
            "{{training.seconds}} 的值是 {seconds}，在这台机器上只够 {steps} 步（每步 {step_milliseconds:.1} 毫秒），但 {{training.warmup_steps}} 是 {warmup}，学习率永远达不到峰值。请延长时间，或缩短预热。"
        ),
    };
    problem(ProblemCode::Conflict, Some("training.seconds"), Some(seconds.to_string()), message)
}

/// A gradient that is no longer finite, though the loss still is.
pub fn diverged_gradient(step: u32, gradient_norm: f64) -> Problem {
    problem(
        ProblemCode::Diverged,
        Some("training.learning_rate"),
        Some(gradient_norm.to_string()),
        Text {
            en: format!(
                "The training diverged: at step {step} the gradient's norm is {gradient_norm}, not a finite number. Choose a lower {{training.learning_rate}}, more {{training.warmup_steps}}, or a {{training.gradient_clip}} such as 1."
            ),
            zh: format!(
                "训练发散：第 {step} 步的梯度范数是 {gradient_norm}，不再是有限的数。请减小 {{training.learning_rate}}，增加 {{training.warmup_steps}}，或把 {{training.gradient_clip}} 设为 1 左右。"
            ),
        },
    )
}

/// A base model whose loss is no finite number before any training.
pub fn broken_model(base: &str, loss: f64) -> Problem {
    let base = shorten(base, 80);
    let message = Text {
        en: format!(
            "The model {base} ({{model.base}}) gives a validation loss of {loss} before any training: its weights are finite, but too large to compute with. Export it again, or choose another model."
        ),
        zh: format!(
            "模型 {base}（{{model.base}}）在训练之前的验证损失就是 {loss}：它的权重虽是有限的数，但大到无法计算。请重新导出，或换一个模型。"
        ),
    };
    problem(ProblemCode::BadFile, Some("model.base"), Some(base), message)
}

/// A file that the tab has no memory for.
pub fn no_room_for_file(name: &str, bytes: usize) -> Problem {
    let size = mib(bytes as f64);
    let message = Text {
        en: format!("The tab has no memory left for {name} ({size} MiB). Close other tabs, or choose a smaller model or text."),
        zh: format!("标签页没有足够的内存来放 {name}（{size} MiB）。请关闭其他标签页，或选用更小的模型或文本。"),
    };
    Problem { code: ProblemCode::OutOfMemory, run: None, field: None, value: Some(name.to_owned()), message }
}

/// Sizes that make no model.
pub fn model_sizes(error: &ConfigError) -> Problem {
    conflict("model", reasons::config(error))
}

/// An error of ours.
pub fn internal(error: &str) -> Problem {
    let error = shorten(error, 400);
    let message = Text {
        en: format!("This is an error of TinyAI Playground, not yours: {error}. Please report it, with the spec."),
        zh: format!("这是 TinyAI Playground 自身的错误，与你的设置无关：{error}。请连同实验配置一起反馈给我们。"),
    };
    problem(ProblemCode::Internal, None, None, message)
}

/// Bytes as MiB, with one decimal below 100.
pub(in crate::lab) fn mib(bytes: f64) -> String {
    let mib = bytes / (1024.0 * 1024.0);
    if mib < 100.0 { format!("{mib:.1}") } else { format!("{mib:.0}") }
}

fn conflict(field: &str, message: Text) -> Problem {
    problem(ProblemCode::Conflict, Some(field), None, message)
}

fn problem(code: ProblemCode, field: Option<&str>, value: Option<String>, message: Text) -> Problem {
    Problem { code, run: None, field: field.map(str::to_owned), value, message }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    fn assert_both(problem: &Problem, parts: &[&str]) {
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(parts.iter().all(|part| text.contains(part)), "{parts:?} not all in: {text}");
        }
    }

    #[test]
    fn a_base_model_that_does_not_exist_names_those_that_do() {
        let problem = not_found(Asset::BaseModel, "tang-poem", &["tang-poems", "shakespeare-plays"]);
        assert_eq!(problem.field.as_deref(), Some("model.base"));
        assert_both(&problem, &["tang-poem\"", "tang-poems", "shakespeare-plays"].map(|part| part.trim_matches('"')));
        assert!(problem.message.en.contains("Did you mean tang-poems?"));
        assert_both(&not_found(Asset::Corpus, "x", &[]), &["data.corpus"]);
    }

    #[test]
    fn out_of_memory_names_the_category_the_bytes_and_what_to_lower() {
        let live = BTreeMap::from([("parameters".to_owned(), 12 << 20), ("activations".to_owned(), 200 << 20)]);
        let problem = out_of_memory(&Refused { category: "activations", bytes: 64 << 20, live: &live, limit: Some(256 << 20) });
        assert_eq!(problem.field.as_deref(), Some("training.batch_size"));
        assert_both(&problem, &["64.0 MiB", "256 MiB", "212 MiB", "training.batch_size", "data.context"]);
        let tab = out_of_memory(&Refused { category: "optimizer", bytes: 1 << 20, live: &BTreeMap::new(), limit: None });
        assert_both(&tab, &["1.0 MiB", "fine_tuning.method"]);
    }

    #[test]
    fn divergence_names_the_step_the_loss_and_the_learning_rate() {
        assert_both(&diverged(17, f64::NAN), &["17", "NaN", "training.learning_rate"]);
        assert_both(&diverged_gradient(17, f64::INFINITY), &["17", "inf", "training.learning_rate"]);
    }

    #[test]
    fn a_bad_file_gives_its_reason_in_both_languages() {
        let reason = Text { en: "It is empty.".into(), zh: "文件是空的。".into() };
        let problem = bad_file("a.txt", &reason);
        assert!(problem.message.en.ends_with("It is empty.") && problem.message.zh.ends_with("文件是空的。"));
        assert_both(&problem, &["a.txt"]);
    }
}
