//! The updates of an adapter that is to be mixed, and which adapters have such.

use std::collections::BTreeMap;

use super::{Mixing, problem};
use crate::formats::FormatError;
use crate::formats::peft::{Part, PeftAdapter, PeftBias, PeftMethod, TensorName};
use crate::formats::safetensors::TensorRef;
use crate::lab::adapter::refused;
use crate::lab::problem::{Problem, ProblemCode};
use crate::linalg::Matrix;

/// The update of a module, `scaling * B A`; of an embedding, whose table it changes by the transposed, `in` is `vocab_size`.
#[derive(Debug)]
pub(super) struct Pair {
    /// `[rank, in]`.
    pub a: Matrix,
    /// `[out, rank]`.
    pub b: Matrix,
    pub scaling: f64,
}

impl Pair {
    pub fn rank(&self) -> usize {
        self.a.rows
    }

    /// `[out, in]`.
    pub fn sizes(&self) -> [usize; 2] {
        [self.b.rows, self.a.columns]
    }
}

/// The pairs of an adapter, by the names of their `A`. Of AdaLoRA, whose update is `scaling * B diag(E) A`, the values `E` are in `A`.
///
/// # Errors
/// If a tensor is not one of numbers.
pub(super) fn pairs_of(adapter: &PeftAdapter) -> Result<BTreeMap<TensorName, Pair>, Problem> {
    let read = |name: &TensorName, a: &TensorRef| {
        let part = if name.part == Part::EmbeddingA { Part::EmbeddingB } else { Part::LoraB };
        let (mut a, b) = (matrix(a)?, matrix(adapter.tensor(&TensorName::new(&name.module, part))?)?);
        let scaling = match &adapter.config.method {
            PeftMethod::Lora(lora) => lora.scaling_of(&name.module),
            PeftMethod::AdaLora(adalora) => {
                let values = adapter.tensor(&TensorName::new(&name.module, Part::LoraE))?.to_f32()?;
                for (row, value) in values.iter().enumerate() {
                    a.row_mut(row).iter_mut().for_each(|x| *x *= f64::from(*value));
                }
                adalora.scaling()
            }
            PeftMethod::Ia3(_) | PeftMethod::Prompt(_) | PeftMethod::Prefix(_) => 0.0,
        };
        Ok((name.clone(), Pair { a, b, scaling }))
    };
    let pairs = adapter.tensors.iter().filter(|(name, _)| matches!(name.part, Part::LoraA | Part::EmbeddingA));
    pairs.map(|(name, a)| read(name, a)).collect::<Result<_, _>>().map_err(|error| refused(&error))
}

/// A tensor of two dimensions.
fn matrix(tensor: &TensorRef) -> Result<Matrix, FormatError> {
    let [rows, columns] = [0, 1].map(|dimension| tensor.shape.get(dimension).copied().unwrap_or(1));
    Ok(Matrix::of(rows, columns, &tensor.to_f32()?))
}

/// Refuses an adapter that is no sum of updates, and a weight that is no number.
pub(super) fn check_part(number: usize, adapter: &PeftAdapter, weight: f64, how: Mixing) -> Result<(), Problem> {
    if !weight.is_finite() {
        return Err(problem(
            ProblemCode::OutOfRange,
            Some(weight.to_string()),
            [
                format!(
                    "The weight of adapter {number} is {weight}. Choose a finite number; 1 is the adapter as it is, 0 is nothing of it."
                ),
                format!("第 {number} 个适配器的权重是 {weight}。请选一个有限的数：1 表示原样，0 表示不用它。"),
            ],
        ));
    }
    let (reason, bias) = match &adapter.config.method {
        PeftMethod::Lora(lora) if lora.use_dora => (Some(dora(number)), lora.bias),
        PeftMethod::Lora(lora) if lora.init_lora_weights.changes_base() => (Some(changed_base(number)), lora.bias),
        PeftMethod::Lora(lora) => (None, lora.bias),
        PeftMethod::AdaLora(adalora) if how == Mixing::Linear => (Some(values_between(number)), adalora.bias),
        PeftMethod::AdaLora(adalora) => (None, adalora.bias),
        method => (Some(no_update(number, method)), PeftBias::None),
    };
    let has_bias = bias != PeftBias::None || adapter.tensors.keys().any(|name| matches!(name.part, Part::Bias | Part::BaseBias));
    match reason.or_else(|| has_bias.then(|| learned_bias(number))) {
        None => Ok(()),
        Some(messages) => Err(problem(ProblemCode::Conflict, Some(adapter.config.method.name().to_owned()), messages)),
    }
}

fn no_update(number: usize, method: &PeftMethod) -> [String; 2] {
    let name = method.name();
    let [en, zh] = match method {
        PeftMethod::Ia3(_) => ["whose vectors multiply what passes through a layer", "它的向量是乘在层的输入或输出上的"],
        _ => ["which learns what stands before each text", "它学到的是放在文本之前的内容"],
    };
    [
        format!(
            "Adapter {number} is of the method {name}, {en}: it has no updates of weights that could be added up. Mix adapters of LORA or ADALORA."
        ),
        format!("第 {number} 个适配器的方法是 {name}，{zh}，没有可以相加的权重更新量。请混合 LORA 或 ADALORA 的适配器。"),
    ]
}

fn dora(number: usize) -> [String; 2] {
    [
        format!(
            "Adapter {number} is a DoRA (use_dora): the lengths that it gives rows depend on the base, and those of several do not add up. Mix adapters with use_dora = false, or merge this one into the base and train the others on that."
        ),
        format!(
            "第 {number} 个适配器是 DoRA（use_dora）：它给各行规定的长度取决于基座权重，多个适配器的长度不能相加。请混合 use_dora = false 的适配器，或先把它合并进基座，再在其上训练其他适配器。"
        ),
    ]
}

fn changed_base(number: usize) -> [String; 2] {
    [
        format!(
            "Adapter {number} began with a part taken out of the base’s weights (init_lora_weights), so that its matrices alone are not its update. Save it as a plain LoRA of twice the rank: in PEFT with path_initial_model_for_weight_conversion; adapters trained here are saved like that."
        ),
        format!(
            "第 {number} 个适配器在开始时从基座权重中分出了一部分（init_lora_weights），单凭它的矩阵得不到更新量。请把它存成秩为两倍的普通 LoRA：在 PEFT 中用 path_initial_model_for_weight_conversion；在这里训练的适配器本来就是这样保存的。"
        ),
    ]
}

fn values_between(number: usize) -> [String; 2] {
    [
        format!(
            "Adapter {number} is of the method ADALORA, whose update B E A has singular values between its matrices: linear mixing, which adds matrices up, is not defined for it. Choose cat or svd."
        ),
        format!(
            "第 {number} 个适配器的方法是 ADALORA，它的更新量 B E A 在两个矩阵之间还有奇异值，因此没有把矩阵相加的线性混合。请改用 cat 或 svd。"
        ),
    ]
}

fn learned_bias(number: usize) -> [String; 2] {
    [
        format!(
            "Adapter {number} brings biases that learned along (bias): they take the place of the base’s, and those of several do not add up. Mix adapters with bias = \"none\"."
        ),
        format!(
            "第 {number} 个适配器带有一并训练的偏置（bias）：它们会取代基座的偏置，多个适配器的偏置不能相加。请混合 bias = \"none\" 的适配器。"
        ),
    ]
}
