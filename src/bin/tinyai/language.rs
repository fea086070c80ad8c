//! The language of the messages.

use clap::ValueEnum;
use tinyai::lab::problem::{Text, without_form};

/// A language of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    En,
    /// 简体中文.
    Zh,
}

impl Language {
    /// As POSIX has it: the first of LC_ALL, LC_MESSAGES and LANG that is set; Chinese where it begins with `zh`.
    pub fn of_environment() -> Self {
        let locale =
            ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok()).find(|locale| !locale.is_empty());
        match locale {
            Some(locale) if locale.starts_with("zh") => Self::Zh,
            _ => Self::En,
        }
    }

    /// The text in this language.
    pub fn of(self, text: &Text) -> String {
        without_form(match self {
            Self::En => &text.en,
            Self::Zh => &text.zh,
        })
    }
}
