//! Makes runs equal in what they train, or in the bytes that they hold, so that their results can be compared at that.

use serde_json::{Value, json};

use super::assets::Assets;
use super::check::resolve;
use super::estimate::Estimator;
use super::parallel::subject::Subject;
use super::problem::Problem;
use super::spec::{LoraInit, Method, RunSpec, Spec};
use crate::json::FromJson;

/// What is made equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(serde::Serialize, ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum EqualisedBy {
    /// Scalars that learn: methods that have a size are made as large as the first of them.
    Parameters,
    /// Bytes at the peak: batches are made as large as the first run's bytes allow.
    Memory,
}

/// The largest batch that is tried.
const MOST_SEQUENCES: u32 = 64;

/// The same experiment with sizes or batches of its runs changed to fit.
///
/// # Errors
/// All problems of the spec, or why a run cannot be estimated.
pub fn equalise(estimator: &mut Estimator, spec: &Spec, by: EqualisedBy, assets: &Assets, cores: usize) -> Result<Spec, Vec<Problem>> {
    let runs = resolve(spec)?;
    match by {
        EqualisedBy::Parameters => parameters(spec, &runs, assets),
        EqualisedBy::Memory => memory(estimator, spec, &runs, assets, cores),
    }
}

/// The setting that says how much a method trains.
#[derive(Clone, Copy)]
struct Size {
    path: &'static str,
    least: u32,
    /// What two neighbouring values differ by.
    step: u32,
}

fn size(run: &RunSpec) -> Option<Size> {
    let fine_tuning = &run.fine_tuning;
    let of = |path, least| Some(Size { path, least, step: 1 });
    match fine_tuning.method {
        // Such a start divides the rank into two halves.
        Method::Lora | Method::Dora if fine_tuning.lora.init == LoraInit::Orthogonal => {
            Some(Size { path: "fine_tuning.lora.rank", least: 2, step: 2 })
        }
        Method::Lora | Method::Dora => of("fine_tuning.lora.rank", 1),
        Method::AdaLora => of("fine_tuning.adalora.initial_rank", fine_tuning.adalora.target_rank),
        Method::Adapter => of("fine_tuning.adapter.size", 1),
        Method::PromptTuning | Method::PrefixTuning => of("fine_tuning.prompt.virtual_tokens", 1),
        Method::LastLayers => of("fine_tuning.last_layers.layers", 1),
        Method::Full | Method::Ia3 | Method::BitFit => None,
    }
}

fn parameters(spec: &Spec, runs: &[RunSpec], assets: &Assets) -> Result<Spec, Vec<Problem>> {
    let mut equal = spec.clone();
    let named = |index: usize, problem: Problem| vec![problem.in_run(&spec.runs[index].name)];
    let mut target = None;
    for (index, run) in runs.iter().enumerate() {
        let Some(size) = size(run) else { continue };
        let learning = |run: &RunSpec| learning(run, assets);
        match target {
            None => target = Some(learning(run).map_err(|problem| named(index, problem))?),
            Some(target) => set(&mut equal, index, size.path, nearest(run, size, target, &learning)),
        }
    }
    Ok(equal)
}

/// Scalars of a run that learn.
fn learning(run: &RunSpec, assets: &Assets) -> Result<usize, Problem> {
    let subject = Subject::new(run, assets)?;
    subject.method.check(&subject.blueprint).map_err(|error| super::problems::method(&error))?;
    Ok(subject.outline.whole().iter().filter(|param| param.trainable).map(|param| param.len).sum())
}

/// The size with which a run trains about `target` scalars; what a size cannot be trains more than any other. More of it trains more.
fn nearest(run: &RunSpec, Size { path, least, step }: Size, target: usize, learning: &dyn Fn(&RunSpec) -> Result<usize, Problem>) -> u32 {
    let size = |steps: u32| least + steps * step;
    let at = |steps: u32| learning(&with(run, path, size(steps))).unwrap_or(usize::MAX);
    let (mut below, mut above) = (0, 1);
    while at(above) <= target {
        (below, above) = (above, above * 2);
    }
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if at(middle) <= target { below = middle } else { above = middle }
    }
    let (of_below, of_above) = (at(below), at(above));
    let closer = of_above != usize::MAX && of_above.abs_diff(target) < of_below.abs_diff(target);
    size(if closer { above } else { below })
}

fn memory(estimator: &mut Estimator, spec: &Spec, runs: &[RunSpec], assets: &Assets, cores: usize) -> Result<Spec, Vec<Problem>> {
    let mut equal = spec.clone();
    let mut bytes = |spec: &Spec, index: usize| Ok::<_, Vec<Problem>>(estimator.run(spec, index, assets, cores)?.memory);
    let target = bytes(spec, 0)?["total"];
    for (index, run) in runs.iter().enumerate().skip(1) {
        let step = run.training.micro_batches * run.mesh.data;
        let of_run = bytes(spec, index)?;
        // Activations grow with the batch, all else stays.
        let (activations, total) = (of_run["activations"], of_run["total"]);
        let room = (target + activations).saturating_sub(total) as f64 / activations.max(1) as f64;
        let most = (f64::from(run.training.batch_size) * room) as u32;
        let mut batch = (most.min(MOST_SEQUENCES) / step * step).max(step);
        loop {
            set(&mut equal, index, "training.batch_size", batch);
            if batch <= step || bytes(&equal, index)?["total"] <= target {
                break;
            }
            batch -= step;
        }
    }
    Ok(equal)
}

/// A run with another size.
fn with(run: &RunSpec, path: &str, size: u32) -> RunSpec {
    let mut value = serde_json::to_value(run).expect("a run is JSON");
    *value.pointer_mut(&format!("/{}", path.replace('.', "/"))).expect("a field of a run") = json!(size);
    RunSpec::from_json(value).expect("a size is a number")
}

/// Has a run change a field of the base.
fn set(spec: &mut Spec, index: usize, path: &str, value: u32) {
    let mut parts: Vec<&str> = path.split('.').collect();
    let last = parts.pop().expect("a path has a part");
    let mut at = &mut spec.runs[index].patch;
    for part in parts {
        let child = at.entry(part).or_insert_with(|| json!({}));
        if !child.is_object() {
            *child = json!({});
        }
        at = child.as_object_mut().expect("it was made one");
    }
    at.insert(last.to_owned(), Value::from(value));
}
