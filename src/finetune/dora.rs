//! DoRA: the direction of each row of a weight is updated by LoRA, its length is learned by itself (Liu et al. 2024, arXiv:2402.09353).
//!
//! `W' = m * V / |V|` with `V = W + scaling * B A`, `|V|` `[out]` the L2 norms of its rows and `m` `[out]` learned, which starts at those
//! of `W`. `|V|` is a constant to the gradient (section 4.3).

use super::Refusal;
use crate::autograd::{ParamId, Params, Result, Split};
use crate::kernels::gemm::{Operand, gemm};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{BuildError, Init, ParamSpec, Slice, WeightSource, add_param};
use crate::tensor::{Category, Tensor, Weight};

/// Why DoRA does not go with weights that no rank has whole.
pub(super) fn needs_whole_weights() -> Refusal {
    let messages = [
        "DoRA starts from the lengths of the weights’ rows, but with {mesh.zero=parameters} no rank has whole weights then. Choose {mesh.zero=gradients}, or {fine_tuning.method=lora}.".to_owned(),
        "DoRA 从权重各行的长度出发，但使用{mesh.zero=parameters}时，没有一个进程持有完整的权重。请改用{mesh.zero=gradients}，或{fine_tuning.method=lora}。".to_owned(),
    ];
    Refusal::conflict("method", "dora", messages)
}

/// Why DoRA does not go with a module whose rows `tensor` ranks have parts of.
pub(super) fn needs_whole_rows(module: &str, tensor: usize) -> Refusal {
    let messages = [
        format!(
            "DoRA needs the lengths of whole rows of {module}, but with {{mesh.tensor}} at {tensor} each rank has only some of its columns. Take {module} out of {{fine_tuning.lora.target_modules}}, or choose {{fine_tuning.method=lora}}."
        ),
        format!(
            "DoRA 需要 {module} 各行完整的长度，但{{mesh.tensor}}为 {tensor} 时，每个进程只有其中一部分列。请从{{fine_tuning.lora.target_modules}}中去掉 {module}，或改用{{fine_tuning.method=lora}}。"
        ),
    ];
    Refusal::conflict("method", "dora", messages)
}

/// The lengths of a site's rows: `MODULE.lora_magnitude_vector` `[out_features]`.
pub(super) fn magnitude(site: &SiteSpec) -> ParamSpec {
    let [out_features, _] = site.features();
    let split = if site.weight().split == Split::Rows { Split::Rows } else { Split::Replicated };
    ParamSpec { name: format!("{}.lora_magnitude_vector", site.module), shape: vec![out_features], init: Init::Ones, split }
}

/// Makes the magnitudes of a layer: those of `source`, or the lengths that the rows of the weight have.
pub(super) fn add_magnitude(
    params: &mut Params,
    source: &mut dyn WeightSource,
    slice: Slice,
    param: &ParamSpec,
    weight: ParamId,
) -> std::result::Result<ParamId, BuildError> {
    let id = add_param(params, source, slice, param)?.expect("every rank has some of the rows");
    if source.starts_anew() {
        let lengths = lengths(params, weight, None)?;
        params.get_mut(id).value.data_mut().copy_from_slice(&lengths);
    }
    Ok(id)
}

/// The L2 norms of the rows of a weight `[out, in]`, to which `scaling * B A` is added; of a row of zeros, which has no direction, the
/// smallest number that can be divided by.
///
/// # Errors
/// If memory runs out.
pub(super) fn lengths(params: &Params, weight: ParamId, update: Option<(f32, ParamId, ParamId)>) -> Result<Vec<f32>> {
    let param = params.get(weight);
    let (out_features, in_features) = (param.shape[0], param.shape[1]);
    let mut sum = Tensor::for_output(params.ledger(), Category::Activations, &[out_features, in_features])?;
    match &param.value {
        Weight::Blocks(blocks) => {
            sum.data_mut().chunks_exact_mut(in_features).enumerate().for_each(|(index, row)| blocks.dequantize_row(index, row));
        }
        weight => sum.data_mut().copy_from_slice(weight.data()),
    }
    if let Some((scaling, a, b)) = update {
        let rank = params.get(a).shape[0];
        let (b, a) = (Operand::row_major(params.value(b), rank), Operand::row_major(params.value(a), in_features));
        gemm(out_features, rank, in_features, scaling, b, a, 1.0, sum.data_mut());
    }
    let length =
        |row: &[f32]| row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt().max(f64::from(f32::MIN_POSITIVE)) as f32;
    Ok(sum.data().chunks_exact(in_features).map(length).collect())
}

/// Gives the rows of a weight, which have these `lengths`, those of `magnitude`.
pub(super) fn rescale_rows(params: &mut Params, weight: ParamId, magnitude: ParamId, lengths: &[f32]) {
    let in_features = params.get(weight).shape[1];
    let magnitudes = params.value(magnitude).to_vec();
    let rows = params.get_mut(weight).value.data_mut().chunks_exact_mut(in_features);
    for ((row, magnitude), length) in rows.zip(magnitudes).zip(lengths) {
        row.iter_mut().for_each(|x| *x *= magnitude / length);
    }
}
