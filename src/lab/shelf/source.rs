//! The weights of a model that is there, for others that are made from it.

use std::ops::Range;

use crate::nn::{BuildError, ParamSpec, Transformer, WeightSource};
use crate::quant::BlockFormat;
use crate::tensor::Weight;

/// The weights of a model; others that are to keep them in the same format share them.
pub(super) struct OfModel<'a>(pub &'a Transformer);

impl OfModel<'_> {
    fn value(&self, name: &str) -> Option<&Weight> {
        self.0.params.find(name).map(|id| &self.0.params.get(id).value)
    }
}

impl WeightSource for OfModel<'_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        let missing = || BuildError::MissingWeight { name: param.name.clone(), shape: param.shape.clone() };
        let value = self.value(&param.name).ok_or_else(missing)?;
        read_rows(value, param.matrix()[1], rows, take);
        Ok(())
    }

    fn shared(&self, param: &ParamSpec, format: Option<&'static str>) -> Option<Weight> {
        self.value(&param.name).filter(|value| value.format() == format).cloned()
    }

    fn charges_shared(&self) -> bool {
        false
    }
}

/// Calls `take` with each of some rows of a weight, of `columns` each, in float32.
pub(super) fn read_rows(weight: &Weight, columns: usize, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) {
    match weight {
        Weight::Blocks(blocks) => {
            let mut row = vec![0.0; columns];
            for index in rows {
                blocks.dequantize_row(index, &mut row);
                take(&row);
            }
        }
        weight => rows.for_each(|index| take(&weight.data()[index * columns..][..columns])),
    }
}

/// A matrix `[rows, columns]` in float32.
pub(super) fn matrix(weight: &Weight, [rows, columns]: [usize; 2]) -> Vec<f32> {
    let mut values = Vec::with_capacity(rows * columns);
    read_rows(weight, columns, 0..rows, &mut |row| values.extend_from_slice(row));
    values
}

/// The weights of another source, but none of them shared.
pub(super) struct OwnCopies<'a>(pub &'a mut dyn WeightSource);

impl WeightSource for OwnCopies<'_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        self.0.read(param, rows, take)
    }

    fn format(&self, param: &ParamSpec) -> Option<&'static dyn BlockFormat> {
        self.0.format(param)
    }
}
