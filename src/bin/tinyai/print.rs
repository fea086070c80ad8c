//! What every command prints: JSON on standard output, problems on standard error.

use std::io::{self, Write};

use serde::Serialize;
use tinyai::lab::problem::Problem;

use crate::language::Language;

/// Prints a value as indented JSON.
pub fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)
}

/// Prints problems, one a paragraph, each under the run it concerns.
pub fn problems(problems: &[Problem], language: Language) {
    for problem in problems {
        let run = match (&problem.run, language) {
            (None, _) => String::new(),
            (Some(run), Language::En) => format!("run \"{run}\": "),
            (Some(run), Language::Zh) => format!("运行“{run}”："),
        };
        eprintln!("✗ {run}{}", language.of(&problem.message));
    }
}
