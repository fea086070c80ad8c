//! `tinyai check SPEC.json`

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use tinyai::data::text::utf8;
use tinyai::lab::check::{diff, parse_str, resolve};
use tinyai::lab::problem::Text;
use tinyai::lab::problems::bad_file;
use tinyai::lab::reasons;
use tinyai::lab::spec::{RunSpec, Spec};

use crate::cli::Failure;
use crate::language::Language;

/// Checks the spec and prints, run by run, the fields in which it differs from the base.
pub fn run(path: &Path, language: Language) -> Result<(), Failure> {
    let (spec, runs) = read_spec(path)?;
    let mut out = io::stdout().lock();
    for (run, config) in spec.runs.iter().zip(&runs) {
        writeln!(out, "✓ {}", run.name)?;
        let differences = diff(&spec.base, config);
        if differences.is_empty() {
            let same = Text { en: "as the base".into(), zh: "与 base 相同".into() };
            writeln!(out, "    {}", language.of(&same))?;
        }
        for difference in differences {
            writeln!(out, "    {}: {} → {}", difference.field, difference.base, difference.value)?;
        }
    }
    Ok(())
}

/// Reads and checks a spec; `-` is standard input. With it, the whole configuration of each run.
pub fn read_spec(path: &Path) -> Result<(Spec, Vec<RunSpec>), Failure> {
    let spec = parse_str(&read_text(path)?)?;
    let runs = resolve(&spec)?;
    Ok((spec, runs))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let name = path.display().to_string();
    let bytes = read.map_err(|error| {
        let en = format!("It cannot be read: {error}.");
        vec![bad_file(&name, &Text { en, zh: format!("无法读取：{error}。") })]
    })?;
    match utf8(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(vec![bad_file(&name, &reasons::text(&error))].into()),
    }
}
