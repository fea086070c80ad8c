//! A dense float32 tensor whose bytes are in the ledger.

use ndarray::{ArrayD, IxDyn};

use super::ledger::{Buffer, Category, Charge, Ledger, OutOfMemory};

/// A dense, row-major float32 tensor.
#[derive(Debug)]
pub struct Tensor {
    array: ArrayD<f32>,
    /// `None` only while the tensor is dropped.
    charge: Option<Charge>,
}

impl Drop for Tensor {
    fn drop(&mut self) {
        if let Some(charge) = self.charge.take() {
            let (buffer, _) = std::mem::replace(&mut self.array, dense(&[0], Vec::new())).into_raw_vec_and_offset();
            charge.end(buffer);
        }
    }
}

impl Tensor {
    /// A tensor of zeros.
    ///
    /// # Errors
    /// If the ledger's limit or the allocator refuses; nothing is aborted.
    pub fn zeros(ledger: &Ledger, category: Category, shape: &[usize]) -> Result<Self, OutOfMemory> {
        let (mut tensor, zeroed) = Self::with_buffer(ledger, category, shape)?;
        if !zeroed {
            tensor.data_mut().fill(0.0);
        }
        Ok(tensor)
    }

    /// A tensor of any content, for who overwrites every element; in debug builds of NaN, so that an element left out shows.
    ///
    /// # Errors
    /// As [`Tensor::zeros`].
    pub fn for_output(ledger: &Ledger, category: Category, shape: &[usize]) -> Result<Self, OutOfMemory> {
        let (mut tensor, _) = Self::with_buffer(ledger, category, shape)?;
        if cfg!(debug_assertions) {
            tensor.data_mut().fill(f32::NAN);
        }
        Ok(tensor)
    }

    /// A tensor, and whether it is of zeros or else of any content.
    fn with_buffer(ledger: &Ledger, category: Category, shape: &[usize]) -> Result<(Self, bool), OutOfMemory> {
        // Sizes that do not fit the address space are more than any machine has.
        let len = shape.iter().try_fold(1usize, |len, size| len.checked_mul(*size)).unwrap_or(usize::MAX);
        let Buffer { floats, charge, zeroed } = ledger.buffer(category, len)?;
        Ok((Self { array: dense(shape, floats), charge: Some(charge) }, zeroed))
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
        Ok(Self { array: dense(shape, data), charge: Some(charge) })
    }

    /// A copy, in the same ledger and category.
    ///
    /// # Errors
    /// As [`Tensor::zeros`].
    pub fn try_clone(&self) -> Result<Self, OutOfMemory> {
        let charge = self.charge.as_ref().expect("a tensor that is not being dropped has its charge");
        let mut copy = Self::for_output(charge.ledger(), charge.category(), self.shape())?;
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
}

fn dense(shape: &[usize], data: Vec<f32>) -> ArrayD<f32> {
    let len = data.len();
    ArrayD::from_shape_vec(IxDyn(shape), data).unwrap_or_else(|_| panic!("{len} elements do not fill the shape {shape:?}"))
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_in_the_ledger_for_as_long_as_the_tensor_lives() {
        let ledger = Ledger::new(None);
        let tensor = Tensor::zeros(&ledger, Category::Activations, &[3, 5]).unwrap();
        let copy = tensor.try_clone().unwrap();
        assert_eq!(ledger.report().of(Category::Activations).live, 2 * 15 * 4);
        drop((tensor, copy));
        assert_eq!(ledger.report().total.live, 2 * 15 * 4, "spare buffers still take memory");
        ledger.release_spare();
        assert_eq!(ledger.report().total.live, 0);
        assert_eq!(ledger.report().total.peak, 120);
    }

    #[test]
    fn a_loop_that_does_the_same_again_allocates_nothing() {
        let ledger = Ledger::new(None);
        let step = || {
            let a = Tensor::zeros(&ledger, Category::Activations, &[3, 5]).unwrap();
            let b = Tensor::for_output(&ledger, Category::Activations, &[5, 3]).unwrap();
            assert!(a.data().iter().all(|x| *x == 0.0), "a buffer used before is cleared");
            let mut c = b.try_clone().unwrap();
            c.data_mut().fill(7.0);
        };
        step();
        let allocations = ledger.allocations();
        assert_eq!(allocations, 3);
        (0..5).for_each(|_| step());
        assert_eq!(ledger.allocations(), allocations);
    }

    #[test]
    fn spare_buffers_give_way_before_the_limit_is_crossed() {
        let ledger = Ledger::new(Some(64));
        drop(Tensor::zeros(&ledger, Category::Activations, &[16]).unwrap());
        assert!(Tensor::zeros(&ledger, Category::Activations, &[10]).is_ok());
        assert!(Tensor::zeros(&ledger, Category::Parameters, &[16]).is_ok());
    }

    #[test]
    fn a_tensor_over_the_limit_is_an_error() {
        let ledger = Ledger::new(Some(64));
        assert!(Tensor::zeros(&ledger, Category::Activations, &[4, 4]).is_ok());
        assert_eq!(Tensor::zeros(&ledger, Category::Activations, &[17]).unwrap_err().requested, 68);
    }
}
