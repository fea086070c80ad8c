//! What a run has measured so far.

use std::collections::BTreeMap;

use crate::lab::problem::Problem;
use crate::lab::result::{FieldDiff, MemoryUse, Metric, MetricKind, RunResult, RunStatus, Sample};
use crate::tensor::MemoryReport;

/// What a run has measured so far.
#[derive(Debug)]
pub(super) struct Outcome {
    name: String,
    diff: Vec<FieldDiff>,
    status: Option<RunStatus>,
    problem: Option<Problem>,
    series: BTreeMap<String, Vec<(u32, f64)>>,
    memory: BTreeMap<String, MemoryUse>,
    samples: Vec<Sample>,
    /// Scalars, all and trainable.
    parameters: Option<(usize, usize)>,
    /// Share of the text's characters that the vocabulary lacks.
    unknown: f64,
    step_seconds: Vec<f64>,
    tokens_per_step: usize,
}

/// Steps whose median is the current throughput.
const RECENT: usize = 20;
/// Last steps whose mean is the final training loss.
const LAST_LOSSES: usize = 10;

impl Outcome {
    pub fn new(name: &str, diff: Vec<FieldDiff>) -> Self {
        Self {
            name: name.to_owned(),
            diff,
            status: None,
            problem: None,
            series: BTreeMap::new(),
            memory: BTreeMap::new(),
            samples: Vec::new(),
            parameters: None,
            unknown: 0.0,
            step_seconds: Vec::new(),
            tokens_per_step: 0,
        }
    }

    pub fn status(&self) -> Option<RunStatus> {
        self.status
    }

    pub fn end(&mut self, status: RunStatus, problem: Option<Problem>) {
        self.status = Some(status);
        self.problem = problem;
    }

    pub fn parameters(&mut self, total: usize, trainable: usize) {
        self.parameters = Some((total, trainable));
    }

    pub fn unknown(&mut self, share: f64) {
        self.unknown = share;
    }

    pub fn metric(&mut self, series: &str, step: u32, value: f64) {
        match self.series.get_mut(series) {
            Some(points) => points.push((step, value)),
            None => drop(self.series.insert(series.to_owned(), vec![(step, value)])),
        }
    }

    pub fn step(&mut self, seconds: f64, tokens: usize) {
        self.step_seconds.push(seconds);
        self.tokens_per_step = tokens;
    }

    pub fn sample(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    /// Trained tokens per second, by the median of the last steps.
    pub fn tokens_per_second(&self) -> f64 {
        let recent = &self.step_seconds[self.step_seconds.len().saturating_sub(RECENT)..];
        quartiles(recent).map_or(0.0, |[_, median, _]| self.tokens_per_step as f64 / median)
    }

    /// Writes down the memory, and gives it as it goes to the page.
    pub fn memory(&mut self, report: MemoryReport) -> BTreeMap<String, MemoryUse> {
        self.memory = MemoryUse::by_category(&report);
        self.memory.clone()
    }

    pub fn result(&self, seconds: f64) -> RunResult {
        RunResult {
            name: self.name.clone(),
            // A run that is asked before its end was not finished.
            status: self.status.unwrap_or(RunStatus::Cancelled),
            problem: self.problem.clone(),
            diff: self.diff.clone(),
            series: self.series.clone(),
            metrics: self.metrics(seconds),
            memory: self.memory.clone(),
            samples: self.samples.clone(),
        }
    }

    fn metrics(&self, seconds: f64) -> BTreeMap<String, Metric> {
        let mut metrics = BTreeMap::new();
        let mut add = |name: &str, unit: &str, value: f64, spread: Option<(f64, f64)>| {
            if value.is_finite() {
                metrics.insert(name.to_owned(), Metric { value, unit: unit.to_owned(), kind: MetricKind::Measured, spread });
            }
        };
        if let Some((total, trainable)) = self.parameters {
            add("trainable_parameters", "parameters", trainable as f64, None);
            add("total_parameters", "parameters", total as f64, None);
            add("trainable_share", "ratio", trainable as f64 / total as f64, None);
        }
        if self.unknown > 0.0 {
            add("unknown_share", "ratio", self.unknown, None);
        }
        if let Some(points) = self.series.get("validation_loss") {
            add("base_validation_loss", "nats/token", points.iter().find(|p| p.0 == 0).map_or(f64::NAN, |p| p.1), None);
            add("validation_loss", "nats/token", points.last().map_or(f64::NAN, |p| p.1), None);
        }
        if let Some(points) = self.series.get("loss") {
            let last = &points[points.len().saturating_sub(LAST_LOSSES)..];
            add("loss", "nats/token", last.iter().map(|p| p.1).sum::<f64>() / last.len() as f64, None);
        }
        if let Some([low, median, high]) = quartiles(&self.step_seconds) {
            let rate = |seconds: f64| self.tokens_per_step as f64 / seconds;
            add("step_time", "ms", median * 1e3, Some((low * 1e3, high * 1e3)));
            add("tokens_per_second", "tokens/s", rate(median), Some((rate(high), rate(low))));
        }
        add("duration", "s", seconds, None);
        if let Some(total) = self.memory.get("total") {
            add("peak_memory", "bytes", total.peak_bytes as f64, None);
        }
        metrics
    }
}

/// Lower quartile, median and upper quartile by the nearest rank.
fn quartiles(values: &[f64]) -> Option<[f64; 3]> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    Some([1, 2, 3].map(|quarter| sorted[(last * quarter + 2) / 4]))
}

#[cfg(test)]
mod tests {
    use super::quartiles;

    #[test]
    fn quartiles_are_values_that_were_measured() {
        assert_eq!(quartiles(&[]), None);
        assert_eq!(quartiles(&[3.0]), Some([3.0; 3]));
        assert_eq!(quartiles(&[5.0, 1.0, 4.0, 2.0, 3.0]), Some([2.0, 3.0, 4.0]));
    }
}
