//! The fields of AdaLoRA, `peft.AdaLoraConfig`: `y = W x + lora_alpha / init_r · B diag(E) A x`, where singular values `E` are pruned in
//! training (Zhang et al., 2023, arXiv:2303.10512).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::config::FILE;
use super::fields::number;
use super::lora::{MAX_RANK, PeftBias, dropout, required_alpha};
use super::names::{Part, TensorName};
use super::targets::Targets;
use crate::formats::error::FormatError;
use crate::formats::json::Fields;

/// Those of LoRA that AdaLoRA does not use.
pub(super) const UNUSED: [&str; 3] = ["r", "alpha_pattern", "use_rslora"];

pub(super) const FIELDS: [&str; 14] = [
    "init_r",
    "target_r",
    "tinit",
    "tfinal",
    "deltaT",
    "beta1",
    "beta2",
    "orth_reg_weight",
    "total_step",
    "lora_alpha",
    "lora_dropout",
    "bias",
    "rank_pattern",
    "init_lora_weights",
];
const MAX_STEPS: usize = u32::MAX as usize;

/// The settings of an AdaLoRA adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct PeftAdaLora {
    /// Rank at the start.
    pub init_r: usize,
    /// Mean rank at the end.
    pub target_r: usize,
    /// Steps before the first pruning.
    pub tinit: usize,
    /// Steps after the last.
    pub tfinal: usize,
    /// Steps between two prunings.
    pub delta_t: usize,
    /// Smoothing of the sensitivity.
    pub beta1: f64,
    /// Smoothing of its uncertainty.
    pub beta2: f64,
    /// Weight of the penalty that keeps `A` and `B` orthogonal.
    pub orth_reg_weight: f64,
    /// Steps of the training.
    pub total_step: usize,
    /// Scale of the update before it is divided by `init_r`; 0: `init_r`.
    pub lora_alpha: f64,
    /// Probability with which an input of `A` is dropped in training.
    pub lora_dropout: f64,
    /// The modules.
    pub targets: Targets,
    /// The biases that learn.
    pub bias: PeftBias,
    /// Of each module which singular values are left, `init_r` of them: the file has only those. Modules that are not there have all.
    pub rank_pattern: BTreeMap<String, Vec<bool>>,
}

impl PeftAdaLora {
    /// The rank of a module's tensors in the file.
    pub fn rank_of(&self, module: &str) -> usize {
        self.rank_pattern.get(module).map_or(self.init_r, |kept| kept.iter().filter(|kept| **kept).count())
    }

    /// Factor of a module's update: `lora_alpha / init_r`, as PEFT computes it.
    pub fn scaling(&self) -> f64 {
        let init_r = self.init_r as f64;
        (if self.lora_alpha > 0.0 { self.lora_alpha } else { init_r }) / (init_r + 1e-5)
    }

    pub(super) fn read(fields: &Fields) -> Result<Self, FormatError> {
        let steps = |field: &str| fields.index(field, MAX_STEPS);
        let smoothing =
            |field: &str| fields.number(field, |beta| (0.0..1.0).contains(&beta), "0 <= beta < 1").map(|beta| beta.unwrap_or(0.85));
        let init_r = fields.required_size("init_r", MAX_RANK)?;
        fields.only("use_dora", &[json!(false)])?;
        fields.only("init_lora_weights", &[json!(true), json!(false)])?;
        Ok(Self {
            init_r,
            target_r: fields.size("target_r", MAX_RANK)?.unwrap_or(8),
            tinit: steps("tinit")?.unwrap_or(0),
            tfinal: steps("tfinal")?.unwrap_or(0),
            delta_t: fields.size("deltaT", MAX_STEPS)?.unwrap_or(1),
            beta1: smoothing("beta1")?,
            beta2: smoothing("beta2")?,
            orth_reg_weight: fields.number("orth_reg_weight", |weight| weight >= 0.0, ">= 0")?.unwrap_or(0.5),
            total_step: fields.required_size("total_step", MAX_STEPS)?,
            lora_alpha: required_alpha(fields)?,
            lora_dropout: dropout(fields)?,
            targets: Targets::read(fields)?,
            bias: PeftBias::read(fields)?,
            rank_pattern: rank_pattern(fields, init_r)?,
        })
    }

    pub(super) fn write(&self, into: &mut Map<String, Value>) {
        let kept = |(module, kept): (&String, &Vec<bool>)| (format!("{module}.lora_E"), json!(kept));
        let ranks: Map<String, Value> = self.rank_pattern.iter().map(kept).collect();
        self.targets.write(into, true);
        for (field, value) in [
            ("init_r", json!(self.init_r)),
            ("target_r", json!(self.target_r)),
            ("tinit", json!(self.tinit)),
            ("tfinal", json!(self.tfinal)),
            ("deltaT", json!(self.delta_t)),
            ("beta1", json!(self.beta1)),
            ("beta2", json!(self.beta2)),
            ("orth_reg_weight", json!(self.orth_reg_weight)),
            ("total_step", json!(self.total_step)),
            ("lora_alpha", number(self.lora_alpha)),
            ("lora_dropout", json!(self.lora_dropout)),
            ("bias", json!(self.bias.name())),
            ("init_lora_weights", json!(true)),
            ("rank_pattern", if ranks.is_empty() { Value::Null } else { Value::Object(ranks) }),
        ] {
            into.insert(field.into(), value);
        }
    }
}

/// The singular values that are left, by the names of their tensors.
fn rank_pattern(fields: &Fields, init_r: usize) -> Result<BTreeMap<String, Vec<bool>>, FormatError> {
    let accepted = format!("null, or {{\"model.layers.N.MODULE.lora_E\": [true, false, …]}} with {init_r} values each");
    let entries = match fields.get("rank_pattern") {
        None => return Ok(BTreeMap::new()),
        Some(Value::Object(entries)) => entries,
        Some(_) => return Err(fields.unsupported("rank_pattern", accepted)),
    };
    let entry = |(name, value): (&String, &Value)| {
        let kept = value.as_array().and_then(|kept| kept.iter().map(Value::as_bool).collect::<Option<Vec<bool>>>());
        let module = TensorName::parse(name).filter(|name| name.part == Part::LoraE).map(|name| name.module);
        match (module, kept.filter(|kept| kept.len() == init_r)) {
            (Some(module), Some(kept)) => Ok((module, kept)),
            _ => Err(FormatError::Field {
                file: FILE,
                field: format!("rank_pattern[\"{name}\"]"),
                value: value.to_string(),
                accepted: accepted.clone(),
            }),
        }
    };
    entries.iter().map(entry).collect()
}
