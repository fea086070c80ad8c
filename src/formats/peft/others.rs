//! The fields of IA³, prompt tuning and prefix tuning.

use serde_json::{Map, Value, json};

use super::targets::Targets;
use crate::formats::error::FormatError;
use crate::formats::json::Fields;

pub(super) const IA3_FIELDS: [&str; 1] = ["feedforward_modules"];
pub(super) const PROMPT_FIELDS: [&str; 4] = ["num_virtual_tokens", "token_dim", "num_layers", "num_transformer_submodules"];

const MAX_TOKENS: usize = 1 << 20;
const MAX_WIDTH: usize = 1 << 24;

/// `peft.IA3Config` (Liu et al., 2022, arXiv:2205.05638).
#[derive(Clone, Debug, PartialEq)]
pub struct PeftIa3 {
    /// The modules.
    pub targets: Targets,
    /// Ends of the paths of those whose inputs are scaled instead of their outputs.
    pub feedforward_modules: Vec<String>,
}

/// `peft.PromptTuningConfig` (Lester et al., 2021, arXiv:2104.08691).
#[derive(Clone, Debug, PartialEq)]
pub struct PeftPrompt {
    /// Virtual tokens before each sequence.
    pub num_virtual_tokens: usize,
    /// Width of their embeddings, that of the base; absent: as the weights have it.
    pub token_dim: Option<usize>,
    /// Layers of the base.
    pub num_layers: Option<usize>,
}

/// `peft.PrefixTuningConfig` (Li and Liang, 2021, arXiv:2101.00190). A projection is not in the file, only what it gave.
#[derive(Clone, Debug, PartialEq)]
pub struct PeftPrefix {
    /// Learned keys and values before those of each sequence, in every layer.
    pub num_virtual_tokens: usize,
    /// Width of the keys of a layer: `n_kv_heads * d_head`; absent: as the weights have it.
    pub token_dim: Option<usize>,
    /// Layers of the base.
    pub num_layers: Option<usize>,
}

impl PeftIa3 {
    /// Whether the inputs of a module are scaled.
    pub fn scales_inputs(&self, module: &str) -> bool {
        // PEFT compares letters here, not parts of the path.
        self.feedforward_modules.iter().any(|end| module.ends_with(end.as_str()))
    }

    pub(super) fn read(fields: &Fields) -> Result<Self, FormatError> {
        let targets = Targets::read(fields)?;
        if !targets.layers.is_empty() {
            return Err(fields.unsupported("layers_to_transform", "null"));
        }
        let feedforward_modules = match fields.get("feedforward_modules") {
            None => return Err(fields.missing("feedforward_modules", "[\"down_proj\"], []")),
            Some(_) => fields.texts("feedforward_modules")?.unwrap_or_default(),
        };
        Ok(Self { targets, feedforward_modules })
    }

    pub(super) fn write(&self, into: &mut Map<String, Value>) {
        self.targets.write(into, false);
        into.insert("feedforward_modules".into(), json!(self.feedforward_modules));
    }
}

impl PeftPrompt {
    pub(super) fn read(fields: &Fields) -> Result<Self, FormatError> {
        let [num_virtual_tokens, token_dim, num_layers] = sizes(fields)?;
        Ok(Self { num_virtual_tokens: num_virtual_tokens.unwrap_or_default(), token_dim, num_layers })
    }

    pub(super) fn write(&self, into: &mut Map<String, Value>) {
        write_sizes(into, [Some(self.num_virtual_tokens), self.token_dim, self.num_layers]);
    }
}

impl PeftPrefix {
    pub(super) fn read(fields: &Fields) -> Result<Self, FormatError> {
        let [num_virtual_tokens, token_dim, num_layers] = sizes(fields)?;
        Ok(Self { num_virtual_tokens: num_virtual_tokens.unwrap_or_default(), token_dim, num_layers })
    }

    pub(super) fn write(&self, into: &mut Map<String, Value>) {
        write_sizes(into, [Some(self.num_virtual_tokens), self.token_dim, self.num_layers]);
    }
}

/// `num_virtual_tokens`, which must be there, `token_dim` and `num_layers`.
fn sizes(fields: &Fields) -> Result<[Option<usize>; 3], FormatError> {
    fields.only("num_transformer_submodules", &[json!(1)])?;
    Ok([
        Some(fields.required_size("num_virtual_tokens", MAX_TOKENS)?),
        fields.size("token_dim", MAX_WIDTH)?,
        fields.size("num_layers", MAX_TOKENS)?,
    ])
}

fn write_sizes(into: &mut Map<String, Value>, sizes: [Option<usize>; 3]) {
    for (field, size) in ["num_virtual_tokens", "token_dim", "num_layers"].into_iter().zip(sizes) {
        into.insert(field.into(), json!(size));
    }
    into.insert("num_transformer_submodules".into(), json!(1));
}
