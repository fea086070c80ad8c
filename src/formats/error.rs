//! What is wrong with a file somebody gave us.

use thiserror::Error;

use crate::data::json::JsonError;
use crate::data::text::TextError;

/// Why a file cannot be read. The variants carry the data of the message, so that it can be said in another language.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// The file ends before the header of a safetensors file does.
    #[error(
        "this is not a safetensors file, or only the beginning of one: it has {bytes} bytes, \
         and the first 8 bytes alone hold the header's length"
    )]
    TooShort {
        /// Length of the file.
        bytes: usize,
    },
    /// No header follows the first 8 bytes.
    #[error(
        "this is not a safetensors file: a header in JSON, which begins with {{, should follow the first 8 bytes; \
         they announce one of {header_bytes} bytes, and {available_bytes} bytes follow"
    )]
    NotSafetensors {
        /// Length of the header that the first 8 bytes state.
        header_bytes: u64,
        /// Bytes that follow them.
        available_bytes: u64,
    },
    /// The header's length, as stated in the first 8 bytes, points beyond the end of the file.
    #[error(
        "the safetensors file is cut off: its first 8 bytes announce a header of {header_bytes} bytes, \
         but only {available_bytes} bytes follow; download or export it again"
    )]
    HeaderBeyondFile {
        /// Length the file announces.
        header_bytes: u64,
        /// Bytes that follow the first 8.
        available_bytes: u64,
    },
    /// Text that is not JSON, or JSON of another form.
    #[error("{file} is not what it should be: {detail}; download or export the file again")]
    NotJson {
        /// Which file or part of it.
        file: &'static str,
        /// What the JSON parser says.
        detail: String,
    },
    /// A file that is no text in UTF-8.
    #[error("{file} cannot be read: {error}")]
    NotText {
        /// Which file or part of it.
        file: &'static str,
        /// What is wrong.
        error: TextError,
    },
    /// A key that stands twice.
    #[error("{file}: the key {key} stands twice, with {first} and with {second}; keep the one that is right")]
    RepeatedKey {
        /// Which file or part of it.
        file: &'static str,
        /// Dotted path of the key.
        key: String,
        /// The value that stands first, as JSON.
        first: String,
        /// The value that stands last, as JSON.
        second: String,
    },
    /// An element type that is unknown, or that does not serve here.
    #[error("tensor `{tensor}`: dtype `{dtype}` cannot be read here; accepted: {accepted}")]
    Dtype {
        /// Name of the tensor.
        tensor: String,
        /// The type as written.
        dtype: String,
        /// The types that can be read here.
        accepted: &'static str,
    },
    /// The byte range of a tensor overlaps another one, leaves a gap, or runs backwards.
    #[error(
        "tensor `{tensor}` lies at bytes {begin} to {end} of the data but should begin at {expected_begin}; \
         the file is damaged, export it again"
    )]
    Offsets {
        /// Name of the tensor.
        tensor: String,
        /// First byte, from the start of the data.
        begin: u64,
        /// One past the last byte.
        end: u64,
        /// Where the tensor before it ends.
        expected_begin: u64,
    },
    /// The byte range of a tensor does not fit its shape and type.
    #[error(
        "tensor `{tensor}` of shape {shape:?} and dtype {dtype} does not fit in its {bytes} bytes; \
         the file is damaged, export it again"
    )]
    TensorSize {
        /// Name of the tensor.
        tensor: String,
        /// Shape as written.
        shape: Vec<u64>,
        /// Type as written.
        dtype: String,
        /// Length of its byte range.
        bytes: u64,
    },
    /// The tensors end before or after the file does.
    #[error("the tensors take {described_bytes} bytes but the file holds {found_bytes} bytes of data; it is cut off or damaged")]
    DataLength {
        /// Bytes the header describes.
        described_bytes: u64,
        /// Bytes after the header.
        found_bytes: u64,
    },
    /// A tensor that is needed is absent.
    #[error("tensor `{tensor}` is missing: the file holds {found} tensors; is it the file of another model?")]
    MissingTensor {
        /// Name of the tensor.
        tensor: String,
        /// How many tensors the file has.
        found: usize,
    },
    /// A tensor that does not belong here.
    #[error("tensor `{tensor}` is not expected here; accepted: {accepted}")]
    UnexpectedTensor {
        /// Name of the tensor.
        tensor: String,
        /// The form of the names that are.
        accepted: String,
    },
    /// A tensor of another shape than the configuration asks for.
    #[error("tensor `{tensor}` has shape {found:?}, expected {expected:?}; do weights and configuration belong together?")]
    WrongShape {
        /// Name of the tensor.
        tensor: String,
        /// Shape needed.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// Tensors that the configuration does not ask for.
    #[error(
        "{count} tensors of the file are none that config.json asks for: {}{}; a model without them computes something else; \
         do weights and configuration belong together?",
        names.join(", "),
        if names.len() < *count { ", …" } else { "" }
    )]
    UnusedTensors {
        /// How many.
        count: usize,
        /// The first of their names.
        names: Vec<String>,
    },
    /// A number that is none, or infinite.
    #[error(
        "tensor `{tensor}` has {count} of {len} values that are not finite, the first at index {index:?}: {value}; \
         a model with them gives no numbers; export the file again"
    )]
    NotFinite {
        /// Name of the tensor.
        tensor: String,
        /// How many such values it has.
        count: usize,
        /// How many values it has.
        len: usize,
        /// Index of the first, a number for each dimension.
        index: Vec<usize>,
        /// The first: `NaN`, `inf` or `-inf`.
        value: String,
    },
    /// A field that is needed is absent.
    #[error("{file}: field `{field}` is missing; accepted: {accepted}")]
    MissingField {
        /// Which file.
        file: &'static str,
        /// Dotted path of the field.
        field: String,
        /// What would be accepted.
        accepted: String,
    },
    /// A field whose value cannot be used.
    #[error("{file}: {field} = {value} is not supported; accepted: {accepted}")]
    Field {
        /// Which file.
        file: &'static str,
        /// Dotted path of the field.
        field: String,
        /// The value as JSON.
        value: String,
        /// What would be accepted.
        accepted: String,
    },
    /// Two fields that say different things.
    #[error("{file}: {field} = {value} contradicts {other} = {other_value}; keep the one that the model was trained with")]
    Contradiction {
        /// Which file.
        file: &'static str,
        /// Dotted path of a field.
        field: String,
        /// Its value as JSON.
        value: String,
        /// Dotted path of the other field.
        other: String,
        /// Its value as JSON.
        other_value: String,
    },
    /// A field that is not known here, with a value that may change the result.
    #[error(
        "{file}: {field} = {value} is not known here, and may change what is computed; remove the field if it does not, or export with \
         this feature off"
    )]
    UnknownField {
        /// Which file.
        file: &'static str,
        /// The field.
        field: String,
        /// The value as JSON.
        value: String,
    },
    /// An adapter without weights.
    #[error("the adapter holds no weights of {modules}, which adapter_config.json promises; export it again, or name what it does hold")]
    EmptyAdapter {
        /// What it should hold weights of.
        modules: String,
    },
    /// A tensor whose rank is not the configuration's.
    #[error(
        "tensor `{tensor}` is of rank {found}, but adapter_config.json gives {module} rank {expected}; do weights and configuration belong \
         together?"
    )]
    Rank {
        /// Name of the tensor.
        tensor: String,
        /// Path of the module.
        module: String,
        /// The rank of the configuration.
        expected: usize,
        /// That of the tensor.
        found: usize,
    },
    /// Two tensors with one meaning.
    #[error("tensors `{first}` and `{second}` are two spellings of one weight; keep the one that is right")]
    RepeatedTensor {
        /// Name of the one.
        first: String,
        /// Name of the other.
        second: String,
    },
}

impl FormatError {
    /// Most names of tensors that a message lists.
    pub const MOST_NAMES: usize = 4;

    /// Why `file` is not JSON that can be used.
    pub(super) fn of_json(file: &'static str, error: JsonError) -> Self {
        match error {
            JsonError::Text(error) => Self::NotText { file, error },
            JsonError::Syntax(error) => Self::NotJson { file, detail: error.to_string() },
            JsonError::Repeated(keys) => {
                let (key, first, second) = keys.into_iter().next().map(|key| (key.field(), key.first, key.second)).unwrap_or_default();
                Self::RepeatedKey { file, key, first, second }
            }
        }
    }
}
