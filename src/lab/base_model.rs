//! From the files of a base model to a model in memory.

use thiserror::Error;

use super::assets::{Assets, ModelFiles, OWN_FILE};
use super::check::ModelFacts;
use super::problem::Problem;
use super::{problems, reasons};
use crate::data::Tokenizer;
use crate::data::text::utf8;
use crate::formats::hf_config::{Activation, Biases, Family, HfConfig, HfRope, RopeScaling};
use crate::formats::safetensors::{self, TensorFile};
use crate::nn::{BuildError, FeedForwardKind, Init, ModelConfig, NormKind, Part, Positions, Transformer, WeightSource};
use crate::parallel::outline::outline;
use crate::tensor::Ledger;

mod weights;

/// A base model's configuration and tokenizer, read and checked; its weights still in their file.
#[derive(Debug)]
pub struct BaseModel<'a> {
    /// Sizes.
    pub config: ModelConfig,
    /// Text to tokens and back.
    pub tokenizer: Tokenizer,
    files: ModelFiles,
    weights: TensorFile<'a>,
}

impl<'a> BaseModel<'a> {
    /// Reads the files of `base` out of `assets`.
    ///
    /// # Errors
    /// Naming the file and what is wrong with it: also a weight that the configuration does not ask for, or that is not finite.
    pub fn open(base: &str, assets: &'a Assets) -> Result<Self, Problem> {
        let files = ModelFiles::of(base)?;
        let tensors =
            safetensors::read(required(assets, &files.weights)?).map_err(|e| problems::bad_file(&files.weights, &reasons::format(&e)))?;
        let config =
            HfConfig::from_json(required(assets, &files.config)?).map_err(|e| problems::bad_file(&files.config, &reasons::format(&e)))?;
        let tokenizer = open_tokenizer(assets, &files.tokenizer)?;
        let config = model_config(&config).map_err(|e| problems::bad_file(&files.config, &reasons::unsupported(&e)))?;
        config.validate().map_err(|e| problems::bad_file(&files.config, &reasons::config(&e)))?;
        weights::check(&tensors, &config).map_err(|e| problems::bad_file(&files.weights, &reasons::format(&e)))?;
        if tokenizer.vocab_size() > config.vocab_size {
            let reason = reasons::vocabulary(tokenizer.vocab_size(), config.vocab_size);
            return Err(problems::bad_file(&files.tokenizer, &reason));
        }
        Ok(Self { config, tokenizer, files, weights: tensors })
    }

    /// What the checks of a run need to know.
    pub fn facts(&self) -> ModelFacts {
        let c = &self.config;
        ModelFacts {
            d_model: c.d_model,
            d_ff: c.d_ff,
            gated: c.feed_forward == FeedForwardKind::SwiGlu,
            n_layers: c.n_layers,
            n_heads: c.n_heads,
            n_kv_heads: c.n_kv_heads,
            d_head: c.d_head,
            vocab_size: c.vocab_size,
            max_positions: c.max_positions,
            parameters: outline(c, &Part::whole(c), None).iter().map(|param| param.len as u64).sum(),
        }
    }

    /// Puts the model into memory.
    ///
    /// # Errors
    /// If a weight is missing or misshapen, or memory runs out.
    pub fn load(&self, ledger: &Ledger) -> Result<Transformer, Problem> {
        Transformer::build(self.config.clone(), ledger, &mut FileWeights(&self.weights)).map_err(|error| match error {
            BuildError::Memory(refused) => reasons::out_of_memory(&refused),
            other => problems::bad_file(&self.files.weights, &reasons::build(&other)),
        })
    }
}

fn required<'a>(assets: &'a Assets, name: &str) -> Result<&'a [u8], Problem> {
    assets.get(name).ok_or_else(|| problems::bad_file(name, &reasons::missing_file(name.starts_with(OWN_FILE))))
}

fn open_tokenizer(assets: &Assets, name: &str) -> Result<Tokenizer, Problem> {
    let json = utf8(required(assets, name)?).map_err(|e| problems::bad_file(name, &reasons::text(&e)))?;
    Tokenizer::from_json(json).map_err(|e| problems::bad_file(name, &reasons::tokenizer(&e)))
}

/// What a `config.json` asks for and the engine does not compute.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the engine does not compute {} yet", features.join(", "))]
pub struct Unsupported {
    /// The features as `config.json` says them, e.g. `attention_bias = true`.
    pub features: Vec<String>,
}

/// The engine's configuration of a model.
///
/// # Errors
/// Naming everything that the engine does not compute: this is the one place that decides it.
pub fn model_config(hf: &HfConfig) -> Result<ModelConfig, Unsupported> {
    let features = unsupported(hf);
    if !features.is_empty() {
        return Err(Unsupported { features });
    }
    let max_positions = match hf.rope.scaling {
        // Up to this length nothing is scaled; beyond it no length is right.
        RopeScaling::Dynamic { original_max_position_embeddings, .. } => original_max_position_embeddings,
        _ => hf.max_position_embeddings,
    };
    Ok(ModelConfig {
        vocab_size: hf.vocab_size,
        d_model: hf.hidden_size,
        n_layers: hf.num_hidden_layers,
        n_heads: hf.num_attention_heads,
        n_kv_heads: hf.num_key_value_heads,
        d_head: hf.head_dim,
        d_ff: hf.intermediate_size,
        max_positions,
        norm: NormKind::RmsNorm,
        norm_eps: hf.rms_norm_eps as f32,
        positions: Positions::Rotary { theta: hf.rope.theta },
        feed_forward: FeedForwardKind::SwiGlu,
        bias: false,
        tie_embeddings: hf.tie_word_embeddings,
    })
}

fn unsupported(hf: &HfConfig) -> Vec<String> {
    let Biases { q, k, v, o, mlp } = hf.bias;
    let scaling = |rope: &HfRope| match rope.scaling {
        RopeScaling::Default | RopeScaling::Dynamic { .. } => None,
        RopeScaling::Linear { factor } => Some(format!("rope_type = \"linear\" (factor = {factor})")),
        RopeScaling::Llama3 { factor, .. } => Some(format!("rope_type = \"llama3\" (factor = {factor})")),
    };
    let family = match hf.family {
        Family::Llama => None,
        Family::Qwen2 => Some("model_type = \"qwen2\""),
        Family::Gemma3 => Some("model_type = \"gemma3_text\""),
    };
    let biases = [("q_proj.bias", q), ("k_proj.bias", k), ("v_proj.bias", v), ("o_proj.bias", o), ("mlp_bias = true", mlp)];
    let activation = (hf.hidden_act != Activation::Silu).then(|| format!("hidden_act = \"{}\"", hf.hidden_act.name()));
    // A window as long as the longest sequence hides nothing.
    let window = hf.sliding_window.filter(|window| *window < hf.max_position_embeddings);
    let scale = hf.query_scale.filter(|scale| *scale != hf.head_dim as f64);
    (family.map(str::to_owned).into_iter())
        .chain(biases.into_iter().filter(|(_, has)| *has).map(|(name, _)| name.to_owned()))
        .chain(activation)
        .chain(window.map(|window| format!("sliding_window = {window}")))
        .chain(scale.map(|scale| format!("query_pre_attn_scalar = {scale}")))
        .chain(scaling(&hf.rope))
        .chain(hf.local_rope.as_ref().map(|rope| format!("rope_local_base_freq = {}", rope.theta)))
        .collect()
}

/// The Hugging Face configuration of an engine's Llama.
pub fn hf_config(config: &ModelConfig, theta: f64) -> HfConfig {
    HfConfig {
        family: Family::Llama,
        vocab_size: config.vocab_size,
        hidden_size: config.d_model,
        intermediate_size: config.d_ff,
        num_hidden_layers: config.n_layers,
        num_attention_heads: config.n_heads,
        num_key_value_heads: config.n_kv_heads,
        head_dim: config.d_head,
        max_position_embeddings: config.max_positions,
        rms_norm_eps: f64::from(config.norm_eps),
        hidden_act: Activation::Silu,
        bias: Biases::default(),
        layer_types: Vec::new(),
        sliding_window: None,
        query_scale: None,
        rope: HfRope { theta, scaling: RopeScaling::Default },
        local_rope: None,
        tie_word_embeddings: config.tie_embeddings,
        bos_token_id: None,
        eos_token_id: vec![0],
    }
}

/// Weights out of a safetensors file.
#[derive(Debug)]
pub struct FileWeights<'a, 'f>(pub &'a TensorFile<'f>);

impl WeightSource for FileWeights<'_, '_> {
    fn weight(&mut self, name: &str, shape: &[usize], _init: Init) -> Result<Vec<f32>, BuildError> {
        let Some(tensor) = self.0.tensors.get(name) else {
            return Err(BuildError::MissingWeight { name: name.to_owned(), shape: shape.to_vec() });
        };
        if tensor.shape != shape {
            return Err(BuildError::WrongShape { name: name.to_owned(), expected: shape.to_vec(), found: tensor.shape.clone() });
        }
        tensor.to_f32().map_err(|e| BuildError::UnreadableWeight { name: name.to_owned(), reason: e.to_string() })
    }
}

#[cfg(test)]
mod tests;
