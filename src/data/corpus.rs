//! A text as documents, and its training and validation streams.

use std::fmt;
use std::ops::Range;

use super::Tokenizer;
use super::text::{TextError, utf8};

/// A text, divided into documents at blank lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    name: String,
    /// Lines end in `\n`.
    text: String,
    /// Byte ranges of `text`, in order, none empty.
    documents: Vec<Range<usize>>,
}

/// All tokens of a part of a corpus: its documents, with the document separator before, between and after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenStream {
    /// Token ids.
    pub ids: Vec<i32>,
}

/// The two parts of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSplit {
    /// What is trained on.
    pub train: TokenStream,
    /// What is never trained on.
    pub validation: TokenStream,
}

/// Which part of a corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// What is trained on.
    Train,
    /// What is never trained on.
    Validation,
}

impl fmt::Display for TextPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Train => "training",
            Self::Validation => "validation",
        })
    }
}

/// Why a text is not usable.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CorpusError {
    /// No text but white space.
    #[error("the text {name} is empty ({bytes} bytes, none of them text); choose a file with some text")]
    Empty {
        /// Name of the corpus.
        name: String,
        /// Size of the file.
        bytes: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("the text {name} is not UTF-8: byte {offset} is 0x{byte:02X}; save it as UTF-8 and choose it again")]
    NotUtf8 {
        /// Name of the corpus.
        name: String,
        /// Offset of the first byte that is not UTF-8, in bytes from the start of the file.
        offset: usize,
        /// That byte.
        byte: u8,
    },
    /// A text in another encoding.
    #[error("the text {name} is in {encoding}, not in UTF-8; save it as UTF-8 and choose it again")]
    Encoding {
        /// Name of the corpus.
        name: String,
        /// Name of the encoding.
        encoding: &'static str,
    },
    /// A part too short for one training sequence.
    #[error(
        "the {part} part of the text {name} has {tokens} tokens, but a context of {context} tokens needs at least {needed}; \
         choose a longer text, a context of at most {largest_context}, or another validation share than {validation_percent} %"
    )]
    TooShort {
        /// Name of the corpus.
        name: String,
        /// The part.
        part: TextPart,
        /// Tokens in that part.
        tokens: usize,
        /// Tokens that the part needs: one more than the context, for the last target.
        needed: usize,
        /// Length of one training sequence.
        context: usize,
        /// The longest context that this part allows.
        largest_context: usize,
        /// Share of the text kept for validation.
        validation_percent: f64,
    },
}

impl Corpus {
    /// Reads a text: UTF-8 (a byte order mark is dropped, CR LF becomes LF), documents divided by blank lines.
    ///
    /// # Errors
    /// If it is not UTF-8 or holds nothing but white space.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, CorpusError> {
        let text = utf8(bytes).map_err(|error| match error {
            TextError::NotUtf8 { offset, byte } => CorpusError::NotUtf8 { name: name.into(), offset, byte },
            TextError::Encoding { encoding } => CorpusError::Encoding { name: name.into(), encoding },
        })?;
        let text = text.replace("\r\n", "\n");
        let documents = documents(&text);
        if documents.is_empty() {
            return Err(CorpusError::Empty { name: name.into(), bytes: bytes.len() });
        }
        Ok(Self { name: name.into(), text, documents })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The documents, in order.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = &str> {
        self.documents.iter().map(|range| &self.text[range.clone()])
    }

    /// Share of the documents' characters that the vocabulary of `tokenizer` does not hold.
    pub fn unknown_share(&self, tokenizer: &Tokenizer) -> f64 {
        let unknown: usize = self.documents().map(|document| tokenizer.unknown(document)).sum();
        let characters: usize = self.documents().map(|document| document.chars().count()).sum();
        // A corpus has a document, and that a character.
        unknown as f64 / characters as f64
    }

    /// The first `most` characters of the documents, each once, that can be seen and that the vocabulary of `tokenizer` does not hold.
    pub fn unknown_characters(&self, tokenizer: &Tokenizer, most: usize) -> Vec<char> {
        self.documents().flat_map(|document| tokenizer.unknown_characters(document)).fold(Vec::new(), |mut found, character| {
            if found.len() < most && !character.is_whitespace() && !found.contains(&character) {
                found.push(character);
            }
            found
        })
    }

    /// The training part and, at the end of the text, the validation part, about `validation_percent` of the text.
    ///
    /// The cut is between the documents where it comes nearest to that share; where that would leave less than half or
    /// more than twice the share (a text of one document, say), it is inside a document.
    ///
    /// # Errors
    /// If a part has too few tokens for one sequence of `context` tokens and the target of the last.
    pub fn split(&self, validation_percent: f64, tokenizer: &Tokenizer, context: usize) -> Result<TextSplit, CorpusError> {
        let part = |part| self.part(part, validation_percent, tokenizer, context);
        Ok(TextSplit { train: part(TextPart::Train)?, validation: part(TextPart::Validation)? })
    }

    /// The validation part alone, as [`Corpus::split`] gives it.
    ///
    /// # Errors
    /// If it has too few tokens for one sequence of `context` tokens and the target of the last.
    pub fn validation(&self, validation_percent: f64, tokenizer: &Tokenizer, context: usize) -> Result<TokenStream, CorpusError> {
        self.part(TextPart::Validation, validation_percent, tokenizer, context)
    }

    fn part(&self, part: TextPart, validation_percent: f64, tokenizer: &Tokenizer, context: usize) -> Result<TokenStream, CorpusError> {
        let cut = self.cut(validation_percent);
        let parts = self.documents.iter().map(|range| match part {
            TextPart::Train => range.start.min(cut)..range.end.min(cut),
            TextPart::Validation => range.start.max(cut)..range.end.max(cut),
        });
        let stream = self.encode(parts.filter(|range| !range.is_empty()), tokenizer);
        let (tokens, needed) = (stream.ids.len(), context.saturating_add(1));
        if tokens >= needed {
            return Ok(stream);
        }
        let largest_context = tokens.saturating_sub(1);
        Err(CorpusError::TooShort { name: self.name.clone(), part, tokens, needed, context, largest_context, validation_percent })
    }

    /// The documents of the training part.
    pub fn train_text(&self, validation_percent: f64) -> impl Iterator<Item = &str> {
        let cut = self.cut(validation_percent);
        self.documents.iter().map(move |range| &self.text[range.start.min(cut)..range.end.min(cut)])
    }

    /// The byte of `text` where the validation part begins.
    fn cut(&self, validation_percent: f64) -> usize {
        let length = self.text.len();
        let share = length as f64 * validation_percent / 100.0;
        let kept_by = |cut: usize| (length - cut) as f64;
        let distance = |cut: usize| (kept_by(cut) - share).abs();
        let starts = self.documents.iter().skip(1).map(|range| range.start);
        match starts.min_by(|&a, &b| distance(a).total_cmp(&distance(b))) {
            Some(cut) if (0.5..=2.0).contains(&(kept_by(cut) / share)) => cut,
            // A float that is negative or not a number becomes 0, one beyond the text its length.
            _ => self.text.floor_char_boundary((length as f64 - share) as usize),
        }
    }

    fn encode(&self, ranges: impl Iterator<Item = Range<usize>>, tokenizer: &Tokenizer) -> TokenStream {
        let mut ids = vec![tokenizer.document_separator()];
        for range in ranges {
            ids.extend(tokenizer.encode(&self.text[range]));
            ids.push(tokenizer.document_separator());
        }
        TokenStream { ids }
    }
}

/// Byte ranges of the documents of `text`: runs of lines that are not blank, without the white space at their end.
fn documents(text: &str) -> Vec<Range<usize>> {
    let mut documents: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        match documents.last_mut() {
            _ if line.trim().is_empty() => open = false,
            Some(document) if open => document.end = end,
            _ => {
                documents.push(start..end);
                open = true;
            }
        }
        start += line.len();
    }
    documents
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::data::ByteTokenizer;
    use proptest::prelude::*;

    const BYTES: Tokenizer = Tokenizer::Bytes(ByteTokenizer);

    fn corpus(text: &str) -> Corpus {
        Corpus::from_bytes("t", text.as_bytes()).unwrap()
    }

    fn ids(text: &str) -> Vec<i32> {
        text.bytes().map(|byte| if byte == b'|' { 0 } else { i32::from(byte) }).collect()
    }

    #[test]
    fn documents_are_divided_by_blank_lines() {
        let text = corpus("\u{feff}\n \n  one\r\nline two \r\n\r\n\t\r\nthree\n\n\nfour");
        assert_eq!(text.documents().collect::<Vec<_>>(), ["  one\nline two", "three", "four"]);
        assert_eq!(corpus("one\ntwo").documents().collect::<Vec<_>>(), ["one\ntwo"]);
    }

    #[test]
    fn the_last_documents_are_for_validation() {
        let text = corpus("aaaa\n\nbbbb\n\ncccc\n\ndddd\n");
        let split = text.split(30.0, &BYTES, 4).unwrap();
        assert_eq!(split.train.ids, ids("|aaaa|bbbb|cccc|"));
        assert_eq!(split.validation.ids, ids("|dddd|"));
    }

    #[test]
    fn one_document_is_cut_in_two() {
        let split = corpus("0123456789").split(30.0, &BYTES, 2).unwrap();
        assert_eq!(split.train.ids, ids("|0123456|"));
        assert_eq!(split.validation.ids, ids("|789|"));
    }

    #[test]
    fn a_long_last_document_is_cut_in_two() {
        let split = corpus("a\n\n0123456789ABCDEFG").split(10.0, &BYTES, 2).unwrap();
        assert_eq!(split.train.ids, ids("|a|0123456789ABCDE|"));
        assert_eq!(split.validation.ids, ids("|FG|"));
    }

    #[test]
    fn a_cut_is_between_characters() {
        let split = corpus("春春春春").split(40.0, &BYTES, 2).unwrap();
        assert_eq!(BYTES.decode(&split.train.ids), "春春");
        assert_eq!(BYTES.decode(&split.validation.ids), "春春");
    }

    #[test]
    fn a_text_that_is_not_utf8_is_refused() {
        let error = Corpus::from_bytes("poem.txt", &[b'a', 0xE6, 0x98, b'x']).unwrap_err();
        assert_eq!(error.to_string(), "the text poem.txt is not UTF-8: byte 1 is 0xE6; save it as UTF-8 and choose it again");
    }

    #[test]
    fn a_text_in_another_encoding_is_refused_by_the_name_of_it() {
        let bytes: Vec<u8> = "\u{feff}春眠不觉晓".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let error = Corpus::from_bytes("poem.txt", &bytes).unwrap_err();
        assert_eq!(error.to_string(), "the text poem.txt is in UTF-16 LE, not in UTF-8; save it as UTF-8 and choose it again");
    }

    #[test]
    fn an_empty_text_is_refused() {
        for text in ["", "\u{feff}", "\r\n \n\t"] {
            let error = Corpus::from_bytes("t", text.as_bytes()).unwrap_err();
            assert_eq!(error, CorpusError::Empty { name: "t".into(), bytes: text.len() });
        }
    }

    #[test]
    fn a_short_text_is_refused_with_the_numbers() {
        let error = corpus("0123456789").split(30.0, &BYTES, 8).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the validation part of the text t has 5 tokens, but a context of 8 tokens needs at least 9; \
             choose a longer text, a context of at most 4, or another validation share than 30 %"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), percent in any::<f64>()) {
            if let Ok(corpus) = Corpus::from_bytes("t", &bytes) {
                let _ = corpus.split(percent, &BYTES, 1);
            }
        }

        #[test]
        fn a_split_loses_nothing(text in "[a-c春\n]{1,80}", percent in 1.0..50.0) {
            prop_assume!(!text.trim().is_empty());
            let corpus = corpus(&text);
            let words: String = corpus.documents().collect();
            if let Ok(TextSplit { train, validation }) = corpus.split(percent, &BYTES, 1) {
                prop_assert_eq!(BYTES.decode(&train.ids) + &BYTES.decode(&validation.ids), words);
                for ids in [train.ids, validation.ids] {
                    prop_assert!(ids.first() == Some(&0) && ids.last() == Some(&0));
                }
            }
        }
    }
}
