//! The `tokenizer.json` of the Hugging Face library `tokenizers`, for the two kinds of tokenizers here.
//!
//! Characters are a `WordLevel` model behind a pre-tokenizer that splits text into characters. Bytes are a `BPE` model
//! without merges behind the `ByteLevel` pre-tokenizer, which writes each byte as one printable character.

use serde_json::{Map, Value, json};

use super::json::{self as strict, JsonError, shown};
use super::text::without_mark;
use super::{ByteTokenizer, CharTokenizer, Tokenizer, TokenizerError};

mod parts;

/// Reads a `tokenizer.json`. Each part of it is obeyed, or refused by name.
pub(super) fn read(text: &str) -> Result<Tokenizer, TokenizerError> {
    let file = strict::parse(without_mark(text)).map_err(malformed_json)?;
    let model = match &file["model"] {
        Value::Object(model) => model,
        other => return Err(malformed(format!("model: {} is not an object", shown(other)))),
    };
    let merges = match model.get("merges") {
        None | Some(Value::Null) => 0,
        Some(Value::Array(merges)) => merges.len(),
        Some(other) => return Err(malformed(format!("model.merges: {} is not a list", shown(other)))),
    };
    let tokenizer = match (model.get("type").and_then(Value::as_str), merges) {
        (Some("WordLevel"), 0) => read_chars(&tokens_by_id(model.get("vocab"))?)?,
        (Some("BPE"), 0) => read_bytes(&tokens_by_id(model.get("vocab"))?)?,
        (None, _) => return Err(malformed("model.type: there is none".into())),
        (Some(kind), 0) => return Err(TokenizerError::Unsupported { kind: kind.into() }),
        (Some(kind), merges) => return Err(TokenizerError::Unsupported { kind: format!("{kind} with {merges} merges") }),
    };
    parts::check(&file, &tokenizer)?;
    Ok(tokenizer)
}

fn malformed(reason: String) -> TokenizerError {
    TokenizerError::Malformed { reason }
}

fn malformed_json(error: JsonError) -> TokenizerError {
    match error {
        JsonError::Repeated(keys) => {
            let (key, first, second) = keys.into_iter().next().map(|key| (key.field(), key.first, key.second)).unwrap_or_default();
            TokenizerError::RepeatedKey { key, first, second }
        }
        other => malformed(other.to_string()),
    }
}

/// The tokens in the order of their ids, which have to be 0, 1, 2, ….
fn tokens_by_id(vocab: Option<&Value>) -> Result<Vec<String>, TokenizerError> {
    let vocab = match vocab {
        Some(Value::Object(vocab)) => vocab,
        other => {
            return Err(malformed(format!("model.vocab: {} is not an object of tokens and ids", shown(other.unwrap_or(&Value::Null)))));
        }
    };
    let vocab_size = vocab.len();
    if vocab_size > CharTokenizer::LARGEST_VOCAB {
        return Err(TokenizerError::TooLarge { vocab_size, largest: CharTokenizer::LARGEST_VOCAB });
    }
    let mut tokens: Vec<Option<String>> = vec![None; vocab_size];
    for (token, id) in vocab {
        let Some(id) = id.as_u64() else {
            return Err(malformed(format!("model.vocab: the id of the token {token:?} is {}, no whole number from 0 on", shown(id))));
        };
        match usize::try_from(id).ok().and_then(|index| tokens.get_mut(index)) {
            Some(slot @ None) => *slot = Some(token.clone()),
            _ => return Err(TokenizerError::Id { token: token.clone(), id, vocab_size }),
        }
    }
    // As many tokens as ids and no id twice: every id has its token.
    Ok(tokens.into_iter().flatten().collect())
}

fn expect(tokens: &[String], id: usize, expected: &str) -> Result<(), TokenizerError> {
    let found = tokens.get(id).map_or("", String::as_str);
    if found == expected {
        return Ok(());
    }
    Err(TokenizerError::Token { id, expected: format!("{expected:?}"), found: found.into() })
}

fn read_chars(tokens: &[String]) -> Result<Tokenizer, TokenizerError> {
    for (id, special) in CharTokenizer::SPECIAL.into_iter().enumerate() {
        expect(tokens, id, special)?;
    }
    let single = |(id, token): (usize, &String)| {
        let mut characters = token.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(character),
            _ => Err(TokenizerError::Token { id, expected: "one character".into(), found: token.clone() }),
        }
    };
    let characters = tokens.iter().enumerate().skip(CharTokenizer::SPECIAL.len()).map(single).collect::<Result<_, _>>()?;
    Ok(Tokenizer::Chars(CharTokenizer::new(characters)?))
}

fn read_bytes(tokens: &[String]) -> Result<Tokenizer, TokenizerError> {
    for (byte, character) in byte_characters().into_iter().enumerate() {
        expect(tokens, byte, character.encode_utf8(&mut [0; 4]))?;
    }
    if tokens.len() != ByteTokenizer::VOCAB_SIZE {
        return Err(TokenizerError::Unsupported { kind: format!("BPE with {} tokens", tokens.len()) });
    }
    Ok(Tokenizer::Bytes(ByteTokenizer))
}

/// The character that the `ByteLevel` pre-tokenizer writes for each byte (`bytes_to_unicode` of GPT-2's encoder.py): the
/// byte itself where it is a printable Latin-1 character, else the next free one from U+0100 on.
fn byte_characters() -> [char; 256] {
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut others = '\u{100}'..;
    std::array::from_fn(|index| {
        let byte = index as u8;
        if printable(byte) { char::from(byte) } else { others.next().expect("256 bytes need at most 256 characters") }
    })
}

/// Writes a `tokenizer.json`.
pub(super) fn write(tokenizer: &Tokenizer) -> String {
    let byte_level = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false});
    let (specials, pre_tokenizer, decoder) = match tokenizer {
        Tokenizer::Bytes(_) => (vec![], byte_level.clone(), byte_level),
        Tokenizer::Chars(_) => {
            let split = json!({"type": "Split", "pattern": {"Regex": "[\\s\\S]"}, "behavior": "Isolated", "invert": false});
            (CharTokenizer::SPECIAL.into_iter().enumerate().map(special_token).collect(), split, json!({"type": "Fuse"}))
        }
    };
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": Value::Array(specials),
        "normalizer": null,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": null,
        "decoder": decoder,
        "model": model(tokenizer),
    })
    .to_string()
}

fn special_token((id, content): (usize, &str)) -> Value {
    json!({
        "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
    })
}

fn model(tokenizer: &Tokenizer) -> Value {
    match tokenizer {
        Tokenizer::Bytes(_) => {
            let vocab: Map<String, Value> = (0..).zip(byte_characters()).map(|(id, token)| (token.to_string(), json!(id))).collect();
            json!({"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
                "fuse_unk": false, "byte_fallback": false, "ignore_merges": false, "vocab": vocab, "merges": []})
        }
        Tokenizer::Chars(chars) => {
            let tokens = (0..chars.vocab_size() as i32).filter_map(|id| tokenizer.id_to_token(id));
            let vocab: Map<String, Value> = (0..).zip(tokens).map(|(id, token)| (token.into_owned(), json!(id))).collect();
            json!({"type": "WordLevel", "vocab": vocab, "unk_token": CharTokenizer::SPECIAL[CharTokenizer::UNKNOWN as usize]})
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    fn message(json: &str) -> String {
        read(json).unwrap_err().to_string()
    }

    #[test]
    fn both_kinds_survive_the_round_trip() {
        let chars = Tokenizer::Chars(CharTokenizer::new(vec!['\n', '"', '春']).unwrap());
        for tokenizer in [Tokenizer::Bytes(ByteTokenizer), chars] {
            assert_eq!(read(&write(&tokenizer)), Ok(tokenizer));
        }
    }

    /// Known values of GPT-2's table: newline is Ċ, space is Ġ.
    #[test]
    fn bytes_are_written_as_gpt2_does() {
        let characters = byte_characters();
        assert_eq!((characters[b'\n' as usize], characters[b' ' as usize], characters[0]), ('Ċ', 'Ġ', 'Ā'));
        assert_eq!((characters[b'a' as usize], characters[0xAD]), ('a', '\u{143}'));
    }

    #[test]
    fn the_shipped_vocabulary_is_read() {
        let json = include_str!("../../www/public/corpora/poems-tokenizer.json");
        let tokenizer = read(json).unwrap();
        assert!((3500..=4000).contains(&tokenizer.vocab_size()));
        // Ids that the Python library gives for this text.
        assert_eq!(tokenizer.encode("夜坐\n雨滞更愁南瘴毒，月明A☃"), [28, 238, 2, 44, 1238, 92, 97, 48, 1591, 2259, 4, 17, 56, 1, 1]);
        assert_eq!(write(&tokenizer), json.trim_end());
    }

    #[test]
    fn bad_files_say_what_is_wrong() {
        assert!(message("{").starts_with("tokenizer.json cannot be read: "));
        assert!(message(r#"{"model": {"type": "WordLevel", "vocab": [1]}}"#).contains("model.vocab"));
        assert!(message(r#"{"model": {"type": "Unigram", "vocab": [["a", 0.5]]}}"#).contains("the kind Unigram"));
        assert!(message(r#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}}"#).contains("BPE with 1 merges"));
        assert_eq!(message(r#"{"model": {"type": "BPE", "vocab": {"a": 0}}}"#), "tokenizer: id 0 must be \"Ā\", but is \"a\"");
        let vocab = |rest: &str| format!(r#"{{"model": {{"type": "WordLevel", "vocab": {{"<|endoftext|>": 0, "<unk>": 1, {rest}}}}}}}"#);
        assert_eq!(message(&vocab(r#""ab": 2"#)), "tokenizer: id 2 must be one character, but is \"ab\"");
        assert_eq!(message(&vocab(r#""a": 3"#)), "tokenizer: id 3 of the token \"a\" is not one of 0..3, each used once");
        assert_eq!(message(&vocab(r#""a": 1"#)), "tokenizer: id 1 of the token \"a\" is not one of 0..3, each used once");
        assert!(message(&vocab(r#""a": -2"#)).contains("model.vocab"));
        assert!(message(&vocab(r#""a": 2, "b": 3, "a": 4"#)).contains("the key model.vocab.a stands twice, with 2 and with 4"));
    }
}
