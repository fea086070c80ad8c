//! AdaLoRA: low-rank pairs whose ranks are given to the layers that need them most (Zhang et al. 2023, arXiv:2303.10512).
//!
//! `y = W x + scaling * B E A x` with `A` `[rank, in]`, `B` `[out, rank]` and a vector `E` `[rank]` in the place of singular values. A
//! penalty keeps the rows of `A` and the columns of `B` orthonormal (eq. 4); every triplet of a row, a value and a column has an importance
//! (eq. 10 to 13), and a budget that shrinks (eq. 14) says how many of all are left. Names, values and order of steps are PEFT's.

mod allocator;
mod triplet;

use super::lora::{check_ranks, most_rank};
use super::{Attached, Method, MethodError, Refusal, Sharing, Update, targets};
use crate::autograd::{ParamId, Params, Result, Split};
use crate::kernels::gemm::{Operand, gemm};
use crate::nn::blueprint::SiteSpec;
use crate::nn::{Blueprint, BuildError, Init, ParamSpec, SiteKind, Transformer, WeightSource, add_param};
use allocator::Allocator;
use triplet::Triplet;

/// Settings of AdaLoRA.
#[derive(Clone, Debug, PartialEq)]
pub struct AdaLoraConfig {
    /// The rank that every module starts with: PEFT's `init_r`.
    pub initial_rank: usize,
    /// The rank that the modules have in the end, on average: PEFT's `target_r`.
    pub target_rank: usize,
    /// The update is multiplied by `alpha / initial_rank`.
    pub alpha: f64,
    /// Probability of dropping an input of `A` in training; below 1.
    pub dropout: f64,
    /// Last parts of the names of the modules that get a triplet.
    pub target_modules: Vec<String>,
    /// Steps before the budget begins to shrink: PEFT's `tinit`.
    pub first_steps: u32,
    /// Steps at the end in which the ranks stay as they are: PEFT's `tfinal`.
    pub last_steps: u32,
    /// Steps between two times that ranks are taken away: PEFT's `deltaT`.
    pub interval: u32,
    /// Steps of the training: PEFT's `total_step`.
    pub total_steps: u32,
    /// Memory of the importance (eq. 11): PEFT's `beta1`.
    pub beta1: f64,
    /// Memory of its uncertainty (eq. 12): PEFT's `beta2`.
    pub beta2: f64,
    /// Weight of the penalty: PEFT's `orth_reg_weight`.
    pub orthogonality: f64,
}

/// Those of PEFT, on queries and values; how many steps there are is for whoever trains to say.
impl Default for AdaLoraConfig {
    fn default() -> Self {
        Self {
            initial_rank: 12,
            target_rank: 8,
            alpha: 8.0,
            dropout: 0.0,
            target_modules: ["q_proj", "v_proj"].map(str::to_owned).to_vec(),
            first_steps: 0,
            last_steps: 0,
            interval: 1,
            total_steps: 100,
            beta1: 0.85,
            beta2: 0.85,
            orthogonality: 0.5,
        }
    }
}

const KINDS: [SiteKind; 2] = [SiteKind::Linear, SiteKind::Head];
/// Standard deviation of the first values of `A` and `B`.
const INIT_STD: f32 = 0.02;

impl AdaLoraConfig {
    /// What the updates are multiplied by; PEFT adds a little to the rank.
    fn scaling(&self) -> f64 {
        self.alpha / (self.initial_rank as f64 + 1e-5)
    }

    /// `MODULE.lora_A.weight` `[rank, in]`, `MODULE.lora_E.weight` `[rank, 1]` and `MODULE.lora_B.weight` `[out, rank]`.
    fn triplet(&self, site: &SiteSpec) -> [ParamSpec; 3] {
        let ([out_features, in_features], rank) = (site.features(), self.initial_rank);
        let param = |part: &str, shape: [usize; 2], init| ParamSpec {
            name: format!("{}.{part}.weight", site.module),
            shape: shape.to_vec(),
            init,
            split: Split::Replicated,
        };
        [
            param("lora_A", [rank, in_features], Init::Normal(INIT_STD)),
            param("lora_E", [rank, 1], Init::Zeros),
            param("lora_B", [out_features, rank], Init::Normal(INIT_STD)),
        ]
    }

    fn sites<'a>(&'a self, blueprint: &'a Blueprint) -> impl Iterator<Item = (usize, &'a SiteSpec)> {
        targets::sites(blueprint, &self.target_modules, &KINDS)
    }

    fn refused(&self, blueprint: &Blueprint) -> std::result::Result<(), Refusal> {
        targets::check(blueprint, &self.target_modules, &KINDS, "lora.target_modules")?;
        check_ranks(self.sites(blueprint).map(|(_, site)| ("adalora.initial_rank", self.initial_rank, site)))?;
        let (initial, target) = (self.initial_rank, self.target_rank);
        if !(1..=initial).contains(&target) {
            let messages = [
                format!(
                    "{{fine_tuning.adalora.target_rank}} is {target}; ranks are taken away from {{fine_tuning.adalora.initial_rank}}, which is {initial}. Choose 1 to {initial}."
                ),
                format!(
                    "{{fine_tuning.adalora.target_rank}}的值是 {target}；秩是从{{fine_tuning.adalora.initial_rank}}（{initial}）逐步减少的。请选 1 到 {initial}。"
                ),
            ];
            return Err(Refusal::out_of_range("adalora.target_rank", target, messages));
        }
        let (first, last, steps) = (self.first_steps, self.last_steps, self.total_steps);
        if u64::from(first) + u64::from(last) >= u64::from(steps) {
            let messages = [
                format!(
                    "{{fine_tuning.adalora.first_steps}} ({first}) and {{fine_tuning.adalora.last_steps}} ({last}) leave none of the {steps} {{training.steps}} to take ranks away in. Choose smaller ones, or more steps."
                ),
                format!(
                    "{{fine_tuning.adalora.first_steps}}（{first}）与{{fine_tuning.adalora.last_steps}}（{last}）占满了全部 {steps} 步{{training.steps}}，没有留下减少秩的步数。请改小它们，或增加步数。"
                ),
            ];
            return Err(Refusal::conflict("adalora.first_steps", first, messages));
        }
        if self.alpha > 0.0 {
            return Ok(());
        }
        let messages = [
            format!("{{fine_tuning.lora.alpha}} is {}, which every update would be multiplied by. Choose a value above 0.", self.alpha),
            format!("{{fine_tuning.lora.alpha}}的值是 {}，更新量都要乘以它。请选大于 0 的值。", self.alpha),
        ];
        Err(Refusal::out_of_range("lora.alpha", self.alpha, messages))
    }
}

impl Method for AdaLoraConfig {
    fn check(&self, blueprint: &Blueprint) -> std::result::Result<(), MethodError> {
        Ok(self.refused(blueprint)?)
    }

    fn limits(&self, blueprint: &Blueprint) -> Vec<(&'static str, usize)> {
        let Some(most) = self.sites(blueprint).map(|(_, site)| most_rank(site)).min() else { return Vec::new() };
        vec![("adalora.initial_rank", most), ("adalora.target_rank", most.min(self.initial_rank))]
    }

    fn check_sharing(&self, _: &Blueprint, sharing: Sharing) -> std::result::Result<(), MethodError> {
        if sharing == Sharing::default() {
            return Ok(());
        }
        let messages = [
            "AdaLoRA compares the triplets of all layers, and needs all of them with their gradients; with {mesh.tensor} or {mesh.pipeline} above 1, or {mesh.zero}, no rank has them. Choose 1 for both and {mesh.zero=none} ({mesh.data} may be any), or {fine_tuning.method=lora}.".to_owned(),
            "AdaLoRA 要比较所有层的三元组，需要它们全部及其梯度；{mesh.tensor}或{mesh.pipeline}大于 1，或使用{mesh.zero}时，没有一个进程持有全部。请把前两者设为 1 并选{mesh.zero=none}（{mesh.data}不限），或改用{fine_tuning.method=lora}。".to_owned(),
        ];
        Err(Refusal::conflict("method", "adalora", messages).into())
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        self.sites(blueprint).flat_map(|(segment, site)| self.triplet(site).map(|param| (segment, param))).collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        false
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (blueprint, slice) = (model.blueprint.clone(), model.part.slice);
        let mut triplets = Vec::new();
        model.for_each_linear(|segment, linear, params| {
            let site = blueprint.segments[segment].site(linear.role);
            if targets::named(&self.target_modules, site) {
                let made = self.triplet(site).map(|spec| add_param(params, source, slice, &spec));
                let [a, e, b] = made.map(|made| made.map(|id| id.expect("every rank has it")));
                let ids = [a?, e?, b?];
                triplets.push(ids);
                linear.hook = Some(Box::new(Triplet::new(ids, linear, self.scaling() as f32, self.dropout as f32)));
            }
            Ok::<(), BuildError>(())
        })?;
        let allocator = Allocator::new(self, &triplets, &model.params);
        Ok(Box::new(Allocating { triplets, orthogonality: self.orthogonality, allocator }))
    }
}

/// The method on a model.
#[derive(Debug)]
struct Allocating {
    /// A, E and B of each module.
    triplets: Vec<[ParamId; 3]>,
    orthogonality: f64,
    allocator: Allocator,
}

impl Attached for Allocating {
    /// `orthogonality / n * Σ |P Pᵀ - I|` with the Frobenius norm, over the `n` matrices A, and B transposed.
    fn penalties(&self, params: &mut Params) -> Result<Vec<(ParamId, f64)>> {
        let weight = self.orthogonality / (2 * self.triplets.len()) as f64;
        let mut penalties = Vec::new();
        for &[a, _, b] in &self.triplets {
            for (id, by_rows) in [(a, true), (b, false)] {
                penalties.push((id, weight * orthogonality(params, id, by_rows, weight as f32)?));
            }
        }
        Ok(penalties)
    }

    fn after_step(&mut self, model: &mut Transformer, update: Update) -> Result<()> {
        self.allocator.after_step(&mut model.params, &self.triplets, update);
        Ok(())
    }

    fn state(&self) -> Vec<f32> {
        self.allocator.state()
    }

    fn restore(&mut self, state: &[f32]) -> bool {
        self.allocator.restore(state)
    }
}

/// How far the rows of a matrix are from orthonormal, or its columns; adds `weight` times its gradient to the matrix's.
fn orthogonality(params: &mut Params, id: ParamId, by_rows: bool, weight: f32) -> Result<f64> {
    let param = params.get(id);
    let ([rows, columns], value) = ([param.shape[0], param.shape[1]], params.value(id).to_vec());
    let (count, length) = if by_rows { (rows, columns) } else { (columns, rows) };
    let (plain, turned) = (Operand::row_major(&value, columns), Operand::transposed(&value, columns));
    let (first, second) = if by_rows { (plain, turned) } else { (turned, plain) };
    let mut residual = vec![0.0; count * count];
    gemm(count, length, count, 1.0, first, second, 0.0, &mut residual);
    (0..count).for_each(|i| residual[i * count + i] -= 1.0);
    let norm = residual.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if norm > 0.0 {
        let grad = params.grad_mut(id)?;
        let (factor, residual) = (2.0 * weight / norm as f32, Operand::row_major(&residual, count));
        match by_rows {
            true => gemm(rows, count, columns, factor, residual, plain, 1.0, grad),
            false => gemm(rows, count, columns, factor, plain, residual, 1.0, grad),
        }
    }
    Ok(norm)
}

#[cfg(all(test, feature = "native"))]
mod tests;
