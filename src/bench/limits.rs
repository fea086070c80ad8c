//! What the sizes of a workload may be: whoever asks for more is told so, instead of running out of memory or numbers.

use std::collections::TryReserveError;

/// The largest size of one dimension.
pub const MAX_SIZE: usize = 1 << 20;
/// The most elements of all matrices of a workload together: a gigabyte of floats, well below what 32 bits can address.
pub const MAX_ELEMENTS: usize = 1 << 28;
/// The most matrices that a product goes through.
pub const MAX_COPIES: usize = 1024;

/// Why a workload cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LimitError {
    /// A size is not a number of this range.
    #[error("{name} is {value}; it has to be a whole number from 1 to {most}")]
    Size {
        /// What it is the size of.
        name: &'static str,
        /// What was given.
        value: f64,
        /// The largest that would do.
        most: usize,
    },
    /// The sizes are fine, their product is not.
    #[error("sizes of {sizes} make {elements} elements; at most {MAX_ELEMENTS} may be asked for: choose smaller ones")]
    Elements {
        /// The sizes, by name.
        sizes: String,
        /// How many elements all matrices would have.
        elements: u128,
    },
    /// The machine has no more memory.
    #[error("there is no memory for {elements} more elements: choose smaller sizes, or free other workloads first")]
    Memory {
        /// How many elements were asked for.
        elements: usize,
    },
}

/// `value` as a size from 1 to `most`; JavaScript has only floats.
///
/// # Errors
/// If it is not a whole number of that range.
pub fn size(name: &'static str, value: f64, most: usize) -> Result<usize, LimitError> {
    let fits = value.fract() == 0.0 && (1.0..=most as f64).contains(&value);
    if fits { Ok(value as usize) } else { Err(LimitError::Size { name, value, most }) }
}

/// Checks the sizes, each up to its `most`, and the elements that they come to.
pub(super) fn check(sizes: &[(&'static str, usize, usize)], elements: impl FnOnce() -> u128) -> Result<(), LimitError> {
    for &(name, value, most) in sizes {
        size(name, value as f64, most)?;
    }
    let elements = elements();
    if elements > MAX_ELEMENTS as u128 {
        let sizes = sizes.iter().map(|(name, value, _)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ");
        return Err(LimitError::Elements { sizes, elements });
    }
    Ok(())
}

/// The first `len` of `values`, if there is memory for them.
pub(super) fn collect<T>(len: usize, values: impl Iterator<Item = T>) -> Result<Vec<T>, LimitError> {
    let mut list = Vec::new();
    list.try_reserve_exact(len).map_err(|_: TryReserveError| LimitError::Memory { elements: len })?;
    list.extend(values.take(len));
    Ok(list)
}

/// `len` zeros, if there is memory for them.
pub(super) fn zeros<T: Clone + Default>(len: usize) -> Result<Vec<T>, LimitError> {
    collect(len, std::iter::repeat_n(T::default(), len))
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_whole_number_of_its_range() {
        assert_eq!(size("m", 1.0, 8), Ok(1));
        assert_eq!(size("m", 8.0, 8), Ok(8));
        for value in [0.0, -1.0, 1.5, 9.0, f64::NAN, f64::INFINITY, 4_294_967_297.0] {
            let message = size("m", value, 8).expect_err("refused").to_string();
            assert_eq!(message, format!("m is {value}; it has to be a whole number from 1 to 8"));
        }
    }

    #[test]
    fn sizes_whose_product_is_too_large_are_told() {
        let error = check(&[("m", 1 << 20, MAX_SIZE), ("k", 1 << 20, MAX_SIZE)], || 1 << 40).expect_err("refused");
        let expected =
            "sizes of m = 1048576, k = 1048576 make 1099511627776 elements; at most 268435456 may be asked for: choose smaller ones";
        assert_eq!(error.to_string(), expected);
        assert_eq!(check(&[("m", 1, MAX_SIZE)], || MAX_ELEMENTS as u128), Ok(()));
    }

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        assert_eq!(zeros::<f32>(usize::MAX / 8), Err(LimitError::Memory { elements: usize::MAX / 8 }));
        assert_eq!(zeros::<f32>(3), Ok(vec![0.0; 3]));
    }
}
