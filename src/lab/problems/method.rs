//! A fine-tuning method that does not go with the model.

use super::{conflict, problem, ranks};
use crate::finetune::MethodError;
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::reasons;

/// Why it does not.
pub fn method(error: &MethodError) -> Problem {
    match error {
        MethodError::Rank { rank, module, out_features: out, in_features: inputs, limit } => {
            let message = Text {
                en: format!(
                    "{{fine_tuning.lora.rank}} is {rank}, but {module} of this model is a {out} × {inputs} matrix, whose rank is at most {limit}. Choose a rank from 1 to {limit}, or take {module} out of {{fine_tuning.lora.target_modules}}."
                ),
                zh: format!(
                    "{{fine_tuning.lora.rank}}的值是 {rank}，但该模型的 {module} 是 {out} × {inputs} 的矩阵，秩最多为 {limit}。请把秩改为 1 到 {limit}，或从{{fine_tuning.lora.target_modules}}中去掉 {module}。"
                ),
            };
            problem(ProblemCode::OutOfRange, Some("fine_tuning.lora.rank"), Some(rank.to_string()), message)
        }
        MethodError::NoTarget { targets, available } => {
            let (targets, available) = (targets.join(", "), available.join(", "));
            let message = Text {
                en: format!("This model has none of the layers {targets}. Those it has are {available}."),
                zh: format!("该模型没有 {targets} 这些层，可选的有：{available}。"),
            };
            problem(ProblemCode::Conflict, Some("fine_tuning.lora.target_modules"), Some(targets), message)
        }
        MethodError::Layers { layers, limit } => {
            let message = Text {
                en: format!("{{fine_tuning.last_layers.layers}} is {layers}, but this model has {limit} layers. Choose 1 to {limit}."),
                zh: format!("{{fine_tuning.last_layers.layers}}的值是 {layers}，但该模型只有 {limit} 层。请选 1 到 {limit}。"),
            };
            problem(ProblemCode::OutOfRange, Some("fine_tuning.last_layers.layers"), Some(layers.to_string()), message)
        }
        MethodError::Bottleneck { size, limit } => {
            let message = Text {
                en: format!(
                    "{{fine_tuning.adapter.size}} is {size}, but the hidden states of this model have only {limit} numbers a token. Choose 1 to {limit}."
                ),
                zh: format!("{{fine_tuning.adapter.size}}的值是 {size}，但该模型的隐藏状态每个词元只有 {limit} 个数。请选 1 到 {limit}。"),
            };
            problem(ProblemCode::OutOfRange, Some("fine_tuning.adapter.size"), Some(size.to_string()), message)
        }
        MethodError::VirtualTokens { tokens, positions, limit } => {
            let message = Text {
                en: format!(
                    "{{fine_tuning.prompt.virtual_tokens}} is {tokens}, but this model reads {positions} tokens at once, virtual ones included. Choose 1 to {limit}."
                ),
                zh: format!(
                    "{{fine_tuning.prompt.virtual_tokens}}的值是 {tokens}，但该模型一次最多读 {positions} 个词元（含虚拟词元）。请选 1 到 {limit}。"
                ),
            };
            problem(ProblemCode::OutOfRange, Some("fine_tuning.prompt.virtual_tokens"), Some(tokens.to_string()), message)
        }
        MethodError::RowsSharedOut { module, tensor } => {
            let message = Text {
                en: format!(
                    "DoRA needs the lengths of whole rows of {module}, but with {{mesh.tensor}} at {tensor} each rank has only some of its columns. Take {module} out of {{fine_tuning.lora.target_modules}}, or choose {{fine_tuning.method=lora}}."
                ),
                zh: format!(
                    "DoRA 需要 {module} 各行完整的长度，但{{mesh.tensor}}为 {tensor} 时，每个进程只有其中一部分列。请从{{fine_tuning.lora.target_modules}}中去掉 {module}，或改用{{fine_tuning.method=lora}}。"
                ),
            };
            problem(ProblemCode::Conflict, Some("fine_tuning.method"), Some("dora".to_owned()), message)
        }
        MethodError::WeightsSharedOut => {
            let message = Text {
                en: "DoRA starts from the lengths of the weights’ rows, but with {mesh.zero=parameters} no rank has whole weights then. Choose {mesh.zero=gradients}, or {fine_tuning.method=lora}.".to_owned(),
                zh: "DoRA 从权重各行的长度出发，但使用{mesh.zero=parameters}时，没有一个进程持有完整的权重。请改用{mesh.zero=gradients}，或{fine_tuning.method=lora}。".to_owned(),
            };
            problem(ProblemCode::Conflict, Some("fine_tuning.method"), Some("dora".to_owned()), message)
        }
        MethodError::Frozen { name, format } => {
            let zh = format!("权重 {name} 以 {format} 格式保存，不能训练；请改用 LoRA 等适配器，或以 float32 载入权重。");
            conflict("fine_tuning.method", Text { en: reasons::sentence(error), zh })
        }
        MethodError::Build(error) => ranks::build(None, error),
    }
}
