//! A whole GPT (learned positions, LayerNorm, GELU, biases) against a reference in float64: logits, loss and every gradient.
//! `tests/fixtures/gpt-tiny/make.py` wrote it and says what it computes.

use serde_json::Value;
use tinyai::formats::safetensors::{self, TensorFile};
use tinyai::lab::base_model::FileWeights;
use tinyai::nn::{Biases, FeedForwardKind, ModelConfig, NormKind, Positions, Tokens, Transformer};
use tinyai::tensor::Ledger;

const CASE: &str = include_str!("fixtures/gpt-tiny/case.json");
const MODEL: &[u8] = include_bytes!("fixtures/gpt-tiny/model.safetensors");
const IO: &[u8] = include_bytes!("fixtures/gpt-tiny/io.safetensors");

/// Sums of some hundred products in float32 round to about 1e-6 of the largest value.
const MOST: f64 = 2e-5;

fn config(case: &Value) -> ModelConfig {
    let size = |field: &str| case["config"][field].as_u64().unwrap_or_else(|| panic!("config.{field}")) as usize;
    ModelConfig {
        vocab_size: size("vocab_size"),
        d_model: size("d_model"),
        n_layers: size("n_layers"),
        n_heads: size("n_heads"),
        n_kv_heads: size("n_heads"),
        d_head: size("d_head"),
        d_ff: size("d_ff"),
        max_positions: size("max_positions"),
        norm: NormKind::LayerNorm,
        norm_eps: case["config"]["norm_eps"].as_f64().unwrap() as f32,
        positions: Positions::Learned,
        feed_forward: FeedForwardKind::Gelu,
        bias: Biases::ALL,
        tie_embeddings: false,
        ..ModelConfig::default()
    }
}

fn ids(io: &TensorFile, name: &str) -> Vec<i32> {
    io.tensor(name).unwrap().to_i64().unwrap().into_iter().map(|id| id as i32).collect()
}

/// The largest deviation in units of the largest reference value.
fn deviation(name: &str, got: &[f32], io: &TensorFile) -> f64 {
    let want = io.tensor(name).unwrap().to_f32().unwrap();
    assert_eq!(got.len(), want.len(), "{name}");
    let largest = want.iter().fold(0.0, |largest: f64, x| largest.max(f64::from(x.abs())));
    assert!(largest > 0.0, "{name} is all zeros");
    got.iter().zip(&want).map(|(got, want)| f64::from((got - want).abs())).fold(0.0, f64::max) / largest
}

#[test]
fn logits_loss_and_every_gradient_are_those_of_the_reference() {
    let case: Value = serde_json::from_str(CASE).unwrap();
    let (file, io) = (safetensors::read(MODEL).unwrap(), safetensors::read(IO).unwrap());
    let mut model = Transformer::build(config(&case), &Ledger::new(None), &mut FileWeights(&file)).unwrap();
    assert_eq!(model.params.iter().count(), file.tensors.len(), "every tensor of the file is a parameter");

    let shape = &io.tensor("input_ids").unwrap().shape;
    let (tokens, targets) = (Tokens::new(shape[0], shape[1], ids(&io, "input_ids")), ids(&io, "targets"));
    let logits = deviation("logits", model.logits(&tokens).unwrap().data(), &io);
    assert!(logits < MOST, "logits: {logits:e}");

    let count = targets.iter().filter(|target| **target >= 0).count();
    let loss = model.forward_backward(&tokens, &targets, 1.0 / count as f32, None).unwrap();
    let want = case["loss"].as_f64().unwrap();
    assert!((loss - want).abs() < 1e-6 * want, "loss {loss}, want {want}");
    let bad: Vec<String> = (model.params.iter())
        .map(|param| (&param.name, deviation(&format!("grad.{}", param.name), param.grad.as_ref().expect("a gradient").data(), &io)))
        // The keys' bias shifts all scores of a query alike, so that its gradient is rounding alone.
        .filter(|(name, deviation)| !name.ends_with("k_proj.bias") && *deviation > MOST)
        .map(|(name, deviation)| format!("{name}: {deviation:e}"))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Even a small change of the model is far outside what rounding explains.
#[test]
fn another_model_is_told_apart() {
    let case: Value = serde_json::from_str(CASE).unwrap();
    let (file, io) = (safetensors::read(MODEL).unwrap(), safetensors::read(IO).unwrap());
    let config = ModelConfig { norm_eps: 1e-3, ..config(&case) };
    let mut model = Transformer::build(config, &Ledger::new(None), &mut FileWeights(&file)).unwrap();
    let shape = &io.tensor("input_ids").unwrap().shape;
    let tokens = Tokens::new(shape[0], shape[1], ids(&io, "input_ids"));
    let logits = deviation("logits", model.logits(&tokens).unwrap().data(), &io);
    assert!(logits > 10.0 * MOST, "logits: {logits:e}");
}

/// The reference is 0 but for rounding in float64; here it is small against the gradient of the queries' bias.
#[test]
fn the_bias_of_keys_has_no_gradient() {
    let case: Value = serde_json::from_str(CASE).unwrap();
    let (file, io) = (safetensors::read(MODEL).unwrap(), safetensors::read(IO).unwrap());
    let mut model = Transformer::build(config(&case), &Ledger::new(None), &mut FileWeights(&file)).unwrap();
    let shape = &io.tensor("input_ids").unwrap().shape;
    let tokens = Tokens::new(shape[0], shape[1], ids(&io, "input_ids"));
    model.forward_backward(&tokens, &ids(&io, "targets"), 1.0, None).unwrap();
    let largest = |end: &str| {
        let grads = model.params.iter().filter(|param| param.name.ends_with(end)).flat_map(|param| param.grad.as_ref().unwrap().data());
        grads.fold(0.0, |largest: f32, x| largest.max(x.abs()))
    };
    assert!(largest("k_proj.bias") < 1e-5 * largest("q_proj.bias"), "{} {}", largest("k_proj.bias"), largest("q_proj.bias"));
}
