//! The fields of an `adapter_config.json` beside those of the method: kept where they change nothing, refused where they may.

use serde_json::{Map, Number, Value};

use super::config::FILE;
use crate::data::json::shown;
use crate::formats::error::FormatError;
use crate::formats::json::Fields;

/// Fields that change nothing of what an adapter computes once its weights are there: whatever they hold is kept.
const HARMLESS: [&str; 16] = [
    "auto_mapping",
    "encoder_hidden_size",
    "inference_mode",
    "init_ia3_weights",
    "init_weights",
    "megatron_core",
    "num_attention_heads",
    "peft_version",
    "prefix_projection",
    "prompt_tuning_init",
    "prompt_tuning_init_text",
    "qalora_group_size",
    "revision",
    "runtime_config",
    "tokenizer_kwargs",
    "tokenizer_name_or_path",
];

/// Features that change the result, and what their fields hold where they are off.
const FEATURES: [(&str, &str); 20] = [
    ("alora_invocation_tokens", "null"),
    ("arrow_config", "null"),
    ("corda_config", "null"),
    ("ensure_weight_tying", "false"),
    ("eva_config", "null"),
    ("fan_in_fan_out", "false"),
    ("kasa_config", "null"),
    ("layer_replication", "null"),
    ("loftq_config", "{}"),
    ("lora_bias", "false"),
    ("lora_ga_config", "null"),
    ("megatron_config", "null"),
    ("modules_to_save", "null"),
    ("monteclora_config", "null"),
    ("target_parameters", "null"),
    ("trainable_token_indices", "null"),
    ("use_bdlora", "null"),
    ("use_dora", "false"),
    ("use_qalora", "false"),
    ("velora_config", "null"),
];

/// The fields that are none of `known`, as they stand; `unused` are those that this method does not use, whatever they hold.
///
/// # Errors
/// Of a feature that is on, or a field that is not known and has a value: it may change the result.
pub(super) fn rest(fields: &Fields, known: &[&str], unused: &[&str]) -> Result<Map<String, Value>, FormatError> {
    let mut rest = Map::new();
    for (field, value) in fields.others(known) {
        if !is_off(value) && !unused.contains(&field.as_str()) {
            if let Some((_, off)) = FEATURES.iter().find(|(feature, _)| feature == field) {
                return Err(fields.unsupported(field, *off));
            }
            if !HARMLESS.contains(&field.as_str()) {
                return Err(FormatError::UnknownField { file: FILE, field: field.clone(), value: shown(value) });
            }
        }
        rest.insert(field.clone(), value.clone());
    }
    Ok(rest)
}

/// Whether a value is that of a feature that is not used: null, false, or empty.
fn is_off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A number as PEFT writes it: a whole one without a point.
pub(super) fn number(value: f64) -> Value {
    match value.fract() == 0.0 && value.abs() < 1e15 {
        true => Value::from(value as i64),
        false => Number::from_f64(value).map_or(Value::Null, Value::Number),
    }
}
