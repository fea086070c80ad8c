//! A weight, in whatever form it is kept.

use std::fmt::Debug;
use std::rc::{Rc, Weak};

use super::{Category, Ledger, OutOfMemory, Tensor};
use crate::kernels::gemm::{Coded, CodedOperand, Operand, gemm_coded};

/// A frozen matrix `[out_features, in_features]` that is kept in fewer bytes than float32 has; each format is one implementation.
///
/// A format says how its rows are decoded; products follow from that, and compute as if the weight were float32.
pub trait BlockWeight: Debug {
    /// The name of the format.
    fn format(&self) -> &'static str;

    /// What it takes in memory, scales included.
    fn bytes(&self) -> usize;

    /// Its rows.
    fn rows(&self) -> &dyn Coded;

    /// `y = x Wᵀ` with `x` `[rows, in_features]` and `y` `[rows, out_features]`, for reading a text, where no gradient passes: the format
    /// may round `x`, each row by itself, if that is faster. A row of `y` depends on its row of `x` alone.
    fn multiply_rounded(&self, x: &[f32], y: &mut [f32]) {
        self.multiply(1.0, x, 0.0, y);
    }

    /// `[out_features, in_features]`.
    fn shape(&self) -> [usize; 2] {
        self.rows().shape()
    }

    /// `y = alpha * x Wᵀ + beta * y` with `x` `[rows, in_features]` and `y` `[rows, out_features]`; `beta == 0` never reads `y`.
    fn multiply(&self, alpha: f32, x: &[f32], beta: f32, y: &mut [f32]) {
        let ([out_features, in_features], matrix) = (self.shape(), self.rows());
        let rows = y.len() / out_features.max(1);
        let (x, w) = (Operand::row_major(x, in_features), CodedOperand { matrix, transposed: true });
        gemm_coded(rows, in_features, out_features, alpha, x, w, beta, y);
    }

    /// `d_x = alpha * d_y W + beta * d_x` with `d_y` `[rows, out_features]` and `d_x` `[rows, in_features]`: the gradient of the inputs.
    fn multiply_transposed(&self, alpha: f32, d_y: &[f32], beta: f32, d_x: &mut [f32]) {
        let ([out_features, in_features], matrix) = (self.shape(), self.rows());
        let rows = d_x.len() / in_features.max(1);
        let (d_y, w) = (Operand::row_major(d_y, out_features), CodedOperand { matrix, transposed: false });
        gemm_coded(rows, out_features, in_features, alpha, d_y, w, beta, d_x);
    }

    /// Row `index` in float32, `[in_features]`.
    fn dequantize_row(&self, index: usize, out: &mut [f32]) {
        self.rows().decode(index, 0..out.len(), out);
    }
}

/// The value of a parameter.
#[derive(Clone, Debug)]
pub enum Weight {
    /// In float32; models that share a frozen weight hold the same one.
    F32(Rc<Tensor>),
    /// In blocks, frozen.
    Blocks(Rc<dyn BlockWeight>),
    /// Not here: whoever keeps it gives it back before it is read.
    Away,
}

/// A weight that may be gone by the time it is wanted.
#[derive(Clone, Debug)]
pub enum WeakWeight {
    /// In float32.
    F32(Weak<Tensor>),
    /// In blocks.
    Blocks(Weak<dyn BlockWeight>),
}

impl WeakWeight {
    /// The weight, where someone still holds it.
    pub fn upgrade(&self) -> Option<Weight> {
        match self {
            Self::F32(tensor) => tensor.upgrade().map(Weight::F32),
            Self::Blocks(blocks) => blocks.upgrade().map(Weight::Blocks),
        }
    }
}

impl Weight {
    /// The weight, without holding it; `None`: it is not here.
    pub fn downgrade(&self) -> Option<WeakWeight> {
        match self {
            Self::F32(tensor) => Some(WeakWeight::F32(Rc::downgrade(tensor))),
            Self::Blocks(blocks) => Some(WeakWeight::Blocks(Rc::downgrade(blocks))),
            Self::Away => None,
        }
    }

    /// Whether both are one value that two models hold.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::F32(one), Self::F32(other)) => Rc::ptr_eq(one, other),
            (Self::Blocks(one), Self::Blocks(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// A value of one's own.
    pub fn of(tensor: Tensor) -> Self {
        Self::F32(Rc::new(tensor))
    }

    /// The floats, row-major.
    ///
    /// # Panics
    /// If they are kept in blocks, or elsewhere.
    pub fn data(&self) -> &[f32] {
        match self {
            Self::F32(tensor) => tensor.data(),
            other => panic!("a weight is read as float32 that is kept as {}", other.form()),
        }
    }

    /// The floats, to change.
    ///
    /// # Panics
    /// If they are shared ([`Weight::make_own`] comes first), kept in blocks, or elsewhere.
    pub fn data_mut(&mut self) -> &mut [f32] {
        match self {
            Self::F32(tensor) => Rc::get_mut(tensor).expect("a weight that others share does not change").data_mut(),
            other => panic!("a weight is changed as float32 that is kept as {}", other.form()),
        }
    }

    /// Copies the floats into memory of `ledger`, where others share them.
    ///
    /// # Errors
    /// If there is no memory for the copy.
    pub fn make_own(&mut self, ledger: &Ledger) -> Result<(), OutOfMemory> {
        if let Self::F32(tensor) = self
            && Rc::get_mut(tensor).is_none()
        {
            let mut copy = Tensor::for_output(ledger, Category::Parameters, tensor.shape())?;
            copy.data_mut().copy_from_slice(tensor.data());
            *tensor = Rc::new(copy);
        }
        Ok(())
    }

    /// The format of one in blocks.
    pub fn format(&self) -> Option<&'static str> {
        match self {
            Self::Blocks(blocks) => Some(blocks.format()),
            _ => None,
        }
    }

    /// Whether the value is kept elsewhere.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Away)
    }

    /// Bytes that it takes here.
    pub fn bytes(&self) -> usize {
        match self {
            Self::F32(tensor) => size_of_val(tensor.data()),
            Self::Blocks(blocks) => blocks.bytes(),
            Self::Away => 0,
        }
    }

    fn form(&self) -> &'static str {
        match self {
            Self::F32(_) => "float32",
            Self::Blocks(blocks) => blocks.format(),
            Self::Away => "a shard, elsewhere",
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_a_shared_weight_is_written_down_where_it_is_wanted() {
        let (of_one, of_other) = (Ledger::new(None), Ledger::new(None));
        let shared = Weight::of(Tensor::zeros(&of_one, Category::Parameters, &[4, 3]).unwrap());
        let mut own = shared.clone();
        own.make_own(&of_other).unwrap();
        own.data_mut()[0] = 1.0;
        assert_eq!(shared.data()[0], 0.0);
        let live = |ledger: &Ledger| ledger.report().of(Category::Parameters).live;
        assert_eq!((live(&of_one), live(&of_other)), (48, 48));
    }
}
