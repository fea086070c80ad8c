//! `adapter_config.json` of a LoRA adapter. Field names are those of `peft.LoraConfig`.

use serde_json::{Value, json};

use crate::formats::error::FormatError;
use crate::formats::json::Fields;
use crate::nn::blueprint::linear_roles;

const FILE: &str = "adapter_config.json";
const MAX_RANK: usize = 1 << 16;

/// How the weights of a fresh adapter are drawn; `B` is zero in all but `Random`, so that the adapter changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitLoraWeights {
    /// `true` in the file: `A` uniform after Kaiming with a = √5, that is within ±1/√in_features.
    Kaiming,
    /// `"gaussian"`: `A` normal with standard deviation 1/r.
    Gaussian,
    /// `false`: `A` and `B` both uniform after Kaiming; the adapter changes the output from the start.
    Random,
}

/// The hyper-parameters of a LoRA adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct PeftLoraConfig {
    /// Rank: rows of `A`, columns of `B`.
    pub r: usize,
    /// Scale of the update before it is divided by `r` (or √r).
    pub lora_alpha: f64,
    /// Probability with which an input of `A` is dropped in training.
    pub lora_dropout: f64,
    /// Names of the adapted layers: `q_proj`, … A longer name (`self_attn.q_proj`) selects by the end of the path.
    pub target_modules: Vec<String>,
    /// Whether the update is divided by √r rather than r (Kalajdzievski, 2023, "rank-stabilized LoRA").
    pub use_rslora: bool,
    /// How the weights were drawn.
    pub init_lora_weights: InitLoraWeights,
    /// The model the adapter belongs to.
    pub base_model_name_or_path: Option<String>,
}

impl PeftLoraConfig {
    /// Factor of the update: `lora_alpha / r`, or `lora_alpha / √r` if rank-stabilised.
    pub fn scaling(&self) -> f64 {
        let r = self.r as f64;
        self.lora_alpha / if self.use_rslora { r.sqrt() } else { r }
    }

    /// Whether the layer of that path, e.g. `model.layers.0.self_attn.q_proj`, is adapted: its end must be one of
    /// [`target_modules`](Self::target_modules), as PEFT has it.
    pub fn adapts(&self, module: &str) -> bool {
        self.target_modules
            .iter()
            .any(|target| module.strip_suffix(target.as_str()).is_some_and(|start| start.is_empty() || start.ends_with('.')))
    }

    /// Reads the text of an `adapter_config.json`.
    ///
    /// # Errors
    /// [`FormatError::NotJson`], [`FormatError::MissingField`] or [`FormatError::Field`], also for features of PEFT
    /// that would change the result and are not supported.
    pub fn from_json(text: &[u8]) -> Result<Self, FormatError> {
        let fields = Fields::parse(FILE, text)?;
        check_features(&fields)?;
        let is_probability = |p: f64| (0.0..1.0).contains(&p);
        Ok(Self {
            r: fields.required_size("r", MAX_RANK)?,
            lora_alpha: match fields.number("lora_alpha", |alpha| alpha >= 0.0, ">= 0")? {
                Some(alpha) => alpha,
                None => return Err(fields.missing("lora_alpha", ">= 0")),
            },
            lora_dropout: fields.number("lora_dropout", is_probability, "0 <= lora_dropout < 1")?.unwrap_or(0.0),
            target_modules: target_modules(&fields)?,
            use_rslora: fields.boolean("use_rslora")?.unwrap_or(false),
            init_lora_weights: match fields.get("init_lora_weights") {
                None | Some(Value::Bool(true)) => InitLoraWeights::Kaiming,
                Some(Value::Bool(false)) => InitLoraWeights::Random,
                Some(Value::String(name)) if name == "gaussian" => InitLoraWeights::Gaussian,
                Some(_) => {
                    return Err(fields.unsupported("init_lora_weights", "true, false, \"gaussian\""));
                }
            },
            base_model_name_or_path: fields.text("base_model_name_or_path")?.map(str::to_owned),
        })
    }

    /// The text of an `adapter_config.json` that PEFT reads.
    pub fn to_json(&self) -> String {
        let init_lora_weights = match self.init_lora_weights {
            InitLoraWeights::Kaiming => json!(true),
            InitLoraWeights::Random => json!(false),
            InitLoraWeights::Gaussian => json!("gaussian"),
        };
        let config = json!({
            "base_model_name_or_path": self.base_model_name_or_path,
            "bias": "none",
            "fan_in_fan_out": false,
            "inference_mode": true,
            "init_lora_weights": init_lora_weights,
            "lora_alpha": self.lora_alpha,
            "lora_dropout": self.lora_dropout,
            "modules_to_save": null,
            "peft_type": "LORA",
            "r": self.r,
            "target_modules": self.target_modules,
            "task_type": "CAUSAL_LM",
            "use_dora": false,
            "use_rslora": self.use_rslora,
        });
        format!("{config:#}\n")
    }
}

/// Refuses what would make the adapter compute something else.
fn check_features(fields: &Fields) -> Result<(), FormatError> {
    match fields.text("peft_type")? {
        Some("LORA") => {}
        Some(_) => return Err(fields.unsupported("peft_type", "\"LORA\"")),
        None => return Err(fields.missing("peft_type", "\"LORA\"")),
    }
    fields.only("task_type", &[json!("CAUSAL_LM")])?;
    fields.only("bias", &[json!("none")])?;
    for switch in ["fan_in_fan_out", "use_dora", "lora_bias", "use_qalora", "use_bdlora"] {
        fields.only(switch, &[json!(false)])?;
    }
    let others = [
        "rank_pattern",
        "alpha_pattern",
        "modules_to_save",
        "layers_to_transform",
        "layer_replication",
        "exclude_modules",
        "target_parameters",
        "trainable_token_indices",
    ];
    others.iter().try_for_each(|field| fields.only(field, &[]))
}

/// A list of names, or PEFT's `"all-linear"`; other texts are regular expressions and are not supported.
fn target_modules(fields: &Fields) -> Result<Vec<String>, FormatError> {
    let field = "target_modules";
    let accepted =
        format!("\"all-linear\", [{}]", linear_roles().into_iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "));
    let names = match fields.get(field) {
        None => return Err(fields.missing(field, accepted)),
        Some(Value::String(name)) if name == "all-linear" => {
            return Ok(linear_roles().into_iter().map(str::to_owned).collect());
        }
        Some(Value::Array(names)) if !names.is_empty() => names,
        Some(_) => return Err(fields.unsupported(field, accepted)),
    };
    let linear = |name: &str| linear_roles().contains(&name.rsplit('.').next().unwrap_or(name));
    let names = names.iter().map(|name| name.as_str().filter(|name| linear(name)).map(str::to_owned));
    names.collect::<Option<_>>().ok_or_else(|| fields.unsupported(field, accepted))
}
