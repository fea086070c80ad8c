//! What a rank holds between two steps, as bytes: a run goes on from them with a new rank in its place.
//!
//! They are a safetensors file of everything that a step changes: weights that learn, the optimizer's moments, and what compressed
//! gradients have lost so far. They fit the same rank of the same plan only.

use std::collections::BTreeMap;

use super::Rank;
use super::gradients::CompressedBucket;
use crate::autograd::Params;
use crate::formats::FormatError;
use crate::formats::safetensors::{SaveDtype, TensorFile, TensorSource, read, write};
use crate::optim::AdamW;
use crate::parallel::group::Group;
use crate::tensor::Ledger;

/// Key of the number of updates so far.
const STEPS: &str = "steps";

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
        let shapes: Vec<[usize; 1]> = tensors.iter().map(|(_, data)| [data.len()]).collect();
        let sources: Vec<TensorSource> =
            tensors.iter().zip(&shapes).map(|((name, data), shape)| TensorSource { name, shape, data }).collect();
        write(&sources, SaveDtype::F32, &metadata)
    }

    /// Goes on from what the same rank of the same plan held.
    ///
    /// # Errors
    /// If the bytes are no such snapshot, or there is no memory for the optimizer's state.
    pub fn restore(&mut self, snapshot: &[u8]) -> Result<(), RestoreError> {
        let file = read(snapshot)?;
        restore_values(&mut self.model.params, &file)?;
        for (unit, shard) in self.peers.zero.iter_mut().flat_map(|zero| zero.shards_mut()).enumerate() {
            if let Some(shard) = shard {
                copy(&file, &shard_name(unit), shard)?;
            }
        }
        let pieces = self.model.params.iter().count();
        restore_moments(&mut self.optimizer, pieces, &file, &self.peers.ledger)?;
        self.optimizer.set_steps(number(&file, STEPS)? as u32);
        self.compressed = restore_buckets(&file, &self.peers.groups.data, &self.peers.ledger)?;
        Ok(())
    }
}

/// Why a rank cannot go on from a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It is none of this rank of this plan.
    #[error("the snapshot cannot be used: {0}")]
    Format(#[from] FormatError),
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

fn copy(file: &TensorFile, name: &str, out: &mut [f32]) -> Result<(), FormatError> {
    file.tensor_of_shape(name, &[out.len()])?.copy_to_f32(out)
}

fn number(file: &TensorFile, key: &str) -> Result<usize, FormatError> {
    let text = file.metadata.get(key).map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| FormatError::NotJson { file: "a snapshot", detail: format!("{key} is {text:?}, no number") })
}

fn restore_values(params: &mut Params, file: &TensorFile) -> Result<(), FormatError> {
    for param in params.iter_mut().filter(|param| param.trainable && !param.value.is_away()) {
        copy(file, &value_name(&param.name), param.value.data_mut())?;
    }
    Ok(())
}

fn restore_moments(optimizer: &mut AdamW, pieces: usize, file: &TensorFile, ledger: &Ledger) -> Result<(), RestoreError> {
    let first = file.tensors.iter().filter_map(|(name, tensor)| Some((name.strip_prefix("moment1.")?.parse().ok()?, tensor)));
    for (index, tensor) in first {
        if index >= pieces {
            return Err(FormatError::NotJson { file: "a snapshot", detail: format!("it has moments of piece {index}, of {pieces}") }.into());
        }
        let len = tensor.shape.iter().product();
        optimizer.reserve(index, len, ledger)?;
        let [m, v] = optimizer.moments_mut(index);
        copy(file, &moment_name(1, index), m)?;
        copy(file, &moment_name(2, index), v)?;
    }
    Ok(())
}

fn restore_buckets(file: &TensorFile, group: &Group, ledger: &Ledger) -> Result<Vec<CompressedBucket>, RestoreError> {
    let mut buckets = Vec::new();
    while file.metadata.contains_key(&bucket_name(buckets.len())) {
        let index = buckets.len();
        let mut bucket = CompressedBucket::new(number(file, &bucket_name(index))?, group, ledger)?;
        for (part, lost) in bucket.lost_mut().enumerate() {
            let tensor = file.tensor(&lost_name(index, part))?;
            lost.resize(tensor.shape.iter().product(), 0.0);
            tensor.copy_to_f32(lost)?;
        }
        buckets.push(bucket);
    }
    Ok(buckets)
}
