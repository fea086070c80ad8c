//! Where a method finds the values of its parameters in an adapter's file.

use std::ops::Range;

use crate::finetune::prompt::PROMPT_EMBEDDINGS;
use crate::formats::FormatError;
use crate::formats::peft::{Part, PeftAdapter, PeftMethod, TensorName};
use crate::nn::{BuildError, ParamSpec, WeightSource};

/// Where a parameter of a method is in an adapter's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The tensor.
    pub name: TensorName,
    /// Which table of it, of so many columns each; `None`: all of it. Prefix tuning has the keys and values of all layers in one.
    pub table: Option<usize>,
}

/// The place of a parameter; `None`: it belongs to no adapter.
pub(super) fn place(param: &str) -> Option<Place> {
    if let Some((layer, part)) = param.strip_prefix("model.layers.").and_then(|rest| rest.split_once(".self_attn.prefix.")) {
        let part = ["keys", "values"].iter().position(|name| *name == part)?;
        let table = 2 * layer.parse::<usize>().ok()? + part;
        return Some(Place { name: TensorName::prompt(), table: Some(table) });
    }
    if param == PROMPT_EMBEDDINGS {
        return Some(Place { name: TensorName::prompt(), table: None });
    }
    TensorName::parse(param).filter(|name| name.part.is_of_method()).map(|name| Place { name, table: None })
}

/// The weights of an adapter, for the method of its configuration.
#[derive(Debug)]
pub struct AdapterWeights<'a, 'f>(pub &'a PeftAdapter<'f>);

impl AdapterWeights<'_, '_> {
    /// Of a module that AdaLoRA has pruned: where each of its `init_r` singular values is in the file.
    fn kept(&self, name: &TensorName) -> Option<Vec<Option<usize>>> {
        let PeftMethod::AdaLora(adalora) = &self.0.config.method else { return None };
        let mut next = 0;
        let place = |kept: &bool| {
            kept.then(|| {
                next += 1;
                next - 1
            })
        };
        adalora.rank_pattern.get(&name.module).map(|kept| kept.iter().map(place).collect())
    }

    fn values(&self, place: &Place, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), FormatError> {
        let (tensor, [_, columns]) = (self.0.tensor(&place.name)?, param.matrix());
        if let Some(kept) = self.kept(&place.name) {
            // What was pruned is zero: it changes nothing.
            let (values, width) = (tensor.to_f32()?, tensor.shape.last().copied().unwrap_or(1));
            let mut row = vec![0.0; columns];
            for index in rows {
                row.fill(0.0);
                match place.name.part {
                    Part::LoraB => {
                        let own = &values[index * width..(index + 1) * width];
                        row.iter_mut().zip(&kept).for_each(|(value, kept)| *value = kept.map_or(0.0, |kept| own[kept]));
                    }
                    _ => {
                        if let Some(kept) = kept[index] {
                            row.copy_from_slice(&values[kept * width..(kept + 1) * width]);
                        }
                    }
                }
                take(&row);
            }
            return Ok(());
        }
        if place.name.part == Part::EmbeddingA {
            return transposed(&tensor.to_f32()?, columns, rows, take);
        }
        match place.table {
            None => tensor.rows_to_f32(columns, rows, take),
            Some(table) => {
                let all = tensor.shape.last().copied().unwrap_or(columns);
                tensor.rows_to_f32(all, rows, &mut |row| take(&row[table * columns..(table + 1) * columns]))
            }
        }
    }
}

/// `rows` of the transpose of a matrix of `columns` rows.
fn transposed(values: &[f32], columns: usize, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), FormatError> {
    let width = values.len() / columns.max(1);
    let mut row = vec![0.0; columns];
    for index in rows {
        row.iter_mut().enumerate().for_each(|(column, value)| *value = values[column * width + index]);
        take(&row);
    }
    Ok(())
}

impl WeightSource for AdapterWeights<'_, '_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        let (name, shape) = (param.name.clone(), param.shape.clone());
        let Some(place) = place(&name) else { return Err(BuildError::MissingWeight { name, shape }) };
        self.values(&place, param, rows, take).map_err(|error| match error {
            FormatError::MissingTensor { .. } => BuildError::MissingWeight { name, shape },
            error => BuildError::UnreadableWeight { name, reason: error.to_string() },
        })
    }
}
