//! Several adapters of one base as one, each with a weight: what `add_weighted_adapter` of PEFT's `LoraModel` makes.

mod config;
mod pairs;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::pairs::{Pair, check_part, pairs_of};
use super::save::{AdapterFiles, files};
use super::{info, refused};
use crate::formats::peft::{AdapterTensor, Part, PeftAdapter, TensorName};
use crate::formats::safetensors::SaveDtype;
use crate::json::FromJson;
use crate::lab::problem::{Problem, ProblemCode, Text};
use crate::linalg::{Matrix, Svd, of_product};

/// How adapters are mixed. `w` is an adapter's weight, `s` the scaling of its update `s B A`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(all(test, feature = "native"), derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Mixing {
    /// The matrices by themselves: `A` is the sum of all `±√|w s| A`, with the sign of `w s`, and `B` that of all `√|w s| B`. The ranks have
    /// to be equal, and stay. This is not the sum of the updates: the product also has each adapter’s `B` times every other one’s `A`.
    Linear,
    /// The matrices one after another, so that ranks add up: exactly the sum of the updates, each times its weight.
    Cat,
    /// The same sum, cut to its largest singular values.
    Svd,
}

/// Checks that an adapter is a sum of updates, so that it can be mixed with others ([`Mixing::Cat`] at least).
///
/// # Errors
/// Why it is not.
pub fn can_be_mixed(adapter: &PeftAdapter) -> Result<(), Problem> {
    check_part(1, adapter, 1.0, Mixing::Cat)
}

/// Mixes adapters, each with its weight, into a plain LoRA whose scaling is 1. A module that only some of them adapt gets what these have.
/// `rank` is for [`Mixing::Svd`]: the rank of the result, where that of a module can be as high; absent: the largest of the adapters.
///
/// # Errors
/// If there is no adapter, or one whose effect is no update that adds up, by the number of the adapter, counted from 1; if weights are not
/// finite, if shapes or, for [`Mixing::Linear`], ranks differ, or `rank` is out of range.
pub fn mix(parts: &[(&PeftAdapter, f64)], how: Mixing, rank: Option<usize>) -> Result<AdapterFiles, Problem> {
    if parts.is_empty() {
        return Err(problem(
            ProblemCode::Missing,
            None,
            [
                "There is no adapter to mix. Name one at least, each with its weight.",
                "没有可以混合的适配器。请至少给出一个，并给出各自的权重。",
            ]
            .map(str::to_owned),
        ));
    }
    let mut of_parts = Vec::with_capacity(parts.len());
    for (number, (adapter, weight)) in (1..).zip(parts) {
        check_part(number, adapter, *weight, how)?;
        of_parts.push(pairs_of(adapter)?);
    }
    let names: BTreeSet<&TensorName> = of_parts.iter().flat_map(BTreeMap::keys).collect();
    let mut of_modules: BTreeMap<TensorName, Vec<Weighted>> = BTreeMap::new();
    for name in names {
        let weighted = of_parts.iter().zip(parts).enumerate().filter_map(|(index, (pairs, (_, weight)))| {
            pairs.get(name).map(|pair| Weighted { number: index + 1, weight: weight * pair.scaling, pair })
        });
        let weighted: Vec<Weighted> = weighted.collect();
        check_shapes(name, &weighted)?;
        of_modules.insert(name.clone(), weighted);
    }
    let rank = rank_of_svd(how, rank, &of_modules)?;
    let mut mixed = BTreeMap::new();
    for (name, weighted) in &of_modules {
        let (a, b) = match how {
            Mixing::Linear => linear(name, weighted)?,
            Mixing::Cat => cat(weighted),
            Mixing::Svd => svd(weighted, rank),
        };
        mixed.insert(name.clone(), at_least_of_rank_1(a, b));
    }
    let adapters: Vec<&PeftAdapter> = parts.iter().map(|(adapter, _)| *adapter).collect();
    let config = config::config(&adapters, &mut mixed);
    let mut tensors = tables(&adapters)?;
    for (name, (a, b)) in &mixed {
        let part = if name.part == Part::EmbeddingA { Part::EmbeddingB } else { Part::LoraB };
        for (name, matrix) in [(name.clone(), a), (TensorName::new(&name.module, part), b)] {
            let (shape, data) = (vec![matrix.rows, matrix.columns], matrix.to_f32());
            if data.iter().any(|x| !x.is_finite()) {
                return Err(beyond_float32(&name.module));
            }
            tensors.push(AdapterTensor { name, shape, data });
        }
    }
    Ok(files(&config, &tensors, SaveDtype::F32))
}

/// A warning that adapters say they belong to different bases; names are compared by their last part.
pub fn different_bases(adapters: &[&PeftAdapter]) -> Option<Text> {
    let mut names = adapters.iter().filter_map(|adapter| adapter.config.base_model_name_or_path.as_deref());
    let first = names.next()?;
    let other = names.find(|name| info::last_part(name) != info::last_part(first))?;
    Some(Text {
        en: format!(
            "These adapters say they belong to different bases, {first} and {other}. The shapes fit, but if the weights are others, their mix means nothing; the result names the first."
        ),
        zh: format!(
            "这些适配器注明的基座模型不同：{first} 和 {other}。形状虽然相符，但如果权重不同，混合的结果就没有意义；结果中注明的是前者。"
        ),
    })
}

/// What one adapter does at a module.
struct Weighted<'a> {
    /// Which adapter, counted from 1.
    number: usize,
    /// Its weight times the scaling of the update.
    weight: f64,
    pair: &'a Pair,
}

/// `A` and `B`, each the weighted sum of those of the adapters.
fn linear(name: &TensorName, weighted: &[Weighted]) -> Result<(Matrix, Matrix), Problem> {
    let first = &weighted[0];
    if let Some(other) = weighted.iter().find(|other| other.pair.rank() != first.pair.rank()) {
        let (module, [one, two], ranks) = (&name.module, [first.number, other.number], [first.pair.rank(), other.pair.rank()]);
        return Err(problem(
            ProblemCode::Conflict,
            Some("linear".to_owned()),
            [
                format!(
                    "Linear mixing adds matrices up, but at {module} adapter {one} is of rank {} and adapter {two} of rank {}. Choose cat, whose ranks add up, or svd.",
                    ranks[0], ranks[1]
                ),
                format!(
                    "线性混合要把矩阵相加，但在 {module} 处，第 {one} 个适配器的秩是 {}，第 {two} 个是 {}。请改用 cat（秩相加）或 svd。",
                    ranks[0], ranks[1]
                ),
            ],
        ));
    }
    let zeros = |of: &Matrix| Matrix::zeros(of.rows, of.columns);
    let (mut a, mut b) = (zeros(&first.pair.a), zeros(&first.pair.b));
    for Weighted { weight, pair, .. } in weighted {
        let root = weight.abs().sqrt();
        a.add(root.copysign(*weight), &pair.a);
        b.add(root, &pair.b);
    }
    Ok((a, b))
}

/// All `w s A` below one another, and all `B` side by side. Where their rank is more than that of the weight, the same update in fewer.
fn cat(weighted: &[Weighted]) -> (Matrix, Matrix) {
    let (rank, limit) = (rank_of(weighted), limit_of(weighted));
    if rank > limit {
        return svd(weighted, limit);
    }
    concatenated(weighted)
}

fn concatenated(weighted: &[Weighted]) -> (Matrix, Matrix) {
    let (rank, [out, inputs]) = (rank_of(weighted), weighted[0].pair.sizes());
    let mut a = Matrix { rows: rank, columns: inputs, data: Vec::with_capacity(rank * inputs) };
    let mut b = Matrix::zeros(out, rank);
    let mut first = 0;
    for Weighted { weight, pair, .. } in weighted {
        a.data.extend(pair.a.data.iter().map(|x| weight * x));
        for row in 0..out {
            b.row_mut(row)[first..first + pair.rank()].copy_from_slice(pair.b.row(row));
        }
        first += pair.rank();
    }
    (a, b)
}

/// The sum of the updates by its `rank` largest singular values: `A` has the right singular vectors, `B` the left ones times the values.
fn svd(weighted: &[Weighted], rank: usize) -> (Matrix, Matrix) {
    let (a, b) = concatenated(weighted);
    let Svd { mut u, s, vt } = of_product(&b, &a);
    let rank = rank.min(s.len());
    (0..u.rows).for_each(|row| u.row_mut(row).iter_mut().zip(&s).for_each(|(x, s)| *x *= s));
    (vt.top(rank), u.transposed().top(rank).transposed())
}

/// An update that is nothing has a pair of zeros: PEFT has no rank 0.
fn at_least_of_rank_1(a: Matrix, b: Matrix) -> (Matrix, Matrix) {
    if a.rows > 0 { (a, b) } else { (Matrix::zeros(1, a.columns), Matrix::zeros(b.rows, 1)) }
}

fn rank_of(weighted: &[Weighted]) -> usize {
    weighted.iter().map(|one| one.pair.rank()).sum()
}

/// The rank that the weight of the module can have.
fn limit_of(weighted: &[Weighted]) -> usize {
    let [out, inputs] = weighted[0].pair.sizes();
    out.min(inputs)
}

fn check_shapes(name: &TensorName, weighted: &[Weighted]) -> Result<(), Problem> {
    let (module, first) = (&name.module, &weighted[0]);
    let Some(other) = weighted.iter().find(|other| other.pair.sizes() != first.pair.sizes()) else { return Ok(()) };
    let [[out_1, in_1], [out_2, in_2]] = [first.pair.sizes(), other.pair.sizes()];
    let (one, two) = (first.number, other.number);
    Err(problem(
        ProblemCode::Conflict,
        None,
        [
            format!(
                "The update of {module} is a {out_1} × {in_1} matrix in adapter {one} and {out_2} × {in_2} in adapter {two}: they belong to different bases. Mix adapters of one base."
            ),
            format!(
                "{module} 的更新量在第 {one} 个适配器中是 {out_1} × {in_1} 的矩阵，在第 {two} 个中是 {out_2} × {in_2}：它们属于不同的基座模型。请混合同一个基座的适配器。"
            ),
        ],
    ))
}

/// The rank of what [`Mixing::Svd`] makes.
fn rank_of_svd(how: Mixing, rank: Option<usize>, of_modules: &BTreeMap<TensorName, Vec<Weighted>>) -> Result<usize, Problem> {
    let Some(rank) = rank else {
        return Ok(of_modules.values().flatten().map(|one| one.pair.rank()).max().unwrap_or(1));
    };
    if how != Mixing::Svd {
        let name = if how == Mixing::Linear { "linear" } else { "cat" };
        return Err(problem(
            ProblemCode::Conflict,
            Some(rank.to_string()),
            [
                format!(
                    "A rank of {rank} is asked for, but the ranks of a mix by {name} are those of its adapters. Leave it out, or choose svd."
                ),
                format!("指定了秩 {rank}，但以 {name} 方式混合时，秩由各适配器决定。请去掉它，或改用 svd。"),
            ],
        ));
    }
    let limit = of_modules.values().map(|weighted| limit_of(weighted)).max().unwrap_or(1);
    if (1..=limit).contains(&rank) {
        return Ok(rank);
    }
    Err(problem(
        ProblemCode::OutOfRange,
        Some(rank.to_string()),
        [
            format!("The rank is {rank}, but the matrices that these adapters change have rank {limit} at most. Choose 1 to {limit}."),
            format!("秩是 {rank}，但这些适配器所改变的矩阵秩最多为 {limit}。请选 1 到 {limit}。"),
        ],
    ))
}

/// Weights of the base that PEFT saves along with adapted embeddings: those of the adapters have to be the same.
fn tables(adapters: &[&PeftAdapter]) -> Result<Vec<AdapterTensor>, Problem> {
    let mut tables: BTreeMap<TensorName, (usize, AdapterTensor)> = BTreeMap::new();
    for (number, adapter) in (1..).zip(adapters) {
        for (name, tensor) in adapter.tensors.iter().filter(|(name, _)| name.part == Part::BaseWeight) {
            let data = tensor.to_f32().map_err(|error| refused(&error))?;
            let table = AdapterTensor { name: name.clone(), shape: tensor.shape.clone(), data };
            let (first, kept) = tables.entry(name.clone()).or_insert_with(|| (number, table.clone()));
            if *kept != table {
                let (module, first) = (&name.module, *first);
                return Err(problem(
                    ProblemCode::Conflict,
                    None,
                    [
                        format!(
                            "Adapters {first} and {number} bring the weight of {module} along, and it differs: they belong to different bases. Mix adapters of one base."
                        ),
                        format!(
                            "第 {first} 个和第 {number} 个适配器都带有 {module} 的权重，但并不相同：它们属于不同的基座模型。请混合同一个基座的适配器。"
                        ),
                    ],
                ));
            }
        }
    }
    Ok(tables.into_values().map(|(_, table)| table).collect())
}

fn beyond_float32(module: &str) -> Problem {
    problem(
        ProblemCode::OutOfRange,
        None,
        [
            format!("The mix has values at {module} that are beyond float32. Choose weights nearer to 1."),
            format!("混合结果在 {module} 处有超出 float32 范围的值。请选更接近 1 的权重。"),
        ],
    )
}

fn problem(code: ProblemCode, value: Option<String>, [en, zh]: [String; 2]) -> Problem {
    Problem { code, run: None, field: None, value, message: Text { en, zh } }
}

#[cfg(all(test, feature = "native"))]
mod tests;
