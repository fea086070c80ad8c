//! The benchmark's workloads for JavaScript, which measures the time: each `run` computes, and nothing else.

use wasm_bindgen::prelude::*;

use crate::bench::attention::AttentionWork;
use crate::bench::decode::DecodeWork;
use crate::bench::gemm::{Form, GemmWork};
use crate::bench::gemm_int8::GemmInt8Work;
use crate::bench::train::{TrainSize, TrainWork};
use crate::tensor::Ledger;

/// A matrix product.
#[wasm_bindgen]
pub struct GemmBench(GemmWork);

#[wasm_bindgen]
impl GemmBench {
    /// The product of `[m, k, n]`; `op` is `ab`, `abt` or `atb`.
    #[wasm_bindgen(constructor)]
    pub fn new(op: &str, m: usize, k: usize, n: usize) -> Result<GemmBench, JsError> {
        let form = Form::from_name(op).ok_or_else(|| JsError::new(&format!("op is {op:?}; it has to be ab, abt or atb")))?;
        Ok(Self(GemmWork::new(form, [m, k, n])))
    }

    /// Computes it `times` times.
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
    /// The product of `[m, k, n]`.
    #[wasm_bindgen(constructor)]
    pub fn new(m: usize, k: usize, n: usize) -> Self {
        Self(GemmInt8Work::new([m, k, n]))
    }

    /// Computes it `times` times.
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
    pub fn new(n_heads: usize, seq_len: usize, d_head: usize) -> Self {
        Self(AttentionWork::new(n_heads, seq_len, d_head))
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
pub struct TrainBench {
    work: TrainWork,
    size: TrainSize,
}

#[wasm_bindgen]
impl TrainBench {
    /// The model `S` or `M`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<TrainBench, JsError> {
        let size = size_named(name)?;
        Ok(Self { work: TrainWork::new(size, &Ledger::new(None))?, size })
    }

    /// One step; gives its loss.
    pub fn step(&mut self) -> Result<f64, JsError> {
        Ok(self.work.step()?)
    }

    /// Tokens of a step.
    #[wasm_bindgen(getter)]
    pub fn tokens(&self) -> usize {
        self.size.tokens()
    }

    /// Floating-point operations of a step.
    #[wasm_bindgen(getter)]
    pub fn flop(&self) -> f64 {
        self.size.flop()
    }
}

fn size_named(name: &str) -> Result<TrainSize, JsError> {
    let size = TrainSize::ALL.into_iter().find(|size| size.name == name);
    size.ok_or_else(|| JsError::new(&format!("there is no model {name:?}; it has to be S or M")))
}
