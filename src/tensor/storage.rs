//! A dense float32 tensor whose bytes are in the ledger.

use ndarray::{ArrayD, ArrayViewD, IxDyn};

use super::ledger::{Category, Charge, Ledger, OutOfMemory};

/// A dense, row-major float32 tensor.
#[derive(Debug)]
pub struct Tensor {
    array: ArrayD<f32>,
    charge: Charge,
}

impl Tensor {
    /// A tensor of zeros.
    ///
    /// # Errors
    /// If the ledger's limit or the allocator refuses; nothing is aborted.
    pub fn zeros(ledger: &Ledger, category: Category, shape: &[usize]) -> Result<Self, OutOfMemory> {
        let len = shape.iter().product::<usize>();
        let charge = ledger.charge(category, len * size_of::<f32>())?;
        let mut data = Vec::new();
        data.try_reserve_exact(len).map_err(|_| ledger.refused(category, len * size_of::<f32>()))?;
        data.resize(len, 0.0);
        Ok(Self { array: dense(shape, data), charge })
    }

    /// A tensor holding `data`.
    ///
    /// # Errors
    /// If the ledger's limit refuses.
    ///
    /// # Panics
    /// If `data` does not fill `shape`: callers have checked their input.
    pub fn from_vec(ledger: &Ledger, category: Category, shape: &[usize], mut data: Vec<f32>) -> Result<Self, OutOfMemory> {
        data.shrink_to_fit();
        let charge = ledger.charge(category, data.len() * size_of::<f32>())?;
        Ok(Self { array: dense(shape, data), charge })
    }

    /// A copy, in the same ledger and category.
    ///
    /// # Errors
    /// As [`Tensor::zeros`].
    pub fn try_clone(&self) -> Result<Self, OutOfMemory> {
        let mut copy = Self::zeros(self.charge.ledger(), self.charge.category(), self.shape())?;
        copy.data_mut().copy_from_slice(self.data());
        Ok(copy)
    }

    /// Size of each dimension.
    pub fn shape(&self) -> &[usize] {
        self.array.shape()
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.array.len()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.array.is_empty()
    }

    /// The elements, row-major.
    pub fn data(&self) -> &[f32] {
        self.array.as_slice().expect("tensors are dense and row-major by construction")
    }

    /// The elements, row-major.
    pub fn data_mut(&mut self) -> &mut [f32] {
        self.array.as_slice_mut().expect("tensors are dense and row-major by construction")
    }

    /// The tensor as an ndarray view.
    pub fn view(&self) -> ArrayViewD<'_, f32> {
        self.array.view()
    }
}

fn dense(shape: &[usize], data: Vec<f32>) -> ArrayD<f32> {
    let len = data.len();
    ArrayD::from_shape_vec(IxDyn(shape), data).unwrap_or_else(|_| panic!("{len} elements do not fill the shape {shape:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_in_the_ledger_for_as_long_as_the_tensor_lives() {
        let ledger = Ledger::new(None);
        let tensor = Tensor::zeros(&ledger, Category::Activations, &[3, 5]).unwrap();
        let copy = tensor.try_clone().unwrap();
        assert_eq!(ledger.report().of(Category::Activations).live, 2 * 15 * 4);
        drop((tensor, copy));
        assert_eq!(ledger.report().total.live, 0);
        assert_eq!(ledger.report().total.peak, 120);
    }

    #[test]
    fn a_tensor_over_the_limit_is_an_error() {
        let ledger = Ledger::new(Some(64));
        assert!(Tensor::zeros(&ledger, Category::Activations, &[4, 4]).is_ok());
        assert_eq!(Tensor::zeros(&ledger, Category::Activations, &[17]).unwrap_err().requested, 68);
    }
}
