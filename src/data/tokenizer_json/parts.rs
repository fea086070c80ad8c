//! The parts of a `tokenizer.json` around its vocabulary: what each does is what the tokenizer here does, or the file is refused.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::data::json::shown;
use crate::data::{Tokenizer, TokenizerError};

/// Patterns of a `Split` that match each single character.
const EACH_CHARACTER: [&str; 2] = ["[\\s\\S]", "(?s)."];

/// Checks every part of `file` but the vocabulary.
pub fn check(file: &Value, tokenizer: &Tokenizer) -> Result<(), TokenizerError> {
    let whole = Part { path: String::new(), value: file };
    whole.at("version").only(&[Value::Null, json!("1.0")])?;
    // They would cut and lengthen what is encoded.
    whole.at("truncation").only(&[Value::Null])?;
    whole.at("padding").only(&[Value::Null])?;
    normalizer(&whole.at("normalizer"))?;
    post_processor(&whole.at("post_processor"))?;
    match tokenizer {
        Tokenizer::Bytes(_) => {
            bytes_pre_tokenizer(&whole.at("pre_tokenizer"))?;
            whole.at("decoder").of_type("ByteLevel", "{\"type\": \"ByteLevel\"}")?;
            bytes_model(&whole.at("model"))?;
        }
        Tokenizer::Chars(_) => {
            chars_pre_tokenizer(&whole.at("pre_tokenizer"))?;
            whole.at("decoder").of_type("Fuse", "{\"type\": \"Fuse\"}")?;
            chars_model(&whole.at("model"))?;
        }
    }
    added_tokens(&whole.at("added_tokens"), tokenizer)
}

/// A value and where it stands.
struct Part<'a> {
    path: String,
    value: &'a Value,
}

impl<'a> Part<'a> {
    fn at(&self, key: &str) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { path, value: &self.value[key] }
    }

    fn items(&self) -> impl Iterator<Item = Self> {
        let item = |(index, value)| Self { path: format!("{}.{index}", self.path), value };
        self.value.as_array().into_iter().flatten().enumerate().map(item)
    }

    fn kind(&self) -> Option<&'a str> {
        self.value["type"].as_str()
    }

    fn refused(&self, accepted: &str) -> TokenizerError {
        TokenizerError::Part { part: self.path.clone(), value: shown(self.value), accepted: accepted.into() }
    }

    /// Fails unless it is one of `values`.
    fn only(&self, values: &[Value]) -> Result<(), TokenizerError> {
        if values.contains(self.value) {
            return Ok(());
        }
        let accepted: Vec<String> = values.iter().map(Value::to_string).collect();
        Err(self.refused(&accepted.join(", ")))
    }

    fn of_type(&self, kind: &str, accepted: &str) -> Result<(), TokenizerError> {
        if self.kind() == Some(kind) { Ok(()) } else { Err(self.refused(accepted)) }
    }

    /// The one part of a `Sequence` of one; itself where it is no `Sequence`.
    fn alone(self, list: &str) -> Self {
        if self.kind() != Some("Sequence") {
            return self;
        }
        let mut items: Vec<Self> = self.at(list).items().collect();
        if items.len() == 1 { items.remove(0).alone(list) } else { self }
    }
}

fn normalizer(part: &Part) -> Result<(), TokenizerError> {
    let nothing = part.kind() == Some("Sequence") && part.value["normalizers"].as_array().is_some_and(Vec::is_empty);
    if part.value.is_null() || nothing { Ok(()) } else { Err(part.refused("null")) }
}

/// `ByteLevel` there moves offsets only; a template of nothing but the text adds no token.
fn post_processor(part: &Part) -> Result<(), TokenizerError> {
    let text_alone = || {
        let single = part.value["single"].as_array().map(Vec::as_slice);
        single.is_some_and(|pieces| matches!(pieces, [piece] if piece["Sequence"]["id"] == "A"))
    };
    match part.kind() {
        None if part.value.is_null() => Ok(()),
        Some("ByteLevel") => Ok(()),
        Some("Sequence") => part.at("processors").items().try_for_each(|part| post_processor(&part)),
        Some("TemplateProcessing") if text_alone() => Ok(()),
        _ => Err(part.refused("null, {\"type\": \"ByteLevel\"}")),
    }
}

/// Where it splits makes no difference: without merges no token is longer than a byte.
fn bytes_pre_tokenizer(part: &Part) -> Result<(), TokenizerError> {
    let part = Part { path: part.path.clone(), value: part.value }.alone("pretokenizers");
    part.of_type("ByteLevel", "{\"type\": \"ByteLevel\", \"add_prefix_space\": false}")?;
    part.at("add_prefix_space").only(&[json!(false)])
}

fn chars_pre_tokenizer(part: &Part) -> Result<(), TokenizerError> {
    const ACCEPTED: &str =
        "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"[\\\\s\\\\S]\"}, \"behavior\": \"Isolated\", \"invert\": false}";
    let part = Part { path: part.path.clone(), value: part.value }.alone("pretokenizers");
    part.of_type("Split", ACCEPTED)?;
    part.at("pattern").only(&EACH_CHARACTER.map(|pattern| json!({ "Regex": pattern })))?;
    part.at("behavior").only(&[json!("Isolated")])?;
    part.at("invert").only(&[json!(false), Value::Null])
}

fn bytes_model(part: &Part) -> Result<(), TokenizerError> {
    options(
        part,
        &["type", "vocab", "merges", "unk_token", "fuse_unk", "ignore_merges", "continuing_subword_prefix", "end_of_word_suffix"],
        &[("dropout", &[json!(0.0), json!(0)]), ("byte_fallback", &[json!(false)])],
    )?;
    // Every byte has a token: what is done with unknown ones, and with merges, is never done.
    for affix in ["continuing_subword_prefix", "end_of_word_suffix"] {
        part.at(affix).only(&[Value::Null, json!("")])?;
    }
    Ok(())
}

fn chars_model(part: &Part) -> Result<(), TokenizerError> {
    let unknown = crate::data::CharTokenizer::SPECIAL[crate::data::CharTokenizer::UNKNOWN as usize];
    options(part, &["type", "vocab", "merges"], &[("unk_token", &[json!(unknown)])])
}

/// Refuses every option that is neither among `free` nor, with one of these values, among `neutral`; null is an option left out.
fn options(part: &Part, free: &[&str], neutral: &[(&str, &[Value])]) -> Result<(), TokenizerError> {
    let empty = Map::new();
    for (key, value) in part.value.as_object().unwrap_or(&empty) {
        if value.is_null() || free.contains(&key.as_str()) {
            continue;
        }
        match neutral.iter().find(|(name, _)| name == key) {
            Some((_, values)) => part.at(key).only(values)?,
            None => return Err(part.at(key).refused("null")),
        }
    }
    Ok(())
}

/// Added tokens are found in the text before anything else. They are what the vocabulary has under their id, and match nothing that the
/// vocabulary itself would not give the same id.
fn added_tokens(part: &Part, tokenizer: &Tokenizer) -> Result<(), TokenizerError> {
    if !(part.value.is_null() || part.value.is_array()) {
        return Err(part.refused("a list of tokens"));
    }
    for token in part.items() {
        for option in ["lstrip", "rstrip", "single_word"] {
            token.at(option).only(&[json!(false), Value::Null])?;
        }
        let id = token.value["id"].as_i64().and_then(|id| i32::try_from(id).ok());
        // A byte that is no printable character has a name here that a text may well contain.
        let named = |token: &Cow<str>| matches!(tokenizer, Tokenizer::Chars(_)) || token.chars().count() == 1;
        let known = id.and_then(|id| tokenizer.id_to_token(id)).filter(named);
        let Some(known) = known else {
            return Err(token.at("id").refused(&format!("0 ..= {}, the ids of the vocabulary", tokenizer.vocab_size() - 1)));
        };
        token.at("content").only(&[json!(known)])?;
    }
    Ok(())
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::data::{ByteTokenizer, CharTokenizer};

    fn chars() -> Tokenizer {
        Tokenizer::Chars(CharTokenizer::new(vec!['\n', 'a', '春']).unwrap())
    }

    /// The file of `tokenizer` with the value at a JSON pointer's parent replaced or added.
    fn read_with(tokenizer: &Tokenizer, path: &[&str], value: Value) -> Result<Tokenizer, TokenizerError> {
        let mut file: Value = serde_json::from_str(&tokenizer.to_json()).unwrap();
        let mut place = &mut file;
        for step in path {
            place = match step.parse::<usize>() {
                Ok(index) => &mut place[index],
                Err(_) => &mut place[*step],
            };
        }
        *place = value;
        Tokenizer::from_json(&file.to_string())
    }

    const BYTES: Tokenizer = Tokenizer::Bytes(ByteTokenizer);

    #[test]
    fn what_would_change_tokens_or_text_is_refused_by_name() {
        let both: [(&[&str], Value); 12] = [
            (&["normalizer"], json!({ "type": "Lowercase" })),
            (&["normalizer"], json!({ "type": "Sequence", "normalizers": [{ "type": "NFC" }] })),
            (&["pre_tokenizer"], json!({ "type": "Whitespace" })),
            (&["pre_tokenizer"], json!(null)),
            (&["post_processor"], json!({ "type": "BertProcessing", "sep": ["</s>", 0], "cls": ["<s>", 0] })),
            (
                &["post_processor"],
                json!({ "type": "TemplateProcessing", "single": [{ "SpecialToken": { "id": "<s>", "type_id": 0 } },
                { "Sequence": { "id": "A", "type_id": 0 } }], "pair": [], "special_tokens": {} }),
            ),
            (&["decoder"], json!({ "type": "WordPiece", "prefix": "##", "cleanup": true })),
            (&["decoder"], json!(null)),
            (&["truncation"], json!({ "max_length": 4, "stride": 0, "strategy": "LongestFirst", "direction": "Right" })),
            (&["padding"], json!({ "strategy": { "Fixed": 8 }, "pad_id": 0 })),
            (&["version"], json!("2.0")),
            (&["model", "byte_fallback"], json!(true)),
        ];
        for tokenizer in [BYTES, chars()] {
            for (path, value) in &both {
                let error = read_with(&tokenizer, path, value.clone()).unwrap_err();
                let TokenizerError::Part { part, .. } = &error else { panic!("{path:?}: {error}") };
                assert!(part.starts_with(&path.join(".")), "{path:?}: {error}");
                assert!(error.to_string().contains("accepted: "), "{error}");
            }
        }
        let bytes: [(&[&str], Value); 5] = [
            (&["pre_tokenizer", "add_prefix_space"], json!(true)),
            (&["model", "dropout"], json!(0.1)),
            (&["model", "continuing_subword_prefix"], json!("##")),
            (&["model", "end_of_word_suffix"], json!("</w>")),
            (&["added_tokens"], json!([{ "id": 256, "content": "<|endoftext|>", "special": true }])),
        ];
        for (path, value) in bytes {
            let error = read_with(&BYTES, path, value).unwrap_err().to_string();
            assert!(error.contains(&path.join(".")), "{error}");
        }
        let chars_only: [(&[&str], Value); 6] = [
            (&["model", "unk_token"], json!("[UNK]")),
            (&["pre_tokenizer", "behavior"], json!("Removed")),
            (&["pre_tokenizer", "pattern"], json!({ "Regex": "." })),
            (&["pre_tokenizer", "invert"], json!(true)),
            (&["added_tokens", "0", "lstrip"], json!(true)),
            (&["added_tokens", "1", "content"], json!("a")),
        ];
        for (path, value) in chars_only {
            let error = read_with(&chars(), path, value).unwrap_err().to_string();
            assert!(error.contains(&path.join(".")), "{error}");
        }
    }

    #[test]
    fn what_changes_nothing_is_read() {
        let both: [(&[&str], Value); 5] = [
            (&["normalizer"], json!({ "type": "Sequence", "normalizers": [] })),
            (&["post_processor"], json!({ "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false })),
            (&["post_processor"], json!({ "type": "TemplateProcessing", "single": [{ "Sequence": { "id": "A", "type_id": 0 } }] })),
            (&["added_tokens"], json!([])),
            (&["model", "merges"], json!([])),
        ];
        for tokenizer in [BYTES, chars()] {
            for (path, value) in &both {
                assert_eq!(read_with(&tokenizer, path, value.clone()).as_ref(), Ok(&tokenizer), "{path:?} = {value}");
            }
            let file: Value = serde_json::from_str(&tokenizer.to_json()).unwrap();
            let wrapped = json!({ "type": "Sequence", "pretokenizers": [file["pre_tokenizer"]] });
            assert_eq!(read_with(&tokenizer, &["pre_tokenizer"], wrapped).as_ref(), Ok(&tokenizer));
            let marked = format!("\u{feff}{}", tokenizer.to_json());
            assert_eq!(Tokenizer::from_json(&marked).as_ref(), Ok(&tokenizer));
        }
        assert_eq!(read_with(&BYTES, &["pre_tokenizer", "use_regex"], json!(true)), Ok(BYTES));
        assert_eq!(read_with(&BYTES, &["model", "dropout"], json!(0.0)), Ok(BYTES));
        let letter = json!([{ "id": 65, "content": "A", "special": false }]);
        assert_eq!(read_with(&BYTES, &["added_tokens"], letter), Ok(BYTES));
    }
}
