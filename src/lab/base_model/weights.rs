//! What the weights' file of a base model holds, against what its configuration asks for: a tensor that nobody asks for is one that
//! the model would be computed without.

use std::collections::BTreeSet;

use crate::formats::error::FormatError;
use crate::formats::safetensors::TensorFile;
use crate::nn::{BuildError, Init, ModelConfig, Transformer, WeightSource};
use crate::tensor::Ledger;

const EMBEDDING: &str = "model.embed_tokens.weight";
const HEAD: &str = "lm_head.weight";
/// Ends of the names of tensors that say nothing new: buffers computed from the configuration, which older versions of
/// `transformers` saved, too.
const BUFFERS: [&str; 1] = [".rotary_emb.inv_freq"];

/// Checks that every tensor is asked for by `config` and every number that is asked for is finite.
///
/// # Errors
/// [`FormatError::UnusedTensors`], [`FormatError::NotFinite`] or, for an element type that is not read, [`FormatError::Dtype`].
pub fn check(file: &TensorFile, config: &ModelConfig) -> Result<(), FormatError> {
    let asked = asked_for(config);
    // Of a file of another model, the weights that are missing say more; the loading names them.
    if asked.iter().all(|name| file.tensors.contains_key(name)) {
        let unused: Vec<&String> =
            file.tensors.keys().filter(|name| !asked.contains(*name) && !says_nothing_new(file, config, name)).collect();
        if !unused.is_empty() {
            let names = unused.iter().take(FormatError::MOST_NAMES).map(|name| (*name).clone()).collect();
            return Err(FormatError::UnusedTensors { count: unused.len(), names });
        }
    }
    asked.iter().filter_map(|name| file.tensors.get(name)).try_for_each(|tensor| tensor.check_finite())
}

fn says_nothing_new(file: &TensorFile, config: &ModelConfig, name: &str) -> bool {
    if name == HEAD && config.tie_embeddings {
        return match (file.tensors.get(HEAD).map(|head| head.to_f32()), file.tensors.get(EMBEDDING).map(|table| table.to_f32())) {
            (Some(Ok(head)), Some(Ok(table))) => head == table,
            _ => false,
        };
    }
    BUFFERS.iter().any(|end| name.ends_with(end))
}

/// Names of the weights that the engine asks for: those of a model as deep and of the same kind, but as small as can be.
fn asked_for(config: &ModelConfig) -> BTreeSet<String> {
    let smallest =
        ModelConfig { vocab_size: 1, d_model: 2, n_heads: 1, n_kv_heads: 1, d_head: 2, d_ff: 1, max_positions: 1, ..config.clone() };
    let mut names = Names::default();
    Transformer::build(smallest, &Ledger::new(None), &mut names).expect("the smallest model of a kind can be built");
    names.0
}

/// Writes down what it is asked for.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl WeightSource for Names {
    fn weight(&mut self, name: &str, shape: &[usize], _: Init) -> Result<Vec<f32>, BuildError> {
        self.0.insert(name.to_owned());
        Ok(vec![0.0; shape.iter().product()])
    }
}
