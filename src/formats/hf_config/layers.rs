//! Which layers see the whole sequence, and which only a window of it.

use serde_json::{Value, json};

use super::family::ModelType;
use super::{MAX_LAYERS, MAX_SIZE};
use crate::formats::error::FormatError;
use crate::formats::json::Fields;

/// What a query of a layer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// Every key up to its own.
    Full,
    /// The keys `i - sliding_window < j <= i` of query `i`.
    Sliding,
}

impl LayerKind {
    /// Its name in `layer_types`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full_attention",
            Self::Sliding => "sliding_attention",
        }
    }
}

/// Layers of Gemma 3 up to one that is full.
const GEMMA_PATTERN: usize = 6;
const WINDOW: &str = "sliding_window";
const TYPES: &str = "layer_types";

/// The kind of each layer, empty if none slides, and the window, there exactly if one does.
pub fn read(fields: &Fields, model_type: ModelType, layers: usize) -> Result<(Vec<LayerKind>, Option<usize>), FormatError> {
    let explicit = explicit(fields, layers)?;
    if model_type != ModelType::Gemma3 {
        for field in ["sliding_window_pattern", "_sliding_window_pattern"] {
            fields.only(field, &[])?;
        }
    }
    let (kinds, window) = match model_type {
        ModelType::Llama => {
            fields.only(WINDOW, &[])?;
            fields.only("use_sliding_window", &[json!(false)])?;
            (agreed(fields, explicit, vec![LayerKind::Full; layers])?, None)
        }
        ModelType::Mistral => {
            // Absent, it is the default of `MistralConfig`; `null` switches it off.
            let default = (!fields.is_null(WINDOW)).then_some(4096);
            let window = fields.size(WINDOW, MAX_SIZE)?.or(default);
            let kind = if window.is_some() { LayerKind::Sliding } else { LayerKind::Full };
            (agreed(fields, explicit, vec![kind; layers])?, window)
        }
        ModelType::Qwen2 => qwen2(fields, explicit, layers)?,
        ModelType::Gemma3 => (gemma(fields, explicit, layers)?, Some(fields.size(WINDOW, MAX_SIZE)?.unwrap_or(4096))),
    };
    match kinds.contains(&LayerKind::Sliding) {
        true => Ok((kinds, window)),
        false => Ok((Vec::new(), None)),
    }
}

/// `layer_types`, if the file has it.
fn explicit(fields: &Fields, layers: usize) -> Result<Option<Vec<LayerKind>>, FormatError> {
    let Some(value) = fields.get(TYPES) else { return Ok(None) };
    let kind = |value: &Value| [LayerKind::Full, LayerKind::Sliding].into_iter().find(|kind| value == kind.name());
    let kinds: Option<Vec<_>> = value.as_array().and_then(|kinds| kinds.iter().map(kind).collect());
    match kinds.filter(|kinds| kinds.len() == layers) {
        Some(kinds) => Ok(Some(kinds)),
        None => {
            let accepted = format!("a list of num_hidden_layers = {layers} times \"full_attention\" or \"sliding_attention\"");
            Err(fields.unsupported(TYPES, accepted))
        }
    }
}

/// What `layer_types` says, where it may say nothing else than the rest of the file.
fn agreed(fields: &Fields, explicit: Option<Vec<LayerKind>>, implied: Vec<LayerKind>) -> Result<Vec<LayerKind>, FormatError> {
    match explicit {
        Some(explicit) if explicit != implied => {
            let names: Vec<_> = implied.iter().map(|kind| kind.name()).collect();
            Err(fields.unsupported(TYPES, format!("{}, as the other fields have it", json!(names))))
        }
        _ => Ok(implied),
    }
}

fn qwen2(fields: &Fields, explicit: Option<Vec<LayerKind>>, layers: usize) -> Result<(Vec<LayerKind>, Option<usize>), FormatError> {
    let full = vec![LayerKind::Full; layers];
    if !fields.boolean("use_sliding_window")?.unwrap_or(false) {
        return Ok((agreed(fields, explicit, full)?, None));
    }
    // Without `layer_types`, `transformers` lets the layers from `max_window_layers` on slide; earlier versions of it, those before.
    let first = fields.index("max_window_layers", MAX_LAYERS)?.unwrap_or(28);
    match explicit {
        None if first < layers => {
            let accepted = format!("false; or true with {TYPES}: versions of transformers differ in which layers slide");
            Err(fields.unsupported("use_sliding_window", accepted))
        }
        None => Ok((full, None)),
        Some(kinds) => {
            let window = fields.size(WINDOW, MAX_SIZE)?;
            if window.is_none() && kinds.contains(&LayerKind::Sliding) {
                return Err(fields.missing(WINDOW, format!("1 ..= {MAX_SIZE}, as a layer of {TYPES} slides")));
            }
            Ok((kinds, window))
        }
    }
}

fn gemma(fields: &Fields, explicit: Option<Vec<LayerKind>>, layers: usize) -> Result<Vec<LayerKind>, FormatError> {
    let patterned = |pattern: usize| -> Vec<LayerKind> {
        (1..=layers).map(|layer| if layer.is_multiple_of(pattern) { LayerKind::Full } else { LayerKind::Sliding }).collect()
    };
    let mut kinds = explicit;
    for field in ["sliding_window_pattern", "_sliding_window_pattern"] {
        if let Some(pattern) = fields.size(field, MAX_LAYERS)? {
            let implied = patterned(pattern);
            if kinds.as_ref().is_some_and(|kinds| *kinds != implied) {
                return Err(fields.unsupported(field, "null; another field names other layers that slide"));
            }
            kinds = Some(implied);
        }
    }
    Ok(kinds.unwrap_or_else(|| patterned(GEMMA_PATTERN)))
}
