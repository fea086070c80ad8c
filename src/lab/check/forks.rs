//! Runs that begin with what another run held: which, where, and what of their settings may differ.

use super::merge::diff;
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::spec::{LoraInit, Method, NEW_MODEL, RunSpec, Spec, TokenizerSpec};

/// For each run, the index of the run that it is a fork of, and the step.
///
/// Names that are none, of which [`problems`] tells, give no fork.
pub fn fork_points(spec: &Spec) -> Vec<Option<(usize, u32)>> {
    let index = |name: &str| spec.runs.iter().position(|run| run.name.trim() == name.trim());
    spec.runs.iter().map(|run| run.fork.as_ref().and_then(|fork| Some((index(&fork.run)?, fork.step)))).collect()
}

/// The order in which runs can be resolved, a fork after what it is a fork of; `Err`: a run in a circle.
pub(super) fn order(forks: &[Option<(usize, u32)>]) -> Result<Vec<usize>, usize> {
    let depth = |run: usize| {
        let mut ancestors = std::iter::successors(forks[run], |(other, _)| forks[*other]);
        (&mut ancestors).take(forks.len()).count() + usize::from(ancestors.next().is_some()) * forks.len()
    };
    let mut order: Vec<usize> = (0..forks.len()).collect();
    order.sort_by_key(|run| depth(*run));
    match order.iter().find(|run| depth(**run) >= forks.len()) {
        Some(run) => Err(*run),
        None => Ok(order),
    }
}

/// Names of other runs that are none, and circles.
pub(super) fn name_problems(spec: &Spec) -> Vec<Problem> {
    let points = fork_points(spec);
    let names = spec.runs.iter().map(|run| run.name.as_str()).collect::<Vec<_>>().join(", ");
    let unknown = spec.runs.iter().zip(&points).filter(|(run, point)| run.fork.is_some() && point.is_none());
    let mut problems: Vec<Problem> = unknown
        .map(|(run, _)| {
            let other = run.fork.as_ref().map(|fork| fork.run.clone()).unwrap_or_default();
            let message = Text {
                en: format!("It is a fork of the run \"{other}\", but there is no run of that name. The runs are: {names}."),
                zh: format!("它要从运行“{other}”分叉，但没有这个名称的运行。现有的运行：{names}。"),
            };
            problem(other, message).in_run(&run.name)
        })
        .collect();
    if let Err(run) = order(&points) {
        let message = Text {
            en: "It is a fork of itself, by way of other runs. Let one of them begin at the first step.".into(),
            zh: "它经由其他运行成了自己的分叉。请让其中一个从第一步开始。".into(),
        };
        problems.push(problem(spec.runs[run].name.clone(), message).in_run(&spec.runs[run].name));
    }
    problems
}

/// What of a fork's settings does not go with the run that it is a fork of.
pub(super) fn problems(run: &RunSpec, other: &RunSpec, other_name: &str, step: u32) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (steps, theirs) = (run.training.steps, other.training.steps);
    if step > theirs {
        let message = Text {
            en: format!(
                "The fork begins at step {step} of \"{other_name}\", which has only {theirs} steps ({{training.steps}}). Choose an earlier step."
            ),
            zh: format!("分叉始于“{other_name}”的第 {step} 步，而它只有 {theirs} 步（{{training.steps}}）。请选择更早的一步。"),
        };
        problems.push(problem(step.to_string(), message));
    }
    if step >= steps {
        let message = Text {
            en: format!(
                "The fork begins at step {step}, but ends after {steps} ({{training.steps}}): nothing is left to train. Choose an earlier step, or more steps."
            ),
            zh: format!(
                "分叉始于第 {step} 步，却在第 {steps} 步结束（{{training.steps}}），没有可训练的步。请选择更早的一步，或增加步数。"
            ),
        };
        problems.push(problem(step.to_string(), message));
    }
    problems.extend(preliminaries(run, other, other_name));
    let own_vocabulary = run.model.base == NEW_MODEL && run.model.tokenizer == TokenizerSpec::Characters;
    // The weights that a new model does not train are drawn from the seed.
    let seeded = run.model.base == NEW_MODEL && run.fine_tuning.method != Method::Full;
    // What was taken out of a weight depends on them.
    let taken_out = matches!(run.fine_tuning.method, Method::Lora | Method::Dora)
        && matches!(run.fine_tuning.lora.init, LoraInit::Pissa | LoraInit::Olora);
    let scales = |field: &str| ["fine_tuning.lora.alpha", "fine_tuning.lora.scaling"].contains(&field);
    let stays = |field: &str| !may_change(field, own_vocabulary) || seeded && field == "training.seed" || taken_out && scales(field);
    for change in diff(other, run).into_iter().filter(|change| stays(&change.field)) {
        let (field, here, there) = (change.field, change.value.to_string(), change.base.to_string());
        let message = Text {
            en: format!(
                "A fork goes on with the weights and the optimizer of \"{other_name}\", so {{{field}}} has to stay {there}, and cannot become {here}. Change it in a run that begins at the first step."
            ),
            zh: format!(
                "分叉沿用“{other_name}”的权重和优化器状态，所以{{{field}}}只能是 {there}，不能改为 {here}。要改它，请用从第一步开始的运行。"
            ),
        };
        problems.push(Problem { field: Some(field), ..problem(here, message) });
    }
    problems
}

/// Of runs that train a little before they know how to train, there is no fork, and a fork is none: both would have to do so alike.
fn preliminaries(run: &RunSpec, other: &RunSpec, other_name: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (own, theirs) = (&run.training, &other.training);
    if own.search.is_on() || theirs.search.is_on() {
        let (candidates, who) = most_of((own.search.candidates, theirs.search.candidates), other_name);
        let message = Text {
            en: format!(
                "{} searches for its learning rate ({{training.search.candidates}} is {candidates}), and the search cannot be shared by a fork. Set {{training.search.candidates}} to 0 in both, and {{training.learning_rate}} to the one that was found.",
                who.en
            ),
            zh: format!(
                "{}会搜索学习率（{{training.search.candidates}}的值是 {candidates}），分叉无法共用搜索。请把两者的 {{training.search.candidates}} 设为 0，并把 {{training.learning_rate}} 设为搜索到的值。",
                who.zh
            ),
        };
        problems.push(Problem { field: Some("training.search.candidates".into()), ..problem(candidates.to_string(), message) });
    }
    if own.seconds > 0.0 || theirs.seconds > 0.0 {
        let (seconds, who) = most_of((own.seconds, theirs.seconds), other_name);
        let message = Text {
            en: format!(
                "{} takes as many steps as fit into {seconds} seconds ({{training.seconds}}), and a fork needs to know how many. Set {{training.seconds}} to 0 in both, and {{training.steps}} to the number that was measured.",
                who.en
            ),
            zh: format!(
                "{}的步数由 {seconds} 秒的训练时间决定（{{training.seconds}}），而分叉需要确定的步数。请把两者的 {{training.seconds}} 设为 0，并把 {{training.steps}} 设为测得的步数。",
                who.zh
            ),
        };
        problems.push(Problem { field: Some("training.seconds".into()), ..problem(seconds.to_string(), message) });
    }
    problems
}

/// The value of the other run, or, where that has none, of the fork; and whose it is.
fn most_of<T: PartialOrd + Default>((own, theirs): (T, T), other_name: &str) -> (T, Text) {
    if theirs > T::default() {
        return (theirs, Text { en: format!("\"{other_name}\""), zh: format!("“{other_name}”") });
    }
    (own, Text { en: "The fork".into(), zh: "分叉".into() })
}

/// Whether a field leaves what a rank holds as it is.
fn may_change(field: &str, own_vocabulary: bool) -> bool {
    const SECTIONS: [&str; 4] = ["training", "evaluation", "resources", "ranks"];
    const FIELDS: [&str; 9] = [
        "communication.transport",
        "communication.algorithm",
        "fine_tuning.lora.alpha",
        "fine_tuning.lora.scaling",
        "fine_tuning.lora.dropout",
        "fine_tuning.lora.learning_rate_ratio",
        "fine_tuning.adalora.beta1",
        "fine_tuning.adalora.beta2",
        "fine_tuning.adapter.placement",
    ];
    let section = field.split('.').next().unwrap_or_default();
    SECTIONS.contains(&section) || FIELDS.contains(&field) || section == "data" && !own_vocabulary && field != "data.context"
}

fn problem(value: String, message: Text) -> Problem {
    Problem { code: ProblemCode::Conflict, run: None, field: Some("fork".into()), value: Some(value), message }
}
