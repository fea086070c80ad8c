//! The rotary position embedding, in every shape that `transformers` has written it.
//!
//! transformers 4 wrote `rope_theta` beside `rope_scaling` (`null`, or an object whose kind is called `type`, later
//! `rope_type`), and `rope_local_base_freq` for the sliding layers of Gemma 3. transformers 5 writes `rope_parameters`: one object
//! with all of it, or one for each kind of layer.

use serde_json::{Map, Value, json};

use super::MAX_SIZE;
use super::family::ModelType;
use super::layers::LayerKind;
use crate::formats::error::FormatError;
use crate::formats::json::Fields;
use crate::nn::{Rope, RopeScaling};

const SCALING: &str = "rope_scaling";
const PARAMETERS: &str = "rope_parameters";
const THETA: &str = "rope_theta";
const LOCAL_THETA: &str = "rope_local_base_freq";
const ORIGINAL: &str = "original_max_position_embeddings";
const KINDS: &str = "\"default\", \"linear\", \"llama3\", \"dynamic\"";
/// Keys that a kind may have; any other would change the result.
const KEYS: [&str; 9] =
    ["rope_type", "type", THETA, "factor", "low_freq_factor", "high_freq_factor", ORIGINAL, "partial_rotary_factor", "attention_factor"];
/// Gemma 3's base of the sliding layers.
const DEFAULT_LOCAL_THETA: f64 = 10_000.0;

/// What one place of the file says: nothing is `None`.
#[derive(Default)]
struct Said {
    theta: Option<(String, f64)>,
    scaling: Option<(String, RopeScaling)>,
}

impl Said {
    /// Adds what another place says; both have to agree.
    fn and(&mut self, fields: &Fields, other: Self) -> Result<(), FormatError> {
        if let (Some((path, theta)), Some((other, other_theta))) = (&self.theta, &other.theta)
            && theta != other_theta
        {
            return Err(fields.contradiction(path, other));
        }
        if let (Some((path, scaling)), Some((other, other_scaling))) = (&self.scaling, &other.scaling)
            && scaling != other_scaling
        {
            return Err(fields.contradiction(path, other));
        }
        self.theta = self.theta.take().or(other.theta);
        self.scaling = self.scaling.take().or(other.scaling);
        Ok(())
    }

    fn rope(self, default_theta: f64) -> Rope {
        Rope {
            theta: self.theta.map_or(default_theta, |(_, theta)| theta),
            scaling: self.scaling.map_or(RopeScaling::Default, |(_, scaling)| scaling),
        }
    }
}

/// The rotary embedding, and that of sliding layers where the file names it.
pub fn read(fields: &Fields, model_type: ModelType, max_positions: usize) -> Result<(Rope, Option<Rope>), FormatError> {
    let [full, sliding] = [LayerKind::Full, LayerKind::Sliding].map(|kind| format!("{PARAMETERS}.{}", kind.name()));
    fields.only("partial_rotary_factor", &[json!(1.0), json!(1)])?;
    let layered = by_layer(fields, model_type, [&full, &sliding])?;
    let group = |path: &str| read_group(fields, path, max_positions);

    let mut said = bare_theta(fields, THETA)?;
    said.and(fields, group(SCALING)?)?;
    said.and(fields, group(if layered { &full } else { PARAMETERS })?)?;
    let rope = said.rope(model_type.defaults().rope_theta);

    let mut local = if layered { group(&sliding)? } else { Said::default() };
    if model_type != ModelType::Gemma3 {
        fields.only(LOCAL_THETA, &[])?;
        let named = local.theta.is_some() || local.scaling.is_some();
        return Ok((rope, named.then(|| local.rope(model_type.defaults().rope_theta))));
    }
    local.and(fields, bare_theta(fields, LOCAL_THETA)?)?;
    Ok((rope, Some(local.rope(DEFAULT_LOCAL_THETA))))
}

/// Whether `rope_parameters` holds an object for each kind of layer.
fn by_layer(fields: &Fields, model_type: ModelType, paths: [&str; 2]) -> Result<bool, FormatError> {
    let Some(parameters) = object(fields, PARAMETERS)?.filter(|parameters| !parameters.is_empty()) else { return Ok(false) };
    let layered = paths.iter().any(|path| fields.get(path).is_some());
    if layered {
        for (key, value) in parameters {
            let path = format!("{PARAMETERS}.{key}");
            if !value.is_null() && !paths.contains(&path.as_str()) {
                return Err(fields.unsupported(&path, "\"full_attention\", \"sliding_attention\""));
            }
        }
    } else if model_type == ModelType::Gemma3 {
        return Err(fields.unsupported(PARAMETERS, "{\"full_attention\": {…}, \"sliding_attention\": {…}}"));
    }
    Ok(layered)
}

fn object<'a>(fields: &'a Fields, path: &str) -> Result<Option<&'a Map<String, Value>>, FormatError> {
    match fields.get(path) {
        None => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(fields.unsupported(path, "null, {\"rope_type\": \"linear\", \"factor\": …}, {\"rope_type\": \"llama3\", …}, …")),
    }
}

fn bare_theta(fields: &Fields, path: &str) -> Result<Said, FormatError> {
    let theta = fields.number(path, |theta| theta > 0.0, "> 0")?;
    Ok(Said { theta: theta.map(|theta| (path.to_owned(), theta)), scaling: None })
}

/// What the object at `path` says, if there is one.
fn read_group(fields: &Fields, path: &str, max_positions: usize) -> Result<Said, FormatError> {
    let Some(map) = object(fields, path)? else { return Ok(Said::default()) };
    if let Some(key) = map.keys().find(|key| !map[*key].is_null() && !KEYS.contains(&key.as_str())) {
        return Err(fields.unsupported(&format!("{path}.{key}"), "null"));
    }
    for key in ["partial_rotary_factor", "attention_factor"] {
        fields.only(&format!("{path}.{key}"), &[json!(1.0), json!(1)])?;
    }
    let mut said = bare_theta(fields, &format!("{path}.{THETA}"))?;
    said.scaling = Group { fields, path }.scaling(max_positions)?.map(|scaling| (path.to_owned(), scaling));
    Ok(said)
}

struct Group<'a> {
    fields: &'a Fields,
    path: &'a str,
}

impl Group<'_> {
    fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    fn scaling(&self, max_positions: usize) -> Result<Option<RopeScaling>, FormatError> {
        let factors = ["factor", "low_freq_factor", "high_freq_factor"];
        let Some((kind_at, kind)) = self.kind()? else {
            let orphan = factors.into_iter().chain([ORIGINAL]).find(|key| self.fields.get(&self.at(key)).is_some());
            return match orphan {
                Some(key) => {
                    let accepted = format!("{KINDS} ({} = {})", self.at(key), self.fields.value(&self.at(key)));
                    Err(self.fields.missing(&self.at("rope_type"), accepted))
                }
                None => Ok(None),
            };
        };
        let used = match kind {
            "default" => 0,
            "linear" | "dynamic" => 1,
            "llama3" => factors.len(),
            _ => return Err(self.fields.unsupported(&kind_at, KINDS)),
        };
        for unused in &factors[used..] {
            // A factor of 1 changes nothing in any kind.
            let neutral = if *unused == "factor" { vec![json!(1.0), json!(1)] } else { vec![] };
            self.fields.only(&self.at(unused), &neutral)?;
        }
        Ok(Some(match kind {
            "default" => RopeScaling::Default,
            "linear" => RopeScaling::Linear { factor: self.factor()? },
            "llama3" => self.llama3()?,
            _ => RopeScaling::Dynamic {
                factor: self.factor()?,
                // Implementations differ in which of the two it is: up to the smaller one they agree.
                original_max_position_embeddings: self.original()?.map_or(max_positions, |original| original.min(max_positions)),
            },
        }))
    }

    /// The kind, by either of its names, and where it stands.
    fn kind(&self) -> Result<Option<(String, &str)>, FormatError> {
        let (new, old) = (self.at("rope_type"), self.at("type"));
        match (self.fields.text(&new)?, self.fields.text(&old)?) {
            (Some(kind), Some(other)) if kind != other => Err(self.fields.contradiction(&new, &old)),
            (Some(kind), _) => Ok(Some((new, kind))),
            (None, Some(kind)) => Ok(Some((old, kind))),
            (None, None) => Ok(None),
        }
    }

    fn llama3(&self) -> Result<RopeScaling, FormatError> {
        let positive = |key: &str| self.required(key, |factor| factor > 0.0, "> 0");
        let (low_freq_factor, high_freq_factor) = (positive("low_freq_factor")?, positive("high_freq_factor")?);
        if high_freq_factor <= low_freq_factor {
            let accepted = format!("> low_freq_factor = {low_freq_factor}");
            return Err(self.fields.unsupported(&self.at("high_freq_factor"), accepted));
        }
        let original = self.original()?.ok_or_else(|| self.fields.missing(&self.at(ORIGINAL), format!("1 ..= {MAX_SIZE}")))?;
        Ok(RopeScaling::Llama3 { factor: self.factor()?, low_freq_factor, high_freq_factor, original_max_position_embeddings: original })
    }

    fn factor(&self) -> Result<f64, FormatError> {
        self.required("factor", |factor| factor >= 1.0, ">= 1")
    }

    fn required(&self, key: &str, accept: impl Fn(f64) -> bool, accepted: &str) -> Result<f64, FormatError> {
        let path = self.at(key);
        self.fields.number(&path, accept, accepted)?.ok_or_else(|| self.fields.missing(&path, accepted))
    }

    /// The original length: the object's own, or that beside it.
    fn original(&self) -> Result<Option<usize>, FormatError> {
        let (inner, outer) = (self.fields.size(&self.at(ORIGINAL), MAX_SIZE)?, self.fields.size(ORIGINAL, MAX_SIZE)?);
        match (inner, outer) {
            (Some(inner), Some(outer)) if inner != outer => Err(self.fields.contradiction(&self.at(ORIGINAL), ORIGINAL)),
            _ => Ok(inner.or(outer)),
        }
    }
}

impl Rope {
    /// The object that transformers 5 reads.
    pub(super) fn parameters(&self) -> Value {
        let mut object = self.scaling.object();
        object.insert(THETA.to_owned(), json!(self.theta));
        Value::Object(object)
    }
}

impl RopeScaling {
    /// The object that transformers 4 reads as `rope_scaling`; null where nothing is changed.
    pub(super) fn to_json(self) -> Value {
        if self == Self::Default { Value::Null } else { Value::Object(self.object()) }
    }

    fn object(self) -> Map<String, Value> {
        let object = match self {
            Self::Default => json!({ "rope_type": "default" }),
            Self::Linear { factor } => json!({ "rope_type": "linear", "factor": factor }),
            Self::Llama3 { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings } => json!({
                "rope_type": "llama3",
                "factor": factor,
                "low_freq_factor": low_freq_factor,
                "high_freq_factor": high_freq_factor,
                ORIGINAL: original_max_position_embeddings,
            }),
            Self::Dynamic { factor, original_max_position_embeddings } => {
                json!({ "rope_type": "dynamic", "factor": factor, ORIGINAL: original_max_position_embeddings })
            }
        };
        match object {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
