//! What is wrong with something a person gave us: what, the value, what would be accepted, in both languages.

use serde::Serialize;

use crate::json::FromJson;

/// A text in the languages of the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// The kinds of problem, for code that reacts to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// A field that the spec does not have.
    UnknownField,
    /// A field that must be there and is not.
    Missing,
    /// A value of the wrong JSON type.
    WrongType,
    /// A number or length outside its range.
    OutOfRange,
    /// A value that is none of those allowed.
    NotAllowed,
    /// Two fields that do not go together.
    Conflict,
    /// A base model or corpus that does not exist.
    NotFound,
    /// A file that cannot be read as what it should be.
    BadFile,
    /// The memory limit, or the tab's memory, is used up.
    OutOfMemory,
    /// The loss is no longer a finite number.
    Diverged,
    /// A rank of a parallel training is gone, or was stopped.
    RankLost,
    /// An error of ours.
    Internal,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct Problem {
    /// Its kind.
    pub code: ProblemCode,
    /// Name of the run it concerns; absent: the whole experiment.
    pub run: Option<String>,
    /// Dotted path of the field it concerns, e.g. `fine_tuning.lora.rank`; absent: none in particular.
    pub field: Option<String>,
    /// The offending value as written.
    pub value: Option<String>,
    /// The whole message, for a person: what, the value, what would be accepted or what to do.
    pub message: Text,
}

impl Problem {
    /// The same problem, of the run with this name.
    #[must_use]
    pub fn in_run(self, name: &str) -> Self {
        Self { run: Some(name.to_owned()), ..self }
    }
}

/// A message without a form: fields, `{training.steps}` in it, by their paths, and choices, `{fine_tuning.method=lora}`, as JSON.
pub fn without_form(message: &str) -> String {
    in_words(message, |field, choice| Some(choice.map_or_else(|| field.to_owned(), |choice| format!("\"{choice}\""))))
}

/// A message with `words` for the fields and choices in it, by field and choice; those that there are none for stay as they are.
pub fn in_words(message: &str, words: impl Fn(&str, Option<&str>) -> Option<String>) -> String {
    let mut plain = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        plain += before;
        let reference = from.find('}').map(|end| (&from[1..end], &from[end + 1..])).filter(|(inner, _)| is_reference(inner));
        let said = reference.and_then(|(inner, after)| {
            let (field, choice) = inner.split_once('=').map_or((inner, None), |(field, choice)| (field, Some(choice)));
            Some((words(field, choice)?, after))
        });
        match said {
            Some((words, after)) => {
                if before.ends_with(is_ideograph) {
                    plain.push(' ');
                }
                plain += &words;
                if after.starts_with(is_ideograph) {
                    plain.push(' ');
                }
                rest = after;
            }
            None => {
                plain.push('{');
                rest = &from[1..];
            }
        }
    }
    plain + rest
}

/// Chinese and what is not stand apart.
fn is_ideograph(char: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&char)
}

fn is_reference(inner: &str) -> bool {
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.')
    };
    match inner.split_once('=') {
        // The ids of models and texts have hyphens.
        Some((field, choice)) => word(field) && word(&choice.replace('-', "_")),
        None => word(inner),
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::without_form;

    #[test]
    fn references_become_paths_and_everything_else_stays() {
        for (message, plain) in [
            ("{training.steps} is 0.", "training.steps is 0."),
            ("one of {fine_tuning.method=full}, {fine_tuning.method=lora}.", "one of \"full\", \"lora\"."),
            ("the model {model.base=tang-poems}", "the model \"tang-poems\""),
            ("{\"a\": {\"b\": 1}} { } {Ä} {", "{\"a\": {\"b\": 1}} { } {Ä} {"),
            ("请把{data.context}改小（{data.corpus}）", "请把 data.context 改小（data.corpus）"),
            ("", ""),
        ] {
            assert_eq!(without_form(message), plain);
        }
    }
}
