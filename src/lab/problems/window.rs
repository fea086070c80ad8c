//! What a model is to read at once and cannot: a run's context, and what its method puts before it.

use super::{problem, shorten};
use crate::lab::assets::{BASE_MODELS, OWN_FILE};
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::spec::{NEW_MODEL, RunSpec};

/// A context and `of_method` virtual tokens before it that are together more than the `positions` tokens a model reads at once; the larger of
/// the two is the one to lower.
pub fn window(run: &RunSpec, positions: usize, of_method: usize) -> Option<Problem> {
    let length = run.data.context as usize;
    if length.saturating_add(of_method) <= positions {
        return None;
    }
    Some(if of_method < length { context(run, positions, of_method) } else { virtual_tokens(run, positions, of_method) })
}

/// A context longer than the model reads.
pub fn context(run: &RunSpec, positions: usize, of_method: usize) -> Problem {
    let (context, Text { en: model_en, zh: model_zh }, most) = (run.data.context, model(run), positions.saturating_sub(of_method));
    let message = match of_method {
        0 => Text {
            en: format!("{{data.context}} is {context}, but {model_en} reads at most {most} tokens at once. Choose at most {most}."),
            zh: format!("{{data.context}}的值是 {context}，但{model_zh}一次最多读 {most} 个词元。请改为不超过 {most}。"),
        },
        _ if most == 0 => Text {
            en: format!(
                "{{data.context}} is {context}, but {model_en} reads {positions} tokens at once, and {of_method} virtual ones ({{fine_tuning.prompt.virtual_tokens}}) leave no room for any other. Choose smaller numbers for both, {positions} together."
            ),
            zh: format!(
                "{{data.context}}的值是 {context}，但{model_zh}一次最多读 {positions} 个词元，{of_method} 个虚拟词元（{{fine_tuning.prompt.virtual_tokens}}）就已经占满。请把两者都改小，合计不超过 {positions}。"
            ),
        },
        _ => Text {
            en: format!(
                "{{data.context}} is {context}, but of the {positions} tokens that {model_en} reads at once, {of_method} are virtual ({{fine_tuning.prompt.virtual_tokens}}). Choose at most {most}, or fewer virtual tokens."
            ),
            zh: format!(
                "{{data.context}}的值是 {context}，但{model_zh}一次最多读 {positions} 个词元，其中 {of_method} 个是虚拟词元（{{fine_tuning.prompt.virtual_tokens}}）。请改为不超过 {most}，或减少虚拟词元。"
            ),
        },
    };
    problem(ProblemCode::OutOfRange, Some("data.context"), Some(context.to_string()), message)
}

/// Virtual tokens that leave no room for the context.
fn virtual_tokens(run: &RunSpec, positions: usize, tokens: usize) -> Problem {
    let (context, Text { en: model_en, zh: model_zh }) = (run.data.context, model(run));
    let message = match positions.saturating_sub(context as usize) {
        0 => Text {
            en: format!(
                "{{fine_tuning.prompt.virtual_tokens}} is {tokens}, but {model_en} reads {positions} tokens at once, all of which {{data.context}} ({context}) takes. Choose smaller numbers for both, {positions} together."
            ),
            zh: format!(
                "{{fine_tuning.prompt.virtual_tokens}}的值是 {tokens}，但{model_zh}一次最多读 {positions} 个词元，{{data.context}}（{context}）就已经占满。请把两者都改小，合计不超过 {positions}。"
            ),
        },
        most => Text {
            en: format!(
                "{{fine_tuning.prompt.virtual_tokens}} is {tokens}, but {model_en} reads {positions} tokens at once, of which {context} are the text’s ({{data.context}}). Choose at most {most}, or a shorter context."
            ),
            zh: format!(
                "{{fine_tuning.prompt.virtual_tokens}}的值是 {tokens}，但{model_zh}一次最多读 {positions} 个词元，其中 {context} 个属于文本（{{data.context}}）。请改为不超过 {most}，或缩短上下文。"
            ),
        },
    };
    problem(ProblemCode::OutOfRange, Some("fine_tuning.prompt.virtual_tokens"), Some(tokens.to_string()), message)
}

/// A run's model in the middle of a sentence. One that ships with the site is named as a choice, for which the form has words.
fn model(run: &RunSpec) -> Text {
    let base = run.model.base.as_str();
    if base == NEW_MODEL {
        return Text { en: "the new model".into(), zh: "新模型".into() };
    }
    let name = match BASE_MODELS.contains(&base) {
        true => format!("{{model.base={base}}}"),
        false => shorten(base.strip_prefix(OWN_FILE).unwrap_or(base), 80),
    };
    Text { en: format!("the model {name}"), zh: format!("模型 {name} ") }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::lab::problem::without_form;

    fn run(context: u32, base: &str) -> RunSpec {
        let mut run = RunSpec::default();
        run.data.context = context;
        run.model.base = base.into();
        run
    }

    #[test]
    fn a_window_is_shared_by_text_and_virtual_tokens() {
        for (context, tokens) in [(64, 192), (255, 1), (256, 0), (1, 255)] {
            assert_eq!(window(&run(context, "tang-poems"), 256, tokens), None, "{context} and {tokens}");
        }
    }

    /// Whoever does as the message says has a run that goes.
    #[test]
    fn what_is_advised_is_accepted() {
        for (context, tokens, field, most) in [
            (64, 193, "fine_tuning.prompt.virtual_tokens", 192),
            (64, 1024, "fine_tuning.prompt.virtual_tokens", 192),
            (250, 8, "data.context", 248),
            (257, 0, "data.context", 256),
        ] {
            let problem = window(&run(context, "tang-poems"), 256, tokens).unwrap();
            assert_eq!(problem.field.as_deref(), Some(field));
            let [en, zh] = [without_form(&problem.message.en), without_form(&problem.message.zh)];
            assert!(en.contains(&format!("Choose at most {most}")) && zh.contains(&format!("请改为不超过 {most}")), "{en} {zh}");
            let (context, tokens) = if field == "data.context" { (most, tokens) } else { (context, most as usize) };
            assert_eq!(window(&run(context, "tang-poems"), 256, tokens), None);
        }
        for (context, tokens) in [(256, 300), (300, 260), (300, 300)] {
            let problem = window(&run(context, "tang-poems"), 256, tokens).unwrap();
            assert!(problem.message.en.contains("256 together") && problem.message.zh.contains("合计不超过 256"), "{problem:?}");
        }
    }

    #[test]
    fn the_model_is_named_as_whoever_reads_the_message_knows_it() {
        let said = |base| without_form(&window(&run(64, base), 256, 200).unwrap().message.en);
        assert!(window(&run(64, "tang-poems"), 256, 200).unwrap().message.en.contains("the model {model.base=tang-poems} reads"));
        assert!(said("tang-poems").contains("the model \"tang-poems\" reads"));
        assert!(said("file:mine/model.safetensors").contains("the model mine/model.safetensors reads"));
        assert!(said("new").contains("but the new model reads"));
    }
}
