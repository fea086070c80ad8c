//! A fine-tuning method that does not go with the model.

use super::{conflict, problem, ranks};
use crate::finetune::{MethodError, Refusal};
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::lab::reasons;
use crate::lab::spec::Quantization;

/// Frozen weights in a format, which replicas would have to share out.
pub fn quantised_and_shared(format: Quantization) -> Problem {
    let format = format.name();
    let message = Text {
        en: format!(
            "Weights kept as {format} ({{fine_tuning.quantization}}) cannot be shared out by {{mesh.zero=parameters}}. Choose {{mesh.zero=gradients}}, or {{fine_tuning.quantization=none}}."
        ),
        zh: format!(
            "以 {format} 保存的权重（{{fine_tuning.quantization}}）不能用{{mesh.zero=parameters}}分散存放。请改用{{mesh.zero=gradients}}，或{{fine_tuning.quantization=none}}。"
        ),
    };
    problem(ProblemCode::Conflict, Some("fine_tuning.quantization"), Some(format.to_owned()), message)
}

/// Why it does not.
pub fn method(error: &MethodError) -> Problem {
    match error {
        MethodError::Refused(Refusal { setting, value, out_of_range, en, zh }) => {
            let code = if *out_of_range { ProblemCode::OutOfRange } else { ProblemCode::Conflict };
            let message = Text { en: en.clone(), zh: zh.clone() };
            problem(code, Some(&format!("fine_tuning.{setting}")), Some(value.clone()), message)
        }
        MethodError::Frozen { name, format } => {
            let zh = format!("权重 {name} 以 {format} 格式保存，不能训练；请改用 LoRA 等适配器，或以 float32 载入权重。");
            conflict("fine_tuning.method", Text { en: reasons::sentence(error), zh })
        }
        MethodError::Build(error) => ranks::build(None, error),
    }
}
