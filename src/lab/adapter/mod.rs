//! Adapters as PEFT's files: read onto a model, and written from one.
//!
//! `formats/peft` knows the files, `finetune/` the methods; this is the only place that knows both. [`method`](self::method) makes the
//! method of a configuration, [`source`](self::source) finds a parameter's values, [`save`](self::save) writes them.

mod check;
mod info;
mod merge;
mod method;
mod mix;
mod projected;
mod save;
mod source;
mod words;

use std::rc::Rc;

pub use info::{AdapterInfo, AdapterModule, info, other_base};
pub use merge::{merge, merge_into};
pub use method::method;
pub use mix::{Mixing, can_be_mixed, different_bases, mix};
pub use save::{AdapterFiles, files, peft_config, save, tensors, tensors_of};
pub use source::AdapterWeights;

use super::problem::{Problem, Text};
use super::{problems, reasons};
use crate::finetune::{Attached, MethodError, attach};
use crate::formats::FormatError;
use crate::formats::peft::{ADAPTER_CONFIG, ADAPTER_MODEL, Part, PeftAdapter, TensorName};
use crate::nn::{BuildError, Transformer};
use crate::quant;
use crate::tensor::{Ledger, OutOfMemory, Weight};

/// An adapter on a model.
#[derive(Debug)]
pub struct Loaded {
    /// What goes on of the method while it is trained.
    pub attached: Box<dyn Attached>,
    /// Virtual tokens that stand before each sequence.
    pub virtual_tokens: usize,
}

/// Reads the two files of an adapter.
///
/// # Errors
/// Naming the file and what is wrong with it.
pub fn read<'a>(config: &[u8], weights: &'a [u8]) -> Result<PeftAdapter<'a>, Problem> {
    PeftAdapter::read(config, weights).map_err(|error| refused(&error))
}

/// Puts an adapter onto a base model: it computes with it, and training goes on from it.
///
/// # Errors
/// If the adapter is not one of this base, or asks for something that the engine does not have; or memory runs out.
pub fn load(adapter: &PeftAdapter, model: &mut Transformer) -> Result<Loaded, Problem> {
    check_tables(adapter, model)?;
    put_on(adapter, model)
}

/// As [`load`], onto a base whose values were changed on purpose, so that tables that the adapter brings along are not compared with it.
///
/// # Errors
/// As [`load`].
pub fn put_on(adapter: &PeftAdapter, model: &mut Transformer) -> Result<Loaded, Problem> {
    let blueprint = Rc::clone(&model.blueprint);
    let method = method(&adapter.config, &blueprint)?;
    check::against(adapter, &*method, &blueprint)?;
    let attached = attach(&*method, model, &mut AdapterWeights(adapter)).map_err(|error| not_attached(&error))?;
    set_biases(adapter, model)?;
    Ok(Loaded { attached, virtual_tokens: method.virtual_tokens() })
}

/// What PEFT saves of the base along with an adapter of its embedding has to be the base's.
///
/// # Errors
/// Naming what is not.
pub fn check_tables(adapter: &PeftAdapter, model: &Transformer) -> Result<(), Problem> {
    for (name, tensor) in adapter.tensors.iter().filter(|(name, _)| name.part == Part::BaseWeight) {
        let own = [format!("{}.weight", name.module), crate::nn::EMBEDDING_WEIGHT.to_owned()];
        let Some(param) = own.iter().find_map(|name| model.params.find(name)).map(|id| model.params.get(id)) else {
            return Err(check::no_such_module(&name.module, &model.blueprint));
        };
        let same =
            |values: &[f32]| is_kept(&param.value, [param.shape[0], param.elements() / param.shape[0]], values, model.params.ledger());
        let same = match tensor.shape == param.shape {
            true => same(&tensor.to_f32().map_err(|error| refused(&error))?).map_err(|error| reasons::out_of_memory(&error))?,
            false => false,
        };
        if !same {
            let (tensor, param) = (&tensor.name, &param.name);
            return Err(bad_weights(&Text {
                en: format!(
                    "It brings {tensor}, a weight of the base that differs from this base's {param}: the adapter was trained on another model, or the table was resized. Use the base that it was trained on."
                ),
                zh: format!(
                    "其中的 {tensor} 是基座模型的权重，却与当前基座的 {param} 不同：该适配器是在另一个模型上训练的，或者词表被扩展过。请使用训练它时的基座模型。"
                ),
            }));
        }
    }
    Ok(())
}

/// Whether a weight holds these values, `[rows, columns]`, in the format in which it is kept.
fn is_kept(weight: &Weight, [rows, columns]: [usize; 2], values: &[f32], ledger: &Ledger) -> Result<bool, OutOfMemory> {
    let Some(format) = weight.format() else { return Ok(values == weight.data()) };
    let format = quant::format(format).expect("a weight is in a format that there is");
    let mut writer = format.allocate(ledger, [rows, columns], 0)?;
    values.chunks_exact(columns).for_each(|row| writer.write(row, 0..columns));
    let (rounded, mut row, mut own) = (writer.finish(), vec![0.0; columns], vec![0.0; columns]);
    let Weight::Blocks(kept) = weight else { return Ok(false) };
    Ok((0..rows).all(|index| {
        rounded.dequantize_row(index, &mut row);
        kept.dequantize_row(index, &mut own);
        row == own
    }))
}

/// Biases of the base that learned along.
fn set_biases(adapter: &PeftAdapter, model: &mut Transformer) -> Result<(), Problem> {
    let of_base = |name: &TensorName| matches!(name.part, Part::Bias | Part::BaseBias);
    for (name, tensor) in adapter.tensors.iter().filter(|(name, _)| of_base(name)) {
        let Some(id) = model.params.find(&format!("{}.bias", name.module)) else {
            return Err(check::no_such_module(&format!("{}.bias", name.module), &model.blueprint));
        };
        let expected = &model.params.get(id).shape;
        if tensor.shape != *expected {
            let (expected, found) = (expected.clone(), tensor.shape.clone());
            return Err(refused(&FormatError::WrongShape { tensor: tensor.name.clone(), expected, found }));
        }
        model.params.make_own(id).map_err(|error| reasons::out_of_memory(&error))?;
        tensor.copy_to_f32(model.params.get_mut(id).value.data_mut()).map_err(|error| refused(&error))?;
    }
    Ok(())
}

/// A file of an adapter that cannot be read as one.
pub(super) fn refused(error: &FormatError) -> Problem {
    let of_config = matches!(
        error,
        FormatError::Field { .. }
            | FormatError::UnknownField { .. }
            | FormatError::MissingField { .. }
            | FormatError::Contradiction { .. }
            | FormatError::NotJson { file: ADAPTER_CONFIG, .. }
            | FormatError::NotText { .. }
            | FormatError::RepeatedKey { file: ADAPTER_CONFIG, .. }
    );
    problems::bad_file(if of_config { ADAPTER_CONFIG } else { ADAPTER_MODEL }, &reasons::format(error))
}

fn bad_config(reason: &Text) -> Problem {
    problems::bad_file(ADAPTER_CONFIG, reason)
}

fn bad_weights(reason: &Text) -> Problem {
    problems::bad_file(ADAPTER_MODEL, reason)
}

/// A method that does not go with the base.
fn not_attached(error: &MethodError) -> Problem {
    match error {
        MethodError::Refused(refusal) => bad_config(&words::of_file(refusal)),
        MethodError::Build(BuildError::Memory(refused)) => reasons::out_of_memory(refused),
        MethodError::Build(error) => bad_weights(&reasons::build(error)),
        other => reasons::method(other),
    }
}

#[cfg(all(test, feature = "native"))]
mod tests;
