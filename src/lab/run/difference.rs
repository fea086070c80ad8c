//! Where what the ranks of two runs held differs.

use std::collections::BTreeMap;

use crate::formats::safetensors::{self, TensorFile};
use crate::lab::problem::Problem;
use crate::lab::problems::internal;
use crate::lab::result::{Difference, RunResult};
use crate::lab::state::State;

/// Beginnings of the names of weights in what a rank holds; other tensors are the optimizer's.
const WEIGHTS: [&str; 2] = ["value.", "shard."];

/// The difference of the weights of two runs after the same step; `None`: they are bitwise the same.
///
/// # Errors
/// If a state is none.
pub fn difference(own: &State, other: &State) -> Result<Option<Difference>, Problem> {
    let mut largest: Option<(String, f64)> = None;
    let (mut differing, mut all) = (0, 0);
    for (own, other) in own.ranks.iter().zip(&other.ranks) {
        let (own, other) = (own.0.read(), other.0.read());
        let (own, other) = (open(&own)?, open(&other)?);
        for (name, tensor) in &own.tensors {
            let Some(weight) = WEIGHTS.iter().find_map(|start| name.strip_prefix(start)) else { continue };
            let found = other.tensors.get(name).and_then(|other| other.to_f32().ok()).zip(tensor.to_f32().ok());
            let (theirs, ours) = found.ok_or_else(|| internal(&format!("the state of the other run has no {name}")))?;
            all += 1;
            if ours.iter().map(|x| x.to_bits()).ne(theirs.iter().map(|x| x.to_bits())) {
                differing += 1;
                let by = ours.iter().zip(&theirs).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
                if largest.as_ref().is_none_or(|(_, most)| by > *most) {
                    largest = Some((weight.to_owned(), by));
                }
            }
        }
    }
    Ok(largest.map(|(tensor, by)| Difference { step: own.step, tensor: Some(tensor), by: Some(by), tensors: Some((differing, all)) }))
}

/// The first step after `step` whose losses show that the weights before it differ; `None`: there is none yet.
pub fn first_loss_that_differs(own: &RunResult, other: &RunResult, step: u32) -> Option<Difference> {
    let (own, other) = (own.series.get("loss")?, other.series.get("loss")?);
    let theirs: BTreeMap<u32, f64> = other.iter().copied().collect();
    let differs = |point: &&(u32, f64)| point.0 > step && theirs.get(&point.0).is_some_and(|loss| loss.to_bits() != point.1.to_bits());
    let (first, _) = own.iter().find(differs)?;
    // A step's loss is that before its update.
    Some(Difference { step: first - 1, tensor: None, by: None, tensors: None })
}

fn open(state: &[u8]) -> Result<TensorFile<'_>, Problem> {
    safetensors::read(state).map_err(|error| internal(&error.to_string()))
}
