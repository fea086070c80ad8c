//! Gathers what is wrong in a case, and makes sure that nothing the case expects was left out.

use std::collections::BTreeSet;
use std::error::Error;

use serde_json::Value;
use tinyai::formats::safetensors::{self, TensorFile};

use super::case::Case;
use super::tolerance::{Tolerance, Tolerances};

/// Most findings kept; the rest are counted.
const MAX_FINDINGS: usize = 8;

/// The comparisons of one case.
pub struct Checks<'c> {
    case: &'c Case<'c>,
    compared: BTreeSet<String>,
    used_keys: BTreeSet<String>,
    findings: Vec<String>,
}

impl<'c> Checks<'c> {
    /// No comparison yet.
    pub fn new(case: &'c Case<'c>) -> Self {
        Self { case, compared: BTreeSet::new(), used_keys: BTreeSet::new(), findings: Vec::new() }
    }

    /// Compares with a reference under the tolerance that `case.json` gives for `name`.
    pub fn compare(&mut self, name: &str, got: &[f64], want: &[f64]) -> Result<(), String> {
        let tolerances = self.tolerances()?;
        let (key, tolerance) = tolerances.of(name).ok_or_else(|| format!("case.json gives no tolerance for {name}"))?;
        self.used_keys.insert(key.to_owned());
        self.note(name, tolerance.check(name, got, want));
        Ok(())
    }

    /// Compares float32 values with the tensor of that name in `file`.
    pub fn tensor(&mut self, name: &str, got: &[f32], file: &TensorFile) -> Result<(), Box<dyn Error>> {
        Ok(self.compare(name, &widen(got), &widen(&file.tensor(name)?.to_f32()?))?)
    }

    /// Compares integers, such as bit patterns, with the tensor of that name in `file`.
    pub fn integer_tensor(&mut self, name: &str, got: &[i64], file: &TensorFile) -> Result<(), Box<dyn Error>> {
        let widen = |values: &[i64]| values.iter().map(|value| *value as f64).collect::<Vec<_>>();
        Ok(self.compare(name, &widen(got), &widen(&file.tensor(name)?.to_i64()?))?)
    }

    /// Compares with the number or the list of numbers at `expected.{name}` of `case.json`. Integers without a
    /// tolerance are exact.
    pub fn expected(&mut self, name: &str, got: &[f64]) -> Result<(), String> {
        let path = format!("expected.{name}");
        let want = self.case.numbers(&path)?;
        let is_integer = self.case.value(&path)?.is_u64();
        if is_integer && self.tolerances()?.of(name).is_none() {
            self.note(name, Tolerance::EXACT.check(name, got, &want));
            return Ok(());
        }
        self.compare(name, got, &want)
    }

    /// Notes a finding that is not a matter of tolerance.
    pub fn require(&mut self, holds: bool, finding: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(finding());
        }
    }

    /// Ends the case: whatever `case.json` expects and was not compared is a finding too.
    pub fn finish(mut self) -> Result<Vec<String>, Box<dyn Error>> {
        for key in self.tolerances()?.keys() {
            if !self.used_keys.contains(key) {
                self.findings.push(format!("nothing was compared under the tolerance `{key}`"));
            }
        }
        for name in self.expected_tensors()?.into_iter().chain(self.expected_integers()) {
            if !self.compared.contains(&name) {
                self.findings.push(format!("{name} was not compared"));
            }
        }
        let more = self.findings.len().saturating_sub(MAX_FINDINGS);
        self.findings.truncate(MAX_FINDINGS);
        if more > 0 {
            self.findings.push(format!("and {more} more"));
        }
        Ok(self.findings)
    }

    fn note(&mut self, name: &str, result: Result<(), String>) {
        self.compared.insert(name.to_owned());
        self.findings.extend(result.err());
    }

    fn tolerances(&self) -> Result<Tolerances, String> {
        let keys = self.case.value("tolerances")?;
        Tolerances::from_json(keys.as_object().ok_or("case.json: tolerances is not an object")?)
    }

    /// Names of the tensors with the role `expected`; a pattern (`grad.*`) stands for the names in the file.
    fn expected_tensors(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let mut names = Vec::new();
        let files = self.case.value("tensors")?.as_object().into_iter().flatten();
        for (path, tensors) in files {
            let bytes = self.case.file(path)?;
            let file = safetensors::read(&bytes)?;
            for (pattern, info) in tensors.as_object().into_iter().flatten() {
                if info.get("role") != Some(&Value::from("expected")) {
                    continue;
                }
                let holds = |name: &&String| match pattern.strip_suffix('*') {
                    Some(start) => name.starts_with(start),
                    None => *name == pattern,
                };
                let before = names.len();
                names.extend(file.tensors.keys().filter(holds).cloned());
                let want = info.get("count").and_then(Value::as_u64).unwrap_or(1);
                if (names.len() - before) as u64 != want {
                    return Err(format!("{path}: {} tensors {pattern}, want {want}", names.len() - before).into());
                }
            }
        }
        Ok(names)
    }

    /// Names of the integers directly in `expected`.
    fn expected_integers(&self) -> Vec<String> {
        let expected = self.case.json.get("expected").and_then(Value::as_object).into_iter().flatten();
        expected.filter(|(_, value)| value.is_u64()).map(|(name, _)| name.clone()).collect()
    }
}

/// Float32 as float64, in which the deviation is computed.
pub fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}
