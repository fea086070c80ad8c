//! A look at the header before the `safetensors` library's: the library validates, but its errors name no values,
//! and it adds up offsets without a check for overflow.

use safetensors::Dtype;
use serde::Deserialize;
use serde_json::Value;

use super::LENGTH_BYTES;
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

/// Checks length, JSON, types, shapes and offsets, so that each error names the tensor and the numbers.
pub fn check(bytes: &[u8]) -> Result<(), FormatError> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>().ok_or(FormatError::TooShort { bytes: bytes.len() })?;
    let header_bytes = u64::from_le_bytes(*length);
    let available_bytes = rest.len() as u64;
    if header_bytes > available_bytes {
        return Err(FormatError::HeaderBeyondFile { header_bytes, available_bytes });
    }
    let (header, data) = rest.split_at(header_bytes as usize);
    let mut entries = parse(header)?;
    entries.sort_by_key(|(_, entry)| entry.data_offsets);
    let mut expected_begin = 0;
    for (tensor, entry) in &entries {
        let (begin, end) = entry.data_offsets;
        if begin != expected_begin || end < begin {
            return Err(FormatError::Offsets { tensor: tensor.clone(), begin, end, expected_begin });
        }
        check_size(tensor, entry, end - begin)?;
        expected_begin = end;
    }
    if expected_begin != data.len() as u64 {
        return Err(FormatError::DataLength { described_bytes: expected_begin, found_bytes: data.len() as u64 });
    }
    Ok(())
}

fn parse(header: &[u8]) -> Result<Vec<(String, Entry)>, FormatError> {
    const FILE: &str = "the header of the safetensors file";
    let not_json = |detail: String| FormatError::NotJson { file: FILE, detail };
    let Value::Object(fields) = json::read(header).map_err(|error| FormatError::of_json(FILE, error))? else {
        return Err(not_json("it is not an object".to_owned()));
    };
    let tensors = fields.into_iter().filter(|(name, _)| name != "__metadata__");
    tensors
        .map(|(name, value)| match Entry::from_json(value) {
            Ok(entry) => Ok((name, entry)),
            Err(error) => Err(not_json(format!("tensor `{name}`: {error}"))),
        })
        .collect()
}

fn check_size(tensor: &str, entry: &Entry, bytes: u64) -> Result<(), FormatError> {
    let dtype = Dtype::deserialize(Value::String(entry.dtype.clone())).map_err(|_| FormatError::Dtype {
        tensor: tensor.to_owned(),
        dtype: entry.dtype.clone(),
        accepted: "F32, F16, BF16 and the other types of safetensors",
    })?;
    let elements = entry.shape.iter().try_fold(1u64, |product, size| product.checked_mul(*size));
    let bits = elements.and_then(|elements| elements.checked_mul(dtype.bitsize() as u64));
    if bits.is_some() && bits == bytes.checked_mul(8) {
        return Ok(());
    }
    Err(FormatError::TensorSize { tensor: tensor.to_owned(), shape: entry.shape.clone(), dtype: entry.dtype.clone(), bytes })
}
