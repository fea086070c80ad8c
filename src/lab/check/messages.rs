//! What the walk found, in words: the field, the value, and what would be accepted.

use serde_json::Value;

use super::walk::{Finding, Kind, limits};
use crate::data::json::RepeatedKey;
use crate::lab::problem::{Problem, ProblemCode, Text};

/// A finding in words; `json` is the whole spec, for the names of its runs.
pub(super) fn finding(finding: Finding, json: &Value) -> Problem {
    let Finding { path, value, kind } = finding;
    let (run, field) = locate(&path, json);
    let value_items = value.as_ref().and_then(Value::as_array).map(Vec::len);
    let value = value.as_ref().map(written);
    let shown = value.clone().unwrap_or_default();
    let (code, message) = match kind {
        Kind::UnknownField { parent } => (ProblemCode::UnknownField, unknown_field(&path, &field, parent)),
        Kind::Missing { schema } => (ProblemCode::Missing, missing(&field, schema)),
        Kind::WrongType { schema } => (ProblemCode::WrongType, must_be(&field, &shown, schema)),
        Kind::OutOfRange { schema } if schema["type"] == "array" => {
            let items = value_items.unwrap_or_default();
            (ProblemCode::OutOfRange, of_length(&field, items, schema))
        }
        Kind::OutOfRange { schema } => (ProblemCode::OutOfRange, must_be(&field, &shown, schema)),
        Kind::NotAllowed { schema } => (ProblemCode::NotAllowed, not_allowed(&field, &shown, schema)),
        Kind::Repeated => (ProblemCode::NotAllowed, repeated(&field, &shown)),
    };
    let field = Some(field).filter(|_| !path.is_empty());
    Problem { code, run, field, value, message }
}

/// The run that a path lies in, and the path as the form names it: `base.` and `runs.0.patch.` are left out.
fn locate(path: &[String], json: &Value) -> (Option<String>, String) {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match names.as_slice() {
        [] => (None, String::new()),
        ["base", rest @ ..] if !rest.is_empty() => (None, join(rest)),
        ["runs", index, rest @ ..] => {
            let run = index.parse::<usize>().ok().and_then(|index| json["runs"].get(index));
            let name = run.and_then(|run| run["name"].as_str()).map(str::trim);
            let name = name.filter(|name| !name.is_empty()).map(|name| shorten(name, 40));
            match rest {
                ["patch", inner @ ..] if name.is_some() && !inner.is_empty() => (name, join(inner)),
                _ => (name, join(&names)),
            }
        }
        _ => (None, join(&names)),
    }
}

fn join(names: &[&str]) -> String {
    shorten(&names.join("."), 120)
}

fn must_be(field: &str, value: &str, schema: &Value) -> Text {
    let Text { en, zh } = expected(schema, field);
    if field.is_empty() {
        return Text {
            en: format!("The experiment is {value}, but it must be {en}."),
            zh: format!("实验的内容是 {value}，但它应当是{zh}。"),
        };
    }
    Text {
        en: format!("{{{field}}} is {value}, but it must be {en}."), zh: format!("{{{field}}}的值是 {value}，但它应当是{zh}。")
    }
}

fn not_allowed(field: &str, value: &str, schema: &Value) -> Text {
    let mut text = must_be(field, value, schema);
    if let Some(choice) = nearest(value.trim_matches('"'), choices(schema)) {
        text.en += &format!(" Did you mean {{{field}={choice}}}?");
        text.zh += &format!("你是不是想写 {{{field}={choice}}}？");
    }
    text
}

/// A list of too few or too many items.
fn of_length(field: &str, items: usize, schema: &Value) -> Text {
    let (min, max) = limits(schema, "minItems", "maxItems");
    let (chosen, most) = (choices(&schema["items"]).next().is_some(), max.is_finite());
    let (min, max) = (number(min), number(max));
    match (items, most) {
        (0, false) if chosen => Text {
            en: format!("{{{field}}} is empty. Choose at least one."),
            zh: format!("{{{field}}}一项也没有选。请至少选择一项。"),
        },
        (0, true) => Text {
            en: format!("{{{field}}} is empty, but it must have {min} to {max} items."),
            zh: format!("{{{field}}}是空的，应当有 {min} 到 {max} 项。"),
        },
        (_, true) => Text {
            en: format!("{{{field}}} has {items} items, but it may have at most {max}."),
            zh: format!("{{{field}}}有 {items} 项，最多只能有 {max} 项。"),
        },
        _ => Text {
            en: format!("{{{field}}} has too few items ({items}); it must have {min} or more."),
            zh: format!("{{{field}}}只有 {items} 项，至少应有 {min} 项。"),
        },
    }
}

fn missing(field: &str, schema: &Value) -> Text {
    let Text { en, zh } = expected(schema, field);
    Text { en: format!("{{{field}}} is missing; it must be {en}."), zh: format!("缺少{{{field}}}；它应当是{zh}。") }
}

fn repeated(field: &str, value: &str) -> Text {
    Text {
        en: format!("{{{field}}} is {value}, which the list already has; name each item once."),
        zh: format!("{{{field}}}的值是 {value}，列表中已经有了；每一项只能写一次。"),
    }
}

/// Names the nearest field of the same object, or the same name elsewhere in it (`rank` → `fine_tuning.lora.rank`).
fn unknown_field(path: &[String], field: &str, parent: &Value) -> Text {
    let name = path.last().map(String::as_str).unwrap_or_default();
    let fields: Vec<String> = keys(parent).map(str::to_owned).collect();
    let mut inner = Vec::new();
    inner_paths(parent, "", &mut inner);
    let leaf = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let elsewhere = inner.iter().find(|path| leaf(path) == name).map(String::as_str);
    let suggestion = elsewhere.or_else(|| nearest(name, fields.iter().map(String::as_str)));
    let (mean_en, mean_zh) = match suggestion {
        Some(near) => (format!(" Did you mean {near}?"), format!("你是不是想写 {near}？")),
        None => Default::default(),
    };
    Text {
        en: format!("There is no field named {field}.{mean_en} The fields there are: {}.", fields.join(", ")),
        zh: format!("没有名为 {field} 的字段。{mean_zh}此处的字段有：{}。", fields.join("、")),
    }
}

/// Dotted paths of all fields inside an object schema.
fn inner_paths(schema: &Value, prefix: &str, paths: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        inner_paths(property, &format!("{path}."), paths);
        paths.push(path);
    }
}

fn keys(schema: &Value) -> impl Iterator<Item = &str> {
    schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str())
}

fn choices(schema: &Value) -> impl Iterator<Item = &str> {
    schema["oneOf"].as_array().into_iter().flatten().filter_map(|choice| choice["const"].as_str())
}

/// What the schema of a field accepts, as the end of "it must be …".
fn expected(schema: &Value, field: &str) -> Text {
    let between = |min: &str, max: &str| {
        let (min, max) = limits(schema, min, max);
        (number(min), number(max), min.is_finite() && min > 0.0, max.is_finite())
    };
    let (en, zh) = match schema["type"].as_str() {
        None => {
            let choices: Vec<String> = choices(schema).map(|choice| format!("{{{field}={choice}}}")).collect();
            (format!("one of {}", choices.join(", ")), format!("以下之一：{}", choices.join("、")))
        }
        Some("integer" | "number") => {
            let (min, max, ..) = between("minimum", "maximum");
            let (kind_en, kind_zh) = match schema["type"].as_str() {
                Some("integer") => ("a whole number", "整数"),
                _ => ("a number", "数"),
            };
            let unit = schema["x-unit"].as_str();
            let unit_en = unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
            let unit_zh = unit.map(|unit| format!("（单位：{}）", unit_zh(unit))).unwrap_or_default();
            (format!("{kind_en} from {min} to {max}{unit_en}"), format!(" {min} 到 {max} 之间的{kind_zh}{unit_zh}"))
        }
        Some("string") => match between("minLength", "maxLength") {
            (min, max, true, true) => (format!("a text of {min} to {max} characters"), format!("长度为 {min} 到 {max} 个字符的文本")),
            (_, max, _, true) => (format!("a text of at most {max} characters"), format!("不超过 {max} 个字符的文本")),
            _ => ("a text".into(), "文本".into()),
        },
        Some("boolean") => ("true or false".into(), " true 或 false".into()),
        Some("array") => {
            let items = expected(&schema["items"], field);
            match between("minItems", "maxItems") {
                (min, max, true, true) => (
                    format!("a list of {min} to {max} items, each {}", items.en),
                    format!("有 {min} 到 {max} 项的列表，每一项是{}", items.zh),
                ),
                (min, _, true, false) => {
                    let at_least = if min == "1" { "at least one item".to_owned() } else { format!("at least {min} items") };
                    (format!("a list of {at_least}, each {}", items.en), format!("至少有 {min} 项的列表，每一项是{}", items.zh))
                }
                _ => (format!("a list, each item {}", items.en), format!("列表，每一项是{}", items.zh)),
            }
        }
        Some(_) => {
            let fields: Vec<&str> = keys(schema).collect();
            match fields.is_empty() {
                true => ("an object with the fields of the base".into(), "对象，字段与 base 相同".into()),
                false => (format!("an object with the fields {}", fields.join(", ")), format!("含有 {} 字段的对象", fields.join("、"))),
            }
        }
    };
    Text { en, zh }
}

fn unit_zh(unit: &str) -> &str {
    match unit {
        "tokens" => "词元",
        "steps" => "步",
        "sequences" => "条序列",
        unit => unit,
    }
}

fn number(value: f64) -> String {
    match value.fract() == 0.0 {
        true => format!("{value}"),
        false => Value::from(value).to_string(),
    }
}

/// A value as written, shortened to what fits in a message.
pub(super) fn written(value: &Value) -> String {
    shorten(&value.to_string(), 80)
}

/// At most `length` characters of a text, with an ellipsis for the rest.
pub(in crate::lab) fn shorten(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The candidate most like `name`; none where nothing is near: two typing errors, or one for every three characters.
pub(in crate::lab) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    if length > 100 {
        return None;
    }
    let name = name.to_lowercase().replace('-', "_");
    candidates
        .into_iter()
        .map(|candidate| {
            let written = candidate.to_lowercase().replace('-', "_");
            (strsim::osa_distance(&name, &written), candidate)
        })
        .filter(|(distance, candidate)| *distance <= (length.max(candidate.chars().count()) / 3).clamp(1, 4))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Text that is not JSON.
pub(super) fn syntax(text: &str, error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    // serde_json counts columns in bytes, and ends its message with the place, which we tell ourselves.
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let source = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let message = if error.is_eof() {
        Text {
            en: format!("The text ends too early to be JSON, at line {line}, column {column} ({reason}). Check that it was copied whole."),
            zh: format!("这段 JSON 不完整：在第 {line} 行第 {column} 列就结束了（{reason}）。请检查是否完整复制。"),
        }
    } else {
        Text {
            en: format!(
                "The text is not JSON: {reason} at line {line}, column {column}. Check the quotation marks, commas and brackets there."
            ),
            zh: format!("这不是有效的 JSON：第 {line} 行第 {column} 列有错误（{reason}）。请检查该处的引号、逗号和括号。"),
        }
    };
    let value = Some(shorten(source.trim(), 80)).filter(|source| !source.is_empty());
    Problem { code: ProblemCode::BadFile, run: None, field: None, value, message }
}

/// A key that stands twice; `json` is the whole spec, for the names of its runs.
pub(super) fn repeated_key(key: &RepeatedKey, json: &Value) -> Problem {
    let (run, field) = locate(&key.path, json);
    let (first, second) = (shorten(&key.first, 80), shorten(&key.second, 80));
    let message = Text {
        en: format!("{{{field}}} stands twice in the same object, with {first} and with {second}. Keep the one that is meant."),
        zh: format!("{{{field}}}在同一个对象中出现了两次，值分别是 {first} 和 {second}。请只保留想要的那个。"),
    };
    Problem { code: ProblemCode::Conflict, run, field: Some(field), value: Some(second), message }
}

/// A run's name of nothing but spaces.
pub(super) fn blank_name(index: usize, name: &str) -> Problem {
    let field = format!("runs.{index}.name");
    let value = written(&name.into());
    let message = Text {
        en: format!("{field} is {value}, but a run needs a name of 1 to 40 characters that can be seen."),
        zh: format!("{field} 的值是 {value}，但每次运行都需要一个 1 到 40 个可见字符的名称。"),
    };
    let (field, value) = (Some(field), Some(value));
    Problem { code: ProblemCode::NotAllowed, run: None, field, value, message }
}

/// A run's name that an earlier run has.
pub(super) fn repeated_name(index: usize, first: usize, name: &str) -> Problem {
    let field = format!("runs.{index}.name");
    let value = written(&name.into());
    let message = Text {
        en: format!("{field} is {value}, but run number {} has that name already; give each run a name of its own.", first + 1),
        zh: format!("{field} 的值是 {value}，但第 {} 次运行已经用了这个名称；每次运行的名称必须不同。", first + 1),
    };
    let (run, field, value) = (Some(shorten(name, 40)), Some(field), Some(value));
    Problem { code: ProblemCode::NotAllowed, run, field, value, message }
}
