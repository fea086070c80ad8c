//! Why a parallel training cannot be, or cannot go on, in both languages.

use super::spec::{MeshSpec, ParallelSpec, ZeroSpec};
use crate::finetune::MethodError;
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::problems::mib;
use crate::lab::reasons;
use crate::nn::{BuildError, ConfigError};
use crate::parallel::mesh::{Axis, MeshError, PerAxis};
use crate::parallel::partition::PartitionError;
use crate::parallel::plan::PlanError;
use crate::parallel::rank::{RankError, StartError};
use crate::parallel::schedule::ScheduleError;
use crate::parallel::transport::{Lost, Reason};
use crate::parallel::zero::ZeroError;
use crate::tensor::OutOfMemory;

/// Settings that make no plan.
pub fn plan(error: &PlanError) -> Problem {
    let (field, zh) = match error {
        PlanError::Mesh(error) => ("mesh", mesh(error)),
        PlanError::Schedule(error) => schedule(error),
        PlanError::Partition(error) => partition(error),
        PlanError::Model(error) => return tensor(error),
        PlanError::Zero(error) => ("mesh.zero", zero(error)),
        PlanError::Batch { batch_size, data, micro_batches, nearest } => (
            "training.batch_size",
            format!(
                "每步的 {batch_size} 条序列无法平均分给 {data} 个副本、每个副本 {micro_batches} 个微批次；可把 batch_size 改为 {nearest}。"
            ),
        ),
        PlanError::Stages { stages } => ("mesh.partition", format!("阶段划分 {stages:?} 不是这个模型的划分，请重新测量后再试。")),
        PlanError::Rows { rows, tensor } => {
            ("mesh.tensor", format!("一个微批次只有 {rows} 个词元，不够 {tensor} 个张量并行 rank 分；最多 {rows} 个。"))
        }
    };
    conflict(field, Text { en: reasons::sentence(error), zh })
}

fn mesh(error: &MeshError) -> String {
    let shown = |sizes: &PerAxis| {
        let named = [("数据", Axis::Data), ("流水线", Axis::Pipeline), ("专家", Axis::Expert), ("张量", Axis::Tensor)];
        let sizes = named.map(|(name, axis)| format!("{name} {}", sizes[axis as usize]));
        sizes.into_iter().filter(|size| size != "专家 1").collect::<Vec<_>>().join(" × ")
    };
    match error {
        MeshError::Empty { nearest, .. } => format!("并行网格的每个维度至少为 1；最接近的网格是：{}。", shown(nearest)),
        MeshError::TooManyRanks { sizes, limit, .. } => format!("网格 {} 的 rank 太多，这里最多 {limit} 个。", shown(sizes)),
    }
}

fn schedule(error: &ScheduleError) -> (&'static str, String) {
    match error {
        ScheduleError::Zero { field } => ("mesh", format!("{field} 为 0，至少应为 1。")),
        ScheduleError::Chunks { kind, chunks_per_stage } => (
            "mesh.chunks_per_stage",
            format!("调度 {} 的每个阶段只有一块模型，不能是 {chunks_per_stage} 块；interleaved_1f1b 可以有多块。", kind.name()),
        ),
        ScheduleError::Groups { micro_batches, stages, nearest } => {
            ("mesh.micro_batches", format!("交错调度要求微批次数 {micro_batches} 是阶段数 {stages} 的倍数；可改为 {nearest}。"))
        }
        ScheduleError::TooLarge { .. } => ("mesh.micro_batches", "阶段数、块数与微批次数的乘积太大，请减小其中之一。".into()),
    }
}

fn zero(error: &ZeroError) -> String {
    match error {
        ZeroError::Pipeline { stage, pipeline } => format!(
            "ZeRO 第 {stage} 阶段（{name}）不能与 {pipeline} 段的流水线同用：流水线要先累加各微批次的梯度；最接近的设置是 ZeRO 第 1 阶段（optimizer）\
             配 pipeline = {pipeline}，或第 {stage} 阶段配 pipeline = 1。",
            stage = stage.number(),
            name = stage.name(),
        ),
        ZeroError::Format { stage, name, format } => format!(
            "ZeRO 第 {stage} 阶段（{stage_name}）按 float32 切分权重，而 {name} 以 {format} 格式保存；请改用 ZeRO 第 2 阶段（gradients），或以 float32 载入权重。",
            stage = stage.number(),
            stage_name = stage.name(),
        ),
        ZeroError::Method { stage } => format!(
            "ZeRO 第 {stage} 阶段（{name}）在两步之间只保留权重的分片，而此微调方法那时需要完整的权重；请改用 ZeRO 第 2 阶段（gradients）。",
            stage = stage.number(),
            name = stage.name(),
        ),
        ZeroError::Compression { stage, compression } => format!(
            "ZeRO 第 {stage} 阶段（{name}）按原样发送梯度，不能压缩为 {compression}；最接近的设置是不压缩（none）配 ZeRO 第 {stage} 阶段，\
             或 {compression} 配 ZeRO 第 0 阶段（none）。",
            stage = stage.number(),
            name = stage.name(),
        ),
    }
}

fn partition(error: &PartitionError) -> (&'static str, String) {
    match error {
        PartitionError::Schedule(error) => schedule(error),
        PartitionError::TooManyStages { stages, chunks_per_stage, pieces, unit } => {
            let unit = if *unit == "layers" { "层" } else { "个分段" };
            let most = pieces.checked_div(*chunks_per_stage).unwrap_or(0);
            let advice = match most {
                0 => format!("最多只能分成 {pieces} 块"),
                most => format!("可改为 {most} 个阶段"),
            };
            let zh = format!("{stages} 个阶段、每阶段 {chunks_per_stage} 块，超过了模型的 {pieces} {unit}；{advice}。");
            ("mesh.pipeline", zh)
        }
        PartitionError::Memory { lacking, enough } => {
            let lacks = lacking
                .iter()
                .map(|lack| format!("阶段 {} 需要 {} MiB，但上限是 {} MiB", lack.rank, mib(lack.needed as f64), mib(lack.limit as f64)));
            let advice = match enough {
                Some(stages) => format!("；分成 {stages} 个阶段就放得下"),
                None => "；增加阶段数也放不下".into(),
            };
            ("ranks.memory_limit", format!("内存不足：{}{advice}。", lacks.collect::<Vec<_>>().join("，")))
        }
        PartitionError::Value { field, value, least, most } => {
            ("mesh.partition", format!("{field} = {value}，应在 {least:e} 与 {most:e} 之间。"))
        }
        PartitionError::TooManySegments { segments } => ("model.n_layers", format!("模型有 {segments} 个分段，太多了，无法划分。")),
    }
}

fn tensor(error: &ConfigError) -> Problem {
    let field = if matches!(error, ConfigError::TensorParallel { .. }) { "mesh.tensor" } else { "model" };
    conflict(field, reasons::config(error))
}

/// Sizes that make no model.
pub fn model(error: &ConfigError) -> Problem {
    conflict("model", reasons::config(error))
}

/// A rank that could not hold its part: `field` sets its limit, `bytes` are those of parameters, gradients and optimizer.
pub fn memory(field: &str, rank: usize, bytes: [u64; 3], limit: usize) -> Problem {
    let [parameters, gradients, optimizer] = bytes.map(|bytes| mib(bytes as f64));
    let (total, limit) = (mib(bytes.iter().sum::<u64>() as f64), mib(limit as f64));
    let message = Text {
        en: format!(
            "Rank {rank} would hold at least {total} MiB (parameters {parameters}, gradients {gradients}, optimizer {optimizer}), but its limit is {limit} MiB. Spread the model over more ranks, or raise its limit."
        ),
        zh: format!(
            "rank {rank} 至少要占用 {total} MiB（参数 {parameters}，梯度 {gradients}，优化器状态 {optimizer}），但它的上限是 {limit} MiB。请把模型分到更多 rank 上，或提高它的上限。"
        ),
    };
    Problem { code: ProblemCode::OutOfMemory, run: None, field: Some(field.into()), value: Some(format!("{limit} MiB")), message }
}

/// The same problem, with the nearest mesh that does not have it.
pub fn with_nearest(problem: Problem, nearest: &MeshSpec) -> Problem {
    let MeshSpec { data, pipeline, tensor, micro_batches, zero, .. } = nearest;
    let sizes = format!("data {data} × pipeline {pipeline} × tensor {tensor}");
    let (zero_en, zero_zh) = match zero {
        ZeroSpec::Parameters => (", with ZeRO stage 3", "，并使用 ZeRO 第 3 阶段"),
        _ => ("", ""),
    };
    let Text { en, zh } = problem.message;
    let message = Text {
        en: format!("{en} The nearest mesh that can be: {sizes}, {micro_batches} micro-batches{zero_en}."),
        zh: format!("{zh}最接近的可行网格：数据 {data} × 流水线 {pipeline} × 张量 {tensor}，{micro_batches} 个微批次{zero_zh}。"),
    };
    Problem { message, ..problem }
}

/// A fine-tuning method that does not go with the model.
pub fn method(error: &MethodError) -> Problem {
    match error {
        MethodError::NoTarget { targets, available } => no_lora_target(targets, available),
        MethodError::Rank { rank, module, limit, .. } => lora_rank(*rank, module, *limit),
        MethodError::Frozen { name, format } => {
            let zh = format!("权重 {name} 以 {format} 格式保存，不能训练；请改用 LoRA 等适配器，或以 float32 载入权重。");
            conflict("fine_tuning.method", Text { en: reasons::sentence(error), zh })
        }
        MethodError::Build(error) => build(0, error),
    }
}

/// LoRA for layers that the model does not have.
fn no_lora_target(targets: &[String], available: &[String]) -> Problem {
    let (targets, available) = (targets.join(", "), available.join(", "));
    conflict(
        "fine_tuning.lora.target_modules",
        Text {
            en: format!("This model has none of the layers {targets}. Those it has are {available}."),
            zh: format!("该模型没有 {targets} 这些层，可选的有：{available}。"),
        },
    )
}

/// A rank of LoRA that is larger than that of the weight.
fn lora_rank(rank: usize, module: &str, limit: usize) -> Problem {
    conflict(
        "fine_tuning.lora.rank",
        Text {
            en: format!(
                "fine_tuning.lora.rank is {rank}, but {module} of this model has a rank of at most {limit}. Choose a rank from 1 to {limit}."
            ),
            zh: format!("fine_tuning.lora.rank 的值是 {rank}，但该模型的 {module} 秩最多为 {limit}。请改为 1 到 {limit}。"),
        },
    )
}

/// A context longer than the model reads.
pub fn context(spec: &ParallelSpec, most: usize) -> Problem {
    let context = spec.data.context;
    conflict(
        "data.context",
        Text {
            en: format!(
                "data.context is {context}, but the model {} reads at most {most} tokens at once. Choose at most {most}.",
                spec.model.base
            ),
            zh: format!("data.context 的值是 {context}，但模型 {} 一次最多读 {most} 个词元。请改为不超过 {most}。", spec.model.base),
        },
    )
}

/// A rank whose part cannot be built.
pub fn build(rank: usize, error: &BuildError) -> Problem {
    match error {
        BuildError::Memory(refused) => out_of_memory(rank, refused),
        other => Problem { message: reasons::build(other), ..of_rank(rank, conflict("model.base", Text::default())) },
    }
}

/// A rank that cannot be made.
pub fn start(rank: usize, error: &StartError) -> Problem {
    match error {
        StartError::Attach(error) => attach(rank, error),
        StartError::Zero(error) => conflict("mesh.zero", Text { en: reasons::sentence(error), zh: zero(error) }),
    }
}

/// A rank whose part cannot be made, or prepared for training.
pub fn attach(rank: usize, error: &MethodError) -> Problem {
    match error {
        MethodError::Build(error) => build(rank, error),
        other => method(other),
    }
}

/// A rank that cannot go on.
pub fn rank(rank: usize, error: &RankError) -> Problem {
    match error {
        RankError::Memory(refused) => out_of_memory(rank, refused),
        RankError::Lost(error) => lost(error),
        RankError::Malformed(error) => crate::lab::problems::internal(&error.to_string()),
    }
}

/// A message that cannot come any more.
pub fn lost(error: &Lost) -> Problem {
    let who = error.rank;
    let zh = match &error.reason {
        Reason::Closed => format!("rank {who} 已经结束，而其他 rank 还在与它通信。"),
        Reason::Died => format!("rank {who} 出错或被关闭，其他 rank 无法继续。可以从最近的快照继续训练。"),
        Reason::Stopped => format!("训练在 rank {who} 运行时被停止；重新开始即可。"),
        Reason::OutOfMemory(refused) => return out_of_memory(who, refused),
        Reason::Mismatch { expected, received } => format!("rank {who} 发来 {received} 字节，而应为 {expected} 字节；这是程序错误。"),
    };
    let message = Text { en: reasons::sentence(error), zh };
    Problem { code: ProblemCode::RankLost, run: None, field: None, value: Some(who.to_string()), message }
}

/// A rank whose memory is full. What there is to change has other names here than for the first lab's runs.
fn out_of_memory(rank: usize, refused: &OutOfMemory) -> Problem {
    let renamed =
        |text: String| text.replace("resources.memory_limit", "ranks.memory_limit").replace("gradient_accumulation", "mesh.micro_batches");
    let Problem { code, run, value, message, .. } = of_rank(rank, reasons::out_of_memory(refused));
    let message = Text { en: renamed(message.en), zh: renamed(message.zh) };
    Problem { code, run, field: Some("ranks.memory_limit".into()), value, message }
}

/// Names the rank that a problem is about.
fn of_rank(rank: usize, problem: Problem) -> Problem {
    let Text { en, zh } = problem.message;
    let message = Text { en: format!("Rank {rank}: {en}"), zh: format!("rank {rank}：{zh}") };
    Problem { message, ..problem }
}

fn conflict(field: &str, message: Text) -> Problem {
    Problem { code: ProblemCode::Conflict, run: None, field: Some(field.into()), value: None, message }
}
