//! INT8: symmetric, with a scale for each row, an output of the layer. `scale = max|w| / 127`, `code = w / scale`, rounded half to even.
//!
//! A weight has two products with its inputs.
//! - In training and where a loss is measured, codes become floats as they are packed. The inputs stay what they are, so that the gradient
//!   is that of the loss, and tensor-parallel ranks, each of which has some of the inputs of a sum, get what one rank gets. It takes as
//!   long as the product of floats. In the default fine-tuning of the poems' model by LoRA, 200 steps, losses are within 0.09 % of those
//!   with float32 weights; were inputs rounded, too, within 0.24 %.
//! - In reading a text with a cache, inputs are rounded to 7 bits, each row by itself, and the product is one of integers (Dettmers et al.
//!   2022, arXiv:2208.07339, without its outliers in float16). It takes a quarter to three quarters of the time, for one row or for many, and a
//!   sequence's logits do not depend on what is read beside it.

use std::ops::Range;
use std::rc::Rc;

use super::{BlockFormat, BlockWriter};
use crate::kernels::gemm::Coded;
use crate::kernels::gemm_int8::MAX_DEPTH;
use crate::kernels::int8::{Int8Matrix, absmax_scale, encode, multiply_rounded};
use crate::tensor::{BlockWeight, Category, Charge, Ledger, OutOfMemory};

/// The format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int8;

/// A weight in the format.
#[derive(Debug)]
struct Int8Weight {
    matrix: Int8Matrix,
    _charges: [Charge; 3],
}

/// One of which the rows so far were read.
#[derive(Debug)]
struct Int8Writer {
    weight: Int8Weight,
    rows: usize,
}

impl BlockFormat for Int8 {
    fn name(&self) -> &'static str {
        "int8"
    }

    fn bytes(&self, [rows, columns]: [usize; 2], _: usize) -> usize {
        rows * (columns + size_of::<f32>() + size_of::<i32>())
    }

    fn allocate(&self, ledger: &Ledger, shape: [usize; 2], _: usize) -> Result<Box<dyn BlockWriter>, OutOfMemory> {
        let [rows, columns] = shape;
        // A size that does not fit the address space is more than any machine has.
        let (codes, of_codes) = ledger.allocate(Category::Parameters, rows.saturating_mul(columns))?;
        let (scales, of_scales) = ledger.allocate(Category::Parameters, rows)?;
        let (sums, of_sums) = ledger.allocate(Category::Parameters, rows)?;
        let matrix = Int8Matrix { codes, scales, sums, shape };
        Ok(Box::new(Int8Writer { weight: Int8Weight { matrix, _charges: [of_codes, of_scales, of_sums] }, rows: 0 }))
    }
}

impl BlockWriter for Int8Writer {
    fn write(&mut self, row: &[f32], columns: Range<usize>) {
        let Int8Matrix { codes, scales, sums, shape: [_, width] } = &mut self.weight.matrix;
        let codes = &mut codes[self.rows * *width..][..*width];
        let scale = absmax_scale(row);
        encode(&row[columns], scale, codes);
        scales[self.rows] = scale;
        sums[self.rows] = codes.iter().map(|code| i32::from(*code)).sum();
        self.rows += 1;
    }

    fn finish(self: Box<Self>) -> Rc<dyn BlockWeight> {
        assert_eq!(self.rows, self.weight.matrix.shape[0], "rows of a weight");
        Rc::new(self.weight)
    }
}

impl BlockWeight for Int8Weight {
    fn format(&self) -> &'static str {
        Int8.name()
    }

    fn bytes(&self) -> usize {
        let Int8Matrix { codes, scales, sums, .. } = &self.matrix;
        size_of_val(&codes[..]) + size_of_val(&scales[..]) + size_of_val(&sums[..])
    }

    fn rows(&self) -> &dyn Coded {
        &self.matrix
    }

    fn multiply_rounded(&self, x: &[f32], y: &mut [f32]) {
        let [out_features, in_features] = self.shape();
        if in_features > MAX_DEPTH {
            return self.multiply(1.0, x, 0.0, y);
        }
        multiply_rounded(y.len() / out_features.max(1), x, &self.matrix, y);
    }
}
