//! NF4: 4 bits a weight, a scale for each 64 of them, and one in float32 for each row (Dettmers et al. 2023, arXiv:2305.14314):
//! QLoRA's base. A weight of rows of 192 takes 0.54 bytes a parameter, one of rows of 4096 takes 0.52.

use std::ops::Range;
use std::rc::Rc;

use super::{BlockFormat, BlockWriter};
use crate::kernels::gemm::Coded;
use crate::kernels::nf4::{BLOCK, Nf4Matrix, absmax, encode, encode_scale, pack};
use crate::tensor::{BlockWeight, Category, Charge, Ledger, OutOfMemory};

/// The format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nf4;

/// A weight in the format.
#[derive(Debug)]
struct Nf4Weight {
    matrix: Nf4Matrix,
    _charges: [Charge; 3],
}

/// One of which the rows so far were read.
#[derive(Debug)]
struct Nf4Writer {
    weight: Nf4Weight,
    rows: usize,
}

impl BlockFormat for Nf4 {
    fn name(&self) -> &'static str {
        "nf4"
    }

    fn bytes(&self, [rows, columns]: [usize; 2], first: usize) -> usize {
        rows * (columns.div_ceil(2) + Nf4Matrix::blocks(first, columns) + size_of::<f32>())
    }

    fn allocate(&self, ledger: &Ledger, shape: [usize; 2], first: usize) -> Result<Box<dyn BlockWriter>, OutOfMemory> {
        let [rows, columns] = shape;
        // A size that does not fit the address space is more than any machine has.
        let (packed, of_packed) = ledger.allocate(Category::Parameters, rows.saturating_mul(columns.div_ceil(2)))?;
        let (scales, of_scales) = ledger.allocate(Category::Parameters, rows.saturating_mul(Nf4Matrix::blocks(first, columns)))?;
        let (row_scales, of_rows) = ledger.allocate(Category::Parameters, rows)?;
        let matrix = Nf4Matrix { packed, scales, row_scales, first, shape };
        Ok(Box::new(Nf4Writer { weight: Nf4Weight { matrix, _charges: [of_packed, of_scales, of_rows] }, rows: 0 }))
    }
}

impl BlockWriter for Nf4Writer {
    fn write(&mut self, row: &[f32], columns: Range<usize>) {
        let Nf4Matrix { packed, scales, row_scales, first, shape: [_, width] } = &mut self.weight.matrix;
        assert_eq!((columns.start, columns.len()), (*first, *width), "the columns that it was made for");
        let largest = absmax(row);
        row_scales[self.rows] = largest;
        let blocks = Nf4Matrix::blocks(*first, *width);
        let mut codes = vec![0; *width];
        for (scale, block) in scales[self.rows * blocks..][..blocks].iter_mut().zip(columns.start / BLOCK..) {
            let all = block * BLOCK..((block + 1) * BLOCK).min(row.len());
            let here = all.start.max(columns.start)..all.end.min(columns.end);
            let of_block = absmax(&row[all]);
            *scale = encode_scale(of_block, largest);
            encode(&row[here.clone()], of_block, &mut codes[here.start - *first..here.end - *first]);
        }
        pack(&codes, &mut packed[self.rows * width.div_ceil(2)..][..width.div_ceil(2)]);
        self.rows += 1;
    }

    fn finish(self: Box<Self>) -> Rc<dyn BlockWeight> {
        assert_eq!(self.rows, self.weight.matrix.shape[0], "rows of a weight");
        Rc::new(self.weight)
    }
}

impl BlockWeight for Nf4Weight {
    fn format(&self) -> &'static str {
        Nf4.name()
    }

    fn bytes(&self) -> usize {
        let Nf4Matrix { packed, scales, row_scales, .. } = &self.matrix;
        packed.len() + scales.len() + size_of_val(&row_scales[..])
    }

    fn rows(&self) -> &dyn Coded {
        &self.matrix
    }
}
