//! From a text to batches of token ids: tokenizers, corpora, the order of training, evaluation windows, baselines.
//!
//! A [`Corpus`] is a list of documents. [`Corpus::split`] divides it into a training and a validation part and encodes
//! each by a [`Tokenizer`] into a [`TokenStream`]: all documents one after the other, with the document separator
//! before, between and after them. A [`BatchSampler`] cuts the training stream into batches, [`strided_windows`] the
//! validation stream into windows.

pub mod batches;
pub mod byte_tokenizer;
pub mod char_tokenizer;
pub mod corpora;
pub mod corpus;
pub mod json;
pub mod ngram;
pub mod text;
pub mod tokenizer;
mod tokenizer_json;
pub mod windows;

pub use batches::BatchSampler;
pub use byte_tokenizer::ByteTokenizer;
pub use char_tokenizer::CharTokenizer;
pub use corpus::{Corpus, CorpusError, TextPart, TextSplit, TokenStream};
pub use tokenizer::{Tokenizer, TokenizerError};
pub use windows::{Window, strided_windows};
