//! What can only be checked once the base model is known: LoRA's rank, the context, and whether a batch can fit at all.

use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::problems::mib;
use crate::lab::spec::{Method, RunSpec, TargetModule};

/// What the checks need to know of a base model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelFacts {
    /// Width of the hidden states.
    pub d_model: usize,
    /// Width of the feed-forward block.
    pub d_ff: usize,
    /// Whether that block has a `gate_proj`.
    pub gated: bool,
    /// Transformer blocks.
    pub n_layers: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key and value heads.
    pub n_kv_heads: usize,
    /// Width of one head.
    pub d_head: usize,
    /// Tokens of the vocabulary.
    pub vocab_size: usize,
    /// Longest sequence.
    pub max_positions: usize,
    /// Scalars of the base model.
    pub parameters: u64,
}

impl ModelFacts {
    /// `[out_features, in_features]` of a projection.
    fn size(&self, module: TargetModule) -> [usize; 2] {
        let (d_q, d_kv) = (self.n_heads.saturating_mul(self.d_head), self.n_kv_heads.saturating_mul(self.d_head));
        match module {
            TargetModule::QProj => [d_q, self.d_model],
            TargetModule::KProj | TargetModule::VProj => [d_kv, self.d_model],
            TargetModule::OProj => [self.d_model, d_q],
            TargetModule::GateProj | TargetModule::UpProj => [self.d_ff, self.d_model],
            TargetModule::DownProj => [self.d_model, self.d_ff],
        }
    }
}

/// Least memory that a run can do with from its second step on, in bytes: modelled, not measured.
///
/// All numbers are f32. A batch keeps its logits and, of each block, what the backward pass cannot do without: the inputs of
/// both norms, queries, keys, values, the attention's output, the inputs of the non-linearity, and, where the weights
/// themselves learn, the inputs of every projection. What only runs before the first weight that learns keeps nothing. An
/// engine that keeps more is caught by the measured limit while it runs. Floats, because a hostile `config.json` can
/// overflow any integer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryBound {
    /// Weights of the model and of LoRA.
    pub parameters: f64,
    /// Gradients of what learns.
    pub gradients: f64,
    /// AdamW's two moments of what learns.
    pub optimizer: f64,
    /// Logits and activations of one token of a batch.
    pub per_token: f64,
}

impl MemoryBound {
    fn fixed(&self) -> f64 {
        self.parameters + self.gradients + self.optimizer
    }

    /// The bound for `tokens` tokens in one forward pass, in bytes.
    pub fn total(&self, tokens: f64) -> f64 {
        self.fixed() + self.per_token * tokens
    }
}

/// The lower bound of a run's memory; see [`MemoryBound`].
pub fn memory_bound(run: &RunSpec, facts: &ModelFacts) -> MemoryBound {
    const F32: f64 = 4.0;
    let layers = facts.n_layers as f64;
    let base = facts.parameters as f64;
    let lora = &run.fine_tuning.lora;
    let pairs: f64 = (lora.target_modules.iter())
        .filter(|module| facts.gated || **module != TargetModule::GateProj)
        .map(|module| facts.size(*module))
        .map(|[out, inputs]| lora.rank as f64 * (out as f64 + inputs as f64))
        .sum();
    let [d_q, d_model] = facts.size(TargetModule::QProj).map(|width| width as f64);
    let [d_kv, _] = facts.size(TargetModule::KProj).map(|width| width as f64);
    let d_ff = facts.d_ff as f64;
    let frozen_block = 2.0 * (d_model + d_q + d_kv) + if facts.gated { 2.0 * d_ff } else { d_ff };
    let (trainable, all, activations) = match run.fine_tuning.method {
        Method::Full => (base, base, layers * (frozen_block + 2.0 * d_model + d_ff)),
        // LoRA on the last projection of the first block leaves all before it without gradients.
        Method::Lora => (layers * pairs, base + layers * pairs, (layers - 1.0).max(0.0) * frozen_block),
    };
    MemoryBound {
        parameters: F32 * all,
        gradients: F32 * trainable,
        optimizer: 2.0 * F32 * trainable,
        per_token: F32 * (facts.vocab_size as f64 + activations),
    }
}

/// What of a run does not go with its base model.
pub fn check_against_model(run_name: &str, run: &RunSpec, facts: &ModelFacts) -> Vec<Problem> {
    let problems = [rank(run, facts), context(run, facts), memory(run, facts)];
    problems.into_iter().flatten().map(|problem| problem.in_run(run_name)).collect()
}

/// B·A of rank r is a matrix of rank at most min(out, in): a larger r learns nothing more and is surely a mistake.
fn rank(run: &RunSpec, facts: &ModelFacts) -> Option<Problem> {
    let lora = &run.fine_tuning.lora;
    if run.fine_tuning.method != Method::Lora {
        return None;
    }
    let smallest = |module: &TargetModule| facts.size(*module).into_iter().min().unwrap_or(0);
    let module = *lora.target_modules.iter().min_by_key(|module| smallest(module))?;
    let (limit, [out, inputs]) = (smallest(&module), facts.size(module));
    let (rank, module) = (lora.rank, module.name());
    (rank as usize > limit).then(|| {
        problem(ProblemCode::OutOfRange, "fine_tuning.lora.rank", rank, Text {
            en: format!("fine_tuning.lora.rank is {rank}, but {module} of this model is a {out} × {inputs} matrix, whose rank is at most {limit}. Choose a rank from 1 to {limit}, or take {module} out of target_modules."),
            zh: format!("fine_tuning.lora.rank 的值是 {rank}，但该模型的 {module} 是 {out} × {inputs} 的矩阵，秩最多为 {limit}。请把秩改为 1 到 {limit}，或从 target_modules 中去掉 {module}。"),
        })
    })
}

fn context(run: &RunSpec, facts: &ModelFacts) -> Option<Problem> {
    let (context, limit, model) = (run.data.context, facts.max_positions, &run.model.base);
    (context as usize > limit).then(|| {
        problem(
            ProblemCode::OutOfRange,
            "data.context",
            context,
            Text {
                en: format!(
                    "data.context is {context}, but the model {model} reads at most {limit} tokens at once. Choose at most {limit}."
                ),
                zh: format!("data.context 的值是 {context}，但模型 {model} 一次最多读 {limit} 个词元。请改为不超过 {limit}。"),
            },
        )
    })
}

fn memory(run: &RunSpec, facts: &ModelFacts) -> Option<Problem> {
    let bound = memory_bound(run, facts);
    let (batch_size, context) = (run.training.batch_size, run.data.context);
    let sequence = bound.per_token * context as f64;
    let total = bound.total(batch_size as f64 * context as f64);
    let limit_mib = run.resources.memory_limit;
    let limit = limit_mib as f64 * 1024.0 * 1024.0;
    if total <= limit {
        return None;
    }
    let (parameters, gradients) = (mib(bound.parameters), mib(bound.gradients));
    let (optimizer, batch) = (mib(bound.optimizer), mib(sequence * batch_size as f64));
    let needed_mib = (total / 1024.0 / 1024.0).ceil();
    let room = limit - bound.fixed();
    let (field, value, fit) = if room >= sequence {
        let most = (room / sequence).floor();
        (
            "training.batch_size",
            batch_size,
            Text { en: format!("Choose a batch_size of at most {most}"), zh: format!("请把 batch_size 改为不超过 {most}") },
        )
    } else if room > 0.0 {
        (
            "data.context",
            context,
            Text {
                en: "Not even one sequence fits: choose a shorter context".into(), zh: "连一条序列也放不下：请缩短 context".into()
            },
        )
    } else {
        (
            "resources.memory_limit",
            limit_mib,
            Text {
                en: "Not even the weights and the optimizer fit: choose a smaller model, or LoRA of a low rank".into(),
                zh: "连权重和优化器状态也放不下：请选用更小的模型，或用低秩的 LoRA".into(),
            },
        )
    };
    Some(problem(
        ProblemCode::OutOfMemory,
        field,
        value,
        Text {
            en: format!(
                "With a batch_size of {batch_size} and a context of {context} this run needs at least {} MiB by calculation (weights {parameters}, gradients {gradients}, AdamW's moments {optimizer}, logits and activations of one batch {batch}), but resources.memory_limit is {limit_mib} MiB. {}, or set the limit to {needed_mib} MiB or more.",
                mib(total),
                fit.en
            ),
            zh: format!(
                "batch_size 为 {batch_size}、context 为 {context} 时，按公式计算该运行至少需要 {} MiB（权重 {parameters}，梯度 {gradients}，AdamW 的矩 {optimizer}，一个批次的 logits 与激活 {batch}），但 resources.memory_limit 是 {limit_mib} MiB。{}，或把上限提高到 {needed_mib} MiB 以上。",
                mib(total),
                fit.zh
            ),
        },
    ))
}

fn problem(code: ProblemCode, field: &str, value: u32, message: Text) -> Problem {
    Problem { code, run: None, field: Some(field.into()), value: Some(value.to_string()), message }
}
