//! Fields of one run that are each in range but do not go together, whatever the model.

use crate::lab::base_model::check_heads;
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::problems::Asset;
use crate::lab::spec::{NEW_MODEL, RunSpec, SearchSpec};
use crate::lab::unknown;

/// All conflicts within one run's configuration.
pub(super) fn conflicts(run: &RunSpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (steps, warmup) = (run.training.steps, run.training.warmup_steps);
    if let Some(message) = warmup_problem(warmup, steps) {
        problems.push(conflict("training.warmup_steps", warmup, message));
    }
    problems.extend(search_problem(&run.training.search));
    let (tokens, context) = (run.evaluation.tokens, run.data.context);
    if tokens < context {
        problems.push(conflict("evaluation.tokens", tokens, Text {
            en: format!("{{evaluation.tokens}} is {tokens}, which is less than one sequence of {context} tokens ({{data.context}}). Choose at least {context}, or a shorter {{data.context}}."),
            zh: format!("{{evaluation.tokens}} 的值是 {tokens}，不足一条 {context} 个词元的序列（{{data.context}}）。请改为至少 {context}，或缩短 {{data.context}}。"),
        }));
    }
    if run.model.base == NEW_MODEL {
        problems.extend(check_heads(&run.model).err());
    }
    for (asset, corpus) in [(Asset::Corpus, &run.data.corpus), (Asset::BaseCorpus, &run.evaluation.base_corpus)] {
        problems.extend(unknown::check_shipped(asset, &run.model.base, corpus, run.data.allow_unknown_percent));
    }
    problems
}

/// What is wrong with the learning rates of a search.
fn search_problem(search: &SearchSpec) -> Option<Problem> {
    let (lowest, highest) = (search.lowest, search.highest);
    let is_wrong = search.is_on() && (lowest > highest || lowest == highest && search.candidates > 1);
    is_wrong.then(|| conflict("training.search.lowest", lowest, Text {
        en: format!("{{training.search.lowest}} is {lowest}, which is not below {{training.search.highest}}, {highest}. Choose a lower one, or a higher {{training.search.highest}}; a single learning rate needs no search."),
        zh: format!("{{training.search.lowest}} 的值是 {lowest}，不低于 {{training.search.highest}} 的 {highest}。请减小前者或增大后者；只有一个学习率时无需搜索。"),
    }))
}

/// What is wrong with a warm-up that is not over before the last step: the learning rate rises from zero, and has its peak only in
/// the first step after it.
pub(in crate::lab) fn warmup_problem(warmup: u32, steps: u32) -> Option<Text> {
    let most = steps.saturating_sub(1);
    (warmup > most && warmup > 0).then(|| Text {
        en: format!("{{training.warmup_steps}} is {warmup}, but the run has only {steps} steps ({{training.steps}}), so the learning rate would never reach its peak. Choose at most {most}, or more steps."),
        zh: format!("{{training.warmup_steps}} 的值是 {warmup}，但该运行只有 {steps} 步（{{training.steps}}），学习率永远达不到峰值。请改为不超过 {most}，或增加步数。"),
    })
}

fn conflict(field: &str, value: impl ToString, message: Text) -> Problem {
    let (field, value) = (Some(field.into()), Some(value.to_string()));
    Problem { code: ProblemCode::Conflict, run: None, field, value, message }
}
