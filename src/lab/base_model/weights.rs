//! What the weights' file of a base model holds, against what its configuration asks for: a tensor that nobody asks for is one that
//! the model would be computed without.

use std::collections::BTreeSet;

use crate::formats::error::FormatError;
use crate::formats::safetensors::TensorFile;
use crate::nn::{Blueprint, EMBEDDING_WEIGHT, ModelConfig};

const HEAD: &str = "lm_head.weight";
/// Ends of the names of tensors that say nothing new: buffers computed from the configuration, which older versions of
/// `transformers` saved, too.
const BUFFERS: [&str; 1] = [".rotary_emb.inv_freq"];

/// Checks that every tensor is asked for by the blueprint and every number that is asked for is finite.
///
/// # Errors
/// [`FormatError::UnusedTensors`], [`FormatError::NotFinite`] or, for an element type that is not read, [`FormatError::Dtype`].
pub fn check(file: &TensorFile, blueprint: &Blueprint) -> Result<(), FormatError> {
    let asked: BTreeSet<&str> = blueprint.params().map(|(_, param)| param.name.as_str()).collect();
    // Of a file of another model, the weights that are missing say more; the loading names them.
    if asked.iter().all(|name| file.tensors.contains_key(*name)) {
        let unused: Vec<&String> =
            file.tensors.keys().filter(|name| !asked.contains(name.as_str()) && !says_nothing_new(file, &blueprint.config, name)).collect();
        if !unused.is_empty() {
            let names = unused.iter().take(FormatError::MOST_NAMES).map(|name| (*name).clone()).collect();
            return Err(FormatError::UnusedTensors { count: unused.len(), names });
        }
    }
    asked.iter().filter_map(|name| file.tensors.get(*name)).try_for_each(|tensor| tensor.check_finite())
}

fn says_nothing_new(file: &TensorFile, config: &ModelConfig, name: &str) -> bool {
    if name == HEAD && config.tie_embeddings {
        let [head, table] = [HEAD, EMBEDDING_WEIGHT].map(|name| file.tensors.get(name));
        return head.zip(table).is_some_and(|(head, table)| head.equals(table).unwrap_or(false));
    }
    BUFFERS.iter().any(|end| name.ends_with(end))
}
