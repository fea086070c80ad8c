//! A tokenizer of either kind.

use std::borrow::Cow;

use super::{ByteTokenizer, CharTokenizer, tokenizer_json};

/// Turns text into token ids and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tokenizer {
    /// One token a byte.
    Bytes(ByteTokenizer),
    /// One token a character of a fixed vocabulary.
    Chars(CharTokenizer),
}

/// Why a `tokenizer.json` is not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenizerError {
    /// Not JSON, or not of the shape of a `tokenizer.json`.
    #[error("tokenizer.json cannot be read: {reason}; it must be a Hugging Face tokenizer.json")]
    Malformed {
        /// What the JSON reader said.
        reason: String,
    },
    /// A key that stands twice.
    #[error("tokenizer.json: the key {key} stands twice, with {first} and with {second}; keep the one that is right")]
    RepeatedKey {
        /// Dotted path of the key.
        key: String,
        /// The value that stands first, as JSON.
        first: String,
        /// The value that stands last, as JSON.
        second: String,
    },
    /// A part that would change the tokens or the text, and that this engine does not have.
    #[error("tokenizer.json: {part} is {value}, which this engine would not obey; accepted: {accepted}")]
    Part {
        /// Dotted path of the part.
        part: String,
        /// Its value as JSON.
        value: String,
        /// What would be accepted.
        accepted: String,
    },
    /// A tokenizer of a kind that this engine does not have.
    #[error(
        "tokenizer.json is of the kind {kind}; this engine reads byte-level tokenizers without merges (BPE) and \
         character-level ones (WordLevel)"
    )]
    Unsupported {
        /// The kind that the file states.
        kind: String,
    },
    /// Ids that are not 0, 1, 2, … without a gap.
    #[error("tokenizer: id {id} of the token {token:?} is not one of 0..{vocab_size}, each used once")]
    Id {
        /// The token.
        token: String,
        /// Its id.
        id: u64,
        /// Number of tokens.
        vocab_size: usize,
    },
    /// A token that is not where it has to be.
    #[error("tokenizer: id {id} must be {expected}, but is {found:?}")]
    Token {
        /// The id.
        id: usize,
        /// What the token has to be.
        expected: String,
        /// The token in the file.
        found: String,
    },
    /// A token that comes twice.
    #[error("tokenizer: the token {token:?} comes twice in the vocabulary; each token needs one id")]
    Repeated {
        /// The token.
        token: String,
    },
    /// A vocabulary beyond the limit.
    #[error("tokenizer: the vocabulary has {vocab_size} tokens; at most {largest} are read")]
    TooLarge {
        /// Number of tokens.
        vocab_size: usize,
        /// The limit.
        largest: usize,
    },
}

impl Tokenizer {
    /// Reads a Hugging Face `tokenizer.json` (as [`Self::to_json`] writes it).
    ///
    /// # Errors
    /// If it is not one, or of another kind than the two of this engine.
    pub fn from_json(json: &str) -> Result<Self, TokenizerError> {
        tokenizer_json::read(json)
    }

    /// The `tokenizer.json` that the Hugging Face library `tokenizers` reads as the same tokenizer.
    pub fn to_json(&self) -> String {
        tokenizer_json::write(self)
    }

    /// Token ids of `text`, all in `0..vocab_size()`. The separator is never among them.
    pub fn encode(&self, text: &str) -> Vec<i32> {
        match self {
            Self::Bytes(bytes) => bytes.encode(text),
            Self::Chars(chars) => chars.encode(text),
        }
    }

    /// Text of `ids`. Separators and ids outside the vocabulary are left out; what is not text becomes U+FFFD.
    pub fn decode(&self, ids: &[i32]) -> String {
        match self {
            Self::Bytes(bytes) => bytes.decode(ids),
            Self::Chars(chars) => chars.decode(ids),
        }
    }

    /// Number of tokens.
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::Bytes(_) => ByteTokenizer::VOCAB_SIZE,
            Self::Chars(chars) => chars.vocab_size(),
        }
    }

    /// Id of the token that follows each document; as a prompt it asks for a new document.
    pub fn document_separator(&self) -> i32 {
        match self {
            Self::Bytes(_) => ByteTokenizer::DOCUMENT_SEPARATOR,
            Self::Chars(_) => CharTokenizer::DOCUMENT_SEPARATOR,
        }
    }

    /// The characters of `text` that the vocabulary does not hold, in their order.
    pub fn unknown_characters<'a>(&'a self, text: &'a str) -> impl Iterator<Item = char> + 'a {
        text.chars().filter(|character| self.unknown(character.encode_utf8(&mut [0; 4])) > 0)
    }

    /// Number of characters of `text` that the vocabulary does not hold.
    pub fn unknown(&self, text: &str) -> usize {
        match self {
            Self::Bytes(_) => 0,
            Self::Chars(chars) => chars.unknown(text),
        }
    }

    /// A token as a person may read it: its character, `<0x0A>` for a byte that is not printable ASCII, or the name of a
    /// special token. None outside the vocabulary.
    pub fn id_to_token(&self, id: i32) -> Option<Cow<'static, str>> {
        match self {
            Self::Bytes(_) => {
                let byte = u8::try_from(id).ok()?;
                let printable = byte == b' ' || byte.is_ascii_graphic();
                Some(if printable { char::from(byte).to_string().into() } else { format!("<0x{byte:02X}>").into() })
            }
            Self::Chars(chars) => match usize::try_from(id).ok().and_then(|id| CharTokenizer::SPECIAL.get(id)) {
                Some(&special) => Some(special.into()),
                None => chars.character(id).map(|character| character.to_string().into()),
            },
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn tokens_can_be_read() {
        let bytes = Tokenizer::Bytes(ByteTokenizer);
        assert_eq!(bytes.id_to_token(65).as_deref(), Some("A"));
        assert_eq!(bytes.id_to_token(10).as_deref(), Some("<0x0A>"));
        assert_eq!(bytes.id_to_token(256), None);
        let chars = Tokenizer::Chars(CharTokenizer::new(vec!['春']).unwrap());
        assert_eq!(chars.id_to_token(0).as_deref(), Some("<|endoftext|>"));
        assert_eq!(chars.id_to_token(2).as_deref(), Some("春"));
        assert_eq!(chars.id_to_token(3), None);
        assert_eq!(chars.id_to_token(-1), None);
    }
}
