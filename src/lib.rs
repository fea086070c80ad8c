//! # tinyai
//!
//! The engine of TinyAI Playground: small transformer language models, trained and served on a CPU,
//! natively and in a browser tab. `ARCHITECTURE.md` explains the rooms; a room imports only from the rooms above it.

pub mod json;

pub mod kernels;
pub mod tensor;

pub mod quant;

pub mod autograd;
pub mod nn;

pub mod linalg;
pub mod optim;

pub mod finetune;

pub mod data;
pub mod formats;

pub mod parallel;

pub mod bench;

pub mod lab;

#[cfg(target_arch = "wasm32")]
pub mod web;

// Browser tests run where the engine does: in a worker, which may block.
#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

// They call the engine by its name, as whoever uses it does.
#[cfg(all(test, target_arch = "wasm32"))]
extern crate self as tinyai;
#[cfg(all(test, target_arch = "wasm32"))]
#[path = "../tests/golden_cases/mod.rs"]
mod golden_cases;
