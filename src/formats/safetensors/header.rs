//! The header, checked as the `safetensors` library does, but with errors that name the tensor and the values, and without offsets that
//! overflow.

use std::collections::BTreeMap;

use safetensors::Dtype;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{LENGTH_BYTES, TensorFile, TensorRef};
use crate::data::json;
use crate::formats::error::FormatError;
use crate::json::FromJson;

/// What the header says of one tensor.
#[derive(FromJson)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// What it says of each tensor, by name, and its free text.
type Header = (Vec<(String, Entry)>, BTreeMap<String, String>);

const FILE: &str = "the header of the safetensors file";
const METADATA: &str = "__metadata__";

/// Reads a file; its length, JSON, types, shapes and offsets are checked.
pub fn read(bytes: &[u8]) -> Result<TensorFile<'_>, FormatError> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>().ok_or(FormatError::TooShort { bytes: bytes.len() })?;
    let header_bytes = u64::from_le_bytes(*length);
    let available_bytes = rest.len() as u64;
    if rest.first() != Some(&b'{') {
        return Err(FormatError::NotSafetensors { header_bytes, available_bytes });
    }
    if header_bytes > available_bytes {
        return Err(FormatError::HeaderBeyondFile { header_bytes, available_bytes });
    }
    let (header, data) = rest.split_at(header_bytes as usize);
    let (mut entries, metadata) = parse(header)?;
    entries.sort_by_key(|(_, entry)| entry.data_offsets);
    let mut expected_begin = 0;
    let mut tensors = BTreeMap::new();
    for (tensor, entry) in entries {
        let (begin, end) = entry.data_offsets;
        if begin != expected_begin || end < begin {
            return Err(FormatError::Offsets { tensor, begin, end, expected_begin });
        }
        let (dtype, shape) = checked(&tensor, &entry, end - begin)?;
        // What lies beyond the file is found below.
        let bytes = data.get(begin as usize..end as usize).unwrap_or_default();
        tensors.insert(tensor.clone(), TensorRef { name: tensor, dtype, shape, bytes });
        expected_begin = end;
    }
    if expected_begin != data.len() as u64 {
        return Err(FormatError::DataLength { described_bytes: expected_begin, found_bytes: data.len() as u64 });
    }
    Ok(TensorFile { tensors, metadata })
}

/// What it says of each tensor, and its free text.
fn parse(header: &[u8]) -> Result<Header, FormatError> {
    let not_json = |detail: String| FormatError::NotJson { file: FILE, detail };
    let Value::Object(mut fields) = json::read(header).map_err(|error| FormatError::of_json(FILE, error))? else {
        return Err(not_json("it is not an object".to_owned()));
    };
    let metadata = fields.shift_remove(METADATA).filter(|metadata| !metadata.is_null()).unwrap_or_else(|| Value::Object(Map::new()));
    let metadata = BTreeMap::from_json(metadata).map_err(|error| not_json(error.within(METADATA).to_string()))?;
    let mut entries = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let entry = Entry::from_json(value).map_err(|error| not_json(format!("tensor `{name}`: {error}")))?;
        entries.push((name, entry));
    }
    Ok((entries, metadata))
}

/// The type and the shape of a tensor of `bytes` bytes.
fn checked(tensor: &str, entry: &Entry, bytes: u64) -> Result<(Dtype, Vec<usize>), FormatError> {
    let dtype = Dtype::deserialize(Value::String(entry.dtype.clone())).map_err(|_| FormatError::Dtype {
        tensor: tensor.to_owned(),
        dtype: entry.dtype.clone(),
        accepted: "F32, F16, BF16 and the other types of safetensors",
    })?;
    let elements = entry.shape.iter().try_fold(1u64, |product, size| product.checked_mul(*size));
    let bits = elements.and_then(|elements| elements.checked_mul(dtype.bitsize() as u64));
    // A size that this machine cannot count to is of a tensor without elements.
    let shape: Option<Vec<usize>> = entry.shape.iter().map(|size| (*size).try_into().ok()).collect();
    if let Some(shape) = shape
        && bits.is_some()
        && bits == bytes.checked_mul(8)
    {
        return Ok((dtype, shape));
    }
    Err(FormatError::TensorSize { tensor: tensor.to_owned(), shape: entry.shape.clone(), dtype: entry.dtype.clone(), bytes })
}
