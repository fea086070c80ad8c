//! `adapter_config.json`.

use serde_json::{Map, Value, json};

use super::adalora::PeftAdaLora;
use super::lora::PeftLora;
use super::others::{PeftIa3, PeftPrefix, PeftPrompt};
use crate::formats::error::FormatError;
use crate::formats::json::Fields;

pub(super) const FILE: &str = super::ADAPTER_CONFIG;

const TYPES: &str = "\"LORA\", \"ADALORA\", \"IA3\", \"PROMPT_TUNING\", \"PREFIX_TUNING\"";

/// A method with its settings.
#[derive(Clone, Debug, PartialEq)]
pub enum PeftMethod {
    /// `LORA`.
    Lora(PeftLora),
    /// `ADALORA`.
    AdaLora(PeftAdaLora),
    /// `IA3`.
    Ia3(PeftIa3),
    /// `PROMPT_TUNING`.
    Prompt(PeftPrompt),
    /// `PREFIX_TUNING`.
    Prefix(PeftPrefix),
}

/// The configuration of an adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct PeftConfig {
    /// The method.
    pub method: PeftMethod,
    /// The model that the adapter belongs to.
    pub base_model_name_or_path: Option<String>,
    /// Fields that change nothing, as they stood in the file.
    pub rest: Map<String, Value>,
}

impl PeftConfig {
    /// That of a method for a base model, with what else PEFT writes where nothing special is asked for.
    pub fn new(method: PeftMethod, base: Option<&str>) -> Self {
        let mut rest = Map::from_iter([("inference_mode".to_owned(), json!(true)), ("modules_to_save".to_owned(), Value::Null)]);
        if !matches!(method, PeftMethod::Prompt(_) | PeftMethod::Prefix(_)) {
            rest.insert("fan_in_fan_out".into(), json!(false));
        }
        Self { method, base_model_name_or_path: base.map(str::to_owned), rest }
    }

    /// Reads the text of an `adapter_config.json`.
    ///
    /// # Errors
    /// [`FormatError::NotJson`], [`FormatError::MissingField`] or [`FormatError::Field`], also for features of PEFT that would change the
    /// result and are not supported; [`FormatError::UnknownField`] for a field that is not known and has a value.
    pub fn from_json(text: &[u8]) -> Result<Self, FormatError> {
        let fields = Fields::parse(FILE, text)?;
        let mut known = vec!["peft_type", "base_model_name_or_path", "task_type"];
        let (method, own) = match fields.text("peft_type")? {
            Some("LORA") => (PeftMethod::Lora(PeftLora::read(&fields)?), &super::lora::FIELDS[..]),
            Some("ADALORA") => (PeftMethod::AdaLora(PeftAdaLora::read(&fields)?), &super::adalora::FIELDS[..]),
            Some("IA3") => (PeftMethod::Ia3(PeftIa3::read(&fields)?), &super::others::IA3_FIELDS[..]),
            Some("PROMPT_TUNING") => (PeftMethod::Prompt(PeftPrompt::read(&fields)?), &super::others::PROMPT_FIELDS[..]),
            Some("PREFIX_TUNING") => (PeftMethod::Prefix(PeftPrefix::read(&fields)?), &super::others::PROMPT_FIELDS[..]),
            Some(_) => return Err(fields.unsupported("peft_type", TYPES)),
            None => return Err(fields.missing("peft_type", TYPES)),
        };
        fields.only("task_type", &[json!("CAUSAL_LM")])?;
        known.extend_from_slice(own);
        if matches!(method, PeftMethod::Lora(_) | PeftMethod::AdaLora(_) | PeftMethod::Ia3(_)) {
            known.extend_from_slice(&super::targets::FIELDS);
        }
        let unused: &[&str] = if matches!(method, PeftMethod::AdaLora(_)) { &super::adalora::UNUSED } else { &[] };
        let base_model_name_or_path = fields.text("base_model_name_or_path")?.map(str::to_owned);
        Ok(Self { method, base_model_name_or_path, rest: super::fields::rest(&fields, &known, unused)? })
    }

    /// The text of an `adapter_config.json` that PEFT reads, the fields in the order of their names.
    pub fn to_json(&self) -> String {
        let mut fields = self.rest.clone();
        fields.insert("peft_type".into(), json!(self.method.name()));
        fields.insert("task_type".into(), json!("CAUSAL_LM"));
        fields.insert("base_model_name_or_path".into(), json!(self.base_model_name_or_path));
        match &self.method {
            PeftMethod::Lora(lora) => lora.write(&mut fields),
            PeftMethod::AdaLora(adalora) => adalora.write(&mut fields),
            PeftMethod::Ia3(ia3) => ia3.write(&mut fields),
            PeftMethod::Prompt(prompt) => prompt.write(&mut fields),
            PeftMethod::Prefix(prefix) => prefix.write(&mut fields),
        }
        fields.sort_keys();
        format!("{:#}\n", Value::Object(fields))
    }
}

impl PeftMethod {
    /// `peft_type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Lora(_) => "LORA",
            Self::AdaLora(_) => "ADALORA",
            Self::Ia3(_) => "IA3",
            Self::Prompt(_) => "PROMPT_TUNING",
            Self::Prefix(_) => "PREFIX_TUNING",
        }
    }

    /// The form of its tensors' names, for a message.
    pub(super) fn accepted_names(&self) -> String {
        let of_modules = |targets: &super::Targets, parts: &str| format!("base_model.model.*.({}).({parts})", targets.in_words());
        match self {
            Self::Lora(lora) if lora.use_dora => {
                of_modules(&lora.targets, "lora_A.weight|lora_B.weight|lora_magnitude_vector|lora_embedding_A|lora_embedding_B")
            }
            Self::Lora(lora) => of_modules(&lora.targets, "lora_A.weight|lora_B.weight|lora_embedding_A|lora_embedding_B"),
            Self::AdaLora(adalora) => of_modules(&adalora.targets, "lora_A|lora_B|lora_E"),
            Self::Ia3(ia3) => of_modules(&ia3.targets, "ia3_l"),
            Self::Prompt(_) | Self::Prefix(_) => "prompt_embeddings".to_owned(),
        }
    }
}
