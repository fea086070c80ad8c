//! One token a byte: 256 ids, no vocabulary to learn, no unknown text.

/// Byte-level tokenizer: the id of a token is the byte. Byte 0, which text does not contain, separates documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByteTokenizer;

impl ByteTokenizer {
    /// Number of tokens.
    pub const VOCAB_SIZE: usize = 256;
    /// Id of the token that follows each document.
    pub const DOCUMENT_SEPARATOR: i32 = 0;

    /// The UTF-8 bytes of `text`. A NUL character becomes a space, so that text cannot forge a separator.
    pub fn encode(&self, text: &str) -> Vec<i32> {
        text.bytes().map(|byte| if byte == 0 { i32::from(b' ') } else { i32::from(byte) }).collect()
    }

    /// The text of `ids`; separators and ids outside the vocabulary are left out, and bytes that are not UTF-8 become
    /// U+FFFD (a model may sample half a character).
    pub fn decode(&self, ids: &[i32]) -> String {
        let bytes: Vec<u8> = ids.iter().filter_map(|&id| u8::try_from(id).ok()).filter(|&byte| byte != 0).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_a_character_becomes_the_replacement_character() {
        let ids = ByteTokenizer.encode("夜a");
        assert_eq!(ids.len(), 4);
        assert_eq!(ByteTokenizer.decode(&ids[..2]), "\u{fffd}", "a beginning is one character");
        assert_eq!(ByteTokenizer.decode(&ids[1..]), "\u{fffd}\u{fffd}a", "each byte without a beginning is one");
        assert_eq!(ByteTokenizer.decode(&[-1, 65, 0, 256, 66]), "AB");
    }

    proptest! {
        #[test]
        fn text_survives_the_round_trip(text in "[^\0]*") {
            let ids = ByteTokenizer.encode(&text);
            prop_assert!(!ids.contains(&ByteTokenizer::DOCUMENT_SEPARATOR));
            prop_assert_eq!(ByteTokenizer.decode(&ids), text);
        }

        #[test]
        fn any_ids_decode(ids in proptest::collection::vec(any::<i32>(), 0..64)) {
            let text = ByteTokenizer.decode(&ids);
            prop_assert!(!text.contains('\0'));
        }
    }
}
