//! The share of a text that a model's vocabulary does not hold: its characters all become one token, and what is learned of them is
//! nothing.

use super::pretrain::Recipe;
use super::problem::{Problem, ProblemCode, Text};
use super::problems::Asset;
use super::spec::NEW_MODEL;
use crate::data::{Corpus, Tokenizer, corpora};

/// Characters that a message gives as examples, at most.
const EXAMPLES: usize = 6;

/// The problem of a shipped corpus that a shipped model cannot read, before either is loaded; `asset` says what it is for, and
/// `allowed_percent` is `data.allow_unknown_percent`.
pub fn check_shipped(asset: Asset, base: &str, corpus: &str, allowed_percent: f64) -> Option<Problem> {
    let recipe = Recipe::all().into_iter().find(|recipe| recipe.id == base)?;
    let tokenizer = corpora::find(recipe.corpus)?.tokenizer;
    let text = corpora::find(corpus)?;
    let (percent, examples) = (text.unknown_percent(tokenizer), text.unknown_characters(tokenizer).chars());
    (percent > allowed_percent).then(|| problem((asset, corpus), (base, Some(recipe.corpus)), percent, examples, allowed_percent))
}

/// The share of the characters of `corpus` that `tokenizer`, the one of the model `base`, does not know.
///
/// # Errors
/// If it is above `allowed_percent`.
pub fn check(asset: Asset, base: &str, corpus: &Corpus, tokenizer: &Tokenizer, allowed_percent: f64) -> Result<f64, Problem> {
    let share = corpus.unknown_share(tokenizer);
    if 100.0 * share <= allowed_percent {
        return Ok(share);
    }
    let learned = Recipe::all().into_iter().find(|recipe| recipe.id == base).map(|recipe| recipe.corpus);
    let examples = corpus.unknown_characters(tokenizer, EXAMPLES).into_iter();
    Err(problem((asset, corpus.name()), (base, learned), 100.0 * share, examples, allowed_percent))
}

/// Checks that `tokenizer`, the one of the model `base`, knows every character of a prompt: what one cannot read it would not continue.
///
/// # Errors
/// Naming those that it does not know.
pub fn check_prompt(base: &str, prompt: &str, tokenizer: &Tokenizer) -> Result<(), Problem> {
    const MOST: usize = 8;
    let mut unknown: Vec<char> = Vec::new();
    for character in tokenizer.unknown_characters(prompt) {
        if !unknown.contains(&character) {
            unknown.push(character);
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let more = if unknown.len() > MOST { ", …" } else { "" };
    let listed = unknown.iter().take(MOST).map(|character| format!("{character:?}")).collect::<Vec<_>>().join(", ") + more;
    let message = Text {
        en: format!(
            "The prompt ({{evaluation.prompt}}) has characters that are not in the vocabulary of {base} ({{model.base}}), so that the sample would not continue it: {listed}. Write it in the language of the model, or leave it empty."
        ),
        zh: format!(
            "提示（{{evaluation.prompt}}）中有 {base}（{{model.base}}）词表之外的字符，样本无法接着它写：{listed}。请用模型的语言来写，或留空。"
        ),
    };
    Err(Problem { code: ProblemCode::Conflict, run: None, field: Some("evaluation.prompt".into()), value: Some(prompt.into()), message })
}

/// `learned`: the shipped corpus that the model learned to read with.
fn problem(
    (asset, corpus): (Asset, &str),
    (base, learned): (&str, Option<&str>),
    percent: f64,
    examples: impl Iterator<Item = char>,
    allowed_percent: f64,
) -> Problem {
    let percent = if percent < 99.95 { format!("{percent:.1}") } else { "100".into() };
    let examples = examples.map(String::from).collect::<Vec<_>>().join(" ");
    // There is none where only spaces are unknown.
    let (such_en, such_zh) = match examples.as_str() {
        "" => Default::default(),
        some => (format!(", such as {some}"), format!("，例如 {some}")),
    };
    let fitting = fitting(learned);
    let (text_en, text_zh) = match &fitting[..] {
        [] => ("a text in the language of the model".into(), "与模型同语言的文本".into()),
        ids => (format!("a text that the model reads ({})", ids.join(", ")), format!("模型读得懂的文本（{}）", ids.join("、"))),
    };
    let field = asset.field();
    // A vocabulary is never taken from a text that is only measured on.
    let (why_en, why_zh, end_en, end_zh) = match asset {
        Asset::BaseCorpus => (
            "and the loss on them says nothing",
            "在它们上面的损失说明不了什么",
            format!("Choose {text_en}."),
            format!("请选用{text_zh}。"),
        ),
        _ => (
            "and there is nothing to learn from them",
            "模型学不到任何东西",
            format!("Choose {text_en}, or a new model, which takes its vocabulary from the text ({{model.base={NEW_MODEL}}})."),
            format!("请选用{text_zh}，或改用从文本取词表的新模型（{{model.base={NEW_MODEL}}}）。"),
        ),
    };
    let message = Text {
        en: format!(
            "{percent} % of the characters of {corpus} ({{{field}}}) are not in the vocabulary of {base} ({{model.base}}){such_en}; they all become the same unknown token, {why_en}. At most {allowed_percent} % may be unknown ({{data.allow_unknown_percent}}). {end_en}"
        ),
        zh: format!(
            "{corpus}（{{{field}}}）中 {percent}% 的字符不在 {base}（{{model.base}}）的词表里{such_zh}；它们都会变成同一个未知词元，{why_zh}。最多允许 {allowed_percent}%（{{data.allow_unknown_percent}}）。{end_zh}"
        ),
    };
    Problem { code: ProblemCode::Conflict, run: None, field: Some(field.into()), value: Some(corpus.into()), message }
}

/// The shipped corpora that a model reads whose first text was `learned`: those of the same tokenizer.
fn fitting(learned: Option<&str>) -> Vec<&'static str> {
    let Some(learned) = learned.and_then(corpora::find) else { return Vec::new() };
    corpora::SHIPPED.into_iter().filter(|corpus| corpus.tokenizer == learned.tokenizer).map(|corpus| corpus.id).collect()
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::data::{ByteTokenizer, CharTokenizer};

    #[test]
    fn english_on_the_model_of_poems_is_refused_with_the_share() {
        for (corpus, percent) in [("shakespeare-sonnets", "97.7"), ("shakespeare-plays", "97.1")] {
            let problem = check_shipped(Asset::Corpus, "tang-poems", corpus, 20.0).unwrap();
            assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Conflict, Some("data.corpus")));
            let example = if corpus == "shakespeare-plays" { "A n t o y a" } else { "S o n e t 9" };
            for text in [&problem.message.en, &problem.message.zh] {
                assert!(text.contains(example), "{text}");
                let parts = [corpus, percent, "tang-poems", "20", "allow_unknown_percent", "song-ci", "model.base=new"];
                assert!(parts.iter().all(|part| text.contains(part)), "{text}");
            }
            assert_eq!(check_shipped(Asset::Corpus, "tang-poems", corpus, 99.0), None);
        }
        for (base, corpus) in
            [("tang-poems", "song-ci"), ("shakespeare-plays", "tang-poems"), ("file:x", "song-ci"), ("tang-poems", "file:x")]
        {
            assert_eq!(check_shipped(Asset::Corpus, base, corpus, 0.0), None, "{base} {corpus}");
        }
    }

    #[test]
    fn a_text_that_is_only_measured_on_is_refused_by_its_own_name() {
        let problem = check_shipped(Asset::BaseCorpus, "tang-poems", "shakespeare-plays", 20.0).unwrap();
        assert_eq!(problem.field.as_deref(), Some("evaluation.base_corpus"));
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(text.contains("{evaluation.base_corpus}") && text.contains("song-ci") && !text.contains("model.base=new"), "{text}");
        }
    }

    #[test]
    fn a_prompt_that_the_model_cannot_read_is_refused() {
        let chars = Tokenizer::Chars(CharTokenizer::new(vec!['春', '风', '\n']).unwrap());
        assert_eq!(check_prompt("m", "春风", &chars), Ok(()));
        assert_eq!(check_prompt("m", "", &chars), Ok(()));
        let refused = check_prompt("m", "Shall 春", &chars).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("evaluation.prompt"));
        for text in [&refused.message.en, &refused.message.zh] {
            assert!(text.contains("'S', 'h', 'a', 'l', ' '") && !text.contains('春'), "{text}");
        }
        assert_eq!(check_prompt("m", "Shall 春", &Tokenizer::Bytes(ByteTokenizer)), Ok(()));
    }

    #[test]
    fn a_text_of_one_s_own_is_measured() {
        let chars = Tokenizer::Chars(CharTokenizer::new(vec!['春', '风', '\n']).unwrap());
        let corpus = Corpus::from_bytes("file:mine.txt", "春风春风\n\n春x".as_bytes()).unwrap();
        assert_eq!(check(Asset::Corpus, "m", &corpus, &chars, 20.0), Ok(1.0 / 6.0));
        let refused = check(Asset::Corpus, "m", &corpus, &chars, 16.0).unwrap_err();
        assert!(refused.message.en.starts_with("16.7 % of the characters of file:mine.txt"), "{refused:?}");
        assert_eq!(check(Asset::Corpus, "m", &corpus, &Tokenizer::Bytes(ByteTokenizer), 0.0), Ok(0.0));
    }
}
