//! What a run has measured so far.

use std::collections::BTreeMap;

use crate::lab::parallel::report::Traffic;
use crate::lab::problem::Problem;
use crate::lab::result::{FieldDiff, MemoryUse, Metric, MetricKind, Reports, RunResult, RunStatus, Sample, SampleStage};
use crate::lab::spec::RunSpec;

/// What a run has measured so far.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// Everything but the figures, which are made of it.
    so_far: RunResult,
    status: Option<RunStatus>,
    tokens_per_step: f64,
    /// Seconds of the run before it was interrupted.
    seconds_before: f64,
}

/// Steps whose median is the current throughput.
const RECENT: usize = 20;
/// Last steps whose mean is the final training loss.
const LAST_LOSSES: usize = 10;
/// Samples that are kept between the first and the last; of more, every other one.
const MOST_SAMPLES: usize = 64;

impl Outcome {
    pub fn new(name: &str, diff: Vec<FieldDiff>, spec: &RunSpec) -> Self {
        let so_far = RunResult {
            name: name.to_owned(),
            status: RunStatus::Interrupted,
            problem: None,
            diff,
            series: BTreeMap::new(),
            metrics: BTreeMap::new(),
            memory: BTreeMap::new(),
            samples: Vec::new(),
            reports: Reports::default(),
        };
        let tokens_per_step = f64::from(spec.training.batch_size) * f64::from(spec.data.context);
        Self { so_far, status: None, tokens_per_step, seconds_before: 0.0 }
    }

    /// That of a run whose result was kept.
    pub fn saved(result: RunResult, spec: &RunSpec) -> Self {
        let status = Some(result.status).filter(|status| *status != RunStatus::Interrupted);
        let seconds_before = result.metrics.get("duration").map_or(0.0, |metric| metric.value);
        Self { so_far: result, status, seconds_before, ..Self::new("", Vec::new(), spec) }
    }

    /// The same, as it was after `step` steps.
    pub fn until(&self, step: u32) -> Self {
        let mut earlier = self.clone();
        earlier.so_far.series.values_mut().for_each(|points| points.retain(|point| point.0 <= step));
        earlier.so_far.samples.retain(|sample| sample.step <= step);
        earlier
    }

    pub fn diff(&self) -> &[FieldDiff] {
        &self.so_far.diff
    }

    pub fn status(&self) -> Option<RunStatus> {
        self.status
    }

    pub fn end(&mut self, status: RunStatus, problem: Option<Problem>) {
        self.status = Some(status);
        self.so_far.problem = problem;
    }

    pub fn parameters(&mut self, total: u64, trainable: u64) {
        self.measured("trainable_parameters", "parameters", trainable as f64, None);
        self.measured("total_parameters", "parameters", total as f64, None);
        self.measured("trainable_share", "ratio", trainable as f64 / total as f64, None);
    }

    /// What the file of what was trained takes: that of an adapter in `adapter`, or the trained parameters in float32 where PEFT has no file.
    pub fn trained_file(&mut self, adapter: Option<usize>) {
        let trained = self.so_far.metrics.get("trainable_parameters").map(|metric| metric.value * size_of::<f32>() as f64);
        if let Some(bytes) = adapter.map(|bytes| bytes as f64).or(trained) {
            self.measured("adapter_bytes", "bytes", bytes, None);
        }
    }

    pub fn unknown(&mut self, share: f64) {
        if share > 0.0 {
            self.measured("unknown_share", "ratio", share, None);
        }
    }

    pub fn figure(&mut self, name: &str, figure: Metric) {
        self.so_far.metrics.insert(name.to_owned(), figure);
    }

    pub fn metric(&mut self, series: &str, step: u32, value: f64) {
        match self.so_far.series.get_mut(series) {
            Some(points) => points.push((step, value)),
            None => drop(self.so_far.series.insert(series.to_owned(), vec![(step, value)])),
        }
    }

    /// Whether a series has a point at that step.
    pub fn has_point(&self, series: &str, step: u32) -> bool {
        self.so_far.series.get(series).and_then(|points| points.last()).is_some_and(|point| point.0 >= step)
    }

    /// Whether there is a sample of that step.
    pub fn has_sample(&self, step: u32) -> bool {
        self.so_far.samples.iter().any(|sample| sample.step == step)
    }

    pub fn sample(&mut self, sample: Sample) {
        let samples = &mut self.so_far.samples;
        samples.push(sample);
        if samples.len() > MOST_SAMPLES {
            let (mut index, last) = (0, samples.len() - 1);
            samples.retain(|sample| {
                index += 1;
                sample.stage != SampleStage::During || index % 2 == 1 || index > last
            });
        }
    }

    /// Trained tokens per second, by the median of the last steps.
    pub fn tokens_per_second(&self) -> f64 {
        let seconds = self.step_seconds();
        let recent = &seconds[seconds.len().saturating_sub(RECENT)..];
        quartiles(recent).map_or(0.0, |[_, median, _]| self.tokens_per_step / median)
    }

    fn step_seconds(&self) -> Vec<f64> {
        let points = self.so_far.series.get("step_milliseconds").map(Vec::as_slice).unwrap_or_default();
        points.iter().map(|point| point.1 * 1e-3).collect()
    }

    /// Writes down the memory of all ranks: that of the run is that of the rank whose peak is the highest.
    pub fn memory(&mut self, ranks: &[&BTreeMap<String, MemoryUse>]) {
        let peak = |memory: &BTreeMap<String, MemoryUse>| memory.get("total").map_or(0, |total| total.peak_bytes);
        if let Some(most) = ranks.iter().max_by_key(|memory| peak(memory)) {
            self.so_far.memory = (*most).clone();
        }
        if ranks.len() > 1 {
            self.measured("total_memory", "bytes", ranks.iter().map(|memory| peak(memory) as f64).sum(), None);
        }
    }

    pub fn memory_now(&self) -> BTreeMap<String, MemoryUse> {
        self.so_far.memory.clone()
    }

    pub fn reports(&self) -> &Reports {
        &self.so_far.reports
    }

    pub fn reports_mut(&mut self) -> &mut Reports {
        &mut self.so_far.reports
    }

    /// What a search for the learning rate found, and how long it took.
    pub fn found(&self) -> Vec<(&'static str, Metric)> {
        let Some(report) = &self.so_far.reports.search else { return Vec::new() };
        let rate = report.chosen.map(|rate| ("learning_rate", figure(rate, "", MetricKind::Measured, None)));
        rate.into_iter().chain([("search_time", figure(report.seconds, "s", MetricKind::Measured, None))]).collect()
    }

    /// What the run took, before an interruption too, when it has taken `seconds` since.
    pub fn seconds(&self, seconds: f64) -> f64 {
        self.seconds_before + seconds
    }

    pub fn result(&self, seconds: f64) -> RunResult {
        let mut result = self.so_far.clone();
        result.status = self.status.unwrap_or(RunStatus::Interrupted);
        for (name, metric) in self.metrics(self.seconds(seconds)).into_iter().chain(self.found()) {
            result.metrics.insert(name.to_owned(), metric);
        }
        result
    }

    fn measured(&mut self, name: &str, unit: &str, value: f64, spread: Option<(f64, f64)>) {
        self.figure(name, figure(value, unit, MetricKind::Measured, spread));
    }

    fn metrics(&self, seconds: f64) -> Vec<(&'static str, Metric)> {
        let mut metrics = Vec::new();
        let mut add = |name, unit: &str, value: f64, kind, spread: Option<(f64, f64)>| {
            if value.is_finite() {
                metrics.push((name, figure(value, unit, kind, spread)));
            }
        };
        let (so_far, measured) = (&self.so_far, MetricKind::Measured);
        if let Some(points) = so_far.series.get("validation_loss") {
            add("base_validation_loss", "nats/token", points.iter().find(|p| p.0 == 0).map_or(f64::NAN, |p| p.1), measured, None);
            add("validation_loss", "nats/token", points.last().map_or(f64::NAN, |p| p.1), measured, None);
        }
        if let Some([first, .., last]) = so_far.series.get("base_text_loss").map(Vec::as_slice) {
            add("base_text_loss", "nats/token", last.1, measured, None);
            add("forgetting", "nats/token", last.1 - first.1, measured, None);
        }
        if let Some(points) = so_far.series.get("loss") {
            let last = &points[points.len().saturating_sub(LAST_LOSSES)..];
            add("loss", "nats/token", last.iter().map(|p| p.1).sum::<f64>() / last.len() as f64, measured, None);
        }
        if let Some([low, median, high]) = quartiles(&self.step_seconds()) {
            let rate = |seconds: f64| self.tokens_per_step / seconds;
            add("step_time", "ms", median * 1e3, measured, Some((low * 1e3, high * 1e3)));
            add("tokens_per_second", "tokens/s", rate(median), measured, Some((rate(high), rate(low))));
        }
        add("duration", "s", seconds, measured, None);
        if let Some(total) = so_far.memory.get("total") {
            add("peak_memory", "bytes", total.peak_bytes as f64, measured, None);
        }
        if let Some(report) = &so_far.reports.parallel {
            let bytes = |ranks: &mut dyn Iterator<Item = &Traffic>| ranks.map(|traffic| traffic.bytes as f64).sum::<f64>();
            for name in ["bubble_fraction", "transfer_fraction"] {
                let shares: Vec<f64> = so_far.series.get(name).into_iter().flatten().map(|point| point.1).collect();
                if let Some([low, median, high]) = quartiles(&shares) {
                    add(name, "ratio", median, measured, Some((low, high)));
                }
            }
            let modelled = MetricKind::Modelled;
            add("ranks", "ranks", report.planned.ranks.len() as f64, measured, None);
            add("bytes_sent", "bytes", bytes(&mut report.last.iter().flat_map(|rank| &rank.traffic)), measured, None);
            add("predicted_bytes_sent", "bytes", bytes(&mut report.prediction.traffic.iter().flatten()), modelled, None);
            add("predicted_step_time", "ms", report.prediction.step_seconds * 1e3, modelled, None);
            add("predicted_bubble_fraction", "ratio", report.prediction.bubble_fraction, modelled, None);
            let own_cores = report.prediction.timeline.makespan;
            add("own_core_step_time", "ms", own_cores * 1e3, modelled, None);
            if report.prediction.one_rank_seconds > 0.0 {
                add("own_core_speed_up", "times", report.prediction.one_rank_seconds / own_cores, modelled, None);
            }
            add("ideal_bubble_fraction", "ratio", report.planned.ideal_bubble, modelled, None);
        }
        metrics
    }
}

fn figure(value: f64, unit: &str, kind: MetricKind, spread: Option<(f64, f64)>) -> Metric {
    Metric { value, unit: unit.to_owned(), kind, spread }
}

/// Lower quartile, median and upper quartile by the nearest rank.
pub(super) fn quartiles(values: &[f64]) -> Option<[f64; 3]> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    Some([1, 2, 3].map(|quarter| sorted[(last * quarter + 2) / 4]))
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::quartiles;

    #[test]
    fn quartiles_are_values_that_were_measured() {
        assert_eq!(quartiles(&[]), None);
        assert_eq!(quartiles(&[3.0]), Some([3.0; 3]));
        assert_eq!(quartiles(&[5.0, 1.0, 4.0, 2.0, 3.0]), Some([2.0, 3.0, 4.0]));
    }
}
