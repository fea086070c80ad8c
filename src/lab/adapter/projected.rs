//! What the network of a reparametrised prefix gives: that is all of it that PEFT saves.

use crate::formats::peft::{AdapterTensor, TensorName};
use crate::nn::Transformer;

/// The keys and values of all layers, `[virtual_tokens, 2 * n_layers * width]`: `W2 tanh(W1 E + b1) + b2`.
///
/// # Panics
/// If the model has no such prefix.
pub(super) fn projected(model: &Transformer) -> AdapterTensor {
    let value = |name: &str| model.params.value(model.params.find(name).unwrap_or_else(|| panic!("there is no {name}")));
    let width = model.config.n_kv_heads * model.config.d_head;
    let [first, first_bias] = ["prompt_encoder.transform.0.weight", "prompt_encoder.transform.0.bias"].map(value);
    let embedding = value("prompt_encoder.embedding.weight");
    let tokens = embedding.len() / width;
    let mut data = Vec::with_capacity(tokens * 2 * model.config.n_layers * width);
    for token in embedding.chunks_exact(width) {
        let hidden: Vec<f32> = linear(token, first, first_bias).map(f32::tanh).collect();
        for layer in 0..model.config.n_layers {
            for part in ["keys", "values"] {
                let [weight, bias] = ["weight", "bias"].map(|of| value(&format!("model.layers.{layer}.self_attn.prefix.{part}.{of}")));
                data.extend(linear(&hidden, weight, bias));
            }
        }
    }
    AdapterTensor { name: TensorName::prompt(), shape: vec![tokens, data.len() / tokens.max(1)], data }
}

/// `W x + b`.
fn linear<'a>(x: &'a [f32], weight: &'a [f32], bias: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
    weight.chunks_exact(x.len()).zip(bias).map(move |(row, bias)| {
        let sum: f64 = row.iter().zip(x).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
        (sum + f64::from(*bias)) as f32
    })
}
