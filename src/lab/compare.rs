//! The comparison of runs, metric by metric, against a baseline.

use std::collections::BTreeSet;

use super::result::{Comparison, RunResult};

/// Metrics before and after the memory, in the order of the table; others follow by name.
const BEFORE_MEMORY: &[&str] = &[
    "base_validation_loss",
    "validation_loss",
    "loss",
    "trainable_parameters",
    "total_parameters",
    "trainable_share",
    "adapter_bytes",
    "peak_memory",
];
const AFTER_MEMORY: &[&str] = &["step_time", "tokens_per_second", "duration"];
const MEMORY: &[&str] = &["parameters", "gradients", "optimizer", "activations", "kv", "communication", "data"];

/// The comparison table: a row for each metric that any run has, and for what each category of memory took when all of them
/// together took most (named `memory.activations`, …): these add up to the metric `peak_memory`.
///
/// Values are in the order of `runs`. A ratio is null where either value is missing or not finite, and where the
/// baseline's is 0; all are null where `baseline` is no index of `runs`.
pub fn comparison(runs: &[RunResult], baseline: usize) -> Vec<Comparison> {
    let metrics = names(runs, |run| run.metrics.keys());
    let known = |name: &&String| !BEFORE_MEMORY.iter().chain(AFTER_MEMORY).any(|known| known == *name);
    let others: Vec<&str> = metrics.iter().copied().filter(known).map(String::as_str).collect();
    let metric_row = |name: &&str| {
        let found = runs.iter().map(|run| run.metrics.get(*name));
        let unit = found.clone().flatten().next()?.unit.clone();
        let values = found.map(|metric| metric.map(|metric| metric.value)).collect();
        Some(row(name.to_string(), unit, values, baseline))
    };
    let before = BEFORE_MEMORY.iter().filter_map(metric_row);
    let after = AFTER_MEMORY.iter().chain(&others).filter_map(metric_row);
    before.chain(memory_rows(runs, baseline)).chain(after).collect()
}

fn memory_rows(runs: &[RunResult], baseline: usize) -> Vec<Comparison> {
    let mut categories: Vec<&String> = names(runs, |run| run.memory.keys()).into_iter().filter(|name| *name != "total").collect();
    // Stable: categories that are not listed keep their order by name, after those that are.
    categories.sort_by_key(|category| MEMORY.iter().position(|known| known == *category).unwrap_or(MEMORY.len()));
    let amounts = |category: &String| -> Vec<Option<f64>> {
        runs.iter().map(|run| run.memory.get(category).map(|memory| memory.at_peak_bytes as f64)).collect()
    };
    categories
        .into_iter()
        .map(|category| (category, amounts(category)))
        .filter(|(_, amounts)| amounts.iter().flatten().any(|bytes| *bytes > 0.0))
        .map(|(category, amounts)| row(format!("memory.{category}"), "bytes".into(), amounts, baseline))
        .collect()
}

/// The names that any run has, sorted.
fn names<'a, I: Iterator<Item = &'a String>>(runs: &'a [RunResult], of: impl Fn(&'a RunResult) -> I) -> BTreeSet<&'a String> {
    runs.iter().flat_map(of).collect()
}

fn row(metric: String, unit: String, values: Vec<Option<f64>>, baseline: usize) -> Comparison {
    let values: Vec<Option<f64>> = values.into_iter().map(|value| value.filter(|value| value.is_finite())).collect();
    let reference = values.get(baseline).copied().flatten();
    let ratio = |value: &Option<f64>| Some((*value)? / reference?).filter(|ratio| ratio.is_finite());
    let ratios = values.iter().map(ratio).collect();
    Comparison { metric, unit, baseline, values, ratios }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::lab::result::{MemoryUse, Metric, MetricKind, RunStatus};

    fn run(metrics: &[(&str, f64)], memory: &[(&str, u64)]) -> RunResult {
        let metric = |value| Metric { value, unit: "u".into(), kind: MetricKind::Measured, spread: None };
        let memory_use = |at_peak_bytes| MemoryUse { at_peak_bytes, ..MemoryUse::default() };
        RunResult {
            name: "run".into(),
            status: RunStatus::Finished,
            problem: None,
            diff: vec![],
            series: Default::default(),
            metrics: metrics.iter().map(|(name, value)| (name.to_string(), metric(*value))).collect(),
            memory: memory.iter().map(|(name, peak)| (name.to_string(), memory_use(*peak))).collect(),
            samples: vec![],
            reports: Default::default(),
        }
    }

    #[test]
    fn rows_come_in_the_order_of_the_table() {
        let runs = [
            run(&[("duration", 1.0), ("zeal", 1.0), ("loss", 1.0), ("peak_memory", 9.0)], &[("activations", 1), ("total", 9), ("kv", 0)]),
            run(&[("validation_loss", 1.0), ("step_time", 1.0)], &[("buffers", 3), ("parameters", 2)]),
        ];
        let rows: Vec<String> = comparison(&runs, 0).into_iter().map(|row| row.metric).collect();
        let expected = [
            "validation_loss",
            "loss",
            "peak_memory",
            "memory.parameters",
            "memory.activations",
            "memory.buffers",
            "step_time",
            "duration",
            "zeal",
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn ratios_refer_to_the_baseline_and_are_null_where_there_is_none() {
        let runs = [run(&[("loss", 3.0)], &[]), run(&[("loss", 2.0)], &[]), run(&[], &[]), run(&[("loss", f64::NAN)], &[])];
        let row = &comparison(&runs, 1)[0];
        assert_eq!(row.values, [Some(3.0), Some(2.0), None, None]);
        assert_eq!(row.ratios, [Some(1.5), Some(1.0), None, None]);
        assert_eq!(comparison(&runs, 2)[0].ratios, [None; 4], "the baseline has no loss");
        assert_eq!(comparison(&runs, 9)[0].ratios, [None; 4], "there is no such baseline");
        let zero = [run(&[("loss", 0.0)], &[]), run(&[("loss", 2.0)], &[])];
        assert_eq!(comparison(&zero, 0)[0].ratios, [None; 2]);
    }
}
