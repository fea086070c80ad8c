//! Files of the Hugging Face world as plain data: weights, model configurations, adapters.
//!
//! Nothing here touches the disk or the engine: bytes and text in, plain structs out, and back. Every file is
//! treated as hostile: whatever it holds, reading gives a value or a [`FormatError`], never a panic.

pub mod error;
pub mod hf_config;
mod json;
pub mod peft;
pub mod safetensors;

pub use error::FormatError;
pub use hf_config::HfConfig;
pub use peft::{PeftAdapter, PeftConfig};
pub use safetensors::{Dtype, TensorFile, TensorRef};
