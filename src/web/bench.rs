//! The benchmark's workloads for JavaScript, which measures the time: each `run` computes, and nothing else.

use wasm_bindgen::prelude::*;

use crate::bench::attention::AttentionWork;
use crate::bench::decode::DecodeWork;
use crate::bench::gemm::{Form, GemmWork};
use crate::bench::gemm_int8::GemmInt8Work;
use crate::bench::limits::{LimitError, MAX_COPIES, MAX_SIZE, size};
use crate::bench::train::{TrainSize, TrainWork};
use crate::kernels::gemm_int8::MAX_DEPTH;
use crate::tensor::Ledger;

/// A matrix product.
#[wasm_bindgen]
pub struct GemmBench(GemmWork);

#[wasm_bindgen]
impl GemmBench {
    /// Products of `[m, k, n]` by `copies` matrices B in turn; `op` is `ab`, `abt` or `atb`.
    #[wasm_bindgen(constructor)]
    pub fn new(op: &str, m: f64, k: f64, n: f64, copies: f64) -> Result<GemmBench, JsError> {
        let form = Form::from_name(op).ok_or_else(|| JsError::new(&format!("op is {op:?}; it has to be ab, abt or atb")))?;
        Ok(Self(GemmWork::new(form, shape(m, k, n, MAX_SIZE)?, size("copies", copies, MAX_COPIES)?)?))
    }

    /// Computes the next `times` of them.
    pub fn run(&mut self, times: usize) {
        self.0.run(times);
    }

    /// Largest absolute error of some elements.
    pub fn error(&self) -> f64 {
        self.0.error()
    }
}

/// A product of 8-bit integers.
#[wasm_bindgen]
pub struct GemmInt8Bench(GemmInt8Work);

#[wasm_bindgen]
impl GemmInt8Bench {
    /// Products of `[m, k, n]` by `copies` matrices B in turn.
    #[wasm_bindgen(constructor)]
    pub fn new(m: f64, k: f64, n: f64, copies: f64) -> Result<GemmInt8Bench, JsError> {
        Ok(Self(GemmInt8Work::new(shape(m, k, n, MAX_DEPTH)?, size("copies", copies, MAX_COPIES)?)?))
    }

    /// Computes the next `times` of them.
    pub fn run(&mut self, times: usize) {
        self.0.run(times);
    }

    /// Largest absolute error of some elements.
    pub fn error(&self) -> f64 {
        self.0.error()
    }
}

/// Causal attention.
#[wasm_bindgen]
pub struct AttentionBench(AttentionWork);

#[wasm_bindgen]
impl AttentionBench {
    /// One sequence.
    #[wasm_bindgen(constructor)]
    pub fn new(n_heads: f64, seq_len: f64, d_head: f64) -> Result<AttentionBench, JsError> {
        let size = |name, value| size(name, value, MAX_SIZE);
        Ok(Self(AttentionWork::new(size("n_heads", n_heads)?, size("seq_len", seq_len)?, size("d_head", d_head)?)?))
    }

    /// The forward pass, `times` times.
    pub fn forward(&mut self, times: usize) {
        self.0.forward(times);
    }

    /// The backward pass, `times` times.
    pub fn backward(&mut self, times: usize) {
        self.0.backward(times);
    }
}

/// Decode steps.
#[wasm_bindgen]
pub struct DecodeBench(DecodeWork);

#[wasm_bindgen]
impl DecodeBench {
    /// The model `S` or `M`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<DecodeBench, JsError> {
        Ok(Self(DecodeWork::new(size_named(name)?, &Ledger::new(None))?))
    }

    /// A whole text, a step for each token.
    pub fn text(&mut self) -> Result<f32, JsError> {
        Ok(self.0.text()?)
    }
}

/// A training.
#[wasm_bindgen]
pub struct TrainBench(TrainWork);

#[wasm_bindgen]
impl TrainBench {
    /// The model `S` or `M`, or one whose training diverged, `S-diverged` or `M-diverged`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<TrainBench, JsError> {
        let ledger = Ledger::new(None);
        Ok(Self(match name.strip_suffix("-diverged") {
            Some(name) => TrainWork::diverged(size_named(name)?, &ledger)?,
            None => TrainWork::new(size_named(name)?, &ledger)?,
        }))
    }

    /// One step; gives its loss.
    pub fn step(&mut self) -> Result<f64, JsError> {
        Ok(self.0.step()?)
    }
}

/// The shape of a product whose `k` may be up to `most_k`.
fn shape(m: f64, k: f64, n: f64, most_k: usize) -> Result<[usize; 3], LimitError> {
    Ok([size("m", m, MAX_SIZE)?, size("k", k, most_k)?, size("n", n, MAX_SIZE)?])
}

fn size_named(name: &str) -> Result<TrainSize, JsError> {
    let size = TrainSize::ALL.into_iter().find(|size| size.name == name);
    size.ok_or_else(|| JsError::new(&format!("there is no model {name:?}; it has to be S or M")))
}
