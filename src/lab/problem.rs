//! What is wrong with something a person gave us: what, the value, what would be accepted, in both languages.

use serde::{Deserialize, Serialize};

/// A text in the languages of the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// The kinds of problem, for code that reacts to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
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
