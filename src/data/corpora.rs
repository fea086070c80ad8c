//! The corpora that ship with the site.

use super::{ByteTokenizer, Tokenizer, TokenizerError};

/// A corpus that ships with the site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShippedCorpus {
    /// Its name in a spec.
    pub id: &'static str,
    /// Its file below `corpora/`.
    pub file: &'static str,
    /// The tokenizer it is meant for.
    pub tokenizer: ShippedTokenizer,
    /// Length of the file.
    pub bytes: usize,
    /// Share of its characters that [`ShippedTokenizer::PoemsChar`] does not know, in percent.
    unknown_to_poems_percent: f64,
    /// The first of them that can be seen.
    unknown_to_poems: &'static str,
}

impl ShippedCorpus {
    /// Characters that can be seen and a shipped tokenizer does not know, the first few of them.
    pub fn unknown_characters(&self, tokenizer: ShippedTokenizer) -> &'static str {
        match tokenizer {
            ShippedTokenizer::PoemsChar => self.unknown_to_poems,
            ShippedTokenizer::Bytes => "",
        }
    }

    /// Share of its characters that a shipped tokenizer does not know, in percent.
    pub fn unknown_percent(&self, tokenizer: ShippedTokenizer) -> f64 {
        match tokenizer {
            ShippedTokenizer::PoemsChar => self.unknown_to_poems_percent,
            ShippedTokenizer::Bytes => 0.0,
        }
    }
}

/// A tokenizer that ships with the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShippedTokenizer {
    /// The characters of the Chinese poems: `corpora/poems-tokenizer.json`.
    PoemsChar,
    /// One token a byte: no file.
    Bytes,
}

impl ShippedTokenizer {
    /// Its name in `corpora/index.json`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::PoemsChar => "poems-char",
            Self::Bytes => "bytes",
        }
    }

    /// Its file below `corpora/`, if it needs one.
    pub const fn file(self) -> Option<&'static str> {
        match self {
            Self::PoemsChar => Some("poems-tokenizer.json"),
            Self::Bytes => None,
        }
    }

    /// The tokenizer; `json` is the text of its file, which a tokenizer without a file ignores.
    ///
    /// # Errors
    /// If `json` is not a tokenizer's file.
    pub fn load(self, json: &str) -> Result<Tokenizer, TokenizerError> {
        match self {
            Self::PoemsChar => Tokenizer::from_json(json),
            Self::Bytes => Ok(Tokenizer::Bytes(ByteTokenizer)),
        }
    }
}

/// Every corpus that ships with the site, as in `corpora/index.json`.
pub const SHIPPED: [ShippedCorpus; 4] = [
    ShippedCorpus {
        id: "tang-poems",
        file: "tang-poems.txt",
        tokenizer: ShippedTokenizer::PoemsChar,
        bytes: 3_949_951,
        unknown_to_poems_percent: 0.0,
        unknown_to_poems: "",
    },
    ShippedCorpus {
        id: "song-ci",
        file: "song-ci.txt",
        tokenizer: ShippedTokenizer::PoemsChar,
        bytes: 589_852,
        unknown_to_poems_percent: 0.0,
        unknown_to_poems: "",
    },
    ShippedCorpus {
        id: "shakespeare-plays",
        file: "shakespeare-plays.txt",
        tokenizer: ShippedTokenizer::Bytes,
        bytes: 2_760_578,
        unknown_to_poems_percent: 97.07,
        unknown_to_poems: "Antoya",
    },
    ShippedCorpus {
        id: "shakespeare-sonnets",
        file: "shakespeare-sonnets.txt",
        tokenizer: ShippedTokenizer::Bytes,
        bytes: 95_627,
        unknown_to_poems_percent: 97.74,
        unknown_to_poems: "Sonet9",
    },
];

/// The shipped corpus of that name.
pub fn find(id: &str) -> Option<ShippedCorpus> {
    SHIPPED.into_iter().find(|corpus| corpus.id == id)
}

/// File of a shipped corpus, below `corpora/`.
pub fn file_of(id: &str) -> Option<&'static str> {
    find(id).map(|corpus| corpus.file)
}

/// Names of all shipped corpora.
pub fn ids() -> [&'static str; SHIPPED.len()] {
    SHIPPED.map(|corpus| corpus.id)
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::data::Corpus;
    use serde_json::Value;
    use std::{fs, path::Path};

    fn read(file: &str) -> Vec<u8> {
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/corpora").join(file)).unwrap()
    }

    #[test]
    fn the_table_equals_the_index() {
        let index: Vec<Value> = serde_json::from_slice(&read("index.json")).unwrap();
        let field = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
        let listed: Vec<_> = index.iter().map(|entry| (field(entry, "id"), field(entry, "file"), field(entry, "tokenizer"))).collect();
        let table = SHIPPED.map(|corpus| (corpus.id.to_owned(), corpus.file.to_owned(), corpus.tokenizer.id().to_owned()));
        assert_eq!(listed, table);
    }

    #[test]
    fn the_index_states_the_sizes_of_the_files() {
        let index: Vec<Value> = serde_json::from_slice(&read("index.json")).unwrap();
        for (entry, shipped) in index.iter().zip(SHIPPED) {
            let bytes = read(shipped.file);
            let corpus = Corpus::from_bytes(shipped.id, &bytes).unwrap();
            assert_eq!((&entry["bytes"], shipped.bytes), (&Value::from(bytes.len()), bytes.len()), "{}", shipped.id);
            assert_eq!(entry["documents"], corpus.documents().count(), "{}", shipped.id);
            assert_eq!(entry["characters"], std::str::from_utf8(&bytes).unwrap().chars().count(), "{}", shipped.id);
        }
    }

    #[test]
    fn every_character_has_a_token() {
        for shipped in SHIPPED {
            let json = shipped.tokenizer.file().map(read).unwrap_or_default();
            let tokenizer = shipped.tokenizer.load(std::str::from_utf8(&json).unwrap()).unwrap();
            let text = String::from_utf8(read(shipped.file)).unwrap();
            assert_eq!(tokenizer.unknown(&text), 0, "{}", shipped.id);
            assert_eq!(tokenizer.decode(&tokenizer.encode(&text)), text, "{}", shipped.id);
        }
    }

    #[test]
    fn the_table_states_what_each_shipped_tokenizer_does_not_know() {
        let json = String::from_utf8(read("poems-tokenizer.json")).unwrap();
        for shipped in SHIPPED {
            let corpus = Corpus::from_bytes(shipped.id, &read(shipped.file)).unwrap();
            for kind in [ShippedTokenizer::PoemsChar, ShippedTokenizer::Bytes] {
                let percent = 100.0 * corpus.unknown_share(&kind.load(&json).unwrap());
                assert!((percent - shipped.unknown_percent(kind)).abs() < 0.006, "{} {kind:?}: {percent}", shipped.id);
                let characters: String = corpus.unknown_characters(&kind.load(&json).unwrap(), 6).into_iter().collect();
                assert_eq!(characters, shipped.unknown_characters(kind), "{}", shipped.id);
            }
        }
    }

    /// The byte-level corpora are plain ASCII, so that a byte is a character.
    #[test]
    fn english_is_ascii() {
        for shipped in SHIPPED.into_iter().filter(|corpus| corpus.tokenizer == ShippedTokenizer::Bytes) {
            assert!(read(shipped.file).iter().all(|&byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "{}", shipped.id);
        }
    }
}
