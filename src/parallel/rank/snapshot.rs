//! What a rank holds between two steps, as bytes: a run goes on from them with a new rank in its place.
//!
//! They are a safetensors file of everything that a step changes: weights that learn, the optimizer's moments, what compressed gradients
//! have lost so far, and what a method has to know of earlier steps. They fit the same rank of the same plan only.

use std::collections::BTreeMap;

use super::Rank;
use super::gradients::CompressedBucket;
use crate::autograd::Params;
use crate::formats::FormatError;
use crate::formats::safetensors::{SaveDtype, TensorFile, TensorSource, read, write};
use crate::optim::AdamW;
use crate::tensor::Ledger;

/// Key of the number of updates so far.
const STEPS: &str = "steps";
/// Name of what the method has to know of earlier steps.
const METHOD: &str = "method";

impl Rank {
    /// What this rank holds now.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut tensors: Vec<(String, &[f32])> = Vec::new();
        let mut metadata = BTreeMap::from([(STEPS.to_owned(), self.optimizer.steps().to_string())]);
        let kept = self.model.params.iter().filter(|param| param.trainable && !param.value.is_away());
        tensors.extend(kept.map(|param| (value_name(&param.name), param.value.data())));
        let shards = self.peers.zero.iter().flat_map(|zero| zero.shards()).enumerate();
        tensors.extend(shards.filter_map(|(unit, shard)| Some((shard_name(unit), shard?))));
        for (index, m, v) in self.optimizer.moments() {
            tensors.push((moment_name(1, index), m));
            tensors.push((moment_name(2, index), v));
        }
        for (index, bucket) in self.compressed.iter().enumerate() {
            metadata.insert(bucket_name(index), bucket.len().to_string());
            tensors.extend(bucket.lost().enumerate().map(|(part, lost)| (lost_name(index, part), lost)));
        }
        let of_method = self.attached.state();
        if !of_method.is_empty() {
            tensors.push((METHOD.to_owned(), &of_method));
        }
        let shapes: Vec<[usize; 1]> = tensors.iter().map(|(_, data)| [data.len()]).collect();
        let sources: Vec<TensorSource> =
            tensors.iter().zip(&shapes).map(|((name, data), shape)| TensorSource { name, shape, data }).collect();
        write(&sources, SaveDtype::F32, &metadata)
    }

    /// Goes on from what the same rank of the same plan held after `steps` updates.
    ///
    /// # Errors
    /// If the bytes are no such snapshot, or there is no memory for the optimizer's state.
    pub fn restore(&mut self, snapshot: &[u8], steps: u32) -> Result<(), RestoreError> {
        let file = read(snapshot)?;
        let kept = number(&file, STEPS)?;
        if kept != steps as usize {
            return Err(foreign(format!("it is of step {kept}, not {steps}")));
        }
        let mut values = restore_values(&mut self.model.params, &file)?;
        for (unit, shard) in self.peers.zero.iter_mut().flat_map(|zero| zero.shards_mut()).enumerate() {
            if let Some(shard) = shard {
                copy(&file, &shard_name(unit), shard)?;
                values += 1;
            }
        }
        let there = file.tensors.keys().filter(|name| name.starts_with("value.") || name.starts_with("shard.")).count();
        if there != values {
            return Err(foreign(format!("it has {there} weights that learn, not {values}")));
        }
        let of_method = file.tensors.get(METHOD).map(|tensor| tensor.to_f32()).transpose()?.unwrap_or_default();
        if !self.attached.restore(&of_method) {
            return Err(foreign(format!("it has {} numbers of another method", of_method.len())));
        }
        let states = self.states();
        restore_moments(&mut self.optimizer, (&states, steps), &file, &self.peers.ledger)?;
        self.optimizer.set_steps(steps);
        self.compressed = self.restored_buckets(&file)?;
        Ok(())
    }

    /// Number and elements of each piece that the optimizer has a state of, once there was a step.
    fn states(&self) -> BTreeMap<usize, usize> {
        let params = &self.model.params;
        match &self.peers.zero {
            Some(zero) => zero.states(params).collect(),
            None => {
                params.iter().enumerate().filter(|(_, param)| param.trainable).map(|(index, param)| (index, param.elements())).collect()
            }
        }
    }

    fn restored_buckets(&self, file: &TensorFile) -> Result<Vec<CompressedBucket>, RestoreError> {
        let (group, compression) = (&self.peers.groups.data, self.peers.plan.settings.compression);
        if !file.metadata.contains_key(&bucket_name(0)) {
            return Ok(Vec::new());
        }
        let mut restored = Vec::new();
        for (index, ids) in self.buckets().iter().enumerate() {
            let elements = ids.iter().map(|&id| self.model.params.get(id).elements()).sum();
            let kept = number(file, &bucket_name(index))?;
            if kept != elements {
                return Err(foreign(format!("its bucket {index} has {kept} elements, not {elements}")));
            }
            let mut bucket = CompressedBucket::new(elements, group, &self.peers.ledger)?;
            for (part, (len, lost)) in bucket.lost_mut(group, compression).enumerate() {
                let name = lost_name(index, part);
                // Nothing was lost yet of what is not sent.
                lost.resize(if file.tensors.get(&name).is_some_and(|tensor| tensor.is_empty()) { 0 } else { len }, 0.0);
                copy(file, &name, lost)?;
            }
            restored.push(bucket);
        }
        Ok(restored)
    }
}

/// Why a rank cannot go on from a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It is no snapshot.
    #[error("it cannot be read: {0}")]
    Format(#[from] FormatError),
    /// It is none of this rank of this plan.
    #[error("{0}")]
    Foreign(String),
    /// There is no memory for what it holds.
    #[error(transparent)]
    Memory(#[from] crate::tensor::OutOfMemory),
}

impl From<super::RankError> for RestoreError {
    fn from(error: super::RankError) -> Self {
        match error {
            super::RankError::Memory(error) => Self::Memory(error),
            other => unreachable!("nothing is sent while a rank is restored: {other}"),
        }
    }
}

fn value_name(name: &str) -> String {
    format!("value.{name}")
}

fn shard_name(unit: usize) -> String {
    format!("shard.{unit}")
}

fn moment_name(moment: u8, index: usize) -> String {
    format!("moment{moment}.{index}")
}

fn bucket_name(index: usize) -> String {
    format!("bucket.{index}")
}

fn lost_name(bucket: usize, part: usize) -> String {
    format!("lost.{bucket}.{part}")
}

fn copy(file: &TensorFile, name: &str, out: &mut [f32]) -> Result<(), RestoreError> {
    let tensor = file.tensors.get(name).ok_or_else(|| foreign(format!("it has no {name}")))?;
    if tensor.shape != [out.len()] {
        return Err(foreign(format!("its {name} has {} elements, not {}", tensor.len(), out.len())));
    }
    Ok(tensor.copy_to_f32(out)?)
}

fn number(file: &TensorFile, key: &str) -> Result<usize, RestoreError> {
    let text = file.metadata.get(key).map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| foreign(format!("its {key} is {text:?}, no number")))
}

/// Puts what a rank without others had trained, as its snapshot has it, into a model with the same method.
///
/// # Errors
/// If the bytes are no such snapshot.
pub fn restore_trained(params: &mut Params, snapshot: &[u8]) -> Result<(), RestoreError> {
    let file = read(snapshot)?;
    let values = restore_values(params, &file)?;
    let there = file.tensors.keys().filter(|name| name.starts_with("value.") || name.starts_with("shard.")).count();
    if there == values { Ok(()) } else { Err(foreign(format!("it has {there} weights that learn, not {values}"))) }
}

/// How many values there were.
fn restore_values(params: &mut Params, file: &TensorFile) -> Result<usize, RestoreError> {
    let mut restored = 0;
    for param in params.iter_mut().filter(|param| param.trainable && !param.value.is_away()) {
        copy(file, &value_name(&param.name), param.value.data_mut())?;
        restored += 1;
    }
    Ok(restored)
}

fn restore_moments(
    optimizer: &mut AdamW,
    (states, steps): (&BTreeMap<usize, usize>, u32),
    file: &TensorFile,
    ledger: &Ledger,
) -> Result<(), RestoreError> {
    let kept: Vec<usize> = file.tensors.keys().filter_map(|name| name.strip_prefix("moment1.")?.parse().ok()).collect();
    // Of what had no gradient yet there are none.
    if kept.is_empty() && steps > 0 && !states.is_empty() {
        return Err(foreign("it has no moments".to_owned()));
    }
    for index in kept {
        let len = *states.get(&index).ok_or_else(|| foreign(format!("it has moments of piece {index}, which does not learn")))?;
        optimizer.reserve(index, len, ledger)?;
        let [m, v] = optimizer.moments_mut(index);
        copy(file, &moment_name(1, index), m)?;
        copy(file, &moment_name(2, index), v)?;
    }
    Ok(())
}

/// A snapshot of something else.
fn foreign(detail: String) -> RestoreError {
    RestoreError::Foreign(detail)
}
