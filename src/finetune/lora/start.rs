//! First values of a pair that are not drawn element by element.

use super::{LoraConfig, LoraInit, most_rank};
use crate::autograd::Split;
use crate::autograd::{ParamId, Params};
use crate::finetune::{MethodError, Refusal};
use crate::linalg::{Matrix, Svd, leading, qr};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{Blueprint, BuildError, Init, ParamSpec, SiteKind, Slice, WeightSource};
use crate::tensor::Weight;

/// Iterations of the projection that finds the largest singular values: PEFT's fast one has as many (`pissa_niter_16`).
const ITERATIONS: usize = 16;
/// What PEFT divides both matrices of an orthogonal start by.
const ORTHOGONAL_DIVISOR: f64 = 10.0;

/// First values of the whole pair: `a` `[rank, in]` and `b` `[out, rank]`.
pub(super) struct Start {
    pub a: Matrix,
    pub b: Matrix,
}

impl LoraConfig {
    /// Refuses starts that the model has no place for.
    pub(super) fn check_start(&self, blueprint: &Blueprint) -> Result<(), Refusal> {
        let init = self.init.name();
        if self.init == LoraInit::Orthogonal
            && let Some((_, site)) = self.sites(blueprint).find(|(_, site)| self.rank_of(&site.module) % 2 == 1)
        {
            let rank = self.rank_of(&site.module);
            let near = if rank < most_rank(site) { rank + 1 } else { rank - 1 };
            let messages = [
                format!(
                    "{{fine_tuning.lora.init={init}}} divides the rank into two halves, but it is {rank} at {}. Choose {near} for {{fine_tuning.lora.rank}}.",
                    site.module
                ),
                format!(
                    "{{fine_tuning.lora.init={init}}}要把秩分成两半，但 {} 处的秩是 {rank}。请把{{fine_tuning.lora.rank}}设为 {near}。",
                    site.module
                ),
            ];
            return Err(Refusal::conflict("lora.init", init, messages));
        }
        let of_tied_head = |(_, site): &(usize, &SiteSpec)| site.kind == SiteKind::Head && blueprint.config.tie_embeddings;
        if self.init.splits_weight() && self.sites(blueprint).any(|site| of_tied_head(&site)) {
            let messages = [
                format!(
                    "{{fine_tuning.lora.init={init}}} takes a part out of the weight, and the head of this model has the embedding’s. Take lm_head out of {{fine_tuning.lora.target_modules}}, or choose {{fine_tuning.lora.init=kaiming_uniform}}."
                ),
                format!(
                    "{{fine_tuning.lora.init={init}}}要从权重中取出一部分，而该模型的输出头与嵌入共用权重。请从{{fine_tuning.lora.target_modules}}中去掉 lm_head，或改用{{fine_tuning.lora.init=kaiming_uniform}}。"
                ),
            ];
            return Err(Refusal::conflict("lora.init", init, messages));
        }
        Ok(())
    }

    /// The first values of the pair of a site with this weight; `None`: those that its parameters have by themselves.
    pub(super) fn start(
        &self,
        site: &SiteSpec,
        (params, weight): (&Params, ParamId),
        source: &mut dyn WeightSource,
    ) -> Result<Option<Start>, MethodError> {
        let rank = self.rank_of(&site.module);
        match self.init {
            LoraInit::KaimingUniform | LoraInit::Gaussian => Ok(None),
            LoraInit::Orthogonal if !source.starts_anew() => Ok(None),
            LoraInit::Orthogonal => Ok(Some(orthogonal(site, rank, source)?)),
            LoraInit::Pissa => Ok(Some(pissa(&self.whole(site, params, weight)?, rank, self.scaling_of(&site.module)))),
            LoraInit::Olora => Ok(Some(olora(&self.whole(site, params, weight)?, rank))),
        }
    }

    /// The weight of a site, of which this rank has the whole.
    fn whole(&self, site: &SiteSpec, params: &Params, weight: ParamId) -> Result<Matrix, Refusal> {
        let (param, [out, inputs]) = (params.get(weight), site.features());
        if let (Weight::F32(tensor), true) = (&param.value, param.shape == [out, inputs]) {
            return Ok(Matrix::of(out, inputs, tensor.data()));
        }
        let (init, form) = (self.init.name(), param.value.format().unwrap_or("a part"));
        let messages = [
            format!(
                "{{fine_tuning.lora.init={init}}} takes a part out of {}, which is kept as {form}. Choose {{fine_tuning.quantization=none}}, or {{fine_tuning.lora.init=kaiming_uniform}}.",
                param.name
            ),
            format!(
                "{{fine_tuning.lora.init={init}}}要从 {} 中取出一部分，但它以 {form} 保存。请选{{fine_tuning.quantization=none}}，或改用{{fine_tuning.lora.init=kaiming_uniform}}。",
                param.name
            ),
        ];
        Err(Refusal::conflict("lora.init", init, messages))
    }
}

impl Start {
    /// Writes this rank's parts of the values into the pair; those of a pair that was trained stay as they are.
    pub fn fill(&self, params: &mut Params, [a, b]: [ParamId; 2], (site, slice): (&SiteSpec, Slice), anew: bool) {
        if !anew {
            return;
        }
        let split = site.weight().split;
        let columns = if split == Split::Columns { slice.range(self.a.columns) } else { 0..self.a.columns };
        let rows = if split == Split::Rows { slice.range(self.b.rows) } else { 0..self.b.rows };
        let of_a = (0..self.a.rows).flat_map(|row| &self.a.row(row)[columns.clone()]);
        let of_b = rows.flat_map(|row| self.b.row(row));
        params.get_mut(a).value.data_mut().iter_mut().zip(of_a).for_each(|(out, x)| *out = *x as f32);
        params.get_mut(b).value.data_mut().iter_mut().zip(of_b).for_each(|(out, x)| *out = *x as f32);
    }
}

/// Both matrices are random, `A` in the span of the even rows of an orthogonal matrix and `B` in that of the odd ones.
fn orthogonal(site: &SiteSpec, rank: usize, source: &mut dyn WeightSource) -> Result<Start, BuildError> {
    let ([out, inputs], half) = (site.features(), rank / 2);
    let mut normal = |part: &str, rows: usize, columns: usize| {
        let name = format!("{}.lora_start.{part}", site.module);
        let param = ParamSpec { name, shape: vec![rows, columns], init: Init::Normal(1.0), split: Split::Replicated };
        let mut values = Vec::with_capacity(rows * columns);
        source.read(&param, 0..rows, &mut |row| values.extend_from_slice(row))?;
        Ok::<_, BuildError>(Matrix::of(rows, columns, &values))
    };
    let (q, _) = qr(&normal("basis", rank, rank)?);
    let every_other = |first: usize| {
        let mut rows = Matrix::zeros(half, rank);
        (0..half).for_each(|row| rows.row_mut(row).copy_from_slice(q.row(2 * row + first)));
        rows
    };
    let a = normal("a", inputs, half)?.times(&every_other(0)).transposed().scaled(ORTHOGONAL_DIVISOR.recip());
    let b = normal("b", out, half)?.times(&every_other(1)).scaled(ORTHOGONAL_DIVISOR.recip());
    Ok(Start { a, b })
}

/// `A = sqrt(S / scaling) Vᵀ` and `B = U sqrt(S / scaling)` of the largest singular values.
fn pissa(weight: &Matrix, rank: usize, scaling: f64) -> Start {
    let Svd { u, s, mut vt } = leading(weight, rank, ITERATIONS);
    let mut ut = u.transposed();
    for (index, s) in s.iter().enumerate() {
        let root = (s / scaling).sqrt();
        vt.row_mut(index).iter_mut().for_each(|x| *x *= root);
        ut.row_mut(index).iter_mut().for_each(|x| *x *= root);
    }
    Start { a: vt, b: ut.transposed() }
}

/// `B` is the first columns of `Q`, `A` the first rows of `R`.
fn olora(weight: &Matrix, rank: usize) -> Start {
    let (q, _) = qr(&weight.transposed().top(rank).transposed());
    Start { a: q.transposed().times(weight), b: q }
}
