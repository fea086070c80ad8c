//! # tinyai
//!
//! The engine of TinyAI Playground: small transformer language models, trained and served on a CPU,
//! natively and in a browser tab. `ARCHITECTURE.md` explains the rooms; a room imports only from the rooms above it.

pub mod kernels;
pub mod tensor;

pub mod autograd;
pub mod nn;

pub mod finetune;

pub mod data;
pub mod formats;
pub mod optim;

pub mod lab;

#[cfg(target_arch = "wasm32")]
pub mod web;
