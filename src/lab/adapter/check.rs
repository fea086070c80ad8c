//! Whether an adapter is one of a base model.

use std::collections::BTreeSet;

use super::source::{Place, place};
use super::{bad_config, bad_weights, refused};
use crate::finetune::Method;
use crate::formats::FormatError;
use crate::formats::peft::{Part, PeftAdapter, PeftMethod, TensorName};
use crate::lab::problem::{Problem, Text};
use crate::nn::{Blueprint, ParamSpec, SiteKind};

/// Checks that the file has every weight that the method asks for in this base, in its shape, and no other.
///
/// # Errors
/// Naming the tensor or the module, and what the base has.
pub fn against(adapter: &PeftAdapter, method: &dyn Method, blueprint: &Blueprint) -> Result<(), Problem> {
    method.check(blueprint).map_err(|error| super::not_attached(&error))?;
    let mut asked: BTreeSet<TensorName> = BTreeSet::new();
    let added = method.added(blueprint);
    let tables = added.len();
    for (_, param) in &added {
        let Some(Place { name, table }) = place(&param.name) else { continue };
        if !adapter.tensors.contains_key(&name) {
            return Err(lacking(adapter, &name));
        }
        check_shape(adapter, &name, param, table.map(|_| tables))?;
        asked.insert(name);
    }
    let left = adapter.tensors.iter().find(|(name, _)| name.part.is_of_method() && name.part != Part::RankNum && !asked.contains(*name));
    match left {
        None => Ok(()),
        Some((name, tensor)) if blueprint.sites().any(|(_, site)| site.module == name.module) => {
            Err(refused(&FormatError::UnexpectedTensor { tensor: tensor.name.clone(), accepted: names(&asked, &adapter.config.method) }))
        }
        Some((name, _)) => Err(no_such_module(&name.module, blueprint)),
    }
}

/// The shape that a parameter has in the file, where AdaLoRA has only the singular values that are left, and a prefix all tables in one.
fn check_shape(adapter: &PeftAdapter, name: &TensorName, param: &ParamSpec, tables: Option<usize>) -> Result<(), Problem> {
    let tensor = adapter.tensor(name).map_err(|error| refused(&error))?;
    let mut expected = param.shape.clone();
    if let Some(tables) = tables {
        expected[1] *= tables;
    }
    if name.part == Part::EmbeddingA {
        expected.reverse();
    }
    if let PeftMethod::AdaLora(adalora) = &adapter.config.method {
        expected[usize::from(name.part == Part::LoraB)] = adalora.rank_of(&name.module);
    }
    if tensor.shape == expected {
        return Ok(());
    }
    Err(refused(&FormatError::WrongShape { tensor: tensor.name.clone(), expected, found: tensor.shape.clone() }))
}

/// A module that the configuration promises, and of which the file has nothing.
fn lacking(adapter: &PeftAdapter, name: &TensorName) -> Problem {
    let (tensor, modules) = (name.written(&adapter.config.method), adapter.modules().len());
    bad_weights(&Text {
        en: format!(
            "It has no tensor {tensor}, though adapter_config.json and this base ask for one: it has weights of {modules} modules. Export the adapter again; or, if it was trained on some layers only, name them in layers_to_transform."
        ),
        zh: format!(
            "其中没有张量 {tensor}，而 adapter_config.json 和该基座模型都要求有；文件中有 {modules} 个模块的权重。请重新导出；如果只训练了部分层，请在 layers_to_transform 中写明。"
        ),
    })
}

/// A module that the base does not have.
pub fn no_such_module(module: &str, blueprint: &Blueprint) -> Problem {
    let (layers, roles) = (blueprint.config.n_layers, blueprint.roles(SiteKind::Linear).join(", "));
    bad_weights(&Text {
        en: format!(
            "It has weights of {module}, which this base does not have: its {layers} layers have {roles}. Use the base that the adapter was trained on."
        ),
        zh: format!("其中有 {module} 的权重，而该基座模型没有这个模块：它有 {layers} 层，各层有 {roles}。请使用训练该适配器时的基座模型。"),
    })
}

/// Modules that the engine cannot adapt as the configuration asks.
pub fn uneven(field: &str, detail: &Text) -> Problem {
    bad_config(&Text {
        en: format!("{field}: {} Use the adapter in PEFT, or train one with settings that the engine has.", detail.en),
        zh: format!("{field}：{}请在 PEFT 中使用该适配器，或用引擎支持的设置重新训练。", detail.zh),
    })
}

fn names(asked: &BTreeSet<TensorName>, method: &PeftMethod) -> String {
    let first: Vec<String> = asked.iter().take(FormatError::MOST_NAMES).map(|name| name.written(method)).collect();
    format!("{}{}", first.join(", "), if asked.len() > first.len() { ", …" } else { "" })
}
