//! The [safetensors](https://github.com/huggingface/safetensors#format) format: an 8-byte length, a JSON header,
//! the tensors' bytes, little-endian and row-major.

use std::collections::BTreeMap;
use std::ops::Range;

use half::{bf16, f16};
use serde_json::{Map, Value, json};

pub use safetensors::Dtype;

use super::error::FormatError;

mod header;

/// Length of the field that holds the header's length.
const LENGTH_BYTES: usize = 8;

const FLOATS: &str = "F32, F16, BF16";
const INTEGERS: &str = "I64, I32, I16, I8, U32, U16, U8";

/// A safetensors file that was read: its tensors borrow the file's bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorFile<'a> {
    /// Tensors by name.
    pub tensors: BTreeMap<String, TensorRef<'a>>,
    /// Free text of the header (`__metadata__`).
    pub metadata: BTreeMap<String, String>,
}

/// A tensor inside the bytes of a file; nothing is converted until it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorRef<'a> {
    /// Name, e.g. `model.norm.weight`.
    pub name: String,
    /// Type of the elements in the file.
    pub dtype: Dtype,
    /// Dimensions, the slowest first.
    pub shape: Vec<usize>,
    /// The elements, little-endian, row-major.
    pub bytes: &'a [u8],
}

/// A tensor to be written.
#[derive(Clone, Copy, Debug)]
pub struct TensorSource<'a> {
    /// Name.
    pub name: &'a str,
    /// Dimensions, the slowest first; their product is the length of `data`.
    pub shape: &'a [usize],
    /// Elements, row-major.
    pub data: &'a [f32],
}

/// Types in which tensors can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveDtype {
    /// 32-bit floating point, exact.
    F32,
    /// 16-bit floating point, rounded to the nearest, ties to even; magnitudes from 65520 become infinite.
    F16,
    /// Brain floating point: 8 bits of float32's precision, all of its range; rounded likewise.
    BF16,
}

/// Reads a file. The tensors borrow `bytes`.
///
/// # Errors
/// A [`FormatError`] that says what is wrong with the file: see its variants.
pub fn read(bytes: &[u8]) -> Result<TensorFile<'_>, FormatError> {
    header::read(bytes)
}

impl<'a> TensorFile<'a> {
    /// The tensor of that name.
    ///
    /// # Errors
    /// [`FormatError::MissingTensor`].
    pub fn tensor(&self, name: &str) -> Result<&TensorRef<'a>, FormatError> {
        self.tensors.get(name).ok_or_else(|| FormatError::MissingTensor { tensor: name.to_owned(), found: self.tensors.len() })
    }

    /// The tensor of that name, which must have that shape.
    ///
    /// # Errors
    /// [`FormatError::MissingTensor`], [`FormatError::WrongShape`].
    pub fn tensor_of_shape(&self, name: &str, shape: &[usize]) -> Result<&TensorRef<'a>, FormatError> {
        let tensor = self.tensor(name)?;
        if tensor.shape == shape {
            return Ok(tensor);
        }
        Err(FormatError::WrongShape { tensor: name.to_owned(), expected: shape.to_vec(), found: tensor.shape.clone() })
    }
}

impl TensorRef<'_> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements as float32. Takes F32, F16 and BF16.
    ///
    /// # Errors
    /// [`FormatError::Dtype`] for any other type.
    pub fn to_f32(&self) -> Result<Vec<f32>, FormatError> {
        let bytes = self.bytes;
        Ok(match self.dtype {
            Dtype::F32 => elements(bytes, f32::from_le_bytes).collect(),
            Dtype::F16 => elements(bytes, |b| f16::from_le_bytes(b).to_f32()).collect(),
            Dtype::BF16 => elements(bytes, |b| bf16::from_le_bytes(b).to_f32()).collect(),
            _ => return Err(self.wrong_dtype(FLOATS)),
        })
    }

    /// Writes the elements as float32 into `out`, without another copy in between. Takes F32, F16 and BF16.
    ///
    /// # Errors
    /// [`FormatError::Dtype`] for any other type, [`FormatError::WrongShape`] if `out` has another length.
    pub fn copy_to_f32(&self, out: &mut [f32]) -> Result<(), FormatError> {
        if out.len() != self.len() {
            return Err(FormatError::WrongShape { tensor: self.name.clone(), expected: vec![out.len()], found: self.shape.clone() });
        }
        self.elements_to_f32(0..self.len(), out)
    }

    /// Calls `take` with each of `rows`, of `columns` elements, as float32; nothing more than one row is held. Takes F32, F16 and BF16.
    ///
    /// # Errors
    /// [`FormatError::Dtype`] for any other type.
    pub fn rows_to_f32(&self, columns: usize, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), FormatError> {
        let mut row = vec![0.0; columns];
        for index in rows {
            let elements = index * columns..(index + 1) * columns;
            self.elements_to_f32(elements, &mut row)?;
            take(&row);
        }
        Ok(())
    }

    /// Writes some of the elements as float32 into `out`.
    fn elements_to_f32(&self, range: Range<usize>, out: &mut [f32]) -> Result<(), FormatError> {
        let bytes = |size: usize| &self.bytes[range.start * size..range.end * size];
        match self.dtype {
            Dtype::F32 => fill(out, elements(bytes(4), f32::from_le_bytes)),
            Dtype::F16 => fill(out, elements(bytes(2), |b| f16::from_le_bytes(b).to_f32())),
            Dtype::BF16 => fill(out, elements(bytes(2), |b| bf16::from_le_bytes(b).to_f32())),
            _ => return Err(self.wrong_dtype(FLOATS)),
        }
        Ok(())
    }

    /// Whether it has the shape and the values of another tensor, without a copy of either. Of two element types, takes F32, F16 and BF16.
    ///
    /// # Errors
    /// [`FormatError::Dtype`] of another element type.
    pub fn equals(&self, other: &TensorRef) -> Result<bool, FormatError> {
        if self.shape != other.shape || self.dtype == other.dtype {
            return Ok(self.shape == other.shape && self.bytes == other.bytes);
        }
        let len = self.shape.iter().product();
        let (mut own, mut others) = ([0.0; 256], [0.0; 256]);
        for start in (0..len).step_by(own.len()) {
            let range = start..(start + own.len()).min(len);
            let (own, others) = (&mut own[..range.len()], &mut others[..range.len()]);
            self.elements_to_f32(range.clone(), own)?;
            other.elements_to_f32(range, others)?;
            if own != others {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Checks that no element is infinite or no number. Takes F32, F16 and BF16.
    ///
    /// # Errors
    /// [`FormatError::NotFinite`], or [`FormatError::Dtype`] for any other type.
    pub fn check_finite(&self) -> Result<(), FormatError> {
        let bytes = self.bytes;
        match self.dtype {
            Dtype::F32 => self.all_finite(elements(bytes, f32::from_le_bytes)),
            Dtype::F16 => self.all_finite(elements(bytes, |b| f16::from_le_bytes(b).to_f32())),
            Dtype::BF16 => self.all_finite(elements(bytes, |b| bf16::from_le_bytes(b).to_f32())),
            _ => Err(self.wrong_dtype(FLOATS)),
        }
    }

    fn all_finite(&self, values: impl Iterator<Item = f32>) -> Result<(), FormatError> {
        let mut bad = values.enumerate().filter(|(_, value)| !value.is_finite());
        let Some((first, value)) = bad.next() else { return Ok(()) };
        let mut rest = first;
        let mut index: Vec<usize> = (self.shape.iter().rev())
            .map(|size| {
                let along = rest % size;
                rest /= size;
                along
            })
            .collect();
        index.reverse();
        let (tensor, count) = (self.name.clone(), 1 + bad.count());
        Err(FormatError::NotFinite { tensor, count, len: self.len(), index, value: value.to_string() })
    }

    /// The elements as 64-bit integers. Takes signed and unsigned integers up to 32 bits, and I64.
    ///
    /// # Errors
    /// [`FormatError::Dtype`] for any other type.
    pub fn to_i64(&self) -> Result<Vec<i64>, FormatError> {
        let bytes = self.bytes;
        Ok(match self.dtype {
            Dtype::I64 => elements(bytes, i64::from_le_bytes).collect(),
            Dtype::I32 => elements(bytes, |b| i32::from_le_bytes(b).into()).collect(),
            Dtype::I16 => elements(bytes, |b| i16::from_le_bytes(b).into()).collect(),
            Dtype::I8 => elements(bytes, |b| i8::from_le_bytes(b).into()).collect(),
            Dtype::U32 => elements(bytes, |b| u32::from_le_bytes(b).into()).collect(),
            Dtype::U16 => elements(bytes, |b| u16::from_le_bytes(b).into()).collect(),
            Dtype::U8 => elements(bytes, |b| u8::from_le_bytes(b).into()).collect(),
            _ => return Err(self.wrong_dtype(INTEGERS)),
        })
    }

    fn wrong_dtype(&self, accepted: &'static str) -> FormatError {
        FormatError::Dtype { tensor: self.name.clone(), dtype: format!("{:?}", self.dtype), accepted }
    }
}

/// The elements of `bytes`, `N` bytes each.
fn elements<const N: usize, T>(bytes: &[u8], decode: impl Fn([u8; N]) -> T) -> impl Iterator<Item = T> {
    bytes.as_chunks::<N>().0.iter().map(move |chunk| decode(*chunk))
}

fn fill(out: &mut [f32], values: impl Iterator<Item = f32>) {
    for (slot, value) in out.iter_mut().zip(values) {
        *slot = value;
    }
}

/// The header text that lets `transformers` and PEFT load a file: they ask for `format: pt`.
pub fn hf_metadata() -> BTreeMap<String, String> {
    BTreeMap::from([("format".to_owned(), "pt".to_owned())])
}

/// Writes a file. The same tensors give the same bytes in whatever order they come: they are sorted by name.
///
/// # Panics
/// If a shape does not fit its data or a name occurs twice.
pub fn write(tensors: &[TensorSource<'_>], dtype: SaveDtype, metadata: &BTreeMap<String, String>) -> Vec<u8> {
    let mut sorted = tensors.to_vec();
    sorted.sort_by_key(|tensor| tensor.name);
    let (element_bytes, dtype_name) = match dtype {
        SaveDtype::F32 => (4, "F32"),
        SaveDtype::F16 => (2, "F16"),
        SaveDtype::BF16 => (2, "BF16"),
    };
    let mut header = Map::new();
    if !metadata.is_empty() {
        header.insert("__metadata__".to_owned(), json!(metadata));
    }
    let mut begin = 0;
    for TensorSource { name, shape, data } in &sorted {
        assert_eq!(shape.iter().product::<usize>(), data.len(), "shape {shape:?} of tensor `{name}` and its length");
        let end = begin + data.len() * element_bytes;
        let entry = json!({ "dtype": dtype_name, "shape": shape, "data_offsets": [begin, end] });
        assert!(header.insert((*name).to_owned(), entry).is_none(), "tensor `{name}` occurs twice");
        begin = end;
    }
    let mut text = Value::Object(header).to_string();
    // The data begins at a multiple of 8 bytes, as the reference writer has it.
    text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(LENGTH_BYTES) - text.len()));

    let mut out = Vec::with_capacity(LENGTH_BYTES + text.len() + begin);
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
    for value in sorted.iter().flat_map(|tensor| tensor.data) {
        match dtype {
            SaveDtype::F32 => out.extend(value.to_le_bytes()),
            SaveDtype::F16 => out.extend(f16::from_f32(*value).to_le_bytes()),
            SaveDtype::BF16 => out.extend(bf16::from_f32(*value).to_le_bytes()),
        }
    }
    out
}

#[cfg(all(test, feature = "native"))]
mod tests;
