//! The errors of the rooms above, said in both languages.

use std::collections::BTreeMap;

use super::problem::{Problem, Text};
use super::problems::{self, Refused};
use crate::data::text::TextError;
use crate::data::{CorpusError, TextPart, TokenizerError};
use crate::finetune::MethodError;
use crate::formats::FormatError;
use crate::nn::{BuildError, ConfigError, MAX_LAYERS, RopeError};
use crate::tensor::{Category, OutOfMemory};

/// A refused allocation.
pub fn out_of_memory(refused: &OutOfMemory) -> Problem {
    let live: BTreeMap<String, u64> = Category::ALL
        .into_iter()
        .map(|category| (category.name().to_owned(), refused.report.of(category).live as u64))
        .filter(|(_, bytes)| *bytes > 0)
        .collect();
    problems::out_of_memory(&Refused {
        category: refused.category.name(),
        bytes: refused.requested as u64,
        live: &live,
        limit: refused.limit.map(|limit| limit as u64),
    })
}

/// A file that was not brought along; `own`: it is one of the visitor's.
pub fn missing_file(own: bool) -> Text {
    match own {
        true => Text {
            en: "It has not been added on this page. Add it: a model of your own is a .safetensors file together with its config.json and tokenizer.json.".into(),
            zh: "当前页面中没有这个文件，请先添加它。自己的模型需要一个 .safetensors 文件，以及它的 config.json 和 tokenizer.json。".into(),
        },
        false => Text { en: "It could not be loaded. Reload the page and try again.".into(), zh: "文件没有加载成功，请刷新页面后再试。".into() },
    }
}

/// A tokenizer with more tokens than its model.
pub fn vocabulary(tokens: usize, vocab_size: usize) -> Text {
    Text {
        en: format!(
            "It has {tokens} tokens, but the model's vocab_size is {vocab_size}. Use the tokenizer that the model was trained with."
        ),
        zh: format!("它有 {tokens} 个词元，而模型的 vocab_size 是 {vocab_size}。请使用训练该模型时的分词器。"),
    }
}

/// A fine-tuning method that could not be attached.
pub fn method(error: &MethodError) -> Problem {
    match error {
        MethodError::Build(BuildError::Memory(refused)) => out_of_memory(refused),
        // Rank and targets are checked before a model is loaded: what is left is ours.
        other => problems::internal(&other.to_string()),
    }
}

/// Sizes that make no model.
pub fn config(error: &ConfigError) -> Text {
    let zh = match error {
        ConfigError::Zero { field } => format!("{field} 为 0，至少应为 1。"),
        ConfigError::Heads { n_heads, n_kv_heads, nearest } => {
            format!("键值头数 {n_kv_heads} 不能整除查询头数 {n_heads}，可改为 {nearest}。")
        }
        ConfigError::OddHead { d_head } => format!("每个头的宽度 {d_head} 是奇数；旋转位置编码要求它是偶数。"),
        ConfigError::TensorParallel { n_heads, n_kv_heads, ranks, nearest } => {
            format!("{ranks} 个进程无法平均分配 {n_heads} 个查询头和 {n_kv_heads} 个键值头，可改为 {nearest} 个。")
        }
        ConfigError::TensorTooLarge { product, elements, limit } => {
            format!("{product} = {elements} 个元素，超过了 32 位地址空间所能容纳的 {limit} 个；请减小其中一个尺寸。")
        }
        ConfigError::TooLarge { field, value, limit } => format!("{field} = {value} 超过了 32 位地址空间所能容纳的 {limit}。"),
        ConfigError::TooManyLayers { n_layers } => format!("模型有 {n_layers} 层，最多只能有 {MAX_LAYERS} 层。"),
        ConfigError::LayerTypes { n_layers, found } => format!("layer_types 列出了 {found} 层，但模型有 {n_layers} 层。"),
        ConfigError::QueryScale { scalar } => format!("query_pre_attn_scalar = {scalar}，必须大于 0。"),
        ConfigError::Rope(RopeError::Value { field, value, .. }) => format!("旋转位置编码的 {field} = {value} 不在允许的范围内。"),
        ConfigError::Rope(RopeError::Dynamic { original, max_positions }) => format!(
            "rope_type dynamic 只在不超过 {original} 个词元时有确定的含义，而模型要读 {max_positions} 个；请把 max_position_embeddings 改为 {original}。"
        ),
    };
    Text { en: sentence(error), zh }
}

/// Weights that do not make a model.
pub fn build(error: &BuildError) -> Text {
    let zh = match error {
        BuildError::Config(error) => return config(error),
        BuildError::Memory(_) => "内存不足。".into(),
        BuildError::MissingWeight { name, shape } => {
            format!("缺少权重 {name}（形状应为 {shape:?}）。文件必须包含 config.json 所要求的全部权重。")
        }
        BuildError::WrongShape { name, expected, found } => format!("权重 {name} 的形状是 {found:?}，而 config.json 要求 {expected:?}。"),
        BuildError::UnreadableWeight { name, reason } => format!("权重 {name} 无法读取：{reason}。"),
    };
    Text { en: sentence(error), zh }
}

/// Bytes that are no text.
pub fn text(error: &TextError) -> Text {
    let zh = match error {
        TextError::NotUtf8 { offset, byte } => format!("它不是 UTF-8 编码：第 {offset} 字节是 0x{byte:02X}。请另存为 UTF-8。"),
        TextError::Encoding { encoding } => format!("它的编码是 {encoding}，不是 UTF-8。请另存为 UTF-8。"),
    };
    Text { en: sentence(error), zh }
}

/// A text that cannot be used.
pub fn corpus(error: &CorpusError) -> Text {
    let zh = match error {
        CorpusError::Empty { name, bytes } => format!("文本 {name} 是空的（{bytes} 字节，没有文字）。请选择有内容的文件。"),
        CorpusError::NotUtf8 { name, offset, byte } => {
            format!("文本 {name} 不是 UTF-8 编码：第 {offset} 字节是 0x{byte:02X}。请另存为 UTF-8 后重新选择。")
        }
        CorpusError::Encoding { name, encoding } => {
            format!("文本 {name} 的编码是 {encoding}，不是 UTF-8。请另存为 UTF-8 后重新选择。")
        }
        CorpusError::TooShort { name, part, tokens, needed, context, largest_context, validation_percent } => {
            let part = match part {
                TextPart::Train => "训练",
                TextPart::Validation => "验证",
            };
            format!(
                "文本 {name} 的{part}部分只有 {tokens} 个词元，而长度为 {context} 的上下文至少需要 {needed} 个。\
                 请换更长的文本，把上下文减到 {largest_context} 以内，或者调整验证比例（现为 {validation_percent}%）。"
            )
        }
    };
    Text { en: sentence(error), zh }
}

/// A tokenizer that cannot be used.
pub fn tokenizer(error: &TokenizerError) -> Text {
    let zh = match error {
        TokenizerError::Malformed { reason } => format!("tokenizer.json 无法读取：{reason}。它应是 Hugging Face 的 tokenizer.json。"),
        TokenizerError::RepeatedKey { key, first, second } => {
            format!("tokenizer.json 中键 {key} 出现了两次，值分别是 {first} 和 {second}；请只保留正确的那个。")
        }
        TokenizerError::Part { part, value, accepted } => {
            format!("tokenizer.json 中 {part} 的值是 {value}，本引擎不会照做；可接受：{accepted}。")
        }
        TokenizerError::Unsupported { kind } => {
            format!("tokenizer.json 的类型是 {kind}；本引擎只能读取无合并的字节级分词器（BPE）和字符级分词器（WordLevel）。")
        }
        TokenizerError::Id { token, id, vocab_size } => format!("词元 {token:?} 的编号 {id} 不在 0 到 {vocab_size} 之间，或重复使用了。"),
        TokenizerError::Token { id, expected, found } => format!("编号 {id} 应是 {expected}，文件中却是 {found:?}。"),
        TokenizerError::Repeated { token } => format!("词元 {token:?} 在词表中出现了两次，每个词元只能有一个编号。"),
        TokenizerError::TooLarge { vocab_size, largest } => format!("词表有 {vocab_size} 个词元，最多只能读取 {largest} 个。"),
    };
    Text { en: sentence(error), zh }
}

/// A file of another format than it should have.
pub fn format(error: &FormatError) -> Text {
    let zh = match error {
        FormatError::TooShort { bytes } => {
            format!("这不是 safetensors 文件，或者只是它的开头：文件只有 {bytes} 字节，而光是文件头的长度就要占前 8 个字节。")
        }
        FormatError::NotSafetensors { header_bytes, available_bytes } => {
            format!(
                "这不是 safetensors 文件：前 8 个字节之后应当是以 {{ 开头的 JSON 文件头；前 8 个字节给出的文件头长度是 {header_bytes} 字节，后面有 {available_bytes} 字节。"
            )
        }
        FormatError::HeaderBeyondFile { header_bytes, available_bytes } => {
            format!(
                "这个 safetensors 文件不完整：前 8 个字节说明文件头长 {header_bytes} 字节，但后面只有 {available_bytes} 字节。请重新下载或导出。"
            )
        }
        FormatError::NotJson { file, detail } => format!("{file} 的内容不正确：{detail}。请重新下载或导出。"),
        FormatError::NotText { file, error } => format!("{file} 无法读取：{}", text(error).zh),
        FormatError::RepeatedKey { file, key, first, second } => {
            format!("{file} 中键 {key} 出现了两次，值分别是 {first} 和 {second}；请只保留正确的那个。")
        }
        FormatError::Dtype { tensor, dtype, accepted } => format!("张量 {tensor} 的类型 {dtype} 无法读取；可用的类型：{accepted}。"),
        FormatError::Offsets { tensor, begin, end, expected_begin } => {
            format!("张量 {tensor} 位于数据的第 {begin} 至 {end} 字节，但应从第 {expected_begin} 字节开始。文件已损坏，请重新导出。")
        }
        FormatError::TensorSize { tensor, shape, dtype, bytes } => {
            format!("张量 {tensor}（形状 {shape:?}，类型 {dtype}）与它的 {bytes} 字节不符。文件已损坏，请重新导出。")
        }
        FormatError::DataLength { described_bytes, found_bytes } => {
            format!("张量共需 {described_bytes} 字节，但文件中有 {found_bytes} 字节数据。文件被截断或已损坏。")
        }
        FormatError::MissingTensor { tensor, found } => format!("缺少张量 {tensor}；文件中有 {found} 个张量。它是不是另一个模型的文件？"),
        FormatError::UnexpectedTensor { tensor, accepted } => format!("这里不应有张量 {tensor}；可接受的名字：{accepted}。"),
        FormatError::WrongShape { tensor, expected, found } => {
            format!("张量 {tensor} 的形状是 {found:?}，应为 {expected:?}。权重和配置是否属于同一个模型？")
        }
        FormatError::UnusedTensors { count, names } => {
            let more = if names.len() < *count { "……" } else { "" };
            format!(
                "文件中有 {count} 个张量不是 config.json 所要求的：{}{more}。少了它们，算出来的就是另一个模型。权重和配置是否属于同一个模型？",
                names.join("、")
            )
        }
        FormatError::NotFinite { tensor, count, len, index, value } => {
            format!(
                "张量 {tensor} 的 {len} 个值中有 {count} 个不是有限的数，第一个位于 {index:?}，值为 {value}。这样的模型算不出结果，请重新导出文件。"
            )
        }
        FormatError::MissingField { file, field, accepted } => format!("{file} 缺少字段 {field}；可接受：{accepted}。"),
        FormatError::Field { file, field, value, accepted } => format!("{file} 中 {field} = {value} 不受支持；可接受：{accepted}。"),
        FormatError::Contradiction { file, field, value, other, other_value } => {
            format!("{file} 中 {field} = {value} 与 {other} = {other_value} 互相矛盾；请只保留训练该模型时使用的那个。")
        }
        FormatError::UnknownField { file, field, value } => {
            format!(
                "{file} 中的 {field} = {value} 是未知字段，可能会改变计算结果。若它不影响结果，请删去该字段；否则请关闭该功能后重新导出。"
            )
        }
        FormatError::EmptyAdapter { modules } => {
            format!("适配器中没有 {modules} 的权重，而 adapter_config.json 声明了它们。请重新导出，或改写配置，只写文件中确实有的模块。")
        }
        FormatError::Rank { tensor, module, expected, found } => {
            format!(
                "张量 {tensor} 的秩是 {found}，而 adapter_config.json 规定 {module} 的秩为 {expected}。权重和配置是否属于同一个适配器？"
            )
        }
        FormatError::RepeatedTensor { first, second } => {
            format!("张量 {first} 和 {second} 是同一个权重的两种写法；请只保留正确的那个。")
        }
    };
    Text { en: sentence(error), zh }
}

/// An error's message as a sentence.
pub(super) fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    // The name of a file is written as it is.
    let name = text.split([' ', ':']).next().is_some_and(|word| word.contains('.'));
    let end = if text.ends_with(['.', '?']) { "" } else { "." };
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !name => format!("{}{}{end}", first.to_uppercase(), letters.as_str()),
        _ => text + end,
    }
}
