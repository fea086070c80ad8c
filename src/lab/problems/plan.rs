//! Why a run cannot be spread over ranks as its spec says.

use super::{conflict, mib, model_sizes, saved_state};
use crate::lab::parallel::nearest::NearestMesh;
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::reasons;
use crate::lab::spec::{MeshSpec, ZeroSpec};
use crate::nn::ConfigError;
use crate::parallel::mesh::{Axis, MeshError, PerAxis};
use crate::parallel::partition::PartitionError;
use crate::parallel::plan::PlanError;
use crate::parallel::schedule::ScheduleError;
use crate::parallel::zero::{ZeroError, ZeroStage};

/// Settings that make no plan.
pub fn plan(error: &PlanError) -> Problem {
    let (field, zh) = match error {
        PlanError::Mesh(error) => ("mesh", mesh(error)),
        PlanError::Schedule(error) => return schedule(error),
        PlanError::Partition(error) => return partition(error),
        PlanError::Model(error) => return tensor(error),
        PlanError::Zero(error) => return conflict("mesh.zero", zero(error)),
        PlanError::Batch { batch_size, data, micro_batches, nearest } => (
            "training.batch_size",
            format!(
                "每步的 {batch_size} 条序列无法平均分给 {data} 个副本、每个副本 {micro_batches} 个微批次；可把{{training.batch_size}}改为 {nearest}。"
            ),
        ),
        // What a run measured by itself always is one: these come with a state.
        PlanError::Stages { .. } => return saved_state(&error.to_string()),
        PlanError::Rows { rows, tensor } => {
            ("mesh.tensor", format!("一个微批次只有 {rows} 个词元，不够 {tensor} 个张量并行进程分；最多 {rows} 个。"))
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
        MeshError::TooManyRanks { sizes, limit, .. } => format!("网格 {} 的进程太多，这里最多 {limit} 个。", shown(sizes)),
    }
}

fn schedule(error: &ScheduleError) -> Problem {
    let text = |en: String, zh: String| Text { en, zh };
    let (field, message) = match error {
        ScheduleError::Zero { field } => ("mesh", text(reasons::sentence(error), format!("{field} 为 0，至少应为 1。"))),
        ScheduleError::Chunks { kind, chunks_per_stage } => {
            let kind = kind.name();
            (
                "mesh.chunks_per_stage",
                text(
                    format!(
                        "With {{mesh.schedule={kind}}} a stage holds one part of the model, but {{mesh.chunks_per_stage}} is {chunks_per_stage}. Several are held with {{mesh.schedule=interleaved_1f1b}}."
                    ),
                    format!(
                        "采用{{mesh.schedule={kind}}}时每个阶段只有一块模型，而{{mesh.chunks_per_stage}}是 {chunks_per_stage}；要有多块，请选{{mesh.schedule=interleaved_1f1b}}。"
                    ),
                ),
            )
        }
        ScheduleError::Groups { micro_batches, stages, nearest } => (
            "training.micro_batches",
            text(
                format!(
                    "{{mesh.schedule=interleaved_1f1b}} needs {{training.micro_batches}} to be a multiple of {{mesh.pipeline}} = {stages}, but it is {micro_batches}. The nearest is {nearest}."
                ),
                format!(
                    "{{mesh.schedule=interleaved_1f1b}}要求{{training.micro_batches}}是{{mesh.pipeline}} {stages} 的倍数，而现在是 {micro_batches}；最接近的是 {nearest}。"
                ),
            ),
        ),
        ScheduleError::TooLarge { .. } => (
            "training.micro_batches",
            text(
                "{mesh.pipeline}, {mesh.chunks_per_stage} and {training.micro_batches} make a schedule that is too long. Lower one of them.".into(),
                "{mesh.pipeline}、{mesh.chunks_per_stage}与{training.micro_batches}的乘积太大，请减小其中之一。".into(),
            ),
        ),
    };
    conflict(field, message)
}

/// A stage of ZeRO that does not go with another setting.
pub(super) fn zero(error: &ZeroError) -> Text {
    // What the form calls the stages.
    let stage = |stage: &ZeroStage| format!("{{mesh.zero={}}}", stage.name());
    match error {
        ZeroError::Pipeline { stage: wanted, pipeline } => {
            let wanted = stage(wanted);
            Text {
                en: format!(
                    "{{mesh.zero}} {wanted} does not go with a pipeline of {pipeline} stages, which sums the gradients of its micro-batches first. The nearest are {{mesh.zero=optimizer}} with {{mesh.pipeline}} {pipeline}, and {wanted} with {{mesh.pipeline}} 1."
                ),
                zh: format!(
                    "{{mesh.zero}}“{wanted}”不能与 {pipeline} 段的流水线同用：流水线要先累加各微批次的梯度。最接近的设置是“{{mesh.zero=optimizer}}”配{{mesh.pipeline}} {pipeline}，或“{wanted}”配{{mesh.pipeline}} 1。"
                ),
            }
        }
        ZeroError::Format { stage: wanted, name, format } => {
            let wanted = stage(wanted);
            Text {
                en: format!(
                    "{{mesh.zero}} {wanted} shares out weights as float32, but {name} is kept as {format}. Choose {{mesh.zero=gradients}}, or a model whose weights are float32."
                ),
                zh: format!(
                    "{{mesh.zero}}“{wanted}”按 float32 切分权重，而 {name} 以 {format} 格式保存。请改用“{{mesh.zero=gradients}}”，或选用权重为 float32 的模型。"
                ),
            }
        }
        ZeroError::Method { stage: wanted } => {
            let wanted = stage(wanted);
            Text {
                en: format!(
                    "{{mesh.zero}} {wanted} keeps shares of the weights between two steps, where this {{fine_tuning.method}} needs them whole. Choose {{mesh.zero=gradients}}."
                ),
                zh: format!(
                    "{{mesh.zero}}“{wanted}”在两步之间只保留权重的分片，而所选的{{fine_tuning.method}}那时需要完整的权重。请改用“{{mesh.zero=gradients}}”。"
                ),
            }
        }
        ZeroError::Compression { stage: wanted, compression } => {
            let (wanted, compression) = (stage(wanted), format!("{{communication.compression={compression}}}"));
            Text {
                en: format!(
                    "{{mesh.zero}} {wanted} sends gradients as they are, not with {{communication.compression}} {compression}. The nearest are {{communication.compression=none}} with {wanted}, and {compression} with {{mesh.zero=none}}."
                ),
                zh: format!(
                    "{{mesh.zero}}“{wanted}”按原样发送梯度，不能用{{communication.compression}}“{compression}”。最接近的设置是“{{communication.compression=none}}”配“{wanted}”，或“{compression}”配{{mesh.zero}}“{{mesh.zero=none}}”。"
                ),
            }
        }
    }
}

fn partition(error: &PartitionError) -> Problem {
    let (field, zh) = match error {
        PartitionError::Schedule(error) => return schedule(error),
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
            ("resources.memory_limit", format!("内存不足：{}{advice}。", lacks.collect::<Vec<_>>().join("，")))
        }
        PartitionError::Value { field, value, least, most } => {
            ("mesh.partition", format!("{field} = {value}，应在 {least:e} 与 {most:e} 之间。"))
        }
        PartitionError::TooManySegments { segments } => ("model.n_layers", format!("模型有 {segments} 个分段，太多了，无法划分。")),
    };
    conflict(field, Text { en: reasons::sentence(error), zh })
}

fn tensor(error: &ConfigError) -> Problem {
    match error {
        ConfigError::TensorParallel { .. } => conflict("mesh.tensor", reasons::config(error)),
        error => model_sizes(error),
    }
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
            "进程 {rank} 至少要占用 {total} MiB（参数 {parameters}，梯度 {gradients}，优化器状态 {optimizer}），但它的上限是 {limit} MiB。请把模型分到更多进程上，或提高它的上限。"
        ),
    };
    Problem { code: ProblemCode::OutOfMemory, run: None, field: Some(field.into()), value: Some(format!("{limit} MiB")), message }
}

/// The same problem, with the nearest mesh that does not have it.
pub fn with_nearest(problem: Problem, nearest: &NearestMesh) -> Problem {
    let NearestMesh { mesh: MeshSpec { data, pipeline, tensor, zero, .. }, micro_batches } = nearest;
    let sizes = format!("data {data} × pipeline {pipeline} × tensor {tensor}");
    let (zero_en, zero_zh) = match zero {
        ZeroSpec::Parameters => (", with ZeRO stage 3", "，并使用 ZeRO 第 3 级"),
        _ => ("", ""),
    };
    let Text { en, zh } = problem.message;
    let message = Text {
        en: format!("{en} The nearest mesh that can be: {sizes}, {micro_batches} micro-batches{zero_en}."),
        zh: format!("{zh}最接近的可行网格：数据 {data} × 流水线 {pipeline} × 张量 {tensor}，{micro_batches} 个微批次{zero_zh}。"),
    };
    Problem { message, ..problem }
}
