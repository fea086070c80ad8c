//! The names of an adapter's tensors: `base_model.model.{module}.{part}`, where `module` is the path of a layer of the base, e.g.
//! `model.layers.0.self_attn.q_proj`.
//!
//! PEFT has written them in several ways: with the adapter's own name before the end (`lora_A.default.weight`), the lengths of DoRA as a
//! parameter or as a module's weight; other tools leave the prefix out.

use super::PeftMethod;

const PREFIX: &str = "base_model.model.";
const PROMPT_EMBEDDINGS: &str = "prompt_embeddings";

/// What a tensor of an adapter is to its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `lora_A`, `[r, in_features]`.
    LoraA,
    /// `lora_B`, `[out_features, r]`.
    LoraB,
    /// `lora_E`, `[r, 1]`: the singular values of AdaLoRA.
    LoraE,
    /// `ranknum`, `[1]`: the rank that AdaLoRA divides by.
    RankNum,
    /// `lora_embedding_A`, `[r, vocab_size]`.
    EmbeddingA,
    /// `lora_embedding_B`, `[d_model, r]`.
    EmbeddingB,
    /// `lora_magnitude_vector`, `[out_features]`: the lengths of DoRA.
    Magnitude,
    /// `ia3_l`, `[out_features, 1]` or `[1, in_features]`.
    Ia3,
    /// The bias of a layer of the base, which learned, too.
    Bias,
    /// The bias of a layer of the base that has a low-rank pair, too.
    BaseBias,
    /// The weight of a layer of the base that is saved along with it.
    BaseWeight,
    /// `prompt_embeddings`, of no module.
    Prompt,
}

const MARKS: [(&str, Part); 8] = [
    ("lora_A", Part::LoraA),
    ("lora_B", Part::LoraB),
    ("lora_E", Part::LoraE),
    ("ranknum", Part::RankNum),
    ("lora_embedding_A", Part::EmbeddingA),
    ("lora_embedding_B", Part::EmbeddingB),
    ("lora_magnitude_vector", Part::Magnitude),
    ("ia3_l", Part::Ia3),
];

impl Part {
    /// Whether it belongs to the method, not to the base.
    pub fn is_of_method(self) -> bool {
        !matches!(self, Self::Bias | Self::BaseBias | Self::BaseWeight)
    }
}

/// The meaning of a tensor's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TensorName {
    /// Path of the module in the base; empty: of the whole.
    pub module: String,
    /// What it is to the module.
    pub part: Part,
}

impl TensorName {
    /// That of a part of a module.
    pub fn new(module: &str, part: Part) -> Self {
        Self { module: module.to_owned(), part }
    }

    /// The virtual tokens, or learned keys and values, of the whole model.
    pub fn prompt() -> Self {
        Self::new("", Part::Prompt)
    }

    /// What a name in a file means; `None`: nothing that is known.
    pub fn parse(name: &str) -> Option<Self> {
        if name == PROMPT_EMBEDDINGS {
            return Some(Self::prompt());
        }
        let path: Vec<&str> = name.strip_prefix(PREFIX).unwrap_or(name).split('.').collect();
        let mark = |segment: &str| MARKS.into_iter().find(|(mark, _)| *mark == segment).map(|(_, part)| part);
        let marked = path.iter().enumerate().rev().find_map(|(index, segment)| Some((index, mark(segment)?)));
        let (end, part) = match marked {
            Some((index, part)) if is_rest(&path[index + 1..]) => (index, part),
            Some(_) => return None,
            None => match path[..] {
                [.., "base_layer", "bias"] => (path.len() - 2, Part::BaseBias),
                [.., "base_layer", "weight"] => (path.len() - 2, Part::BaseWeight),
                [.., "bias"] => (path.len() - 1, Part::Bias),
                [.., "weight"] => (path.len() - 1, Part::BaseWeight),
                _ => return None,
            },
        };
        let module = path[..end].join(".");
        (!module.is_empty()).then_some(Self { module, part })
    }

    /// The name that PEFT gives it today.
    pub fn written(&self, method: &PeftMethod) -> String {
        let weight = if matches!(method, PeftMethod::AdaLora(_)) { "" } else { ".weight" };
        let module = format!("{PREFIX}{}", self.module);
        match self.part {
            Part::Prompt => PROMPT_EMBEDDINGS.to_owned(),
            Part::LoraA => format!("{module}.lora_A{weight}"),
            Part::LoraB => format!("{module}.lora_B{weight}"),
            Part::Bias => format!("{module}.bias"),
            Part::BaseBias => format!("{module}.base_layer.bias"),
            Part::BaseWeight => format!("{module}.base_layer.weight"),
            part => {
                let mark = MARKS.into_iter().find(|(_, other)| *other == part).expect("every other part has a mark");
                format!("{module}.{}", mark.0)
            }
        }
    }
}

/// What may stand after a mark: the adapter's name, and `weight`.
fn is_rest(rest: &[&str]) -> bool {
    let is_name = |name: &str| !["", "bias", "weight"].contains(&name);
    match rest {
        [] | ["weight"] => true,
        [name] | [name, "weight"] => is_name(name),
        _ => false,
    }
}
