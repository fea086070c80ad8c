//! Fields of one run that are each in range but do not go together, whatever the model.

use crate::lab::base_model::check_heads;
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::spec::{NEW_MODEL, RunSpec};
use crate::lab::unknown;

/// All conflicts within one run's configuration.
pub(super) fn conflicts(run: &RunSpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (steps, warmup) = (run.training.steps, run.training.warmup_steps);
    if let Some(message) = warmup_problem(warmup, steps) {
        problems.push(conflict("training.warmup_steps", warmup, message));
    }
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
    problems.extend(unknown::check_shipped(&run.model.base, &run.data.corpus, run.data.allow_unknown_percent));
    problems
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

fn conflict(field: &str, value: u32, message: Text) -> Problem {
    let (field, value) = (Some(field.into()), Some(value.to_string()));
    Problem { code: ProblemCode::Conflict, run: None, field, value, message }
}
