//! Which modules of the base an adapter acts on, as PEFT decides it.

use serde_json::{Map, Value, json};

use super::config::FILE;
use crate::formats::error::FormatError;
use crate::formats::json::Fields;
use crate::nn::blueprint::linear_roles;

/// `target_modules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetModules {
    /// `"all-linear"`: every linear layer but the head.
    AllLinear,
    /// Ends of paths: `q_proj`, `self_attn.q_proj`, or a whole path.
    Ends(Vec<String>),
}

/// Which modules an adapter acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    /// `target_modules`.
    pub modules: TargetModules,
    /// `exclude_modules`: ends of the paths of modules that it does not act on after all.
    pub exclude: Vec<String>,
    /// `layers_to_transform`: the layers that it acts on; empty: all.
    pub layers: Vec<usize>,
}

/// Fields that [`Targets`] has.
pub(super) const FIELDS: [&str; 4] = ["target_modules", "exclude_modules", "layers_to_transform", "layers_pattern"];
/// The folder of the blocks in every model that this engine has.
const LAYERS: &str = "layers";
const MAX_LAYER: usize = 1 << 16;

impl Targets {
    /// Those modules, in all layers.
    pub fn of(ends: &[&str]) -> Self {
        Self { modules: TargetModules::Ends(ends.iter().map(|end| (*end).to_owned()).collect()), exclude: Vec::new(), layers: Vec::new() }
    }

    /// Whether the module of that path, e.g. `model.layers.0.self_attn.q_proj`, is one of them.
    pub fn include(&self, module: &str) -> bool {
        if self.exclude.iter().any(|end| ends_with(module, end)) {
            return false;
        }
        match &self.modules {
            TargetModules::AllLinear => linear_roles().contains(&last(module)),
            // PEFT asks for the layer only where a name is not the whole path.
            TargetModules::Ends(ends) => {
                ends.iter().any(|end| end == module) || ends.iter().any(|end| ends_with(module, end)) && self.has_layer(module)
            }
        }
    }

    fn has_layer(&self, module: &str) -> bool {
        self.layers.is_empty() || in_layer(module).is_some_and(|(layer, _)| self.layers.contains(&layer))
    }

    /// In words, for a message.
    pub fn in_words(&self) -> String {
        match &self.modules {
            TargetModules::AllLinear => "all-linear".to_owned(),
            TargetModules::Ends(ends) => ends.join(", "),
        }
    }

    pub(super) fn read(fields: &Fields) -> Result<Self, FormatError> {
        let field = "target_modules";
        let roles: Vec<String> = linear_roles().into_iter().map(|role| format!("\"{role}\"")).collect();
        let accepted = format!("\"all-linear\", [{}]", roles.join(", "));
        let modules = match fields.get(field) {
            None => return Err(fields.missing(field, accepted)),
            Some(Value::String(name)) if name.eq_ignore_ascii_case("all-linear") => TargetModules::AllLinear,
            Some(Value::Array(names)) if !names.is_empty() => {
                let ends = fields.texts(field)?.unwrap_or_default();
                if ends.iter().any(String::is_empty) {
                    return Err(fields.unsupported(field, accepted));
                }
                TargetModules::Ends(ends)
            }
            Some(_) => return Err(fields.unsupported(field, accepted)),
        };
        let exclude = match fields.get("exclude_modules") {
            Some(Value::String(_)) => return Err(fields.unsupported("exclude_modules", "[], [\"lm_head\"]")),
            _ => fields.texts("exclude_modules")?.unwrap_or_default(),
        };
        fields.only("layers_pattern", &[json!(""), json!(LAYERS), json!([LAYERS])])?;
        let layers = layers(fields)?;
        if modules == TargetModules::AllLinear && !layers.is_empty() {
            return Err(fields.contradiction("layers_to_transform", field));
        }
        Ok(Self { modules, exclude, layers })
    }

    pub(super) fn write(&self, into: &mut Map<String, Value>, with_layers: bool) {
        let modules = match &self.modules {
            TargetModules::AllLinear => json!("all-linear"),
            TargetModules::Ends(ends) => json!(ends),
        };
        let or_null = |is_empty: bool, value: Value| if is_empty { Value::Null } else { value };
        into.insert("target_modules".into(), modules);
        into.insert("exclude_modules".into(), or_null(self.exclude.is_empty(), json!(self.exclude)));
        if with_layers {
            into.insert("layers_to_transform".into(), or_null(self.layers.is_empty(), json!(self.layers)));
            into.insert("layers_pattern".into(), Value::Null);
        }
    }
}

/// A layer, or a list of layers.
fn layers(fields: &Fields) -> Result<Vec<usize>, FormatError> {
    let field = "layers_to_transform";
    let layer = |value: &Value| value.as_u64().and_then(|layer| usize::try_from(layer).ok()).filter(|layer| *layer <= MAX_LAYER);
    let layers = match fields.get(field) {
        None => return Ok(Vec::new()),
        Some(Value::Array(layers)) => layers.iter().map(layer).collect::<Option<Vec<_>>>(),
        Some(value) => layer(value).map(|layer| vec![layer]),
    };
    layers.ok_or_else(|| fields.unsupported(field, "a layer, or a list of layers, counted from 0"))
}

/// Whether the last parts of `module` are those of `end`.
pub fn ends_with(module: &str, end: &str) -> bool {
    module.strip_suffix(end).is_some_and(|start| start.is_empty() || start.ends_with('.'))
}

/// The last part of a path.
fn last(module: &str) -> &str {
    module.rsplit('.').next().unwrap_or(module)
}

/// The layer that a module is in, the number after `layers` in its path, and its path within the layer; `None`: it is in none.
pub fn in_layer(module: &str) -> Option<(usize, &str)> {
    let start = if module.split('.').next() == Some(LAYERS) { 0 } else { module.find(&format!(".{LAYERS}."))? + 1 };
    let (layer, end) = module[start + LAYERS.len()..].strip_prefix('.')?.split_once('.')?;
    Some((layer.parse().ok()?, end))
}

/// A key of `rank_pattern` or `alpha_pattern`, in PEFT a regular expression that the end of a path has to match, as the plain end that it
/// is; `None`: it is more than that.
pub(super) fn plain_end(key: &str) -> Option<String> {
    let (anchored, rest) = match key.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, key),
    };
    let plain = rest.strip_suffix('$').unwrap_or(rest).replace("\\.", ".");
    let is_plain = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    // A whole path is the end of no other.
    let is_whole = plain.starts_with("model.layers.") || ["model.embed_tokens", "lm_head"].contains(&plain.as_str());
    (is_plain && (!anchored || is_whole)).then_some(plain)
}

/// A `rank_pattern` or `alpha_pattern`: by the ends of modules' paths; the first that fits counts.
pub(super) fn pattern<T>(
    fields: &Fields,
    field: &str,
    value: impl Fn(&Value) -> Option<T>,
    accepted: &str,
) -> Result<Vec<(String, T)>, FormatError> {
    let accepted = || format!("{{\"END OF A MODULE'S PATH\": {accepted}}}, the end without signs of regular expressions");
    let entries = match fields.get(field) {
        None => return Ok(Vec::new()),
        Some(Value::Object(entries)) => entries,
        Some(_) => return Err(fields.unsupported(field, accepted())),
    };
    let entry = |(key, number): (&String, &Value)| match (plain_end(key), value(number)) {
        (Some(end), Some(number)) => Ok((end, number)),
        _ => Err(FormatError::Field { file: FILE, field: format!("{field}[\"{key}\"]"), value: number.to_string(), accepted: accepted() }),
    };
    entries.iter().map(entry).collect()
}

/// What a pattern gives a module.
pub(super) fn find<'a, T>(pattern: &'a [(String, T)], module: &str) -> Option<&'a T> {
    pattern.iter().find(|(end, _)| ends_with(module, end)).map(|(_, value)| value)
}
