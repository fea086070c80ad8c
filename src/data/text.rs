//! The bytes of a text file as text.

use thiserror::Error;

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Bytes that are not UTF-8.
    #[error("it is not UTF-8: byte {offset} is 0x{byte:02X}; save it as UTF-8")]
    NotUtf8 {
        /// Offset of the first byte that belongs to no character, from the start of the file.
        offset: usize,
        /// That byte.
        byte: u8,
    },
    /// A text in another encoding.
    #[error("it is text in {encoding}, not in UTF-8; save it as UTF-8")]
    Encoding {
        /// Name of the encoding.
        encoding: &'static str,
    },
}

/// The encodings that begin with a mark of their own, the longer marks first: that of UTF-32 begins like that of UTF-16.
const MARKS: [(&[u8], &str); 5] = [
    (&[0xFF, 0xFE, 0, 0], "UTF-32 LE"),
    (&[0, 0, 0xFE, 0xFF], "UTF-32 BE"),
    (&[0xFF, 0xFE], "UTF-16 LE"),
    (&[0xFE, 0xFF], "UTF-16 BE"),
    (&[0x84, 0x31, 0x95, 0x33], "GB 18030"),
];

/// The text of a file in UTF-8, without a byte order mark.
///
/// # Errors
/// If it is not UTF-8; other encodings are named where the beginning tells them: by a byte order mark, or by the zero bytes that
/// the first character has in UTF-16 and UTF-32.
pub fn utf8(bytes: &[u8]) -> Result<&str, TextError> {
    if let Some(encoding) = other_encoding(bytes) {
        return Err(TextError::Encoding { encoding });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(without_mark(text)),
        Err(error) => {
            let offset = error.valid_up_to();
            Err(TextError::NotUtf8 { offset, byte: bytes.get(offset).copied().unwrap_or_default() })
        }
    }
}

/// The text without byte order marks at its beginning.
pub fn without_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    if let Some((_, encoding)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Some(encoding);
    }
    match bytes.first_chunk::<4>()?.map(|byte| byte != 0) {
        [false, false, false, true] => Some("UTF-32 BE"),
        [true, false, false, false] => Some("UTF-32 LE"),
        [false, true, false, true] => Some("UTF-16 BE"),
        [true, false, true, false] => Some("UTF-16 LE"),
        _ => None,
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn utf32(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|character| bytes(character as u32)).collect()
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(utf8("\u{feff}{}".as_bytes()), Ok("{}"));
        assert_eq!(utf8("\u{feff}\u{feff}春".as_bytes()), Ok("春"));
        assert_eq!(utf8(b""), Ok(""));
        assert_eq!(utf8("{\u{feff}}".as_bytes()), Ok("{\u{feff}}"), "in the middle it is a character");
    }

    #[test]
    fn other_encodings_are_named_with_and_without_a_mark() {
        for text in ["\u{feff}{\"a\": 1}", "{\"a\": 1}", "\u{feff}春眠"] {
            for (bytes, name) in [
                (utf16(text, u16::to_le_bytes), "UTF-16 LE"),
                (utf16(text, u16::to_be_bytes), "UTF-16 BE"),
                (utf32(text, u32::to_le_bytes), "UTF-32 LE"),
                (utf32(text, u32::to_be_bytes), "UTF-32 BE"),
            ] {
                assert_eq!(utf8(&bytes), Err(TextError::Encoding { encoding: name }), "{text}");
            }
        }
        assert_eq!(utf8(&[0x84, 0x31, 0x95, 0x33, b'a']), Err(TextError::Encoding { encoding: "GB 18030" }));
    }

    #[test]
    fn the_first_byte_that_is_no_text_is_named() {
        assert_eq!(utf8(b"ab\xFFc"), Err(TextError::NotUtf8 { offset: 2, byte: 0xFF }));
        assert!(utf8(b"ab\xFFc").unwrap_err().to_string().contains("byte 2 is 0xFF"));
    }
}
