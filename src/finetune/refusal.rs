//! Why a method does not go with a model.

use std::fmt;

/// A setting that does not go with the model or with how ranks share it out: what, the values, and what would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Path of the setting below `fine_tuning`, e.g. `lora.rank`.
    pub setting: &'static str,
    /// Its value.
    pub value: String,
    /// Whether the value is out of its range, whatever else is set; otherwise it does not go with something else.
    pub out_of_range: bool,
    /// The message in English; settings are in braces, e.g. `{fine_tuning.lora.rank}`, and choices too, e.g. `{fine_tuning.method=lora}`.
    pub en: String,
    /// The message in Chinese.
    pub zh: String,
}

impl Refusal {
    /// Of a value that is out of its range.
    pub fn out_of_range(setting: &'static str, value: impl ToString, [en, zh]: [String; 2]) -> Self {
        Self { setting, value: value.to_string(), out_of_range: true, en, zh }
    }

    /// Of settings that do not go together.
    pub fn conflict(setting: &'static str, value: impl ToString, [en, zh]: [String; 2]) -> Self {
        Self { setting, value: value.to_string(), out_of_range: false, en, zh }
    }
}

/// The English message, with the settings as the spec names them.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en.replace("{fine_tuning.", "").replace(['{', '}'], ""))
    }
}

impl std::error::Error for Refusal {}
