//! Fine-tuning methods, one a file: each prepares a model so that the right parameters learn.

pub mod full;
pub mod lora;
