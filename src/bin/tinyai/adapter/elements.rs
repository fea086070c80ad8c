//! The types that the elements of a file can have.

use clap::ValueEnum;
use tinyai::formats::safetensors::SaveDtype;

/// Types of the elements of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Elements {
    /// float32.
    F32,
    /// float16.
    F16,
    /// bfloat16.
    Bf16,
}

impl Elements {
    /// As it is written.
    pub fn saved(self) -> SaveDtype {
        match self {
            Self::F32 => SaveDtype::F32,
            Self::F16 => SaveDtype::F16,
            Self::Bf16 => SaveDtype::BF16,
        }
    }

    /// As `config.json` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "float32",
            Self::F16 => "float16",
            Self::Bf16 => "bfloat16",
        }
    }
}
