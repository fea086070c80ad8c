//! One token a character, from a fixed vocabulary.

use std::collections::HashMap;

use super::tokenizer::TokenizerError;

/// Character-level tokenizer. Id 0 is `<|endoftext|>`, which follows each document; id 1 is `<unk>`, which stands for
/// every character outside the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharTokenizer {
    /// Character of each id from [`Self::SPECIAL`]`.len()` on.
    characters: Vec<char>,
    ids: HashMap<char, i32>,
}

impl CharTokenizer {
    /// The special tokens, ids 0 and 1.
    pub const SPECIAL: [&str; 2] = ["<|endoftext|>", "<unk>"];
    /// Id of the token that follows each document.
    pub const DOCUMENT_SEPARATOR: i32 = 0;
    /// Id of the token for characters outside the vocabulary.
    pub const UNKNOWN: i32 = 1;
    /// Largest vocabulary, special tokens included.
    pub const LARGEST_VOCAB: usize = 1 << 20;

    /// A tokenizer with the given characters, whose ids follow those of the special tokens.
    ///
    /// # Errors
    /// If a character comes twice, or there are more than [`Self::LARGEST_VOCAB`] tokens.
    pub fn new(characters: Vec<char>) -> Result<Self, TokenizerError> {
        let vocab_size = characters.len() + Self::SPECIAL.len();
        if vocab_size > Self::LARGEST_VOCAB {
            return Err(TokenizerError::TooLarge { vocab_size, largest: Self::LARGEST_VOCAB });
        }
        let mut ids = HashMap::with_capacity(characters.len());
        for (&character, id) in characters.iter().zip(Self::SPECIAL.len() as i32..) {
            if ids.insert(character, id).is_some() {
                return Err(TokenizerError::Repeated { token: character.to_string() });
            }
        }
        Ok(Self { characters, ids })
    }

    /// A tokenizer with the characters of `texts`, the most frequent first, at most `most` of them; of two that are as frequent, the one
    /// with the lower code point.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>, most: usize) -> Self {
        let mut counts: HashMap<char, usize> = HashMap::new();
        texts.flat_map(str::chars).for_each(|character| *counts.entry(character).or_default() += 1);
        let mut counted: Vec<(char, usize)> = counts.into_iter().collect();
        counted.sort_unstable_by_key(|&(character, count)| (std::cmp::Reverse(count), character));
        counted.truncate(most.min(Self::LARGEST_VOCAB - Self::SPECIAL.len()));
        Self::new(counted.into_iter().map(|(character, _)| character).collect()).expect("each character once, no more than there may be")
    }

    /// Number of tokens, special tokens included.
    pub fn vocab_size(&self) -> usize {
        self.characters.len() + Self::SPECIAL.len()
    }

    /// One id a character.
    pub fn encode(&self, text: &str) -> Vec<i32> {
        text.chars().map(|character| self.ids.get(&character).copied().unwrap_or(Self::UNKNOWN)).collect()
    }

    /// The text of `ids`: separators and ids outside the vocabulary are left out, `<unk>` becomes U+FFFD.
    pub fn decode(&self, ids: &[i32]) -> String {
        ids.iter().filter_map(|&id| if id == Self::UNKNOWN { Some('\u{fffd}') } else { self.character(id) }).collect()
    }

    /// The character of an id; none for a special token or an id outside the vocabulary.
    pub fn character(&self, id: i32) -> Option<char> {
        let index = usize::try_from(id).ok()?.checked_sub(Self::SPECIAL.len())?;
        self.characters.get(index).copied()
    }

    /// Number of characters of `text` outside the vocabulary.
    pub fn unknown(&self, text: &str) -> usize {
        text.chars().filter(|character| !self.ids.contains_key(character)).count()
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokenizer() -> CharTokenizer {
        CharTokenizer::new(vec!['\n', '春', '风', '，']).unwrap()
    }

    #[test]
    fn a_vocabulary_of_a_text_has_its_most_frequent_characters() {
        let of = |most| CharTokenizer::of(["bab", "cab", "d"].into_iter(), most).characters;
        assert_eq!(of(9), ['b', 'a', 'c', 'd']);
        assert_eq!(of(3), ['b', 'a', 'c']);
        assert_eq!(of(0), []);
    }

    #[test]
    fn ids_follow_the_special_tokens() {
        assert_eq!(tokenizer().encode("春，x风\n"), [3, 5, 1, 4, 2]);
        assert_eq!(tokenizer().vocab_size(), 6);
        assert_eq!(tokenizer().unknown("春天的风"), 2);
    }

    #[test]
    fn separators_are_not_text_and_unknown_characters_show() {
        assert_eq!(tokenizer().decode(&[3, 0, 1, 4, 6, -1]), "春\u{fffd}风");
        assert_eq!(tokenizer().encode("<|endoftext|>"), [1; 13], "text must not forge a separator");
    }

    #[test]
    fn a_character_cannot_come_twice() {
        let error = CharTokenizer::new(vec!['春', '风', '春']).unwrap_err();
        assert_eq!(error.to_string(), "tokenizer: the token \"春\" comes twice in the vocabulary; each token needs one id");
    }

    proptest! {
        #[test]
        fn known_text_survives_the_round_trip(text in "[春风，\n]*") {
            prop_assert_eq!(tokenizer().decode(&tokenizer().encode(&text)), text);
        }
    }
}
