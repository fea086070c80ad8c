//! The fields of LoRA, `peft.LoraConfig`: `y = W x + scaling · B A x` (Hu et al., 2021, arXiv:2106.09685).

use serde_json::{Map, Value, json};

use super::fields::number;
use super::targets::{Targets, find, pattern};
use crate::formats::error::FormatError;
use crate::formats::json::Fields;

pub(super) const MAX_RANK: usize = 1 << 16;

pub(super) const FIELDS: [&str; 9] =
    ["r", "lora_alpha", "lora_dropout", "use_rslora", "use_dora", "init_lora_weights", "bias", "rank_pattern", "alpha_pattern"];

/// How the weights of a fresh adapter are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitLoraWeights {
    /// `true` in the file: `A` uniform after Kaiming with a = √5, that is within ±1/√in_features; `B` zero.
    Kaiming,
    /// `"gaussian"`: `A` normal with standard deviation 1/r; `B` zero.
    Gaussian,
    /// `false`: `A` and `B` both uniform after Kaiming; the adapter changes the output from the start.
    Random,
    /// `"orthogonal"`: `A` and `B` orthogonal to each other; the adapter changes nothing at the start.
    Orthogonal,
    /// `"pissa"` (`None`), or `"pissa_niter_N"`: the largest singular values of the weight, which are taken out of it.
    Pissa(Option<u32>),
    /// `"olora"`: from the QR decomposition of the weight, out of which it is taken.
    Olora,
}

/// Which biases of the base learn along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeftBias {
    /// `"none"`.
    None,
    /// `"all"`.
    All,
    /// `"lora_only"`: those of the layers that are adapted.
    LoraOnly,
}

/// The settings of a LoRA adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct PeftLora {
    /// Rank: rows of `A`, columns of `B`.
    pub r: usize,
    /// Scale of the update before it is divided by `r` (or √r).
    pub lora_alpha: f64,
    /// Probability with which an input of `A` is dropped in training.
    pub lora_dropout: f64,
    /// The modules.
    pub targets: Targets,
    /// Whether the update is divided by √r rather than r (Kalajdzievski, 2023, "rank-stabilized LoRA").
    pub use_rslora: bool,
    /// Whether the length of each row is learned by itself (Liu et al., 2024, "DoRA").
    pub use_dora: bool,
    /// How the weights were drawn.
    pub init_lora_weights: InitLoraWeights,
    /// The biases that learn.
    pub bias: PeftBias,
    /// Modules of another rank than `r`, by the ends of their paths; the first that fits counts.
    pub rank_pattern: Vec<(String, usize)>,
    /// Modules of another `lora_alpha`, likewise.
    pub alpha_pattern: Vec<(String, f64)>,
}

impl InitLoraWeights {
    /// Whether the base's weights are changed at the start, so that the adapter alone does not say what was learned.
    pub fn changes_base(self) -> bool {
        matches!(self, Self::Pissa(_) | Self::Olora)
    }

    pub(super) fn read(fields: &Fields) -> Result<Self, FormatError> {
        let field = "init_lora_weights";
        let unsupported =
            || fields.unsupported(field, "true, false, \"gaussian\", \"orthogonal\", \"pissa\", \"pissa_niter_N\", \"olora\"");
        match fields.get(field) {
            None | Some(Value::Bool(true)) => Ok(Self::Kaiming),
            Some(Value::Bool(false)) => Ok(Self::Random),
            Some(Value::String(name)) => match name.as_str() {
                "gaussian" => Ok(Self::Gaussian),
                "orthogonal" => Ok(Self::Orthogonal),
                "olora" => Ok(Self::Olora),
                "pissa" => Ok(Self::Pissa(None)),
                name => {
                    let iterations = name.strip_prefix("pissa_niter_").and_then(|iterations| iterations.parse().ok());
                    iterations.map(|iterations| Self::Pissa(Some(iterations))).ok_or_else(unsupported)
                }
            },
            Some(_) => Err(unsupported()),
        }
    }

    pub(super) fn to_json(self) -> Value {
        match self {
            Self::Kaiming => json!(true),
            Self::Random => json!(false),
            Self::Gaussian => json!("gaussian"),
            Self::Orthogonal => json!("orthogonal"),
            Self::Olora => json!("olora"),
            Self::Pissa(None) => json!("pissa"),
            Self::Pissa(Some(iterations)) => json!(format!("pissa_niter_{iterations}")),
        }
    }
}

impl PeftBias {
    pub(super) fn read(fields: &Fields) -> Result<Self, FormatError> {
        match fields.text("bias")? {
            None | Some("none") => Ok(Self::None),
            Some("all") => Ok(Self::All),
            Some("lora_only") => Ok(Self::LoraOnly),
            Some(_) => Err(fields.unsupported("bias", "\"none\", \"all\", \"lora_only\"")),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::All => "all",
            Self::LoraOnly => "lora_only",
        }
    }
}

impl PeftLora {
    /// That of PEFT, on these modules.
    pub fn of(targets: Targets) -> Self {
        Self {
            r: 8,
            lora_alpha: 8.0,
            lora_dropout: 0.0,
            targets,
            use_rslora: false,
            use_dora: false,
            init_lora_weights: InitLoraWeights::Kaiming,
            bias: PeftBias::None,
            rank_pattern: Vec::new(),
            alpha_pattern: Vec::new(),
        }
    }

    /// The rank of a module.
    pub fn rank_of(&self, module: &str) -> usize {
        find(&self.rank_pattern, module).copied().unwrap_or(self.r)
    }

    /// The `lora_alpha` of a module.
    pub fn alpha_of(&self, module: &str) -> f64 {
        find(&self.alpha_pattern, module).copied().unwrap_or(self.lora_alpha)
    }

    /// Factor of a module's update: `lora_alpha / r`, or `lora_alpha / √r` if rank-stabilised.
    pub fn scaling_of(&self, module: &str) -> f64 {
        let r = self.rank_of(module) as f64;
        self.alpha_of(module) / if self.use_rslora { r.sqrt() } else { r }
    }

    pub(super) fn read(fields: &Fields) -> Result<Self, FormatError> {
        let rank = |value: &Value| value.as_u64().and_then(|r| usize::try_from(r).ok()).filter(|r| (1..=MAX_RANK).contains(r));
        let alpha = |value: &Value| value.as_f64().filter(|alpha| alpha.is_finite() && *alpha >= 0.0);
        Ok(Self {
            r: fields.required_size("r", MAX_RANK)?,
            lora_alpha: required_alpha(fields)?,
            lora_dropout: dropout(fields)?,
            targets: Targets::read(fields)?,
            use_rslora: fields.boolean("use_rslora")?.unwrap_or(false),
            use_dora: fields.boolean("use_dora")?.unwrap_or(false),
            init_lora_weights: InitLoraWeights::read(fields)?,
            bias: PeftBias::read(fields)?,
            rank_pattern: pattern(fields, "rank_pattern", rank, &format!("1 ..= {MAX_RANK}"))?,
            alpha_pattern: pattern(fields, "alpha_pattern", alpha, "a number >= 0")?,
        })
    }

    pub(super) fn write(&self, into: &mut Map<String, Value>) {
        let ranks: Map<String, Value> = self.rank_pattern.iter().map(|(end, rank)| (end.clone(), json!(rank))).collect();
        let alphas: Map<String, Value> = self.alpha_pattern.iter().map(|(end, alpha)| (end.clone(), number(*alpha))).collect();
        self.targets.write(into, true);
        for (field, value) in [
            ("r", json!(self.r)),
            ("lora_alpha", number(self.lora_alpha)),
            ("lora_dropout", json!(self.lora_dropout)),
            ("use_rslora", json!(self.use_rslora)),
            ("use_dora", json!(self.use_dora)),
            ("init_lora_weights", self.init_lora_weights.to_json()),
            ("bias", json!(self.bias.name())),
            ("rank_pattern", Value::Object(ranks)),
            ("alpha_pattern", Value::Object(alphas)),
        ] {
            into.insert(field.into(), value);
        }
    }
}

pub(super) fn required_alpha(fields: &Fields) -> Result<f64, FormatError> {
    let alpha = fields.number("lora_alpha", |alpha| alpha >= 0.0, ">= 0")?;
    alpha.ok_or_else(|| fields.missing("lora_alpha", ">= 0"))
}

pub(super) fn dropout(fields: &Fields) -> Result<f64, FormatError> {
    let is_probability = |p: f64| (0.0..1.0).contains(&p);
    Ok(fields.number("lora_dropout", is_probability, "0 <= lora_dropout < 1")?.unwrap_or(0.0))
}
