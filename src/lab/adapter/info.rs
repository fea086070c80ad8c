//! What an adapter is, for a person to read.

use serde::Serialize;

use crate::formats::peft::{Part, PeftAdapter, PeftMethod, TargetModules};
use crate::lab::problem::Text;

/// What an adapter is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct AdapterInfo {
    /// PEFT's name of the method: `LORA`, `ADALORA`, `IA3`, `PROMPT_TUNING`, `PREFIX_TUNING`.
    pub method: String,
    /// Rank, of LoRA: the one that modules have unless another is said of them.
    pub rank: Option<usize>,
    /// What LoRA's update is multiplied by before it is divided by the rank.
    pub alpha: Option<f64>,
    /// Whether it is divided by the rank's square root.
    pub rank_stabilised: bool,
    /// Whether the lengths of the rows are learned by themselves (DoRA).
    pub dora: bool,
    /// Virtual tokens, of prompt tuning; learned keys of each layer, of prefix tuning.
    pub virtual_tokens: Option<usize>,
    /// `target_modules`; `all-linear` alone for all.
    pub target_modules: Vec<String>,
    /// The modules that it has weights of.
    pub modules: Vec<AdapterModule>,
    /// The base that it says it belongs to.
    pub base: Option<String>,
    /// Scalars in it.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub parameters: u64,
    /// Bytes of its tensors.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub bytes: u64,
    /// Types of its elements, each once.
    pub dtypes: Vec<String>,
    /// What a person should know before using it.
    pub warnings: Vec<Text>,
}

/// A module that an adapter has weights of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
pub struct AdapterModule {
    /// Its path.
    pub module: String,
    /// Rank, of LoRA.
    pub rank: Option<usize>,
    /// Scalars of it.
    #[cfg_attr(all(test, feature = "native"), ts(type = "number"))]
    pub parameters: u64,
}

/// What an adapter is; `base`: the name of the base that it is to be used with, if there is one.
pub fn info(adapter: &PeftAdapter, base: Option<&str>) -> AdapterInfo {
    let method = &adapter.config.method;
    let lora = if let PeftMethod::Lora(lora) = method { Some(lora) } else { None };
    let adalora = if let PeftMethod::AdaLora(adalora) = method { Some(adalora) } else { None };
    let targets = match method {
        PeftMethod::Lora(lora) => Some(&lora.targets),
        PeftMethod::AdaLora(adalora) => Some(&adalora.targets),
        PeftMethod::Ia3(ia3) => Some(&ia3.targets),
        PeftMethod::Prompt(_) | PeftMethod::Prefix(_) => None,
    };
    let module = |module: &str| AdapterModule {
        module: module.to_owned(),
        rank: lora.map(|lora| lora.rank_of(module)).or(adalora.map(|adalora| adalora.rank_of(module))),
        parameters: adapter.tensors.iter().filter(|(name, _)| name.module == module).map(|(_, tensor)| tensor.len() as u64).sum(),
    };
    let mut dtypes: Vec<String> = adapter.tensors.values().map(|tensor| format!("{:?}", tensor.dtype)).collect();
    dtypes.sort();
    dtypes.dedup();
    AdapterInfo {
        method: method.name().to_owned(),
        rank: lora.map(|lora| lora.r).or(adalora.map(|adalora| adalora.init_r)),
        alpha: lora.map(|lora| lora.lora_alpha).or(adalora.map(|adalora| adalora.lora_alpha)),
        rank_stabilised: lora.is_some_and(|lora| lora.use_rslora),
        dora: lora.is_some_and(|lora| lora.use_dora),
        virtual_tokens: match method {
            PeftMethod::Prompt(prompt) => Some(prompt.num_virtual_tokens),
            PeftMethod::Prefix(prefix) => Some(prefix.num_virtual_tokens),
            _ => None,
        },
        target_modules: targets.map_or_else(Vec::new, |targets| match &targets.modules {
            TargetModules::AllLinear => vec!["all-linear".to_owned()],
            TargetModules::Ends(ends) => ends.clone(),
        }),
        modules: adapter.modules().into_iter().filter(|module| !module.is_empty()).map(module).collect(),
        base: adapter.config.base_model_name_or_path.clone(),
        parameters: adapter.tensors.values().map(|tensor| tensor.len() as u64).sum(),
        bytes: adapter.tensors.values().map(|tensor| tensor.bytes.len() as u64).sum(),
        dtypes,
        warnings: warnings(adapter, base),
    }
}

fn warnings(adapter: &PeftAdapter, base: Option<&str>) -> Vec<Text> {
    let mut warnings: Vec<Text> = other_base(adapter, base).into_iter().collect();
    if adapter.config.base_model_name_or_path.is_none() {
        warnings.push(Text {
            en: "It does not say which base it belongs to (base_model_name_or_path).".into(),
            zh: "它没有注明所属的基座模型（base_model_name_or_path）。".into(),
        });
    }
    let tables = adapter.tensors.iter().filter(|(name, _)| name.part == Part::BaseWeight).map(|(_, tensor)| tensor.name.as_str());
    let tables: Vec<&str> = tables.collect();
    if !tables.is_empty() {
        let tables = tables.join(", ");
        warnings.push(Text {
            en: format!(
                "It brings weights of the base, too, as PEFT saves them with adapted embeddings: {tables}. They have to be the base's own."
            ),
            zh: format!("其中还有基座模型自身的权重（PEFT 在适配词嵌入时会一并保存）：{tables}。它们必须与所用基座一致。"),
        });
    }
    warnings
}

/// The last part of the name of a base, which is a path or that of a repository, without regard to case.
pub(super) fn last_part(name: &str) -> String {
    name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase()
}

/// A warning that an adapter says it belongs to another base than the one it is used with; names are compared by their last part.
pub fn other_base(adapter: &PeftAdapter, base: Option<&str>) -> Option<Text> {
    let (own, base) = (adapter.config.base_model_name_or_path.as_deref()?, base?);
    (last_part(own) != last_part(base)).then(|| Text {
        en: format!(
            "It says it belongs to the base {own}, and is used with {base}. The shapes fit, but if the weights are others, what it computes means nothing."
        ),
        zh: format!("它注明的基座模型是 {own}，而现在用的是 {base}。形状虽然相符，但如果权重不同，计算结果就没有意义。"),
    })
}
